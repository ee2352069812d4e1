"""What users hand over, as arrays, and the results as the same kind of thing."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from ._itk import is_image
from ._pixels import bool_as_bytes, c_ordered


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
