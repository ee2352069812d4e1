"""Basins of images in chunks, by dask."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._itk import image_of, load_itk, new_filter, rows_of, table_image, update
from ._label_errors import wrong_label, zero_border

if TYPE_CHECKING:
    import dask.array


class Grid(NamedTuple):
    """The chunks of a label image, and how its labels are meant."""

    chunks: tuple[tuple[int, ...], ...]
    radius: tuple[int, ...]  # of each axis of the array
    background: int
    is_periodic: tuple[bool, ...]  # likewise

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(sum(lengths) for lengths in self.chunks)

    @property
    def numblocks(self) -> tuple[int, ...]:
        return tuple(len(lengths) for lengths in self.chunks)

    @property
    def starts(self) -> list[np.ndarray]:
        return [np.cumsum((0, *lengths[:-1])) for lengths in self.chunks]

    def start_of(self, chunk: tuple[int, ...]) -> np.ndarray:
        return np.array([s[i] for s, i in zip(self.starts, chunk)])

    def region_of(self, chunk: tuple[int, ...]) -> Any:
        return _region(self.start_of(chunk), [lengths[i] for lengths, i in zip(self.chunks, chunk)])

    def place_of(self, voxels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The chunks of voxels of the image, and the voxels counted in their chunks."""
        position = np.unravel_index(voxels, self.shape)
        chunk = [np.searchsorted(start, p, side="right") - 1 for start, p in zip(self.starts, position)]
        voxel = np.zeros(voxels.shape, np.int64)
        for p, c, start, lengths in zip(position, chunk, self.starts, self.chunks):
            voxel = voxel * np.array(lengths)[c] + p - start[c]
        return np.ravel_multi_index(chunk, self.numblocks), voxel


class Followed(NamedTuple):
    """What is known of a chunk alone: the tables of the C++ filter, whose header says what they have."""

    rows: np.ndarray
    faces: np.ndarray
    exits: np.ndarray
    border_labels: set[bool]  # at the border of the image: whether there are others than 0, and 0


class Joined(NamedTuple):
    """What leads from the basins of a chunk to those of the image: tables of NeighborhoodBasinJoiner."""

    basins_before: np.ndarray
    pieces: np.ndarray
    entries: np.ndarray  # voxels of the chunk where cycles enter it,
    cycles: np.ndarray  # which are these
    number_of_basins: int  # of the image
    number_of_cycles: int  # through several chunks


def dask_basins(
    labels: "dask.array.Array",
    mask: Any,
    *,
    radius: tuple[int, ...],
    background_value: int,
    periodic: tuple[bool, ...],
    generate_sink_image: bool,
) -> Any:
    """The basins of labels of uint8 or uint16, or basins and sinks, in their chunks: uint32, or uint64 where there are more.

    The image is passed twice. This function itself makes the first pass, on dask's current scheduler: the labels of each
    chunk are followed to where they end or leave the chunk, and what leaves is joined. The second pass is the array that it
    returns: when that is computed or stored, the labels are followed again, and get the numbers of the whole image.

    A task holds one chunk, up to 9 bytes a voxel; a mask takes one more. What is known of all chunks comes together in one of
    them: 4 bytes for each voxel that is as close to a face of its chunk as the radius, 16 where its label leaves the chunk,
    and 4 for each row of a chunk; joining takes about as much again. Large chunks have few of these.

    Sinks need a third pass where labels run in a cycle through several chunks, which they do not with center_score=0,
    unless the image is periodic, or has NaN or adjacent infinities.
    """
    import dask.array

    load_itk()
    labels = labels.rechunk([[n for n in lengths if n > 0] for lengths in labels.chunks])
    arrays = [labels]
    if mask is not None:
        arrays.append(dask.array.asarray(mask).rechunk(labels.chunks))
    grid = Grid(labels.chunks, radius, background_value, periodic)

    # An array of objects, one for each chunk, comes together as a whole, and goes back as one for each chunk.
    def for_each_chunk(function: Any, *arguments: "dask.array.Array") -> "dask.array.Array":
        chunks = tuple((1,) * n for n in labels.numblocks)
        return dask.array.map_blocks(function, *arguments, grid=grid, chunks=chunks, meta=_no_objects(labels.ndim))

    def for_all_chunks(function: Any, objects: "dask.array.Array") -> "dask.array.Array":
        together = objects.rechunk(-1, method="tasks").map_blocks(function, grid=grid, meta=_no_objects(labels.ndim))
        return together.rechunk(1, method="tasks").persist()

    joined = for_all_chunks(_join, for_each_chunk(_follow_chunk, *arrays))
    one = joined[(slice(1),) * labels.ndim].compute().item()
    cycles = []
    if generate_sink_image and one.number_of_cycles > 0:
        cycles.append(for_all_chunks(_first_of_cycles, for_each_chunk(_follow_cycles, joined, *arrays)))
    dtype = np.result_type(np.uint32, np.min_scalar_type(one.number_of_basins))
    options = {"grid": grid, "has_mask": mask is not None, "has_sinks": generate_sink_image, "number_type": dtype}
    if not generate_sink_image:
        meta = np.empty((0,) * labels.ndim, dtype)
        return dask.array.map_blocks(_number_chunk, joined, *arrays, **options, chunks=labels.chunks, meta=meta)
    meta = np.empty((0,) * (labels.ndim + 1), dtype)
    both = dask.array.map_blocks(
        _number_chunk, joined, *arrays, *cycles, **options, new_axis=0, chunks=((2,), *labels.chunks), meta=meta
    )
    return both[0], both[1]


def _no_objects(dimension: int) -> np.ndarray:
    return np.empty((0,) * dimension, object)


def _array_of(objects: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(len(objects), object)
    for i, one in enumerate(objects):
        array[i] = one
    return array.reshape(shape)


def _follow(
    labels: np.ndarray,
    mask: np.ndarray | None,
    grid: Grid,
    chunk: tuple[int, ...],
    basins: np.ndarray,
    sinks: np.ndarray | None = None,
) -> Any:
    """Basins of a chunk, of which each exit is one, and sinks go into the arrays; the filter is returned for its tables."""

    def place(array: np.ndarray) -> Any:
        image = image_of(array)
        image.SetRegions(_region(grid.start_of(chunk), array.shape))
        return image

    made = new_filter(
        "NeighborhoodLabelToBasinImageFilter",
        place(labels),
        "UI",
        {
            "radius": grid.radius,
            "background_value": grid.background,
            "periodic": grid.is_periodic,
            "whole_region": _region((0,) * labels.ndim, grid.shape),
            "number_of_work_units": 1,
        },
    )
    if mask is not None:
        made.SetMaskImage(place(mask))
    # ITK writes into arrays of our own.
    made.GraftOutput(place(basins))
    if sinks is not None:
        made.GenerateSinkImageOn()
        made.GetSinkImage().Graft(place(sinks))
    update(made)
    return made


def _region(start: Sequence[int], shape: Sequence[int]) -> Any:
    region = load_itk().ImageRegion[len(shape)]()
    region.SetIndex([int(i) for i in start[::-1]])
    region.SetSize([int(n) for n in shape[::-1]])
    return region


def _prepared(labels: np.ndarray, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """In C order; the mask as ITK takes it."""
    return np.ascontiguousarray(labels), None if mask is None else np.ascontiguousarray(np.asarray(mask) != 0, np.uint8)


def _follow_chunk(labels: np.ndarray, mask: np.ndarray | None = None, *, grid: Grid, block_id: tuple[int, ...]) -> np.ndarray:
    """A Followed, in an array of it alone."""
    labels, mask = _prepared(labels, mask)
    try:
        made = _follow(labels, mask, grid, block_id, np.empty(labels.shape, np.uint32))
    except ValueError as error:
        raise wrong_label(labels, mask, grid.radius, grid.background, grid.start_of(block_id)) or error from None
    tables = [rows_of(table) for table in (made.GetRows(), made.GetFaces(), made.GetExits())]
    return _array_of([Followed(*tables, _border_labels(labels, mask, grid, block_id))], (1,) * labels.ndim)


def _border_labels(labels: np.ndarray, mask: np.ndarray | None, grid: Grid, chunk: tuple[int, ...]) -> set[bool]:
    found: set[bool] = set()
    for axis, (start, length, radius) in enumerate(zip(grid.start_of(chunk), grid.shape, grid.radius)):
        place = start + np.arange(labels.shape[axis])
        at_border = (slice(None),) * axis + ((place < radius) | (place >= length - radius),)
        is_zero = labels[at_border] == 0
        found.update(np.unique(is_zero if mask is None else is_zero[mask[at_border] != 0]).tolist())
    return found


def _join(chunks: np.ndarray, *, grid: Grid) -> np.ndarray:
    """A Joined for each chunk."""
    followed = chunks.ravel().tolist()
    if not any(grid.is_periodic) and set().union(*(one.border_labels for one in followed)) == {True}:
        raise zero_border(grid.background)
    joiner = load_itk().NeighborhoodBasinJoiner[chunks.ndim].New()
    joiner.SetRadius(list(grid.radius[::-1]))
    for chunk, one in zip(np.ndindex(grid.numblocks), followed):
        joiner.AddPart(grid.region_of(chunk), *map(table_image, (one.rows, one.faces, one.exits)))
    joiner.Join()
    entries, cycles = rows_of(joiner.GetCycles()).astype(np.int64).T
    chunk_of_entry, voxel = grid.place_of(entries)
    counts = joiner.GetNumberOfBasins(), int(cycles.max(initial=-1)) + 1
    joined = []
    for i in range(len(followed)):
        is_here = chunk_of_entry == i
        pieces = rows_of(joiner.GetPieces(i))
        pieces = pieces.astype(np.min_scalar_type(pieces.max(initial=0)))  # there are many
        joined.append(Joined(rows_of(joiner.GetBasinsBefore(i)), pieces, voxel[is_here], cycles[is_here], *counts))
    return _array_of(joined, chunks.shape)


def _number_chunk(
    joined: np.ndarray,
    labels: np.ndarray,
    *others: np.ndarray,
    grid: Grid,
    has_mask: bool,
    has_sinks: bool,
    number_type: np.dtype,
    block_id: tuple[int, ...],
) -> np.ndarray:
    """Basins of the image; or, along a first axis, basins and sinks."""
    labels, mask = _prepared(labels, others[0] if has_mask else None)
    one: Joined = joined.item()
    own = np.empty((1 + has_sinks, *labels.shape), np.uint32)
    rows = _follow(labels, mask, grid, block_id[-labels.ndim :], *own).GetRows()
    numbers = _numbers_of(one, rows, number_type)
    result = own if number_type == own.dtype else np.empty(own.shape, number_type)
    _look_up(numbers, own[0], result[0])
    if not has_sinks:
        return result[0]
    basin, _, _, leads_out = one.pieces.T
    numbers[basin[leads_out != 0].astype(np.int64)] = 0
    _look_up(numbers, own[1], result[1])
    for firsts in others[has_mask:]:
        basins, sinks = (flat.reshape(-1) for flat in result)
        sinks[firsts.item()] = basins[firsts.item()]
    return result


def _numbers_of(one: Joined, rows: Any, number_type: np.dtype) -> np.ndarray:
    """The numbers of the image, by those of the chunk; `rows`: the filter's table of it."""
    static = load_itk().NeighborhoodBasinJoiner[2]
    pieces = one.pieces.astype(np.uint64)
    return rows_of(static.GetNumbers(rows, table_image(one.basins_before), table_image(pieces))).ravel().astype(number_type)


def _look_up(table: np.ndarray, keys: np.ndarray, result: np.ndarray) -> None:
    for key, one in zip(keys, result):  # part by part, for little memory; the result may be the keys
        one[...] = table[key]


def _follow_cycles(joined: np.ndarray, labels: np.ndarray, *_: np.ndarray, grid: Grid, block_id: tuple[int, ...]) -> np.ndarray:
    """The cycles that enter a chunk, and the first voxel of the image that each path passes here."""
    one: Joined = joined.item()
    start, shape = grid.start_of(block_id)[:, np.newaxis], np.array(labels.shape)[:, np.newaxis]
    widths, radius = tuple(2 * r + 1 for r in grid.radius), np.array(grid.radius)[:, np.newaxis]
    position = np.array(np.unravel_index(one.entries, labels.shape)).reshape(labels.ndim, -1)
    first = np.ravel_multi_index(tuple(position + start), grid.shape)
    inside = np.arange(one.entries.size)
    while inside.size > 0:
        voxel = np.ravel_multi_index(tuple(position[:, inside] + start), grid.shape)
        first[inside] = np.minimum(first[inside], voxel)
        position[:, inside] += np.array(np.unravel_index(labels[tuple(position[:, inside])], widths)) - radius
        inside = inside[((position[:, inside] >= 0) & (position[:, inside] < shape)).all(axis=0)]
    return _array_of([(one.cycles, first)], (1,) * labels.ndim)


def _first_of_cycles(chunks: np.ndarray, *, grid: Grid) -> np.ndarray:
    """For each chunk the voxels, counted in it, that are the first ones of cycles."""
    cycles, firsts = (np.concatenate(arrays) for arrays in zip(*chunks.ravel().tolist()))
    first = np.full(cycles.max(initial=-1) + 1, np.prod(grid.shape, dtype=np.int64))
    np.minimum.at(first, cycles, firsts)
    chunk, voxel = grid.place_of(first)
    return _array_of([voxel[chunk == i] for i in range(chunks.size)], chunks.shape)
