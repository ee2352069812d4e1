"""Converts the numbers of arrays to the pixel types of the filters."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._itk import PIXEL_TYPES

_SLAB = 2**22  # elements that are converted at once: between slabs, Python handles signals


def c_ordered(array: np.ndarray, dtype: Any) -> np.ndarray:
    """The array in C order, native byte order and a type; copied only if it differs."""
    if array.dtype == dtype and array.dtype.isnative and array.flags.c_contiguous:
        return array
    result = np.empty(array.shape, dtype)
    for slab in slabs(array.shape):
        result[slab] = array[slab]
    return result


def slabs(shape: tuple[int, ...]) -> list[slice]:
    """Slices of the first axis, of about _SLAB elements."""
    step = max(1, _SLAB // max(1, int(np.prod(shape[1:]))))
    return [slice(begin, begin + step) for begin in range(0, shape[0], step)]


def extrema_of(array: np.ndarray) -> tuple[Any, Any]:
    parts = [(array[slab].min(), array[slab].max()) for slab in slabs(array.shape)]
    return min(low for low, _ in parts), max(high for _, high in parts)


def narrowest_of(dtype: np.dtype) -> str | None:
    """The first of the PIXEL_TYPES that holds all numbers of a type exactly; None if there is none."""
    if dtype.kind in "iu" and dtype.itemsize == 8:
        return None
    return next((name for name in PIXEL_TYPES if np.can_cast(dtype, name)), None)


def cleared(array: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """The array with 0 where the mask is 0: those values do not count, even if no pixel type holds them."""
    return array if mask is None else np.where(mask, array, array.dtype.type(0))


def pixels_of(name: str, array: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """The same numbers, where they count, in C order and in one of the PIXEL_TYPES."""
    narrow = narrowest_of(array.dtype)
    if narrow is not None:
        return c_ordered(array, narrow)
    array = cleared(array, mask)
    if array.dtype.kind in "iu":
        low, high = extrema_of(array)
        if low >= 0 and high <= 2**53:  # float64, in which the filter computes, holds them all
            return c_ordered(array, array.dtype.newbyteorder("=")).view(np.uint64)
        if np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max:
            return c_ordered(array, np.int32)
    return float64_of(array, name)


def float64_of(array: np.ndarray, name: str) -> np.ndarray:
    """The same numbers in float64; an error if it does not hold one."""
    with np.errstate(all="ignore"):
        result = c_ordered(array, np.float64)
        for slab in slabs(array.shape):
            before, after = array[slab], result[slab]
            is_lost = (after.astype(array.dtype) != before) & (before == before)
            if array.dtype.kind in "iu":  # 2^63 and 2^64 wrap round when they are converted back
                is_lost |= after >= float(np.iinfo(array.dtype).max)
            if is_lost.any():
                raise ValueError(
                    f"{name} has the value {before[is_lost].flat[0]} of type {array.dtype}, which float64 does not hold: "
                    f"accept rounding by {name}.astype('float64'), or scale the values"
                )
    return result


def bool_as_bytes(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array).view(np.uint8)
