"""Labels if distances change along an axis other than that of the filter's rows: labels parts and joins them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ._distances import Distances, RowSpacing
from ._options import BACKGROUND, INSIDE, PERIODIC

Outputs = tuple[np.ndarray, np.ndarray | None]
LabelArray = Callable[..., Outputs]  # takes an array, a mask and distances, with one border for all axes


def label_bordered(
    label: LabelArray,
    array: np.ndarray,
    mask: np.ndarray | None,
    borders: Sequence[int],
    radius: Sequence[int],
    background: int,
) -> Outputs:
    """Labels with a border for each axis: pads periodic axes, then sets background borders."""
    widths = [(r, r) if border == PERIODIC else (0, 0) for border, r in zip(borders, radius)]
    inner = tuple(slice(width, width + length) for (width, _), length in zip(widths, array.shape))
    padded = None if mask is None else np.pad(mask, widths, mode="wrap")
    labels, scores = (
        None if output is None else np.ascontiguousarray(output[inner])
        for output in label(np.pad(array, widths, mode="wrap"), padded, border=INSIDE)
    )
    for axis, (border, r) in enumerate(zip(borders, radius)):
        if border == BACKGROUND:
            for end in slice(0, r), slice(max(0, array.shape[axis] - r), None) if r > 0 else slice(0, 0):
                place = (slice(None),) * axis + (end,)
                labels[place] = background
                if scores is not None:
                    scores[place] = 0
    return labels, scores


def label_rows(
    label: LabelArray, array: np.ndarray, mask: np.ndarray | None, rows: RowSpacing, radius: Sequence[int]
) -> Outputs:
    """Labels with a spacing for each index of an axis: labels each index within its neighbors. Only for the border "inside"."""
    axis, reach = rows.axis, radius[rows.axis]
    parts: list[Outputs] = []
    for row in range(array.shape[axis]):
        start = max(0, row - reach)
        window = (slice(None),) * axis + (slice(start, row + reach + 1),)
        place = (slice(None),) * axis + (slice(row - start, row - start + 1),)
        masked = None if mask is None else np.ascontiguousarray(mask[window])
        outputs = label(np.ascontiguousarray(array[window]), masked, distances=Distances(rows.spacing[row].tolist()))
        parts.append(tuple(None if output is None else output[place] for output in outputs))
    labels, scores = zip(*parts)
    return np.concatenate(labels, axis), None if scores[0] is None else np.concatenate(scores, axis)
