"""Directions of steepest descent of NumPy, xarray, dask and ITK images, and the basins that they drain to.

from itk_neighborhoodargmaxlabel import basins, labels

directions = labels(image, center_score=0, border="inside")
numbers = basins(directions)
"""

from importlib.metadata import version as _version

from ._accumulate import accumulate, catchment
from ._basins import basins
from ._cut import cut
from ._directions import direction_colormap, direction_colors, from_d8, offsets, to_d8
from ._labels import labels

__version__ = _version("itk-neighborhoodargmaxlabel")
__all__ = [
    "accumulate",
    "basins",
    "catchment",
    "cut",
    "direction_colormap",
    "direction_colors",
    "from_d8",
    "labels",
    "offsets",
    "to_d8",
]


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__version__"]
