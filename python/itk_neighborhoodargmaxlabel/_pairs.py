"""Remembers how labels() made its results, so that basins() can refuse options that do not fit."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ._options import PERIODIC


class Origin(NamedTuple):
    """How labels were made."""

    array: Any  # a weak reference
    nonzeros: int | None  # of a NumPy array, if it matters: another number means that the array has changed
    radius: tuple[int, ...]
    periodic: tuple[bool, ...]
    is_zero_masked: bool  # voxels outside the mask have a value that is also a label
    ascent: bool
    fully_connected: bool


_origins: dict[int, Origin] = {}
_MASKED = "labels were made with a mask_image, and what is outside it has a background_value that is a label"


def remember(
    labels: Any,
    radius: tuple[int, ...],
    borders: Sequence[int],
    is_zero_masked: bool,
    ascent: bool,
    fully_connected: bool,
) -> None:
    """Remembers how labels were made. Their views and copies, and labels from files, stay unknown."""
    key = id(labels)
    array = weakref.ref(labels, lambda _: _origins.pop(key, None))
    periodic = tuple(border == PERIODIC and r > 0 for border, r in zip(borders, radius))
    nonzeros = _nonzeros(labels) if is_zero_masked or any(periodic) else None
    _origins[key] = Origin(array, nonzeros, radius, periodic, is_zero_masked, ascent, fully_connected)


def _origin_of(labels: Any) -> Origin | None:
    origin = _origins.get(id(labels))
    if origin is None or origin.array() is not labels or origin.nonzeros not in (None, _nonzeros(labels)):
        return None
    return origin


def _nonzeros(labels: Any) -> int:
    return int(np.count_nonzero(labels)) if isinstance(labels, np.ndarray) else 0


def check_pair(labels: Any, radius: tuple[int, ...], periodic: Sequence[bool], has_mask: bool) -> None:
    """Refuses options of basins() that do not fit the options of the labels."""
    origin = _origin_of(labels)
    if origin is None:
        return
    if origin.radius != tuple(radius):
        raise ValueError(f"radius is {tuple(radius)}, but the labels were made with {origin.radius}: give the same")
    if any(needed and not wrapped for needed, wrapped in zip(origin.periodic, periodic)):
        which = origin.periodic if len(set(origin.periodic)) > 1 else True
        raise ValueError(
            f"periodic is {periodic[0] if len(set(periodic)) == 1 else tuple(periodic)}, but the labels were made "
            f"with a periodic border: give periodic={which}"
        )
    if origin.is_zero_masked and not has_mask:
        raise ValueError(f"{_MASKED}: give the same mask_image, or make the labels with background_value=255")


def check_sense(labels: Any, ascent: bool, fully_connected: bool) -> None:
    """Refuses to join basins in another sense, or across other neighbors, than those of the labels."""
    origin = _origin_of(labels)
    if origin is None:
        return
    for name, own, made in (("ascent", ascent, origin.ascent), ("fully_connected", fully_connected, origin.fully_connected)):
        if own != made:
            raise ValueError(f"{name} is {own}, but the labels were made with {name}={made}: give the same")


def check_codes(labels: Any) -> None:
    """Refuses labels of which some mean "no label" but have the value of a label."""
    origin = _origin_of(labels)
    if origin is not None and origin.is_zero_masked:
        raise ValueError(f"{_MASKED}: make the labels with background_value=255")
