"""Labels of images in chunks, by dask: beside itk.neighborhood_argmax_label_image_filter, for what exceeds the memory."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import dask.array

__all__ = ["dask_labels"]

# What the filter is wrapped for: NumPy's and ITK's names.
_PIXEL_TYPES = {
    "uint8": "UC",
    "int16": "SS",
    "uint16": "US",
    "int32": "SI",
    "uint32": "UI",
    "uint64": "UL",
    "float32": "F",
    "float64": "D",
}

_loading = threading.Lock()


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

    itk = _load_itk()
    if not isinstance(array, dask.array.Array):
        raise TypeError(f"array is a {type(array).__name__}: dask_labels takes a dask array")
    if array.dtype.name not in _PIXEL_TYPES or not array.dtype.isnative or array.ndim not in (2, 3, 4):
        raise TypeError(
            f"array has {array.ndim} dimensions and the type {array.dtype}: "
            f"2, 3 or 4 dimensions can be labelled, and the types {', '.join(_PIXEL_TYPES)}"
        )
    arrays = [array]
    if mask_image is not None:
        if mask_image.shape != array.shape:
            raise ValueError(f"mask_image has the shape {mask_image.shape} and array {array.shape}")
        mask = dask.array.asarray(mask_image, chunks=array.chunks)
        arrays.append((mask != 0).astype(np.uint8))

    options.update(
        spacing=[1.0] * array.ndim if spacing is None else [float(distance) for distance in spacing],
        radius=radius,
        border=border,
        generate_score_image=generate_score_image,
    )
    # A trial on a voxel: what is wrong with the options is said now, and not by a worker.
    voxel = [np.ones([min(length, 1) for length in array.shape], a.dtype) for a in arrays]
    meta = _label_block(*voxel, **options)[(slice(0, 0),) * array.ndim]

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


@functools.cache
def _load_itk() -> Any:
    """The itk package. What is used here of it is loaded one thread at a time: itk loads at first use, for one thread."""
    with _loading:
        import itk

        voxel = itk.image_view_from_array(np.zeros((1, 2, 2), np.uint8))
        itk.array_from_image(itk.neighborhood_argmax_label_image_filter(voxel))
        return itk


def _image_of(voxels: np.ndarray, spacing: list[float]) -> Any:
    itk = _load_itk()
    if voxels.flags.c_contiguous and not voxels.flags.f_contiguous:
        image = itk.image_view_from_array(voxels)
    else:  # ITK takes what is in Fortran order, as arrays with a single long axis are as well, for the transposed image.
        image = itk.Image[getattr(itk, _PIXEL_TYPES[voxels.dtype.name]), voxels.ndim].New()
        image.SetRegions(voxels.shape[::-1])
        image.Allocate()
        itk.array_view_from_image(image)[...] = voxels
    image.SetSpacing(spacing)
    return image


def _label_block(block: np.ndarray, mask: np.ndarray | None = None, *, spacing: list[float], **options: Any) -> np.ndarray:
    """Labels of a chunk and its neighbors; with scores, both in one array of records."""
    itk = _load_itk()
    if mask is not None:
        options["mask_image"] = _image_of(mask, spacing)
    image = _image_of(block, spacing)
    output = itk.neighborhood_argmax_label_image_filter(image, number_of_work_units=1, **options)
    if not options["generate_score_image"]:
        return itk.array_from_image(output)  # a copy: NumPy's views of ITK's views outlive the image
    labels, scores = (itk.array_view_from_image(image) for image in output)
    both = np.empty(block.shape, [("labels", labels.dtype), ("scores", scores.dtype)])
    both["labels"] = labels
    both["scores"] = scores
    return both
