"""The definition of the filter in plain NumPy: the expected result of the tests."""

import itertools
import math

import numpy as np


def define(
    image,
    *,
    spacing=None,
    lattice=None,
    center_score=-100.0,
    label_strict_extrema=False,
    ascent=False,
    use_image_spacing=True,
    fully_connected=True,
    radius=None,
    border="Background",
    background_value=0,
    mask_image=None,
):
    """Labels and scores. Spacing and radius are in ITK's order: x, the last axis of the array, first. The rows of a lattice
    are in the order of array axes."""
    spacing = list(spacing) if spacing is not None and use_image_spacing else [1.0] * image.ndim
    radius = list(radius) if radius is not None else [1] * image.ndim
    is_short = image.dtype == np.float32 or (image.dtype.kind in "iu" and image.dtype.itemsize <= 2)
    values = image.astype(np.float32 if is_short else np.float64)
    is_labeled = np.ones(image.shape, bool) if mask_image is None else mask_image != 0

    weights = weights_of(lattice, radius) if lattice is not None else None

    best_label = np.full(image.shape, -1)
    best_score = np.zeros(image.shape)
    is_strict_extremum = np.ones(image.shape, bool)
    never_leaves = np.ones(image.shape, bool)
    center = (0,) * image.ndim
    with np.errstate(all="ignore"):
        for label, offset in enumerate(itertools.product(*(range(-r, r + 1) for r in reversed(radius)))):
            there, is_inside = values, np.ones(image.shape, bool)
            competes = is_labeled
            for axis, step in enumerate(offset):
                index = np.arange(image.shape[axis]) + step
                wrapped = index % image.shape[axis]
                there = np.take(there, wrapped, axis)
                competes = np.take(competes, wrapped, axis)
                is_inside &= np.expand_dims(index == wrapped, [a for a in range(image.ndim) if a != axis])
            never_leaves &= is_inside
            if border != "Periodic":
                competes = competes & is_inside

            if offset == center:
                score = np.full(image.shape, center_score)
            elif fully_connected or sum(map(abs, offset)) == 1:
                difference = there - values if ascent else values - there
                is_strict_extremum &= (difference < 0) | ~competes
                steps = zip(reversed(offset), spacing)
                weight = weights[label] if weights else 1.0 / math.sqrt(sum((o * s) ** 2 for o, s in steps))
                score = difference.astype(np.float64) * weight
            else:
                continue
            is_greater = (score > best_score) | (np.isnan(score) & ~np.isnan(best_score)) | (best_label < 0)
            best_label = np.where(competes & is_greater, label, best_label)
            best_score = np.where(competes & is_greater, score, best_score)
            if offset == center:
                center_label = label

        if label_strict_extrema:
            best_label = np.where(is_strict_extremum, center_label, best_label)
            best_score = np.where(is_strict_extremum, center_score, best_score)
        if border == "Background":
            is_labeled = is_labeled & never_leaves
        labels = np.where(is_labeled, best_label, background_value).astype(np.uint8)
        scores = np.where(is_labeled, best_score, 0.0)
        return labels, scores.astype(np.float64 if image.dtype == np.float64 else np.float32)


def weights_of(lattice, radius):
    """The distance of each label. Distances at most a millionth longer than the next shorter one are equal to it."""
    offsets = itertools.product(*(range(-r, r + 1) for r in reversed(radius)))
    lengths = [
        math.hypot(*(sum(o * step for o, step in zip(offset, column)) for column in np.transpose(lattice)))
        for offset in offsets
    ]
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for shorter, longer in zip(order, order[1:]):
        if lengths[shorter] > 0 and lengths[longer] <= lengths[shorter] * (1 + 1e-6):
            lengths[longer] = lengths[shorter]
    return [1.0 / length if length > 0 else 0.0 for length in lengths]
