"""Missing values: one rule for images, masks, labels and values."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from ._kinds import is_a

DECLARED = "declared"
_ATTRIBUTES = ("_FillValue", "missing_value", "fill_value", "nodata")  # of CF, and others that rioxarray reads


def missing_numbers(image: Any, array: Any, nodata: Any = DECLARED) -> list[Any]:
    """The numbers that mean "no value" in an array; NaN may be one of them.

    "declared": in a DataArray, NaN and the missing values of its attributes and of rioxarray; in all other arrays nothing.
    """
    if nodata is None:
        return []
    if isinstance(nodata, str) and nodata == DECLARED:
        if not is_a(image, "xarray", "DataArray"):
            return []
        declared = [math.nan, *_declared_by(image)]
    else:
        if not isinstance(nodata, (int, float, np.number)) or isinstance(nodata, (bool, np.complexfloating)):
            raise TypeError(f"nodata is {nodata!r}: give a number, nan, None (nothing is missing) or 'declared'")
        declared = [nodata.item() if isinstance(nodata, np.number) else nodata]
    numbers = [_of_type(number, array.dtype) for number in declared if isinstance(number, (int, float))]
    return [number for number in numbers if number is not None]


def _declared_by(image: Any) -> list[Any]:
    declared = [number for name in _ATTRIBUTES for number in np.ravel(image.attrs.get(name, ())).tolist()]
    return declared + [image.rio.nodata] if "rioxarray" in sys.modules and image.rio.nodata is not None else declared


def declares_nodata(image: Any) -> bool:
    """Whether a DataArray, or the file that it was read from, declares missing values."""
    return bool(_declared_by(image)) or "_FillValue" in image.encoding


def _of_type(number: float, dtype: np.dtype) -> Any:
    """A number in the type of the array, or None if the type does not hold it."""
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return dtype.type(number)
    if math.isfinite(number) and number == int(number):
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return dtype.type(int(number)) if low <= number <= high else None
    return None


def find_missing(array: Any, numbers: list[Any]) -> Any:
    """Where an array of NumPy or dask has one of the numbers; None if no voxel of a NumPy array has one."""
    found = None
    for number in numbers:
        here = np.isnan(array) if number != number else array == number
        found = here if found is None else found | here
    return None if isinstance(found, np.ndarray) and not found.any() else found
