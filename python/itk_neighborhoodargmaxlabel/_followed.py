"""Checks labels and options before labels are followed to basins or sums, and converts labels to their narrowest type."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._coordinates import neighborhood_of
from ._given import Given, take, whole_numbers
from ._itk import load_itk
from ._label_errors import wrong_label
from ._options import background_of, label_count, periodic_of, radius_of
from ._pairs import check_pair
from ._pixels import c_ordered, extrema_of


def take_labels(
    labels: Any, radius: Any, background_value: int | None, periodic: Any, mask_image: Any
) -> tuple[Given, dict[str, Any]]:
    """Integer labels of any kind but itk.Image, and the options of the filters that follow them."""
    given = take("labels", labels, "followed")
    options = _options_of(neighborhood_of("labels", labels, given.array.shape, radius, 2**16), background_value, periodic)
    check_pair(given.array, options["radius"], options["periodic"], mask_image is not None)
    return given._replace(array=whole_numbers("labels", given, options["background_value"])), options


def options_of_image(labels: Any, radius: Any, background_value: int | None, periodic: Any) -> dict[str, Any]:
    """The same options for an itk.Image."""
    options = _options_of(radius_of(radius, labels.GetImageDimension(), 2**16), background_value, periodic)
    itk = load_itk()
    if itk.template(labels)[1][0] is itk.UC:
        background_of(options["background_value"], options["radius"], 255)
    return options


def _options_of(radius: tuple[int, ...], background_value: int | None, periodic: Any) -> dict[str, Any]:
    if background_value is None:
        background_value = 255 if label_count(radius) < 2**8 else 2**16 - 1
    return {
        "radius": radius,
        "periodic": periodic_of(periodic, len(radius)),
        "background_value": background_of(background_value, radius, 2**16 - 1),
    }


def narrow_array(array: np.ndarray, mask: np.ndarray | None, options: dict[str, Any]) -> np.ndarray:
    """The labels in C order, in the type that the filters take."""
    dtype = _type_of(options["background_value"])
    low, high = extrema_of(array)
    if low < 0 or high > np.iinfo(dtype).max:
        wrong = wrong_label(array, mask, options["radius"], options["background_value"])
        if wrong is not None:
            raise wrong
    return c_ordered(array, dtype)


def narrow_chunks(array: Any, mask: Any, options: dict[str, Any]) -> Any:
    """The same for a dask array."""
    import dask.array

    radius, background = options["radius"], options["background_value"]
    dtype = _type_of(background)
    if array.dtype == dtype and array.dtype.isnative:
        return array
    masks = [] if mask is None else [dask.array.asarray(mask).rechunk(array.chunks)]
    meta = np.empty((0,) * array.ndim, dtype)
    return array.map_blocks(_narrow_block, *masks, narrow=dtype, radius=radius, background=background, meta=meta)


def _type_of(background: int) -> np.dtype:
    """The type of labels and their background, which is greater than all labels."""
    return np.dtype(np.uint8 if background < 2**8 else np.uint16)


def _narrow_block(
    labels: np.ndarray,
    mask: np.ndarray | None = None,
    *,
    narrow: np.dtype,
    radius: tuple[int, ...],
    background: int,
    block_info: Any = None,
) -> np.ndarray:
    if labels.min(initial=0) < 0 or labels.max(initial=0) > np.iinfo(narrow).max:
        start = [begin for begin, _ in block_info[0]["array-location"]] if block_info else 0
        wrong = wrong_label(labels, mask, radius, background, start)
        if wrong is not None:
            raise wrong
    return labels.astype(narrow)
