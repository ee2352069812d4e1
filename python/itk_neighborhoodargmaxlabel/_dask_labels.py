"""Labels of images in chunks, by dask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._dask import mask_of, voxel_of
from ._itk import PIXEL_TYPES, image_of, load_itk

if TYPE_CHECKING:
    import dask.array


def dask_labels(
    array: dask.array.Array,
    *,
    spacing: Sequence[float] | None = None,
    radius: int | Sequence[int] = 1,
    border: int = 0,
    mask_image: dask.array.Array | np.ndarray | None = None,
    generate_score_image: bool = False,
    **options: Any,
) -> Any:
    """The labels of a dask array, lazily and chunk by chunk: those of the whole image, bit for bit.

    Each chunk is labelled together with the neighbors that it needs of the chunks around it, so that a worker holds a few
    chunks at a time, whatever the size of the image. Each task keeps to one thread: dask runs many.

    array: a dask array; `dask.array.from_zarr` makes one of a Zarr array.
    spacing: distances of the voxels, x (the last axis) first as in ITK; default 1 on every axis.
    mask_image: an array of the same shape; where it is 0 or False there is no label.
    generate_score_image: True: a tuple of labels and scores. Compute or store them together.
    All other options: as help(itk.neighborhood_argmax_label_image_filter) has them.

    Errors of options, pixel type and dimension are raised here, before any work is done.
    """
    import dask.array

    itk = load_itk()
    if not isinstance(array, dask.array.Array):
        raise TypeError(f"array is a {type(array).__name__}: dask_labels takes a dask array")
    if array.dtype.name not in PIXEL_TYPES or not array.dtype.isnative or array.ndim not in (2, 3, 4):
        raise TypeError(
            f"array has {array.ndim} dimensions and the type {array.dtype}: "
            f"2, 3 or 4 dimensions can be labelled, and the types {', '.join(PIXEL_TYPES)}"
        )
    arrays = [array]
    if mask_image is not None:
        arrays.append((mask_of(array, mask_image, "array") != 0).astype(np.uint8))

    options.update(
        spacing=[1.0] * array.ndim if spacing is None else [float(distance) for distance in spacing],
        radius=radius,
        border=border,
        generate_score_image=generate_score_image,
    )
    # A trial on a voxel: what is wrong with the options is said now, and not by a worker.
    meta = _label_block(*map(voxel_of, arrays), **options)[(slice(0, 0),) * array.ndim]

    is_periodic = border == itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Periodic
    depth = np.broadcast_to(radius, array.ndim)[::-1].tolist()
    if not is_periodic:
        depth = [min(width, length) for width, length in zip(depth, array.shape)]
    labels = dask.array.map_overlap(
        _label_block,
        *arrays,
        depth=dict(enumerate(depth)),
        # Faces of the image stay faces of its outer chunks, where the filter then does what the border asks for.
        boundary="periodic" if is_periodic else "none",
        meta=meta,
        name="neighborhood-argmax-label-" + dask.base.tokenize(arrays, options),
        **options,
    )
    return (labels["labels"], labels["scores"]) if generate_score_image else labels


def _label_block(block: np.ndarray, mask: np.ndarray | None = None, *, spacing: list[float], **options: Any) -> np.ndarray:
    """Labels of a chunk and its neighbors; with scores, both in one array of records."""
    itk = load_itk()
    if mask is not None:
        options["mask_image"] = image_of(mask, spacing)
    image = image_of(block, spacing)
    output = itk.neighborhood_argmax_label_image_filter(image, number_of_work_units=1, **options)
    if not options["generate_score_image"]:
        return itk.array_from_image(output)  # a copy: NumPy's views of ITK's views outlive the image
    labels, scores = (itk.array_view_from_image(image) for image in output)
    both = np.empty(block.shape, [("labels", labels.dtype), ("scores", scores.dtype)])
    both["labels"] = labels
    both["scores"] = scores
    return both
