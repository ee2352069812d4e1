"""How far voxels are apart: only this module reads spacing=, lattice=, coordinates and transforms."""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any, NamedTuple

import numpy as np

from ._coordinates import spacing_of_coordinates
from ._geographic import ellipsoid_of, geographic_axes, geographic_spacing, grid_mapping_of
from ._kinds import is_a
from ._options import spacing_of
from ._steps import simple_number


class RowSpacing(NamedTuple):
    """Distances that change along an axis: the spacing at each index of it."""

    axis: int
    spacing: np.ndarray  # its shape: (length of the axis, axes of the image)


class Distances(NamedTuple):
    """One of three kinds, in the order of array axes; if all are None, steps are 1."""

    spacing: list[float] | None = None
    lattice: np.ndarray | None = None  # its rows are the steps of the axes in space
    rows: RowSpacing | None = None


def distances_of(image: Any, radii: tuple[int, ...], spacing: Any, lattice: Any, use_image_spacing: bool) -> Distances:
    """The distances of an array, from the options or from a DataArray."""
    ndim = len(radii)
    if lattice is not None:
        if spacing is not None:
            raise ValueError("lattice and spacing are both given: give one, a lattice has the distances of its axes")
        return _of_lattice(lattice_of(lattice, radii)) if use_image_spacing else Distances()
    if isinstance(spacing, str) and spacing == "geographic":
        return _geographic(image, radii) if use_image_spacing else Distances()
    if spacing is not None:
        return Distances(spacing_of(spacing, ndim))
    if not use_image_spacing or not is_a(image, "xarray", "DataArray"):
        return Distances()
    transform = _lattice_of_transform(image)
    if transform is not None:
        return _of_lattice(lattice_of(transform, radii))
    _warn_of_degrees(image, radii)
    steps = spacing_of(spacing_of_coordinates("image", image, radii), ndim)
    oblique = _lattice_of_direction(image, steps)
    return Distances(steps) if oblique is None else _of_lattice(lattice_of(oblique, radii))


def _warn_of_degrees(image: Any, radii: tuple[int, ...]) -> None:
    axes = geographic_axes(image)
    if axes is not None and all(radii[axis] > 0 for axis in axes):
        warnings.warn(
            "image has coordinates in degrees, of which those of longitude are shorter: give spacing='geographic', or "
            "use_image_spacing=False to count in cells",
            UserWarning,
            stacklevel=5,
        )


def _geographic(image: Any, radii: tuple[int, ...]) -> Distances:
    axes = geographic_axes(image) if is_a(image, "xarray", "DataArray") else None
    if axes is None:
        raise ValueError(
            "spacing is 'geographic', but image has no axes in degrees: give a DataArray whose coordinates have the units "
            "degrees_north and degrees_east, or a geographic CRS"
        )
    north, east = axes
    named = image.dims[north]
    if named not in image.coords:
        raise ValueError(f"spacing is 'geographic', but image has no coordinates {named}: give its latitudes")
    latitudes = np.asarray(image.coords[named].values, np.float64)
    if not np.all(np.abs(latitudes) <= 90):
        raise ValueError(f"spacing is 'geographic', but the coordinates {named} are not from -90 to 90: give latitudes")
    used = tuple(1 if axis in axes else radius for axis, radius in enumerate(radii))
    steps = spacing_of_coordinates("image", image, used)
    rows = np.tile(np.array(steps), (latitudes.size, 1))
    rows[:, [north, east]] = geographic_spacing(latitudes, (steps[north], steps[east]), ellipsoid_of(image))
    return Distances(rows=RowSpacing(north, rows))


def _lattice_of_transform(image: Any) -> np.ndarray | None:
    """The lattice of a raster without coordinates but with the six numbers of GDAL's GeoTransform."""
    numbers = str(grid_mapping_of(image).get("GeoTransform", "")).split()
    if len(numbers) != 6 or image.ndim < 2 or any(dim in image.coords for dim in image.dims[-2:]):
        return None
    _, dx, rx, _, ry, dy = map(float, numbers)
    lattice = np.eye(image.ndim)
    lattice[-2:, -2:] = [[rx, dy], [dx, ry]]
    return lattice


def _lattice_of_direction(image: Any, steps: list[float] | None) -> np.ndarray | None:
    """Of what itk.xarray_from_image makes of an image whose direction is not orthonormal: its coordinates have the spacing
    alone, an attribute the direction, in the order of the axes of the array."""
    direction = np.asarray(image.attrs.get("direction"))
    count = math.isqrt(direction.size)
    names = ("t", "z", "y", "x")[-count:]
    if direction.dtype.kind not in "iuf" or direction.size != count**2 or not set(image.dims) <= set(names):
        return None
    direction = direction.reshape(count, count).astype(np.float64)
    if np.abs(direction.T @ direction - np.eye(count)).max() <= 1e-6:
        return None
    axes = [names.index(dim) for dim in image.dims]
    lattice = direction.T[axes] * np.array(steps)[:, np.newaxis]
    # Of a slice, the same lengths and angles in its own plane.
    return lattice if len(axes) == count else np.linalg.cholesky(lattice @ lattice.T)


def _of_lattice(lattice: np.ndarray) -> Distances:
    """The spacing, where the steps are at right angles: rotations change no distance."""
    lengths = np.linalg.norm(lattice, axis=1)
    angles = lattice @ lattice.T / np.outer(lengths, lengths) - np.eye(len(lattice))
    if np.abs(angles).max() > 1e-6:
        return Distances(lattice=lattice)
    is_turned = np.count_nonzero(lattice, axis=1) > 1  # and its length is rounded
    return Distances([simple_number(one, 1e-12 * one) if turned else one for one, turned in zip(lengths.tolist(), is_turned)])


def lattice_of(value: Any, radii: tuple[int, ...]) -> np.ndarray:
    """The checked lattice. If voxels that touch are not neighbors, a warning names the steps for which they are."""
    ndim = len(radii)
    try:
        lattice = np.array(value, np.float64)
    except (TypeError, ValueError):
        lattice = np.empty(0)
    if lattice.shape != (ndim, ndim) or not np.isfinite(lattice).all():
        text = " ".join(repr(value).split())
        raise ValueError(f"lattice is {text}: give the steps of the {ndim} axes in space, a matrix of {ndim} rows")
    lengths = np.linalg.norm(lattice, axis=1)
    if lengths.min() == 0 or abs(np.linalg.det(lattice / lengths[:, np.newaxis])) < 1e-9:
        raise ValueError(f"lattice is {lattice.tolist()}: give steps that do not lie in one {'line' if ndim == 2 else 'plane'}")
    axes = [axis for axis, radius in enumerate(radii) if radius > 0]
    reduced = reduced_lattice(lattice[axes])
    if _lacks_neighbors(lattice[axes], reduced, np.array(radii)[axes]):
        digits = 6 - math.floor(math.log10(np.abs(reduced).max()))
        warnings.warn(
            "lattice is sheared so far that voxels which touch in space are no neighbors in the array; "
            f"resample the image to the lattice {(np.round(reduced, digits) + 0.0).tolist()}",
            UserWarning,
            stacklevel=5,
        )
    return lattice


def _lacks_neighbors(lattice: np.ndarray, reduced: np.ndarray, radii: np.ndarray) -> bool:
    """Whether the neighborhood of a voxel lacks one that its cell touches: of the points that are nearest to it.

    By Voronoi, those are the shortest among the offsets that differ from each other by even numbers. What a file rounds makes
    no difference: lengths that differ by a thousandth are equal.
    """
    offsets = np.array(list(itertools.product((-1, 0, 1), repeat=len(reduced))))
    lengths = np.linalg.norm(offsets @ reduced, axis=1)
    is_neighbor = np.all(np.abs(np.rint(offsets @ reduced @ np.linalg.pinv(lattice))) <= radii, axis=1)
    classes = np.abs(offsets) @ 2 ** np.arange(len(reduced))
    for one in range(1, 2 ** len(reduced)):
        members = np.flatnonzero(classes == one)
        shortest = members[lengths[members] <= 1.001 * lengths[members].min()]
        if not is_neighbor[shortest].all():
            return True
    return False


def reduced_lattice(lattice: np.ndarray) -> np.ndarray:
    """The steps of the same lattice that do not get shorter by adding or subtracting others."""
    steps, ndim = lattice.copy(), len(lattice)
    is_changed = True
    while is_changed:
        is_changed = False
        for axis, signs in itertools.product(range(ndim), itertools.product((-1, 0, 1), repeat=ndim)):
            others = np.where(np.arange(ndim) == axis, 1, signs)
            step = others @ steps
            if math.hypot(*step) < (1 - 1e-9) * math.hypot(*steps[axis]):
                steps[axis], is_changed = step, True
    return steps
