"""Accumulation along labels in chunks, with dask: the sums that leave a chunk are added where they enter another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._accumulate import sum_type, sums_of, wrong_weight
from ._itk import image_of, load_itk, new_filter, update
from ._label_errors import wrong_label, zero_border

if TYPE_CHECKING:
    import dask.array


class Layout(NamedTuple):
    """The chunks of a label image, and the options of its labels."""

    chunks: tuple[tuple[int, ...], ...]
    radius: tuple[int, ...]  # of each axis of the array
    background: int
    is_periodic: tuple[bool, ...]  # of each axis of the array

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(sum(lengths) for lengths in self.chunks)

    def start_of(self, chunk: tuple[int, ...]) -> np.ndarray:
        return np.array([sum(lengths[:i]) for lengths, i in zip(self.chunks, chunk)])

    def chunk_of(self, voxels: np.ndarray) -> np.ndarray:
        """The number of the chunk of each voxel of the image."""
        ends = [np.cumsum(lengths) for lengths in self.chunks]
        chunk = [np.searchsorted(end, x, side="right") for end, x in zip(ends, np.unravel_index(voxels, self.shape))]
        return np.ravel_multi_index(chunk, [len(lengths) for lengths in self.chunks])


class Drained(NamedTuple):
    """The result of the first pass over a chunk. Voxels are numbers in the whole image; sums are in units."""

    sums: np.ndarray  # of each exit: the sum that leaves the chunk,
    targets: np.ndarray  # and the voxel that it enters
    near_faces: np.ndarray  # voxels near the faces that drain to an exit,
    exits: np.ndarray  # and this exit
    border_labels: set[bool]  # the values of "label == 0" at the border of the image


class Carried(NamedTuple):
    """What enters a chunk. Voxels are numbers in the whole image."""

    entries: np.ndarray  # voxels that sums enter
    sums: np.ndarray
    cycle_entries: np.ndarray  # voxels that cycles enter
    cycle_sums: np.ndarray  # the sum of all voxels of the cycle


def accumulate_chunks(
    labels: dask.array.Array, mask: Any, weights: Any, radius: tuple[int, ...], background: int, is_periodic: tuple[bool, ...]
) -> dask.array.Array:
    """Sums that are bit for bit those of the whole image. The first pass runs here, on dask's current scheduler."""
    import dask.array

    load_itk()
    layout = Layout(labels.chunks, radius, background, is_periodic)
    arrays = [labels] + [array for array in (mask, weights) if array is not None]
    unit = None
    ones = {"chunks": tuple((1,) * n for n in labels.numblocks), "meta": np.empty((0,) * labels.ndim, object)}
    has = {"has_mask": mask is not None, "layout": layout}
    if weights is not None:
        greatest = dask.array.map_blocks(_greatest_weight, *arrays, **has, **(ones | {"meta": np.empty((0,) * labels.ndim)}))
        unit = _weight_unit(float(greatest.max().compute()), labels.size)
    drained = dask.array.map_blocks(_drain_chunk, *arrays, **has, **ones, unit=unit)
    together = drained.rechunk(-1, method="tasks").map_blocks(_join, layout=layout, meta=ones["meta"])
    carried = together.rechunk(1, method="tasks").persist()
    meta = np.empty((0,) * labels.ndim, sum_type(weights, labels.size))
    return dask.array.map_blocks(_sum_chunk, *arrays, carried, **has, unit=unit, chunks=labels.chunks, meta=meta)


def _weight_unit(greatest: float, count: int) -> float:
    """The power of two whose multiples weights are rounded to, as in the C++ filter."""
    return math.ldexp(1.0, max(math.frexp(greatest)[1] + math.frexp(float(count))[1] - 62, -1022))


def _prepared(arrays: tuple[np.ndarray, ...], has_mask: bool) -> tuple[np.ndarray, Any, Any]:
    """Labels, mask and weights, as ITK takes them."""
    labels, *others = arrays
    mask = np.ascontiguousarray(np.asarray(others.pop(0)) != 0, np.uint8) if has_mask else None
    return np.ascontiguousarray(labels), mask, others[0] if others else None


def _has_label(labels: np.ndarray, mask: Any, layout: Layout) -> np.ndarray:
    has = labels != layout.background
    return has if mask is None else has & (mask != 0)


def _greatest_weight(*arrays: np.ndarray, has_mask: bool, layout: Layout, block_id: tuple[int, ...]) -> np.ndarray:
    labels, mask, weights = _prepared(arrays, has_mask)
    has = _has_label(labels, mask, layout)
    wrong = wrong_weight(weights, has, layout.start_of(block_id))
    if wrong is not None:
        raise wrong
    return np.abs(weights[has]).max(initial=0, keepdims=True).reshape((1,) * labels.ndim)


def _drain_chunk(
    *arrays: np.ndarray,
    has_mask: bool,
    layout: Layout,
    unit: float | None,
    block_id: tuple[int, ...],
) -> np.ndarray:
    labels, mask, weights = _prepared(arrays, has_mask)
    start = layout.start_of(block_id)
    wrong = wrong_label(labels, mask, layout.radius, layout.background, start)
    if wrong is not None:
        raise wrong
    basins, exits = _follow(labels, mask, layout, start)
    sums = np.zeros(int(basins.max(initial=0)) + 1, np.int64)
    if weights is None:
        sums += np.bincount(basins.ravel(), minlength=sums.size)
    else:
        units = np.rint(np.where(basins > 0, weights, 0) / unit).astype(np.int64)
        np.add.at(sums, basins.ravel(), units.ravel())

    is_near = np.ones(labels.shape, bool)
    is_near[tuple(slice(r, max(length - r, r)) for r, length in zip(layout.radius, labels.shape))] = False
    near = np.flatnonzero(is_near)
    position = np.array(np.unravel_index(near, labels.shape)) + start[:, np.newaxis]
    low, whole = np.array(layout.radius)[:, np.newaxis], np.array(layout.shape)[:, np.newaxis]
    at_border = ((position < low) | (position >= whole - low)).any(axis=0)
    if mask is not None:
        at_border &= mask.ravel()[near] != 0
    border_labels = set((labels.ravel()[near[at_border]] == 0).tolist())

    exit_of = np.full(sums.size, -1)
    exit_of[exits[:, 0]] = np.arange(len(exits))
    exit_of_near = exit_of[basins.ravel()[near]]
    drains = exit_of_near >= 0
    voxels = np.ravel_multi_index(tuple(position[:, drains]), layout.shape)
    drained = Drained(sums[exits[:, 0]], exits[:, 1], voxels, exit_of_near[drains], border_labels)
    return _array_of([drained], (1,) * labels.ndim)


def _follow(labels: np.ndarray, mask: Any, layout: Layout, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The basins of a chunk, where each exit has its own; and a row for each exit: its basin and the voxel that it leads to."""

    def place(array: np.ndarray) -> Any:
        image = image_of(array)
        image.SetRegions(_region(start, array.shape))
        return image

    options = {"radius": layout.radius, "background_value": layout.background, "periodic": layout.is_periodic}
    options |= {"whole_region": _region((0,) * labels.ndim, layout.shape), "number_of_work_units": 1}
    made = new_filter("NeighborhoodLabelToBasinImageFilter", place(labels), "UI", options)
    if mask is not None:
        made.SetMaskImage(place(mask))
    basins = np.empty(labels.shape, np.uint32)
    made.GraftOutput(place(basins))
    update(made)
    return basins, load_itk().array_from_image(made.GetExits()).astype(np.int64)


def _region(start: Any, shape: tuple[int, ...]) -> Any:
    region = load_itk().ImageRegion[len(shape)]()
    region.SetIndex([int(i) for i in start[::-1]])
    region.SetSize([int(n) for n in shape[::-1]])
    return region


def _join(chunks: np.ndarray, *, layout: Layout) -> np.ndarray:
    """What enters each chunk."""
    drained = chunks.ravel().tolist()
    if not any(layout.is_periodic) and set().union(*(one.border_labels for one in drained)) == {True}:
        raise zero_border(layout.background)
    befores = np.cumsum([0] + [one.sums.size for one in drained])
    sums = np.concatenate([one.sums for one in drained])
    targets = np.concatenate([one.targets for one in drained])
    near = np.concatenate([one.near_faces for one in drained])
    exits = np.concatenate([before + one.exits for before, one in zip(befores, drained)])
    # The next exit on the path from each exit, or -1.
    following = np.full(sums.size, -1)
    if near.size:
        order = np.argsort(near)
        place = np.minimum(np.searchsorted(near, targets, sorter=order), near.size - 1)
        found = near[order[place]] == targets
        following[found] = exits[order[place[found]]]
    is_on_cycle = _accumulate_along(following, sums)
    cycle_sums = _sums_of_cycles(following, sums, is_on_cycle)
    chunk = layout.chunk_of(targets)
    carried = []
    for i in range(chunks.size):
        enters, cycles = (chunk == i) & ~is_on_cycle, (chunk == i) & is_on_cycle
        carried.append(Carried(targets[enters], sums[enters], targets[cycles], cycle_sums[cycles]))
    return _array_of(carried, chunks.shape)


def _accumulate_along(following: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Adds each sum, in place, to all that follow; returns which are on cycles. These get the sums that enter from outside."""
    waits = np.bincount(following[following >= 0], minlength=following.size)
    ready = np.flatnonzero(waits == 0)
    is_done = np.zeros(following.size, bool)
    while ready.size > 0:
        is_done[ready] = True
        ready = ready[following[ready] >= 0]
        then = following[ready]
        np.add.at(sums, then, sums[ready])
        np.subtract.at(waits, then, 1)
        ready = np.unique(then[waits[then] == 0])
    return ~is_done


def _sums_of_cycles(following: np.ndarray, sums: np.ndarray, is_on_cycle: np.ndarray) -> np.ndarray:
    result = np.zeros_like(sums)
    is_left = is_on_cycle.copy()
    for first in np.flatnonzero(is_on_cycle).tolist():
        cycle = []
        while is_left[first]:
            is_left[first] = False
            cycle.append(first)
            first = int(following[first])
        result[cycle] = sums[cycle].sum(dtype=sums.dtype)
    return result


def _sum_chunk(
    *arrays: np.ndarray,
    has_mask: bool,
    layout: Layout,
    unit: float | None,
    block_id: tuple[int, ...],
) -> np.ndarray:
    labels, mask, weights = _prepared(arrays[:-1], has_mask)
    carried: Carried = arrays[-1].item()
    start = layout.start_of(block_id)[:, np.newaxis]
    place = tuple(np.array(np.unravel_index(carried.entries, layout.shape)) - start)
    entries = np.stack([np.ravel_multi_index(place, labels.shape), carried.sums], axis=-1).astype(np.uint64)
    options = {"radius": layout.radius, "background_value": layout.background, "part": True, "number_of_work_units": 1}
    dtype = sum_type(weights, math.prod(layout.shape))
    sums = sums_of(labels, mask, weights, dtype, entries, weight_unit=unit, **options)
    position = np.array(np.unravel_index(carried.cycle_entries, layout.shape)) - start
    values = carried.cycle_sums if unit is None else carried.cycle_sums.astype(np.float64) * unit
    _set_cycles(sums, labels, layout, position, values)
    return sums


def _set_cycles(sums: np.ndarray, labels: np.ndarray, layout: Layout, position: np.ndarray, values: np.ndarray) -> None:
    """Sets the sums of cycles along their paths through the chunk, from entry to exit."""
    shape, radius = np.array(labels.shape)[:, np.newaxis], np.array(layout.radius)[:, np.newaxis]
    widths = tuple(2 * r + 1 for r in layout.radius)
    while values.size > 0:
        sums[tuple(position)] = values
        position = position + np.array(np.unravel_index(labels[tuple(position)], widths)) - radius
        inside = ((position >= 0) & (position < shape)).all(axis=0)
        position, values = position[:, inside], values[inside]


def _array_of(objects: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(len(objects), object)
    for i, one in enumerate(objects):
        array[i] = one
    return array.reshape(shape)
