"""What users hand over, as arrays that the filters take, and the results as its like."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from ._itk import PIXEL_TYPES, is_image

# Where coordinates lie at most this part of a step beside evenly spaced ones, they are even.
TOLERANCE = 1e-3

_SLAB = 2**22  # elements that are handled at once: between slabs, Python sees signals


class Given(NamedTuple):
    """What was handed over, and its parts."""

    name: str
    value: Any
    array: Any  # of NumPy or dask
    is_masked: Any = None  # of a masked array: where it has no value, an array of bool or numpy.ma.nomask

    @property
    def is_lazy(self) -> bool:
        return is_a(self.array, "dask.array", "Array")

    def like(self, result: Any) -> Any:
        """The result as the same kind of thing, at the same place."""
        if self.is_masked is not None:
            module = sys.modules["dask.array"].ma if self.is_lazy else np.ma
            result = module.masked_array(result, mask=self.is_masked)
        if is_a(self.value, "xarray", "DataArray"):
            result = self.value.copy(data=result)
            result.encoding = {}  # which is how a file holds the values of the image
        return result


def is_a(value: Any, module: str, name: str) -> bool:
    """Without loading a module that nobody has used."""
    return module in sys.modules and isinstance(value, getattr(sys.modules[module], name))


def take(name: str, value: Any, verb: str) -> Given:
    """Anything but an itk.Image. The array is as it was given, in any layout and of any type."""
    if is_a(value, "xarray", "Dataset"):
        raise TypeError(f"{name} is an xarray.Dataset: choose one of its variables {list(value.data_vars)}")
    array = value.data if is_a(value, "xarray", "DataArray") else value
    is_masked = None
    if is_a(array, "dask.array", "Array"):
        if np.isnan(array.shape).any():
            raise ValueError(f"{name} has the shape {array.shape}: call its compute_chunk_sizes() before")
        if isinstance(array._meta, np.ma.MaskedArray):
            import dask.array

            is_masked, array = dask.array.ma.getmaskarray(array), dask.array.ma.getdata(array)
    else:
        array, is_masked = _numpy_of(name, array)
    if array.ndim == 0:
        raise TypeError(f"{name} has the type {type(value).__name__}: give an array of numbers")
    _check_numbers(name, array)
    if array.ndim not in (2, 3, 4):
        axes = "1 axis" if array.ndim == 1 else f"{array.ndim} axes"
        raise ValueError(f"{name} has {axes}, its shape is {array.shape}: 2, 3 or 4 can be {verb}")
    if 0 in array.shape:
        raise ValueError(f"{name} has no voxels, its shape is {array.shape}: give at least one for each axis")
    return Given(name, value, array, is_masked)


def _check_numbers(name: str, array: Any) -> None:
    if array.dtype.kind not in "biuf":
        remedy = f", as {name}.astype('float64')" if array.dtype.kind == "O" else ""
        raise TypeError(f"{name} has the type {array.dtype}: give real numbers{remedy}")


def _numpy_of(name: str, value: Any) -> tuple[np.ndarray, np.ndarray | None]:
    kind = type(value).__name__
    if isinstance(value, np.ma.MaskedArray):
        return value.data, (value.mask if value.mask is np.ma.nomask else np.ma.getmaskarray(value))
    if is_a(value, "itk", "LightObject") and not is_image(value):  # in which numpy.asarray recurses without end
        remedy = "give its GetOutput()" if hasattr(value, "GetOutput") else "give an itk.Image"
        raise TypeError(f"{name} is an {kind} of itk: {remedy}")
    if _is_on_gpu(value):
        raise TypeError(f"{name} is a {kind} on a GPU: copy it to the CPU first, as by .cpu() or .get()")
    try:
        return np.asarray(value), None
    except (MemoryError, OSError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise TypeError(f"{name} is a {kind}: give what numpy.asarray makes an array of ({reason})") from None


def _is_on_gpu(value: Any) -> bool:
    if isinstance(value, (np.ndarray, list, tuple)):
        return False
    if hasattr(value, "__cuda_array_interface__"):
        return True
    on_cpu = 1, 3  # DLPack's kDLCPU and kDLCUDAHost
    return hasattr(value, "__dlpack_device__") and value.__dlpack_device__()[0] not in on_cpu


def c_ordered(array: np.ndarray, dtype: Any) -> np.ndarray:
    """The array in C order and native byte order, of a type; copied where it is not."""
    if array.dtype == dtype and array.dtype.isnative and array.flags.c_contiguous:
        return array
    result = np.empty(array.shape, dtype)
    for slab in slabs(array.shape):
        result[slab] = array[slab]
    return result


def slabs(shape: tuple[int, ...]) -> list[slice]:
    """Along the first axis."""
    step = max(1, _SLAB // max(1, int(np.prod(shape[1:]))))
    return [slice(begin, begin + step) for begin in range(0, shape[0], step)]


def extrema_of(array: np.ndarray) -> tuple[Any, Any]:
    parts = [(array[slab].min(), array[slab].max()) for slab in slabs(array.shape)]
    return min(low for low, _ in parts), max(high for _, high in parts)


def narrowest_of(dtype: np.dtype) -> str | None:
    """The first of the PIXEL_TYPES of which the filter takes all numbers of a type exactly."""
    if dtype.kind in "iu" and dtype.itemsize == 8:
        return None
    return next((name for name in PIXEL_TYPES if np.can_cast(dtype, name)), None)


def pixels_of(name: str, array: np.ndarray) -> np.ndarray:
    """An array of the same numbers in C order, of one of the PIXEL_TYPES."""
    narrow = narrowest_of(array.dtype)
    if narrow is not None:
        return c_ordered(array, narrow)
    if array.dtype.kind in "iu":
        low, high = extrema_of(array)
        if low >= 0 and high <= 2**53:  # all of which float64 holds, in which the filter computes
            return c_ordered(array, array.dtype.newbyteorder("=")).view(np.uint64)
        if np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max:
            return c_ordered(array, np.int32)
    return float64_of(array, name)


def float64_of(array: np.ndarray, name: str) -> np.ndarray:
    """An array of the same numbers in float64."""
    with np.errstate(all="ignore"):
        result = c_ordered(array, np.float64)
        for slab in slabs(array.shape):
            before, after = array[slab], result[slab]
            is_lost = (after.astype(array.dtype) != before) & (before == before)
            if array.dtype.kind in "iu":  # where 2^63 and 2^64 wrap round
                is_lost |= after >= float(np.iinfo(array.dtype).max)
            if is_lost.any():
                raise ValueError(
                    f"{name} has the value {before[is_lost].flat[0]} of type {array.dtype}, which float64 does not hold: "
                    f"accept rounding by {name}.astype('float64'), or scale the values"
                )
    return result


def bool_as_bytes(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array).view(np.uint8)


def same_place(name: str, other: Any, given: Given) -> Any:
    """An array that belongs to a given one, in the order of its axes."""
    image = given.value
    if is_a(image, "xarray", "DataArray") and is_a(other, "xarray", "DataArray"):
        if set(other.dims) != set(image.dims):
            raise ValueError(f"{name} has the dimensions {other.dims}: give those of {given.name}, {image.dims}")
        other = other.transpose(*image.dims)
        try:
            sys.modules["xarray"].align(image, other, join="exact")
        except ValueError:
            raise ValueError(f"{name} has other coordinates than {given.name}: reindex it") from None
    if is_a(other, "xarray", "DataArray"):
        other = other.data
    if is_a(other, "dask.array", "Array"):
        other = other if given.is_lazy else other.compute()
    elif not isinstance(other, np.ma.MaskedArray):
        other = _numpy_of(name, other)[0]
    if other.shape != given.array.shape:
        raise ValueError(f"{name} has the shape {other.shape}: give that of {given.name}, {given.array.shape}")
    return other


def values_of(values: Any, given: Given) -> Any:
    """Numbers that belong to a given array."""
    values = same_place("values", values, given)
    _check_numbers("values", values)
    return values


def mask_of(mask_image: Any, given: Given) -> Any:
    """Where there is a value, in the kind of the given array, or None. Bytes for NumPy, bool for dask."""
    mask = None
    if mask_image is not None:
        mask = same_place("mask_image", mask_image, given)
        if mask.dtype.kind not in "biu":
            raise TypeError(f"mask_image has the type {mask.dtype}: give integers or bool, as mask_image > 0")
        if isinstance(mask, np.ma.MaskedArray):
            mask = mask.filled(0)
        elif isinstance(getattr(mask, "_meta", None), np.ma.MaskedArray):
            mask = sys.modules["dask.array"].ma.filled(mask, 0)
    if given.is_masked is not None and given.is_masked is not np.ma.nomask:
        mask = ~given.is_masked if mask is None else (mask != 0) & ~given.is_masked
    if mask is None or given.is_lazy:
        return mask
    mask = np.asarray(mask)
    return c_ordered(mask, np.uint8) if mask.dtype == np.uint8 else bool_as_bytes(mask != 0)


def spacing_of_coordinates(image: Any) -> list[float] | None:
    """The steps of a DataArray's coordinates. Dates, names and axes without coordinates count in steps of 1."""
    return [_step_of(image, dim) for dim in image.dims] if is_a(image, "xarray", "DataArray") else None


def _step_of(image: Any, dim: Any) -> float:
    if dim not in image.coords or image.sizes[dim] < 2:
        return 1.0
    coordinates = np.asarray(image.coords[dim].values)
    is_date = coordinates.dtype.kind in "mM"
    if coordinates.dtype.kind not in "iufmM":
        return 1.0
    rounding = np.finfo(coordinates.dtype).eps if coordinates.dtype.kind == "f" else 0.0
    if coordinates.dtype.kind in "iu":  # whose differences may exceed their type, and float64 lose their last digits
        coordinates = coordinates.astype(object)
    values = (coordinates if rounding else coordinates - coordinates[0]).astype(np.float64)
    step = (values[-1] - values[0]) / (values.size - 1)
    apart = np.abs(values - (values[0] + step * np.arange(values.size)))
    if not (step != 0 and np.all(apart <= TOLERANCE * abs(step) + 2 * rounding * np.abs(values).max())):
        raise ValueError(
            f"the coordinates {dim} of the image are not evenly spaced, to {TOLERANCE:g} of a step: "
            "give spacing=, use_image_spacing=False, or interpolate the image"
        )
    return 1.0 if is_date else float(abs(step))
