"""What the functions for dask arrays share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import dask.array


def mask_of(array: dask.array.Array, mask_image: dask.array.Array | np.ndarray, name: str) -> dask.array.Array:
    """The mask in the chunks of the array that it belongs to."""
    import dask.array

    if mask_image.shape != array.shape:
        raise ValueError(f"mask_image has the shape {mask_image.shape} and {name} {array.shape}")
    return dask.array.asarray(mask_image).rechunk(array.chunks)


def voxel_of(array: dask.array.Array) -> np.ndarray:
    """An array of one voxel, or of none, for a trial."""
    return np.ones([min(length, 1) for length in array.shape], array.dtype)
