"""Basins of images in chunks, by dask."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._dask import mask_of, voxel_of
from ._itk import image_of, load_itk

if TYPE_CHECKING:
    import dask.array


def dask_basins(
    labels: dask.array.Array,
    *,
    radius: int | Sequence[int] = 1,
    background_value: int | None = None,
    mask_image: dask.array.Array | np.ndarray | None = None,
    periodic: bool = False,
    generate_sink_image: bool = False,
) -> Any:
    """The basins of a dask array of labels, chunk by chunk: those of the whole image, bit for bit, whatever the chunks.

        labels = dask_labels(dask.array.from_zarr("image.zarr"), center_score=0, background_value=255)
        dask_basins(labels).to_zarr("basins.zarr")

    labels: a dask array of uint8 or uint16, such as dask_labels gives.
    mask_image: an array of the same shape; where it is 0 or False there is no label.
    All other options: as help(itk.neighborhood_label_to_basin_image_filter) has them.
    Result: a dask array in the chunks of the labels, uint32, or uint64 where there are more basins.

    The image is passed twice. This function itself makes the first pass, on dask's current scheduler: the labels of each
    chunk are followed to where they end or leave the chunk, and what leaves is joined. The second pass is the array that it
    returns: when that is computed or stored, the labels are followed again, and get the numbers of the whole image. So the
    labels are needed twice: store those that take longer to compute than to read.

    A task holds one chunk, up to 20 bytes a voxel. What is known of all chunks comes together in one of them: 4 bytes for
    each voxel that is as close to a face of its chunk as the radius, 12 where its label leaves the chunk, and 8 for each
    basin of a chunk; joining takes some times as much. Large chunks have few of these: of smoothed noise in chunks of 128
    voxels on each axis, half a byte for each voxel of the image.

    Errors of options, pixel type and dimension are raised before any work is done, and those of labels by the first pass.
    """
    if generate_sink_image:
        raise NotImplementedError("generate_sink_image")  # TODO
    import dask.array
    import scipy.sparse.csgraph  # noqa: F401 -- an error now, if it is missing, and not on a worker

    itk = load_itk()
    if not isinstance(labels, dask.array.Array):
        raise TypeError(f"labels is a {type(labels).__name__}: dask_basins takes a dask array")
    if labels.dtype not in (np.uint8, np.uint16) or not labels.dtype.isnative or labels.ndim not in (2, 3, 4):
        raise TypeError(
            f"labels has {labels.ndim} dimensions and the type {labels.dtype}: "
            "2, 3 or 4 dimensions can be followed, and the types uint8, uint16"
        )
    if np.isnan(labels.shape).any():
        raise ValueError(f"labels has the shape {labels.shape}: call compute_chunk_sizes() before")
    arrays = [labels]
    if mask_image is not None:
        arrays.append(mask_of(labels, mask_image, "labels"))

    # A trial on a voxel: what is wrong with the options is said now, and not by a worker.
    background = {} if background_value is None else {"background_value": background_value}
    trial = itk.NeighborhoodLabelToBasinImageFilter.New(
        image_of(voxel_of(labels)), radius=radius, periodic=periodic, **background
    )
    trial.Update()
    grid = _Grid(labels.chunks, tuple(trial.GetRadius())[::-1], trial.GetBackgroundValue(), trial.GetPeriodic())

    # An array of objects, one for each chunk, comes together as a whole, and goes back as one for each chunk.
    one = {"chunks": tuple((1,) * n for n in labels.numblocks), "meta": np.empty((0,) * labels.ndim, object)}
    followed = dask.array.map_blocks(_follow_chunk, *arrays, grid=grid, **one).rechunk(-1, method="tasks")
    tables = followed.map_blocks(_join_chunks, grid=grid, meta=one["meta"]).rechunk(1, method="tasks").persist()
    dtype = tables[(slice(1),) * labels.ndim].compute().item().dtype
    return dask.array.map_blocks(
        _renumber_chunk, tables, *arrays, grid=grid, chunks=labels.chunks, meta=np.empty((0,) * labels.ndim, dtype)
    )


class _Grid(NamedTuple):
    """The chunks of a label image, and how its labels are meant."""

    chunks: tuple[tuple[int, ...], ...]
    radius: tuple[int, ...]  # of each axis of the array
    background: int
    is_periodic: bool

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(sum(lengths) for lengths in self.chunks)

    @property
    def starts(self) -> list[np.ndarray]:
        return [np.cumsum((0, *lengths[:-1])) for lengths in self.chunks]

    def start_of(self, chunk: tuple[int, ...]) -> np.ndarray:
        return np.array([s[i] for s, i in zip(self.starts, chunk)])

    def shape_of(self, chunk: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(lengths[i] for lengths, i in zip(self.chunks, chunk))

    def near_faces(self, shape: tuple[int, ...]) -> np.ndarray:
        """Voxels of a chunk, counted from 0 on, whose neighborhood leaves it."""
        is_near = np.ones(shape, bool)
        is_near[tuple(slice(r, max(length - r, r)) for r, length in zip(self.radius, shape))] = False
        return np.flatnonzero(is_near)


class _Followed(NamedTuple):
    """What is known of a chunk alone. Its basins, of which each exit is one, are numbered from 1 on."""

    firsts: np.ndarray  # of each basin the first voxel
    near_faces: np.ndarray  # basins of the voxels of _Grid.near_faces
    exits: np.ndarray  # basins that a label leads out of the chunk from,
    targets: np.ndarray  # to these voxels
    border_labels: set[bool]  # at the border of the image: whether there are others than 0, and 0


def _basins_of_chunk(labels: np.ndarray, mask: np.ndarray | None, grid: _Grid) -> np.ndarray:
    """Basins where a label that leads out of the chunk is that of a sink."""
    itk = load_itk()
    # The layer around it is background: what leads there ends, and no border is 0 all over.
    padded = np.pad(labels, 1, constant_values=grid.background)
    if mask is not None:
        padded[(slice(1, -1),) * labels.ndim][np.asarray(mask) == 0] = grid.background
    basins = itk.neighborhood_label_to_basin_image_filter(
        itk.image_view_from_array(padded),
        radius=grid.radius[::-1],
        background_value=grid.background,
        number_of_work_units=1,
    )
    return itk.array_view_from_image(basins)[(slice(1, -1),) * labels.ndim].copy()


def _follow_chunk(
    labels: np.ndarray, mask: np.ndarray | None = None, *, grid: _Grid, block_id: tuple[int, ...]
) -> np.ndarray:
    """A _Followed, in an array of it alone."""
    start, shape, whole = grid.start_of(block_id)[:, np.newaxis], labels.shape, np.array(grid.shape)[:, np.newaxis]
    radius = np.array(grid.radius)[:, np.newaxis]
    widths = tuple(2 * r + 1 for r in grid.radius)

    is_wrong = (labels >= math.prod(widths)) & (labels != grid.background)
    if mask is not None:
        is_wrong &= np.asarray(mask) != 0
    if is_wrong.any():
        position = np.unravel_index(is_wrong.argmax(), shape)
        raise ValueError(
            f"labels has the value {labels[position]} at {(start.ravel() + position)[::-1].tolist()}, which is neither one of "
            f"the {math.prod(widths)} labels of radius {grid.radius[::-1]} nor the background_value {grid.background}"
        )
    basins = _basins_of_chunk(labels, mask, grid)

    # Numbers are in the order of first voxels: there the greatest so far becomes greater.
    greatest = np.maximum.accumulate(basins.ravel())
    firsts = np.searchsorted(greatest, np.arange(1, greatest[-1] + 1 if greatest.size else 1, dtype=greatest.dtype))
    del greatest
    firsts = np.ravel_multi_index(tuple(np.array(np.unravel_index(firsts, shape)) + start), grid.shape)

    near = grid.near_faces(shape)
    position = np.array(np.unravel_index(near, shape)) + start
    at_border = ((position < radius) | (position >= whole - radius)).any(axis=0)
    if mask is not None:
        at_border &= np.asarray(mask).ravel()[near] != 0
    border_labels = set((labels.ravel()[near[at_border]] == 0).tolist())

    near_basins = basins.ravel()[near]
    position = position[:, near_basins != 0]
    exits = near_basins[near_basins != 0]
    target = position + np.unravel_index(labels.ravel()[near[near_basins != 0]], widths) - radius
    leaves = ((target < start) | (target >= start + np.array(shape)[:, np.newaxis])).any(axis=0)
    if not grid.is_periodic:
        leaves &= ((target >= 0) & (target < whole)).all(axis=0)
    target = target[:, leaves] % whole
    targets = np.ravel_multi_index(tuple(target), grid.shape)
    return _array_of([_Followed(firsts, near_basins, exits[leaves], targets, border_labels)], (1,) * labels.ndim)


def _array_of(objects: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(len(objects), object)
    for i, one in enumerate(objects):
        array[i] = one
    return array.reshape(shape)


def _join_chunks(chunks: np.ndarray, *, grid: _Grid) -> np.ndarray:
    """For each chunk a table from its own numbers to those of the whole image."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    followed = chunks.ravel().tolist()
    if not grid.is_periodic and set().union(*(one.border_labels for one in followed)) == {True}:
        raise ValueError(
            "labels is 0 all over the border of the image. That is a direction and the default background of dask_labels, "
            f"which cannot be told apart: set its background_value to {grid.background}, or border to Border_Inside"
        )
    # Basins of all chunks, counted from 0 on, chunk by chunk.
    ends = np.cumsum([one.firsts.size for one in followed])
    befores = ends - [one.firsts.size for one in followed]
    firsts = np.concatenate([one.firsts for one in followed])
    exits = np.concatenate([before + one.exits.astype(np.int64) - 1 for before, one in zip(befores, followed)])
    targets = np.concatenate([one.targets for one in followed])

    # Where each exit leads, for one chunk of targets after the other.
    position = np.unravel_index(targets, grid.shape)
    chunk = np.ravel_multi_index(
        [np.searchsorted(start, p, side="right") - 1 for start, p in zip(grid.starts, position)], chunks.shape
    )
    order = np.argsort(chunk, kind="stable")
    exits, chunk, targets = exits[order], chunk[order], targets[order]
    entered = np.empty_like(exits)
    for i in np.unique(chunk):
        here = slice(*np.searchsorted(chunk, [i, i + 1]))
        block_id = np.unravel_index(i, chunks.shape)
        position = np.array(np.unravel_index(targets[here], grid.shape)) - grid.start_of(block_id)[:, np.newaxis]
        voxels = np.ravel_multi_index(tuple(position), grid.shape_of(block_id))
        near = np.searchsorted(grid.near_faces(grid.shape_of(block_id)), voxels)
        numbers = followed[i].near_faces[near].astype(np.int64)
        entered[here] = np.where(numbers == 0, exits[here], befores[i] + numbers - 1)  # at background it ends

    # The first voxel of a basin is the lowest first voxel of its parts; its number is the rank among those.
    parts, ends_of_exits = np.unique(np.stack([exits, entered]), return_inverse=True)
    ends_of_exits = ends_of_exits.reshape(2, -1)
    graph = coo_array((np.ones(exits.size, bool), tuple(ends_of_exits)), shape=(parts.size, parts.size))
    number_of_joined, joined = connected_components(graph, directed=False)
    lowest = np.full(number_of_joined, firsts.max(initial=0))
    np.minimum.at(lowest, joined, firsts[parts])
    firsts[parts] = lowest[joined]
    firsts, numbers = np.unique(firsts, return_inverse=True)
    numbers = (numbers + 1).astype(np.result_type(np.uint32, np.min_scalar_type(firsts.size)))
    tables = [np.concatenate([numbers.dtype.type([0]), numbers[b:e]]) for b, e in zip(befores, ends)]
    return _array_of(tables, chunks.shape)


def _renumber_chunk(
    table: np.ndarray, labels: np.ndarray, mask: np.ndarray | None = None, *, grid: _Grid
) -> np.ndarray:
    return table.item()[_basins_of_chunk(labels, mask, grid)]
