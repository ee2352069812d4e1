"""Labels of images in chunks, by dask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._itk import label_array

if TYPE_CHECKING:
    import dask.array

PERIODIC = 2  # of ITK's enum


def label_chunks(
    array: dask.array.Array,
    mask: dask.array.Array | None,
    *,
    radius: tuple[int, ...],
    border: int,
    generate_score_image: bool,
    number_of_work_units: int | None = None,
    **options: Any,
) -> tuple[dask.array.Array, dask.array.Array | None]:
    """Labels and scores, lazily and chunk by chunk: those of the whole image, bit for bit.

    Each chunk is labeled together with the neighbors that it needs of the chunks around it, so that a worker holds a few
    chunks at a time, whatever the size of the image. Each task keeps to one thread: dask runs many.
    """
    import dask.array

    if border == PERIODIC:
        # dask wraps an axis round once. A shorter one stays whole, and the filter wraps it round.
        short = {axis: -1 for axis, (width, length) in enumerate(zip(radius, array.shape)) if width > length}
        array = array.rechunk(short)
        depth = [0 if axis in short else width for axis, width in enumerate(radius)]
    else:
        depth = [min(width, length) for width, length in zip(radius, array.shape)]
    options |= {
        "radius": radius,
        "border": border,
        "generate_score_image": generate_score_image,
        "number_of_work_units": number_of_work_units or 1,
    }
    arrays = [array]
    if mask is not None:
        arrays.append((dask.array.asarray(mask).rechunk(array.chunks) != 0).astype(np.uint8))
    # A trial on a voxel: what the filter finds wrong is said now, and not by a worker.
    voxel = np.ones([1] * array.ndim, array.dtype)
    meta = _label_block(voxel, **options)[(slice(0, 0),) * array.ndim]

    labels = dask.array.map_overlap(
        _label_block,
        *arrays,
        depth=dict(enumerate(depth)),
        # Faces of the image stay faces of its outer chunks, where the filter then does what the border asks for.
        boundary="periodic" if border == PERIODIC else "none",
        meta=meta,
        name="neighborhood-argmax-label-" + dask.base.tokenize(arrays, options),
        **options,
    )
    return (labels["labels"], labels["scores"]) if generate_score_image else (labels, None)


def _label_block(block: np.ndarray, mask: np.ndarray | None = None, **options: Any) -> np.ndarray:
    """Labels of a chunk and its neighbors; with scores, both in one array of records."""
    block, mask = np.ascontiguousarray(block), None if mask is None else np.ascontiguousarray(mask)
    labels, scores = label_array(block, mask, **options)
    if scores is None:
        return labels
    both = np.empty(block.shape, [("labels", labels.dtype), ("scores", scores.dtype)])
    both["labels"] = labels
    both["scores"] = scores
    return both
