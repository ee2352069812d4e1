"""Where the voxels of a DataArray are: its axes in space, the distances along them, and whether two DataArrays match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._kinds import is_a
from ._options import for_each_axis, integer_of, radius_of
from ._steps import Step, equal_steps, step_of

# Coordinates are even if they differ from evenly spaced ones by at most this part of a step.
TOLERANCE = 1e-3
_EASTWARD = {"x", "lon", "long", "longitude", "easting"}
_NORTHWARD = {"y", "lat", "latitude", "northing"}
_NOT_SPACE = {"band", "bands", "channel", "channels", "c", "time"}


def neighborhood_of(name: str, image: Any, shape: tuple[int, ...], radius: Any, greatest: int = 2**8) -> tuple[int, ...]:
    """The radius of each axis. One number is for the axes in space; one for each axis is used as it is.

    Bands, channels, times and names are not in space: a single one has no neighbors, several are an error.
    """
    ndim = len(shape)
    radii = for_each_axis("radius", radius, ndim)
    if is_a(image, "xarray", "DataArray") and np.ndim(radius) == 0:
        radius = integer_of("radius", radius, 0, 2**31)
        outside = [axis for axis, dim in enumerate(image.dims) if not _is_space(image, dim)]
        many = [axis for axis in outside if shape[axis] > 1]
        if many and radius != 0:
            dim, sliced, all_axes = image.dims[many[0]], *(_written(radius, ndim, axes) for axes in (many, []))
            raise ValueError(
                f"{name} has {shape[many[0]]} along {dim}, which is no axis in space: give radius={sliced} for each of them by "
                f"itself, {name}.isel({dim}=0) for one, or radius={all_axes} if they are neighbors"
            )
        if outside:
            radius = [0 if axis in outside else r for axis, r in enumerate(radii)]
    return radius_of(radius, ndim, greatest)


def plane_of(name: str, given: Any, is_compass: bool) -> tuple[int, int]:
    """The two axes of a raster, rows first; other axes count slices. With is_compass, the first row must be the north."""
    image, shape = given.value, given.array.shape
    is_labeled = is_a(image, "xarray", "DataArray")
    axes = [axis for axis in range(len(shape)) if not is_labeled or _is_space(image, image.dims[axis])]
    long = [axis for axis in axes if shape[axis] > 1]
    if len(axes) > 2:
        axes = long if len(long) == 2 else axes[-2:]
    if len(axes) != 2:
        raise ValueError(f"{name} has the dimensions {image.dims}: give two in space, as y and x")
    if is_labeled and is_compass:
        _check_north_up(name, image, *(image.dims[axis] for axis in axes))
    return axes[0], axes[1]


def _check_north_up(name: str, image: Any, rows: Any, columns: Any) -> None:
    if str(rows).lower() in _EASTWARD or str(columns).lower() in _NORTHWARD:
        raise ValueError(f"{name} has the dimensions {image.dims}: give those of image.transpose(..., {columns!r}, {rows!r})")
    for dim, sign, remedy in ((rows, -1, "south"), (columns, 1, "east")):
        if str(dim).lower() not in _EASTWARD | _NORTHWARD or dim not in image.coords or image.sizes[dim] < 2:
            continue
        ends = image.coords[dim].values[[0, -1]].astype(np.float64)
        if sign * (ends[1] - ends[0]) < 0:
            raise ValueError(
                f"{name} has its first index along {dim} in the {remedy}: give those of image.sortby({dim!r}, "
                f"ascending={sign > 0}), as codes mean north and east"
            )


def check_thickness(name: str, shape: tuple[int, ...], radius: Any, radii: tuple[int, ...], borders: Sequence[int]) -> None:
    """Refuses an image of one slice, which is all border, unless the radius is given for each axis."""
    thin = [axis for axis, n in enumerate(shape) if n == 1 and radii[axis] > 0 and borders[axis] == 0]
    if thin and np.ndim(radius) == 0:
        remedies = [f"{name}.squeeze({thin[0]})"] if len(shape) > 2 else []
        if len(thin) < len(shape):
            remedies.append(f"radius={_written(radius, len(shape), thin)}")
        remedies.append("border='inside'")
        raise ValueError(f"{name} has the shape {shape}, all of which is border: give {' or '.join(remedies)}")


def _written(radius: Any, ndim: int, without: list[int]) -> str:
    return str(tuple(0 if axis in without else int(radius) for axis in range(ndim)))


def _is_space(image: Any, dim: Any) -> bool:
    if str(dim).lower() in _NOT_SPACE:
        return False
    return dim not in image.coords or image.coords[dim].dtype.kind in "iuf"


def spacing_of_coordinates(name: str, image: Any, radii: tuple[int, ...]) -> list[float] | None:
    """The steps of a DataArray's coordinates along the axes that have a radius. Other axes, and those that are not in space or
    have no coordinates, have steps of 1."""
    if not is_a(image, "xarray", "DataArray"):
        return None
    steps = {
        axis: _step_along(name, image, dim)
        for axis, (dim, radius) in enumerate(zip(image.dims, radii))
        if radius > 0 and image.sizes[dim] > 1 and dim in image.coords and _is_space(image, dim)
    }
    values = dict(zip(steps, equal_steps(list(steps.values()))))
    return [values.get(axis, 1.0) for axis in range(image.ndim)]


def _step_along(name: str, image: Any, dim: Any) -> Step:
    coordinates = np.asarray(image.coords[dim].values)
    rounding = float(np.finfo(coordinates.dtype).eps) if coordinates.dtype.kind == "f" else 0.0
    if not rounding:  # differences of integers may overflow their type, and float64 may lose their last digits
        coordinates = coordinates.astype(object)
        coordinates = coordinates - coordinates[0]
    values = coordinates.astype(np.float64)
    step = (values[-1] - values[0]) / (values.size - 1)
    apart = np.abs(values - (values[0] + step * np.arange(values.size)))
    if not (step != 0 and np.all(apart <= TOLERANCE * abs(step) + 2 * rounding * np.abs(values).max())):
        raise ValueError(
            f"the coordinates {dim} of the {name} are not evenly spaced, to {TOLERANCE:g} of a step: "
            "give spacing=, use_image_spacing=False, or interpolate the image"
        )
    return step_of(values, rounding)


def check_coordinates(name: str, other: Any, name_of_image: str, image: Any) -> None:
    """Refuses a DataArray whose coordinates differ by more than a thousandth of a step and the rounding of their types."""
    for dim in image.dims:
        if dim not in image.coords or dim not in other.coords or image.sizes[dim] != other.sizes[dim]:
            continue  # shapes are compared later
        here, there = (np.asarray(one.coords[dim].values) for one in (image, other))
        if here.dtype.kind in "iuf" and there.dtype.kind in "iuf":
            step = np.abs(np.diff(here.astype(np.float64))).min(initial=np.inf)
            rounding = sum(float(np.finfo(one.dtype).eps) for one in (here, there) if one.dtype.kind == "f")
            allowed = rounding * np.abs(here).max() + (TOLERANCE * step if np.isfinite(step) else 0)
            same = np.all(np.abs(here.astype(np.float64) - there) <= allowed)
        else:
            same = np.array_equal(here, there)
        if not same:
            raise ValueError(
                f"{name} has other coordinates {dim} than {name_of_image}: give it at the same places, or its .values where "
                "its rows and columns are those of the array"
            )
