"""Labels of images in chunks, with dask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._distances import Distances, RowSpacing
from ._itk import label_array
from ._options import PERIODIC

if TYPE_CHECKING:
    import dask.array


def label_chunks(
    array: dask.array.Array,
    mask: dask.array.Array | None,
    *,
    distances: Distances,
    radius: tuple[int, ...],
    borders: Sequence[int],
    generate_score_image: bool,
    number_of_work_units: int | None = None,
    **options: Any,
) -> tuple[dask.array.Array, dask.array.Array | None]:
    """Labels and scores, lazily and chunk by chunk: those of the whole image, bit for bit.

    Each chunk is labeled together with the neighbors that it needs from the chunks around it. So a worker holds only a few
    chunks at a time, for images of any size. Each task uses one thread: dask runs many tasks.
    """
    import dask.array

    # dask wraps an axis only once. An axis shorter than its radius stays in one chunk, and the filter wraps it.
    whole = {axis: -1 for axis, border in enumerate(borders) if border == PERIODIC and radius[axis] > array.shape[axis]}
    array = array.rechunk(whole)
    depth = [0 if axis in whole else min(width, length) for axis, (width, length) in enumerate(zip(radius, array.shape))]
    options |= {
        "radius": radius,
        "borders": tuple(borders),
        "generate_score_image": generate_score_image,
        "number_of_work_units": number_of_work_units or 1,
    }
    arrays = [array]
    if mask is not None:
        arrays.append((chunked_like(mask, array) != 0).astype(np.uint8))
    has_mask = mask is not None
    if distances.rows is not None:
        arrays.append(_indices_on(distances.rows.axis, array))
    # A trial on one voxel: errors of the filter come now, not in a worker.
    voxel = np.ones([1] * array.ndim, array.dtype)
    trial = distances._replace(rows=None)
    meta = _label_block(voxel, distances=trial, **options)[(slice(0, 0),) * array.ndim]
    options |= {"distances": distances, "has_mask": has_mask}

    labels = dask.array.map_overlap(
        _label_block,
        *arrays,
        depth=dict(enumerate(depth)),
        # At the faces of the image, the filter applies the border to the outer chunks.
        boundary={axis: "periodic" if border == PERIODIC else "none" for axis, border in enumerate(borders)},
        meta=meta,
        name="neighborhood-argmax-label-" + dask.base.tokenize(arrays, options),
        **options,
    )
    return (labels["labels"], labels["scores"]) if generate_score_image else (labels, None)


def chunked_like(mask: Any, array: dask.array.Array) -> dask.array.Array:
    import dask.array

    return dask.array.asarray(mask).rechunk(array.chunks)


def _indices_on(axis: int, array: dask.array.Array) -> dask.array.Array:
    """The index of each voxel along an axis: it tells a chunk which rows it has."""
    import dask.array

    shape = [-1 if a == axis else 1 for a in range(array.ndim)]
    return dask.array.broadcast_to(
        dask.array.arange(array.shape[axis], chunks=(array.chunks[axis],), dtype=np.uint32).reshape(shape),
        array.shape,
        chunks=array.chunks,
    )


def _label_block(
    block: np.ndarray, *others: np.ndarray, distances: Distances, has_mask: bool = False, **options: Any
) -> np.ndarray:
    """Labels of a chunk with its neighbors; with scores, both in one array of records."""
    mask = np.ascontiguousarray(others[0]) if has_mask else None
    if distances.rows is not None:
        axis, spacing = distances.rows
        index = others[-1][tuple(slice(None) if a == axis else 0 for a in range(block.ndim))]
        distances = Distances(rows=RowSpacing(axis, spacing[index]))
    labels, scores = label_array(np.ascontiguousarray(block), mask, distances=distances, **options)
    if scores is None:
        return labels
    both = np.empty(block.shape, [("labels", labels.dtype), ("scores", scores.dtype)])
    both["labels"] = labels
    both["scores"] = scores
    return both
