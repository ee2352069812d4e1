"""The itk package, loaded once and for all threads, and images of it over arrays."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

# What the filter is wrapped for: NumPy's and ITK's names.
PIXEL_TYPES = {
    "uint8": "UC",
    "int16": "SS",
    "uint16": "US",
    "int32": "SI",
    "uint32": "UI",
    "uint64": "UL",
    "float32": "F",
    "float64": "D",
}

_loading = threading.Lock()


@functools.cache
def load_itk() -> Any:
    """The itk package. What is used here of it is loaded one thread at a time: itk loads at first use, for one thread."""
    with _loading:
        import itk

        voxel = itk.image_view_from_array(np.zeros((1, 2, 2), np.uint8))
        itk.array_from_image(itk.neighborhood_argmax_label_image_filter(voxel))
        voxel = itk.image_view_from_array(np.ones((1, 2, 2), np.uint8))
        itk.array_from_image(itk.neighborhood_label_to_basin_image_filter(voxel))
        return itk


def image_of(voxels: np.ndarray, spacing: Sequence[float] | None = None) -> Any:
    itk = load_itk()
    if voxels.flags.c_contiguous and not voxels.flags.f_contiguous:
        image = itk.image_view_from_array(voxels)
    else:  # ITK takes what is in Fortran order, as arrays with a single long axis are as well, for the transposed image.
        image = itk.Image[getattr(itk, PIXEL_TYPES[voxels.dtype.name]), voxels.ndim].New()
        image.SetRegions(voxels.shape[::-1])
        image.Allocate()
        itk.array_view_from_image(image)[...] = voxels
    if spacing is not None:
        image.SetSpacing(spacing)
    return image
