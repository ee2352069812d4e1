"""Converts the inputs of users to arrays, and results to the kind of the input."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from ._coordinates import check_coordinates
from ._itk import is_image
from ._kinds import is_a, is_on_gpu
from ._metadata import at_place_of
from ._missing import DECLARED, find_missing, missing_numbers
from ._pixels import bool_as_bytes, c_ordered


class Given(NamedTuple):
    """An input and its parts."""

    name: str
    value: Any
    array: Any  # of NumPy or dask
    is_missing: Any = None  # an array of bool: where values are missing; None if none is
    is_masked: bool = False  # it is a masked array
    may_miss: bool = False  # some number means "no value", whether it occurs or not

    @property
    def is_lazy(self) -> bool:
        return is_a(self.array, "dask.array", "Array")

    def like(self, result: Any, name: str | None = None, no_value: Any = None) -> Any:
        """The result as the same kind as the input, at its place. A DataArray gets the name and the fill value `no_value`."""
        if self.is_masked:
            module = sys.modules["dask.array"].ma if self.is_lazy else np.ma
            mask = np.ma.nomask if self.is_missing is None else self.is_missing
            result = module.masked_array(result, mask=mask, fill_value=no_value)
        if is_a(self.value, "xarray", "DataArray"):
            result = at_place_of(self.value, result, name, no_value)
        return result


def take(name: str, value: Any, verb: str, nodata: Any = DECLARED) -> Given:
    """Any input but an itk.Image. Its array keeps its layout and type."""
    if is_a(value, "xarray", "Dataset"):
        raise TypeError(f"{name} is an xarray.Dataset: choose one of its variables {list(value.data_vars)}")
    array = value.data if is_a(value, "xarray", "DataArray") else value
    mask = None
    if is_a(array, "dask.array", "Array"):
        if np.isnan(array.shape).any():
            raise ValueError(f"{name} has the shape {array.shape}: call its compute_chunk_sizes() before")
        if isinstance(array._meta, np.ma.MaskedArray):
            import dask.array

            mask, array = dask.array.ma.getmaskarray(array), dask.array.ma.getdata(array)
    else:
        array, mask = _numpy_of(name, array)
    if array.ndim == 0:
        raise TypeError(f"{name} has the type {type(value).__name__}: give an array of numbers")
    _check_numbers(name, array)
    if array.ndim not in (2, 3, 4):
        axes = "1 axis" if array.ndim == 1 else f"{array.ndim} axes"
        raise ValueError(f"{name} has {axes}, its shape is {array.shape}: 2, 3 or 4 can be {verb}")
    if 0 in array.shape:
        raise ValueError(f"{name} has no voxels, its shape is {array.shape}: give at least one for each axis")
    numbers = missing_numbers(value, array, nodata)
    is_masked = mask is not None
    is_missing = _either(mask if is_masked and mask is not np.ma.nomask else None, find_missing(array, numbers))
    return Given(name, value, array, is_missing, is_masked, is_masked or bool(numbers))


def _either(one: Any, other: Any) -> Any:
    return one if other is None else other if one is None else one | other


def _check_numbers(name: str, array: Any) -> None:
    if array.dtype.kind not in "biuf":
        remedy = f", as {name}.astype('float64')" if array.dtype.kind == "O" else ""
        raise TypeError(f"{name} has the type {array.dtype}: give real numbers{remedy}")


def _numpy_of(name: str, value: Any) -> tuple[np.ndarray, Any]:
    """An array, and the mask if it is a masked one."""
    kind = type(value).__name__
    if isinstance(value, np.ma.MaskedArray):
        return value.data, (value.mask if value.mask is np.ma.nomask else np.ma.getmaskarray(value))
    if isinstance(value, np.ndarray) and hasattr(value, "unmasked"):  # astropy's Masked
        return np.asarray(value.unmasked), np.broadcast_to(value.mask, value.shape)
    if is_a(value, "itk", "LightObject") and not is_image(value):  # numpy.asarray would recurse endlessly
        remedy = "give its GetOutput()" if hasattr(value, "GetOutput") else "give an itk.Image"
        raise TypeError(f"{name} is an {kind} of itk: {remedy}")
    if is_a(value, "SimpleITK", "Image"):  # numpy.asarray would read it voxel by voxel
        raise TypeError(
            f"{name} is a SimpleITK.Image: convert it by "
            "`converted = itk.image_from_array(SimpleITK.GetArrayViewFromImage(image))` and "
            "`converted.SetSpacing(image.GetSpacing())`"
        )
    if is_on_gpu(value):
        raise TypeError(f"{name} is a {kind} on a GPU: copy it to the CPU first, as by .cpu() or .get()")
    try:
        return np.asarray(value), None
    except (MemoryError, OSError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise TypeError(f"{name} is a {kind}: give what numpy.asarray makes an array of ({reason})") from None


def whole_numbers(name: str, given: Given, missing: int) -> Any:
    """The array as integers. Floats, as xarray and rioxarray read masked files, are accepted if it is known which are
    missing; those become the number `missing`."""
    array = given.array
    if array.dtype.kind != "f":
        return array
    if not given.may_miss:
        has_nan = not given.is_lazy and np.isnan(array).any()
        where = (
            f"numpy.where(numpy.isnan({name}), {missing}, {name}).astype('uint16')" if has_nan else f"{name}.astype('uint8')"
        )
        note = " where none is NaN" if given.is_lazy else ""
        raise TypeError(f"{name} has the type {array.dtype}: {name} are integers, as {where}{note}")
    if given.is_lazy:
        arrays = [array] if given.is_missing is None else [array, given.is_missing.rechunk(array.chunks)]
        meta = np.empty((0,) * array.ndim, np.int64)
        return sys.modules["dask.array"].map_blocks(_whole_block, *arrays, name_of=name, missing=missing, meta=meta)
    return _whole_block(array, given.is_missing, name_of=name, missing=missing)


def _whole_block(array: np.ndarray, is_missing: np.ndarray | None = None, *, name_of: str, missing: int) -> np.ndarray:
    known = array if is_missing is None else np.where(is_missing, array.dtype.type(missing), array)
    is_wrong = (known != np.floor(known)) | (np.abs(known) > 2**31)  # NaN as well
    if is_wrong.any():
        value = known[is_wrong].flat[0]
        raise ValueError(f"{name_of} has the value {value}: give integers")
    return known.astype(np.int64)


def same_place(name: str, other: Any, given: Given) -> tuple[Any, Any]:
    """An array that belongs to a given one, with axes in the same order; and where its values are missing."""
    image = given.value
    if is_a(image, "xarray", "DataArray") and is_a(other, "xarray", "DataArray"):
        if set(other.dims) != set(image.dims):
            raise ValueError(f"{name} has the dimensions {other.dims}: give those of {given.name}, {image.dims}")
        other = other.transpose(*image.dims)
        check_coordinates(name, other, given.name, image)
    declaring = other
    if is_a(other, "xarray", "DataArray"):
        other = other.data
    mask = None
    if is_a(other, "dask.array", "Array"):
        other = other if given.is_lazy else other.compute()
    if isinstance(getattr(other, "_meta", None), np.ma.MaskedArray):
        module = sys.modules["dask.array"].ma
        mask, other = module.getmaskarray(other), module.getdata(other)
    elif not is_a(other, "dask.array", "Array"):
        other, mask = _numpy_of(name, other)
    if other.shape != given.array.shape:
        raise ValueError(f"{name} has the shape {other.shape}: give that of {given.name}, {given.array.shape}")
    if other.dtype.kind not in "biuf":
        return other, None
    return other, _either(None if mask is np.ma.nomask else mask, find_missing(other, missing_numbers(declaring, other)))


def values_of(values: Any, given: Given) -> Any:
    """Numbers that belong to a given array; missing ones are masked."""
    values, is_missing = same_place("values", values, given)
    _check_numbers("values", values)
    if is_missing is None:
        return values
    module = sys.modules["dask.array"].ma if is_a(values, "dask.array", "Array") else np.ma
    return module.masked_array(values, mask=is_missing)


def mask_of(mask_image: Any, given: Given) -> Any:
    """The mask of voxels with a value, as the kind of the given array, or None. Bytes for NumPy, bool for dask."""
    mask = None
    if mask_image is not None:
        mask, is_missing = same_place("mask_image", mask_image, given)
        if mask.dtype.kind not in "biu":
            raise TypeError(f"mask_image has the type {mask.dtype}: give integers or bool, as mask_image > 0")
        if is_missing is not None:
            mask = (mask != 0) & ~is_missing
    if given.is_missing is not None:
        mask = ~given.is_missing if mask is None else (mask != 0) & ~given.is_missing
    if mask is None or given.is_lazy:
        return mask
    mask = np.asarray(mask)
    return c_ordered(mask, np.uint8) if mask.dtype == np.uint8 else bool_as_bytes(mask != 0)
