"""Errors of labels that cannot be followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._options import label_count


def wrong_label(
    labels: np.ndarray, mask: np.ndarray | None, radius: Sequence[int], background: int, start: Any = 0
) -> ValueError | None:
    """The error for the first voxel that is no label, or None. `start`: the position of this part in the whole image."""
    count = label_count(radius)
    is_wrong = ((labels < 0) | (labels >= count)) & (labels != background)
    if mask is not None:
        is_wrong &= mask != 0
    if not is_wrong.any():
        return None
    position = np.unravel_index(is_wrong.argmax(), labels.shape)
    index = tuple((np.array(position) + start).tolist())
    return ValueError(
        f"labels has the value {labels[position]} at {index}: with this radius they are 0 to {count - 1}; "
        f"give the radius of the labels, or as background_value ({background}) what means no label"
    )


def zero_border(background: int) -> ValueError:
    return ValueError(
        "labels is 0 all over its border, which is a direction and the default background_value of labels(): make the "
        f"labels with background_value={background}, or with border='inside'"
    )


def error_of_labels(labels: np.ndarray, mask: np.ndarray | None, options: dict[str, Any]) -> ValueError | None:
    """What a filter that follows labels has found wrong with them, in words of the array, or None."""
    radius, background = options["radius"], options["background_value"]
    wrong = wrong_label(labels, mask, radius, background)
    if wrong is not None or any(options["periodic"]):
        return wrong
    at_border = np.ones(labels.shape, bool)
    at_border[tuple(slice(r, max(length - r, r)) for r, length in zip(radius, labels.shape))] = False
    if mask is not None:
        at_border &= mask != 0
    return zero_border(background) if at_border.any() and not labels[at_border].any() else None
