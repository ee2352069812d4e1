"""Which basins of images in chunks join at which depth, by dask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._basin_merge import (
    Found,
    Merging,
    Renumbering,
    check_values,
    find,
    hierarchy_from,
    is_empty,
    look_up,
    lowest_of_pairs,
    pixels_of_values,
    renumbering_of,
    tables_of,
    type_of,
)

if TYPE_CHECKING:
    import dask.array


class Part(NamedTuple):
    """What is found in a chunk and the voxels around it."""

    numbers: np.ndarray  # of its basins, in their order
    lowest: np.ndarray  # values of them
    passes: np.ndarray
    no_values: bool


def merge_chunks(
    numbers: dask.array.Array, sinks: dask.array.Array | None, values: Any, merging: Merging
) -> tuple[dask.array.Array, dask.array.Array | None, list[Any]]:
    """Basins and sinks that are left, and the tables that the options ask for, lazily: those of the whole image.

    How basins join is found now, as all parts of the result need it: each chunk gives its passes, and one task joins them.
    """
    import dask

    found = _find(numbers, values, merging).persist()
    tables = dask.delayed(tables_of)(found, numbers.shape, merging)
    if merging.depth is not None:
        renumbering = dask.delayed(renumbering_of)(found, merging.depth)
        numbers = look_up_chunks(numbers, dask.delayed(_numbers_of)(renumbering))
        if sinks is not None:
            sinks = look_up_chunks(sinks, dask.delayed(_sinks_of)(renumbering))
    return numbers, sinks, [tables[i] for i in range(merging.hierarchy + merging.neighbors)]


def _numbers_of(renumbering: Renumbering) -> np.ndarray:
    return renumbering.numbers


def _sinks_of(renumbering: Renumbering) -> np.ndarray:
    return renumbering.sinks


def look_up_chunks(numbers: dask.array.Array, table: Any) -> dask.array.Array:
    """`table`: a dask.delayed object."""
    return numbers.map_blocks(look_up, table=table, meta=np.empty((0,) * numbers.ndim, np.uint32))


def _find(numbers: dask.array.Array, values: Any, merging: Merging) -> Any:
    """A Found, delayed."""
    import dask
    import dask.array

    values = dask.array.asanyarray(values).rechunk(numbers.chunks)
    pixel_type = type_of(values, isinstance(values._meta, np.ma.MaskedArray))
    meta = np.empty((0,) * numbers.ndim, pixel_type)
    pixels = dask.array.map_blocks(pixels_of_values, values, numbers, pixel_type=pixel_type, meta=meta)
    halos = {axis: int(count > 1) for axis, count in enumerate(numbers.numblocks)}
    wraps = [merging.periodic[axis] and halos[axis] > 0 for axis in halos]
    boundary = {axis: "periodic" if wraps[axis] else "none" for axis in halos}
    blocks = [dask.array.overlap.overlap(array, halos, boundary).to_delayed() for array in (numbers, pixels)]
    begins = [np.cumsum((0, *lengths[:-1])) for lengths in numbers.chunks]
    part = dask.delayed(_find_part)
    parts = []
    for chunk in np.ndindex(numbers.numblocks):
        starts = [int(begin[i]) - (i > 0 or wrap) for begin, i, wrap in zip(begins, chunk, wraps)]
        parts.append(part(*(block[chunk] for block in blocks), starts, numbers.shape, merging))
    return dask.delayed(_join)(parts, merging.ascent)


def _find_part(numbers: np.ndarray, pixels: np.ndarray, starts: list[int], shape: tuple[int, ...], merging: Merging) -> Part:
    """Of a chunk with the voxels around it, which begins at `starts` in the image; before it, if it is negative."""
    places, is_periodic = [], []
    for axis, (start, length) in enumerate(zip(starts, shape)):
        place = (start + np.arange(numbers.shape[axis])) % length
        order, gap = _ordered(place, length) if merging.periodic[axis] else (None, None)
        if order is not None:
            numbers, pixels, place = numbers.take(order, axis), pixels.take(order, axis), place[order]
        if gap is not None:
            numbers[(slice(None),) * axis + (gap,)] = 0
        places.append(place)
        is_periodic.append(order is not None)
    own, numbers = _compact(numbers)
    pixels = np.ascontiguousarray(pixels)
    rows, passes = find(
        numbers, pixels, merging._replace(depth=None, periodic=tuple(is_periodic), neighbors=True), work_units=1
    )
    if len(passes):
        passes[:, :2] = own[passes[:, :2].astype(np.int64) - 1]
        index = np.unravel_index(passes[:, 3].astype(np.int64), numbers.shape)
        passes[:, 3] = np.ravel_multi_index([place[i] for place, i in zip(places, index)], shape)
    return Part(own, rows[:, 0], passes, not np.isfinite(rows[:, 0]).any() and is_empty(numbers, pixels))


def _ordered(place: np.ndarray, length: int) -> tuple[np.ndarray | None, int | None]:
    """The order in which rows along a periodic axis are those of the image, from its first one to its last one: the first of
    equal passes is then the first in the image. The first row and the last one become neighbors by the filter's option;
    others that do not belong together are kept apart by a row of background, the gap."""
    if place.size >= length:
        return np.unique(place, return_index=True)[1], None
    turn = np.flatnonzero(np.diff(place) < 0) + 1
    if turn.size == 0:
        return None, None
    return np.concatenate([np.arange(turn[0], place.size), turn, np.arange(turn[0])]), place.size - int(turn[0])


def _compact(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The basins that occur, and the array with the position of each among them, from 1 on."""
    low = int(numbers.min(where=numbers > 0, initial=np.iinfo(numbers.dtype).max))
    high = int(numbers.max(initial=0))
    if high == 0:
        return np.empty(0, np.int64), np.zeros(numbers.shape, np.uint32)
    if high - low > 4 * numbers.size:  # tables would be greater than the chunk
        own, positions = np.unique(numbers, return_inverse=True)
        has_background = own[0] == 0
        return own[int(has_background) :].astype(np.int64), (positions.reshape(numbers.shape) + (not has_background)).astype(
            np.uint32
        )
    shifted = np.where(numbers > 0, numbers - numbers.dtype.type(low - 1), 0)
    occurs = np.zeros(high - low + 2, bool)
    occurs[shifted] = True
    occurs[0] = False
    positions = np.cumsum(occurs, dtype=np.uint32)
    return np.flatnonzero(occurs) + (low - 1), positions[shifted]


def _join(parts: list[Part], ascent: bool) -> Found:
    count = int(max((part.numbers[-1] for part in parts if part.numbers.size), default=0))
    if count >= 2**31:
        raise ValueError(f"labels have {count} basins: depth, hierarchy and neighbors are for fewer than 2^31")
    lowest = np.full(count, -np.inf if ascent else np.inf)
    lower = np.maximum if ascent else np.minimum
    for part in parts:
        lowest[part.numbers - 1] = lower(lowest[part.numbers - 1], part.lowest)
    passes = lowest_of_pairs(np.concatenate([part.passes for part in parts]), ascent)
    rows = hierarchy_from(passes, lowest, ascent)
    check_values(rows, all(part.no_values or part.numbers.size == 0 for part in parts))
    return Found(rows, passes)
