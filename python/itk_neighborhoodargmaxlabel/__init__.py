"""Labels and basins of images in chunks, by dask: beside the filters of itk, for what exceeds the memory."""

from ._dask_basins import dask_basins
from ._dask_labels import dask_labels

__all__ = ["dask_basins", "dask_labels"]
