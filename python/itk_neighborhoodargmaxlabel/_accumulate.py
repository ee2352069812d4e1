"""Flow accumulation along labels, and the catchments of given voxels, for all kinds of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._basins import basins
from ._followed import narrow_array, narrow_chunks, options_of_image, take_labels
from ._given import Given, mask_of, same_place
from ._images import mask_for_image, outputs_of
from ._itk import image_of, is_image, load_itk, new_filter, table_image, update
from ._label_errors import error_of_labels
from ._options import integer_of, names_are_checked
from ._pixels import c_ordered


@names_are_checked
def accumulate(
    labels: Any,
    *,
    weights: Any = None,
    radius: int | Sequence[int] = 1,
    background_value: int | None = None,
    mask_image: Any = None,
    periodic: bool | Sequence[bool] = False,
    number_of_work_units: int | None = None,
) -> Any:
    """Counts the voxels that drain through each voxel along the labels, itself included: flow accumulation.

        directions = labels(terrain, center_score=0, background_value=255)
        rivers = accumulate(directions) > 1000
        water = accumulate(directions, weights=rain)

    Background is 0. Every voxel of a cycle gets the count of all voxels that drain into the cycle.

    Parameters
    ----------
    labels, radius, background_value, mask_image, periodic, number_of_work_units
        As in `basins`.
    weights : array of numbers in the shape of the labels, default None
        What each voxel adds; None: 1. Masked weights add 0; voxels without label add nothing.

    Returns
    -------
    The same kind as the labels, of uint32 (uint64 from 2^32 voxels on), or float64 with weights. Sums of weights do not depend
    on threads or chunks: weights are rounded to multiples of a unit and then added exactly. The unit is 2^-62 of the
    greatest weight times the number of voxels, each rounded up to a power of two. For a dask array, the call makes the first
    of two passes over the labels (of three with weights: the first two); the result makes the last one, lazily.

    Raises
    ------
    TypeError, ValueError
        As in `basins`; also for weights that are not finite, with the first one and its index.
    """
    options: dict[str, Any] = {}
    if number_of_work_units is not None:
        options["number_of_work_units"] = integer_of("number_of_work_units", number_of_work_units, 1, 2**31)
    if is_image(labels):
        options |= options_of_image(labels, radius, background_value, periodic)
        return _of_image(labels, mask_image, weights, options)
    given, followed = take_labels(labels, radius, background_value, periodic, mask_image)
    options |= followed
    mask = mask_of(mask_image, given)
    if weights is not None:
        weights = _weights_of(weights, given)
    of = _of_chunks if given.is_lazy else _of_array
    return given.like(of(given, mask, weights, options), "accumulation", 0)


@names_are_checked
def catchment(
    labels: Any,
    points: Any,
    *,
    radius: int | Sequence[int] = 1,
    background_value: int | None = None,
    mask_image: Any = None,
    periodic: bool | Sequence[bool] = False,
    number_of_work_units: int | None = None,
) -> Any:
    """Finds the voxels that drain to given points: the number of the first point on each voxel's path, or 0.

        numbers = catchment(directions, [(120, 85), (40, 60)])

    The first point is 1, the second 2, and so on. A point belongs to its own catchment. If one point drains to another, the
    catchment of the lower one ends at the upper one: the union of both is all that drains to the lower one.

    Parameters
    ----------
    labels, radius, background_value, mask_image, periodic, number_of_work_units
        As in `basins`.
    points : integers, for each point one index for each axis of the array
        Different voxels of the image. A point without label has no catchment.

    Returns
    -------
    The same kind as the labels, of uint32. For a dask array, the call makes the first of two passes, as in `basins`.
    """
    if is_image(labels):
        raise TypeError("labels is an itk.Image: give numpy.asarray(labels), with the axes in its order")
    given, options = take_labels(labels, radius, background_value, periodic, mask_image)
    options["number_of_work_units"] = number_of_work_units
    at = _points_of(points, given.array.shape)
    mask = mask_of(mask_image, given)
    center = int(np.prod([2 * r + 1 for r in options["radius"]])) // 2
    if not given.is_lazy:
        array = np.array(given.array)
        array[at] = np.where(array[at] == options["background_value"], array[at], array.dtype.type(center))
        numbers = basins(array, mask_image=mask, **options)
        return given.like(_renumbered(numbers, numbers[at]), "catchments", 0)

    import dask.array

    array = given.array.map_blocks(
        _set_centers, at=at, center=center, background=options["background_value"], meta=given.array._meta
    )
    numbers = basins(array, mask_image=mask, **options)
    axes = tuple(range(given.array.ndim))
    meta = np.empty((0,) * given.array.ndim, np.uint32)
    at_points = numbers.vindex[at]
    return given.like(
        dask.array.blockwise(
            _renumbered, axes, numbers, axes, at_points, (len(axes),), concatenate=True, dtype=np.uint32, meta=meta
        ),
        "catchments",
        0,
    )


def _points_of(points: Any, shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    found = np.asarray(points)
    if found.dtype.kind not in "iu" or found.ndim != 2 or found.shape[1] != len(shape) or not len(found):
        raise ValueError(
            f"points has the shape {found.shape} and the type {found.dtype}: give integers, for each point {len(shape)} of "
            f"them, such as [{tuple(n // 2 for n in shape)}]"
        )
    for i, point in enumerate(found.tolist()):
        if not all(0 <= x < length for x, length in zip(point, shape)):
            raise ValueError(f"points has {tuple(point)} as number {i + 1}, outside of the shape {shape}: leave it out")
    found = found.astype(np.int64)
    unique, firsts, counts = np.unique(found, axis=0, return_index=True, return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"points has {tuple(unique[counts.argmax()].tolist())} twice: leave one out")
    return tuple(found.T)


def _set_centers(block: np.ndarray, *, at: Any, center: int, background: int, block_info: Any = None) -> np.ndarray:
    block = block.copy()
    if block_info:
        location = block_info[0]["array-location"]
        inside = np.all([(begin <= x) & (x < end) for x, (begin, end) in zip(at, location)], axis=0)
        here = tuple(x[inside] - begin for x, (begin, _) in zip(at, location))
        block[here] = np.where(block[here] == background, block[here], block.dtype.type(center))
    return block


def _renumbered(numbers: np.ndarray, at_points: np.ndarray) -> np.ndarray:
    """Replaces the number of each basin by the number of its point, or by 0 if it has none."""
    order = np.argsort(at_points)
    place = np.minimum(np.searchsorted(at_points, numbers, sorter=order), at_points.size - 1)
    point = order[place]
    is_at_point = (at_points[point] == numbers) & (numbers != 0)
    return np.where(is_at_point, point + 1, 0).astype(np.uint32)


def _weights_of(weights: Any, given: Given) -> Any:
    """The weights as float64; masked ones are 0."""
    weights, is_missing = same_place("weights", weights, given)
    if weights.dtype.kind not in "biuf":
        raise TypeError(f"weights has the type {weights.dtype}: give real numbers")
    if given.is_lazy:
        import dask.array

        arrays = [weights] if is_missing is None else [weights, is_missing]
        arrays = [dask.array.asarray(array).rechunk(given.array.chunks) for array in arrays]
        return dask.array.map_blocks(_filled, *arrays, meta=np.empty((0,) * weights.ndim))
    return _filled(weights, is_missing)


def _filled(weights: Any, is_missing: Any = None) -> np.ndarray:
    weights = np.asarray(weights)
    return c_ordered(weights if is_missing is None else np.where(is_missing, 0, weights), np.dtype(np.float64))


def wrong_weight(weights: np.ndarray, has_label: np.ndarray, start: Any = 0) -> ValueError | None:
    """The error for the first weight that is not finite, or None. `start`: the position of this part in the whole image."""
    is_wrong = ~np.isfinite(weights) & has_label
    if not is_wrong.any():
        return None
    position = np.unravel_index(is_wrong.argmax(), weights.shape)
    index = tuple((np.array(position) + start).tolist())
    return ValueError(f"weights has the value {weights[position]} at {index}: give finite numbers, or mask it")


def sums_of(
    labels: np.ndarray,
    mask: np.ndarray | None,
    weights: np.ndarray | None,
    dtype: np.dtype,
    entries: np.ndarray | None = None,
    **options: Any,
) -> np.ndarray:
    """Sums along labels of uint8 or uint16 in C order, weights of float64. entries: rows of a voxel and its entering sum."""
    made = new_filter(
        "NeighborhoodLabelAccumulateImageFilter", image_of(labels), "UI" if dtype == np.uint32 else "D", options, "labels"
    )
    if mask is not None:
        made.SetMaskImage(image_of(mask))
    if weights is not None:
        made.SetWeightImage(image_of(weights))
    if entries is not None and entries.size > 0:
        made.SetEntries(table_image(entries))
    # ITK writes into our own array.
    sums = np.empty(labels.shape, np.uint32 if dtype == np.uint32 else np.float64)
    made.GraftOutput(image_of(sums))
    update(made)
    return sums.astype(dtype, copy=False)


def sum_type(weights: Any, size: int) -> np.dtype:
    return np.dtype(np.float64 if weights is not None else np.uint32 if size < 2**32 else np.uint64)


def _of_array(given: Given, mask: Any, weights: Any, options: dict[str, Any]) -> np.ndarray:
    found = narrow_array(given.array, mask, options)
    try:
        return sums_of(found, mask, weights, sum_type(weights, found.size), **options)
    except ValueError as error:
        wrong = error_of_labels(found, mask, options)
        if wrong is None and weights is not None:
            wrong = wrong_weight(weights, (found != options["background_value"]) & (True if mask is None else mask != 0))
        raise wrong or error from None


def _of_chunks(given: Given, mask: Any, weights: Any, options: dict[str, Any]) -> Any:
    import dask.array

    from ._accumulate_chunks import accumulate_chunks

    array = given.array.rechunk([[n for n in lengths if n > 0] for lengths in given.array.chunks])
    mask = None if mask is None else dask.array.asarray(mask).rechunk(array.chunks)
    array = narrow_chunks(array, mask, options)
    weights = None if weights is None else weights.rechunk(array.chunks)
    return accumulate_chunks(array, mask, weights, options["radius"], options["background_value"], options["periodic"])


def _of_image(labels: Any, mask_image: Any, weights: Any, options: dict[str, Any]) -> Any:
    itk = load_itk()
    made = new_filter("NeighborhoodLabelAccumulateImageFilter", labels, "UI" if weights is None else "D", options, "labels")
    made.SetMaskImage(mask_for_image(mask_image, labels))
    if weights is not None:
        labels.Update()
        numbers = _weights_of(weights, Given("labels", labels, itk.array_view_from_image(labels)))
        image = itk.Image[itk.D, labels.GetImageDimension()].New()
        image.CopyInformation(labels)
        image.SetRegions(labels.GetLargestPossibleRegion())
        image.Allocate()
        itk.array_view_from_image(image)[...] = numbers
        made.SetWeightImage(image)
    return outputs_of(made, [made.GetOutput()])
