"""Joins the basins of chunks to those of the whole image: by numbers alone, without labels or dask."""

from __future__ import annotations

import functools
import itertools
from typing import NamedTuple

import numpy as np


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

    def shape_of(self, chunk: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(lengths[i] for lengths, i in zip(self.chunks, chunk))

    def near_faces(self, shape: tuple[int, ...]) -> np.ndarray:
        """Voxels of a chunk, counted from 0 on, whose neighborhood leaves it."""
        return _near_faces(self.radius, shape)

    def place_of(self, voxels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The chunks of voxels of the image, and the voxels counted in their chunks."""
        position = np.unravel_index(voxels, self.shape)
        chunk = [np.searchsorted(start, p, side="right") - 1 for start, p in zip(self.starts, position)]
        voxel = np.zeros(voxels.shape, np.int64)
        for p, c, start, lengths in zip(position, chunk, self.starts, self.chunks):
            voxel = voxel * np.array(lengths)[c] + p - start[c]
        return np.ravel_multi_index(chunk, self.numblocks), voxel

    def segments_of(self, chunk: tuple[int, ...]) -> np.ndarray:
        """The rows of a chunk, among those of all chunks: in the order in which the image has them."""
        rows = [start[i] + np.arange(lengths[i]) for start, lengths, i in zip(self.starts, self.chunks, chunk)]
        rows[-1] = chunk[-1:]
        return np.ravel_multi_index(np.ix_(*rows), (*self.shape[:-1], self.numblocks[-1])).ravel()


@functools.lru_cache(maxsize=8)
def _near_faces(radius: tuple[int, ...], shape: tuple[int, ...]) -> np.ndarray:
    is_near = np.ones(shape, bool)
    is_near[tuple(slice(r, max(length - r, r)) for r, length in zip(radius, shape))] = False
    return np.flatnonzero(is_near)


class Followed(NamedTuple):
    """What is known of a chunk alone. Its basins, of which each exit is one, are numbered from 1 on, as they begin."""

    newest: np.ndarray  # of each row the number of basins that begin in it or before
    near_faces: np.ndarray  # basins of the voxels of Grid.near_faces
    exits: np.ndarray  # basins that a label leads out of the chunk from,
    targets: np.ndarray  # to these voxels of the image
    border_labels: set[bool]  # at the border of the image: whether there are others than 0, and 0


class Table(NamedTuple):
    """What leads from the basins of a chunk to those of the image."""

    numbers_before: np.ndarray  # of each row the number of basins of the image that begin before it
    parts: np.ndarray  # basins of the chunk that lead out or are entered
    is_first: np.ndarray  # whether their basin begins there
    numbers: np.ndarray  # and its number
    leaving: np.ndarray  # basins whose sink is in another chunk
    entries: np.ndarray  # voxels of the chunk where cycles enter it,
    cycles: np.ndarray  # which are these
    number_of_basins: int  # of the image
    number_of_cycles: int  # through several chunks


def newest_of_rows(basins: np.ndarray) -> np.ndarray:
    return np.maximum.accumulate(basins.max(axis=-1).ravel())


def join_chunks(followed: list[Followed], grid: Grid) -> list[Table]:
    """Tables of all chunks, which are in C order."""
    counts = [int(one.newest[-1]) for one in followed]
    befores = np.cumsum([0, *counts])  # basins of all chunks are counted from 0 on, chunk by chunk
    exits = np.concatenate([before + one.exits.astype(np.int64) - 1 for before, one in zip(befores, followed)])
    targets = np.concatenate([one.targets for one in followed]).astype(np.int64)
    chunk, voxel = grid.place_of(targets)
    entered = _basins_entered(followed, grid, befores, chunk, voxel)
    order = np.argsort(exits)
    order = order[entered[order] >= 0]  # at background it ends
    exits, entered, chunk, voxel = exits[order], entered[order], chunk[order], voxel[order]

    parts, ends = np.unique(np.stack([exits, entered]), return_inverse=True)
    ends = ends.reshape(2, -1)
    segments, in_segment = _beginnings(followed, grid, befores, parts)
    order = np.lexsort((parts, segments))
    is_first, earliest = _first_parts(ends, order)

    # How many basins begin before each segment, and then before each part in its own.
    begin = np.zeros(np.prod(grid.shape[:-1], dtype=np.int64) * grid.numblocks[-1], np.int64)
    rows = [grid.segments_of(block) for block in itertools.product(*map(range, grid.numblocks))]
    for row, one in zip(rows, followed):
        begin[row] = np.diff(one.newest.astype(np.int64), prepend=0)
    np.subtract.at(begin, segments[~is_first], 1)
    number_of_basins = int(begin.sum())
    begin = np.cumsum(begin) - begin
    continued = np.cumsum(~is_first[order]) - ~is_first[order]
    _, first_in_segment = np.unique(segments[order], return_index=True)
    lengths = np.diff([*first_in_segment, parts.size])
    numbers = np.empty(parts.size, np.int64)
    numbers[order] = begin[segments[order]] + in_segment[order]
    numbers[order] -= continued - np.repeat(continued[first_in_segment], lengths)
    numbers = numbers[earliest]

    cycles, number_of_cycles = _cycles(ends, parts.size)
    enters = np.flatnonzero(cycles >= 0)
    enters = enters[np.argsort(chunk[enters])]
    tables = []
    for i, row in enumerate(rows):
        here = slice(*np.searchsorted(parts, befores[i : i + 2]))
        leaving = slice(*np.searchsorted(exits, befores[i : i + 2]))
        entries = enters[slice(*np.searchsorted(chunk[enters], [i, i + 1]))]
        tables.append(
            Table(
                begin[row],
                parts[here] - befores[i] + 1,
                is_first[here],
                numbers[here],
                exits[leaving] - befores[i] + 1,
                voxel[entries],
                cycles[entries],
                number_of_basins,
                number_of_cycles,
            )
        )
    return tables


def _basins_entered(
    followed: list[Followed], grid: Grid, befores: np.ndarray, chunk: np.ndarray, voxel: np.ndarray
) -> np.ndarray:
    """The basins of voxels that labels of other chunks lead to; -1 at background."""
    entered = np.empty(voxel.size, np.int64)
    order = np.argsort(chunk, kind="stable")
    for i, here in zip(*_runs(chunk[order])):
        here = order[here]
        near = grid.near_faces(grid.shape_of(np.unravel_index(i, grid.numblocks)))
        numbers = followed[i].near_faces[np.searchsorted(near, voxel[here])].astype(np.int64)
        entered[here] = np.where(numbers == 0, -1, befores[i] + numbers - 1)
    return entered


def _runs(values: np.ndarray) -> tuple[np.ndarray, list[slice]]:
    """The different values of an array in ascending order, and where each of them is."""
    unique, starts = np.unique(values, return_index=True)
    return unique, [slice(b, e) for b, e in zip(starts, [*starts[1:], values.size])]


def _beginnings(followed: list[Followed], grid: Grid, befores: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The segments in which parts begin, and as which of the basins that begin there, counted from 1 on."""
    segments = np.empty(parts.size, np.int64)
    in_segment = np.empty(parts.size, np.int64)
    for i, here in zip(*_runs(np.searchsorted(befores, parts, side="right") - 1)):
        numbers = parts[here] - befores[i] + 1
        rows = np.searchsorted(followed[i].newest, numbers)
        segments[here] = grid.segments_of(np.unravel_index(i, grid.numblocks))[rows]
        in_segment[here] = numbers - np.concatenate([[0], followed[i].newest])[rows]
    return segments, in_segment


def _first_parts(ends: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether each part is the earliest of those that it is joined with, and the earliest one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(ends.shape[1], bool), tuple(ends)), shape=(order.size, order.size))
    number_of_joined, joined = connected_components(graph, directed=False)
    earliest = np.empty(number_of_joined, np.int64)
    earliest[joined[order[::-1]]] = order[::-1]  # what is written last remains
    earliest = earliest[joined]
    return earliest == np.arange(order.size), earliest


def _cycles(ends: np.ndarray, number_of_parts: int) -> tuple[np.ndarray, int]:
    """For each exit the cycle that it is on, or -1. Each part has one exit at most."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    exits, entered = ends
    graph = coo_array((np.ones(exits.size, bool), (exits, entered)), shape=(number_of_parts,) * 2)
    count, component = connected_components(graph, connection="strong")
    is_cycle = (np.bincount(component, minlength=count) > 1)[component[exits]] | (exits == entered)
    cycles, numbers = np.unique(component[exits[is_cycle]], return_inverse=True)
    result = np.full(exits.size, -1)
    result[is_cycle] = numbers.ravel()
    return result, cycles.size
