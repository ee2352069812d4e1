"""Basins in Python, compared with a walk from label to label."""

import pydoc
import threading

import itk
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.morphology import local_minima
from skimage.segmentation import watershed

BACKGROUND = 255


def walk(labels, periodic=False, radius=1, background_value=BACKGROUND):
    """Basins and sinks, voxel by voxel. Radius: of each axis, x first. Periodic: all axes or none, or one for each of the array."""
    basins = np.zeros(labels.shape, "uint32")
    sinks = np.zeros(labels.shape, "uint32")
    sink_of = {}
    radius = np.broadcast_to(radius, labels.ndim)[::-1]
    wraps = np.broadcast_to(periodic, labels.ndim)

    def following(voxel):
        offset = np.unravel_index(int(labels[voxel]), 2 * radius + 1)
        position = [v + int(o - r) for v, o, r in zip(voxel, offset, radius)]
        position = [p % n if wrap else p for p, n, wrap in zip(position, labels.shape, wraps)]
        inside = all(0 <= p < n for p, n in zip(position, labels.shape))
        return tuple(position) if inside and labels[tuple(position)] != background_value else voxel

    for voxel in np.ndindex(labels.shape):
        path = []
        current = voxel
        while labels[voxel] != background_value and current not in sink_of and current not in path:
            path.append(current)
            current = following(current)
        if path:
            # A new sink or cycle: its first voxel.
            sink = sink_of[current] if current in sink_of else min(path[path.index(current) :])
            sink_of.update((member, sink) for member in path)
            if sinks[sink] == 0:
                sinks[sink] = sinks.max() + 1
            basins[voxel] = sinks[sink]
        elif labels[voxel] != background_value:
            basins[voxel] = sinks[sink_of[voxel]]
    return basins, sinks


@pytest.mark.parametrize("shape", [(40, 30), (12, 9, 11), (5, 6, 7, 4)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("periodic", [False, True])
def test_basins_of_random_labels(shape, dtype, periodic):
    random = np.random.default_rng(1)
    labels = random.integers(0, 3 ** len(shape), shape).astype(dtype)
    labels[random.random(shape) < 0.1] = BACKGROUND
    basins, sinks = itk.neighborhood_label_to_basin_image_filter(
        labels, background_value=BACKGROUND, periodic=periodic, generate_sink_image=True
    )
    assert basins.dtype == np.uint32
    expected = walk(labels, periodic)
    np.testing.assert_array_equal(basins, expected[0])
    np.testing.assert_array_equal(sinks, expected[1])


def test_two_lines_and_the_mask():
    random = np.random.default_rng(2)
    image = random.random((9, 10, 11), "float32")
    mask = (random.random(image.shape) < 0.8).astype("uint8")
    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, background_value=BACKGROUND, mask_image=mask)
    basins = itk.neighborhood_label_to_basin_image_filter(labels)
    np.testing.assert_array_equal(basins, walk(labels)[0])

    labels = labels.copy()
    labels[mask == 0] = 0
    np.testing.assert_array_equal(itk.neighborhood_label_to_basin_image_filter(labels, mask_image=mask), basins)


def test_background_and_direction_are_told_apart():
    labels = itk.neighborhood_argmax_label_image_filter(np.random.default_rng(3).random((9, 9), "float32"))
    with pytest.raises(RuntimeError, match="0 all over its border"):
        itk.neighborhood_label_to_basin_image_filter(labels)
    with pytest.raises(RuntimeError, match="BackgroundValue is 0"):
        itk.neighborhood_label_to_basin_image_filter(labels, background_value=0)
    labels = labels.copy()
    labels[3, 4] = 9
    with pytest.raises(RuntimeError, match=r"value 9 at \[4, 3\]"):
        itk.neighborhood_label_to_basin_image_filter(labels)


def distinct_values(shape):
    """A smooth image of which no two voxels are alike."""
    image = gaussian_filter(np.random.default_rng(5).random(shape), 1)
    return image.ravel().argsort().argsort().reshape(shape).astype("int32")


@pytest.mark.parametrize("fully_connected", [False, True])
@pytest.mark.parametrize("shape", [(150, 170), (40, 50, 60)])
def test_basins_beside_the_watershed_of_scikit_image(shape, fully_connected):
    """Both give a voxel to the basin of the lowest of its face neighbors, if no value occurs twice and spacing is 1.

    watershed floods: a voxel is given by the first neighbor that is flooded, the lowest. Among all neighbors, the steepest is
    not always the lowest, as diagonals are longer: only the minima, so the number of basins, are the same then.
    """
    image = distinct_values(shape)
    labels = itk.neighborhood_argmax_label_image_filter(
        image,
        center_score=0,
        fully_connected=fully_connected,
        border=itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Inside,
    )
    basins, sinks = itk.neighborhood_label_to_basin_image_filter(labels, generate_sink_image=True)
    connectivity = image.ndim if fully_connected else 1
    minima = local_minima(image, connectivity=connectivity)
    np.testing.assert_array_equal(sinks != 0, minima)
    assert basins.max() == minima.sum() > 100

    markers = np.asarray(sinks, "int32")
    flooded = watershed(image, markers, connectivity=connectivity)
    if not fully_connected:
        np.testing.assert_array_equal(flooded, basins)
    else:
        assert 0.8 < np.mean(flooded == basins) < 1


def test_other_threads_run_meanwhile():
    image = np.random.default_rng(4).random((160, 160, 160), "float32")
    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, background_value=BACKGROUND)
    basin_filter = itk.NeighborhoodLabelToBasinImageFilter.New(itk.image_from_array(labels))
    update = threading.Thread(target=basin_filter.Update)
    steps = 0
    update.start()
    while update.is_alive():
        steps += 1
    assert steps > 100
    assert basin_filter.GetNumberOfBasins() > 1000


def test_help_tells_the_contract():
    for subject in (
        itk.neighborhood_label_to_basin_image_filter,
        itk.NeighborhoodLabelToBasinImageFilter,
        itk.NeighborhoodLabelToBasinImageFilter.values()[0],
    ):
        text = pydoc.render_doc(subject, renderer=pydoc.plaintext)
        for word in ("generate_sink_image=True", "help(itk_neighborhoodargmaxlabel.basins)", "whole_region"):
            assert word in text
