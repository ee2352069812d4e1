"""Accumulation, compared with a walk from each voxel; chunks, bit for bit; catchments of points."""

import math

import dask
import dask.array
import itk
import numpy as np
import pytest
import xarray
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from itk_neighborhoodargmaxlabel import accumulate, basins, catchment, labels
from numpy.testing import assert_array_equal
from strategies import chunks


def following(directions, voxel, radius, background, periodic):
    offset = np.unravel_index(int(directions[voxel]), [2 * r + 1 for r in radius])
    position = [v + int(o) - r for v, o, r in zip(voxel, offset, radius)]
    wraps = np.broadcast_to(periodic, directions.ndim)
    position = [p % n if wrap else p for p, n, wrap in zip(position, directions.shape, wraps)]
    inside = all(0 <= p < n for p, n in zip(position, directions.shape))
    return tuple(position) if inside and directions[tuple(position)] != background else voxel


def paths(directions, radius, background, periodic):
    """For each voxel with a label, the voxels that it drains through."""
    for voxel in np.ndindex(directions.shape):
        path = []
        while directions[voxel] != background and voxel not in path:
            path.append(voxel)
            voxel = following(directions, voxel, radius, background, periodic)
        if path:
            yield path


def walk(directions, weights, radius=(1, 1), background=255, periodic=False):
    sums = np.zeros(directions.shape)
    for path in paths(directions, radius, background, periodic):
        for voxel in path:
            sums[voxel] += weights[path[0]]
    return sums


@st.composite
def label_images(draw):
    dimension = draw(st.sampled_from([2, 3, 4]))
    shape = draw(hnp.array_shapes(min_dims=dimension, max_dims=dimension, max_side=4 if dimension == 4 else 8))
    radius = draw(
        st.lists(st.integers(0, 2), min_size=dimension, max_size=dimension).filter(
            lambda radius: 1 < math.prod(2 * r + 1 for r in radius) < 256
        )
    )
    count = math.prod(2 * r + 1 for r in radius)
    background = draw(st.integers(count, 255))
    few = [0, count // 2, count // 2 + 1, count - 1, background]
    values = st.one_of(st.integers(0, count - 1), st.sampled_from(few))
    directions = draw(hnp.arrays("uint8", shape, elements=values, fill=st.nothing()))
    periodic = draw(st.one_of(st.booleans(), st.tuples(*[st.booleans()] * dimension)))
    return directions, {"radius": radius, "background_value": background, "periodic": periodic}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_sums_are_those_of_walks_for_arrays_and_chunks(data):
    directions, options = data.draw(label_images())
    mask = data.draw(st.one_of(st.none(), hnp.arrays(bool, directions.shape)))
    weights = data.draw(st.one_of(st.none(), hnp.arrays("int16", directions.shape)))
    lengths = data.draw(chunks(directions.shape))
    try:
        whole = accumulate(directions, mask_image=mask, weights=weights, **options)
    except ValueError as error:
        assert "0 all over" in str(error)
        with pytest.raises(ValueError, match="0 all over"):
            accumulate(dask.array.from_array(directions, lengths), mask_image=mask, weights=weights, **options)
        return
    seen = directions if mask is None else np.where(mask, directions, options["background_value"])
    ones = np.ones(directions.shape)
    expected = walk(
        seen, ones if weights is None else weights, options["radius"], options["background_value"], options["periodic"]
    )
    assert whole.dtype == (np.uint32 if weights is None else np.float64)
    assert_array_equal(whole, expected)
    with dask.config.set(scheduler="synchronous"):
        lazy = accumulate(dask.array.from_array(directions, lengths), mask_image=mask, weights=weights, **options)
        assert lazy.chunks == dask.array.from_array(directions, lengths).chunks
        found = lazy.compute()
    assert found.dtype == whole.dtype == lazy.dtype
    assert_array_equal(found, whole)


def random_directions(shape, seed=0):
    image = np.random.default_rng(seed).random(shape, np.float32)
    return labels(image, center_score=0, border="inside")


@pytest.mark.parametrize("scale", [1, 1e-280, 1e250])
def test_real_weights_are_the_same_to_the_bit_for_threads_and_chunks(scale):
    random = np.random.default_rng(1)
    directions = random_directions((60, 70, 40))
    weights = random.normal(size=directions.shape) ** 5 * scale
    whole = accumulate(directions, weights=weights, number_of_work_units=1)
    assert_array_equal(accumulate(directions, weights=weights, number_of_work_units=7), whole)
    lazy = accumulate(dask.array.from_array(directions, (17, 70, 23)), weights=weights)
    assert_array_equal(lazy.compute(), whole)
    # Each sum differs from the exact one by some units at most.
    numbers, sinks = basins(directions, generate_sink_image=True)
    exact = np.bincount(numbers.ravel(), weights.ravel())
    at_sinks = np.zeros(exact.size)
    at_sinks[sinks[sinks > 0]] = whole[sinks > 0]
    np.testing.assert_allclose(at_sinks[1:], exact[1:], rtol=0, atol=1e-11 * np.abs(weights).max())


def test_a_cycle_through_chunks_gets_all_that_reaches_it():
    directions = np.array([[5, 5, 5, 7], [1, 4, 4, 7], [1, 3, 3, 3]], np.uint8)
    directions[1, 1:3] = 1  # drain into the cycle
    expected = np.full((3, 4), 12)
    expected[1, 1:3] = 1
    assert_array_equal(accumulate(directions), expected)
    for lengths in (1, 2, (3, 1), (2, 3)):
        assert_array_equal(accumulate(dask.array.from_array(directions, lengths)).compute(), expected)


def test_the_like_of_the_labels_comes_back():
    directions = random_directions((12, 9))
    expected = accumulate(directions)
    assert_array_equal(accumulate(directions.tolist()), expected)
    assert_array_equal(accumulate(np.asfortranarray(directions.astype(">i8"))), expected)
    array = accumulate(xarray.DataArray(directions, dims=("a", "b"), coords={"a": range(12)}))
    assert array.dims == ("a", "b") and list(array.a) == list(range(12))
    assert_array_equal(array, expected)
    image = accumulate(itk.image_from_array(directions))
    assert_array_equal(itk.array_from_image(image), expected)
    weights = np.full(directions.shape, 0.5)
    image = accumulate(itk.image_from_array(directions), weights=weights)
    assert_array_equal(itk.array_from_image(image), expected / 2)
    masked = accumulate(np.ma.masked_array(directions, directions == 8))
    assert_array_equal(masked.mask, directions == 8)
    assert_array_equal(masked.data, accumulate(directions, mask_image=directions != 8))
    without = accumulate(directions, weights=np.ma.masked_array(weights, weights > 0))
    assert not without.any()


def test_what_is_wrong_is_named():
    directions = random_directions((12, 9))
    weights = np.ones(directions.shape)
    weights[3, 4] = np.nan
    for array in directions, dask.array.from_array(directions, (3, 5)):
        with pytest.raises(ValueError, match=r"weights has the value nan at \(3, 4\)"):
            accumulate(array, weights=weights)
        with pytest.raises(ValueError, match=r"weights has the shape \(2, 2\)"):
            accumulate(array, weights=np.ones((2, 2)))
        with pytest.raises(TypeError, match="is radius meant"):
            accumulate(array, radus=1)
    directions[5, 6] = 9
    for array in directions, dask.array.from_array(directions, (3, 5)):
        with pytest.raises(ValueError, match=r"labels has the value 9 at \(5, 6\)"):
            accumulate(array)
    with pytest.raises(TypeError, match="float64"):
        accumulate(directions.astype(float))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_voxel_belongs_to_the_first_point_on_its_path(data):
    directions, options = data.draw(label_images())
    voxels = st.integers(0, directions.size - 1)
    points = np.transpose(np.unravel_index(data.draw(st.lists(voxels, min_size=1, max_size=4, unique=True)), directions.shape))
    try:
        found = catchment(directions, points, **options)
    except ValueError as error:
        assert "0 all over" in str(error)
        return
    number = {tuple(point): i + 1 for i, point in enumerate(points.tolist())}
    expected = np.zeros(directions.shape, int)
    for path in paths(directions, options["radius"], options["background_value"], options["periodic"]):
        expected[path[0]] = next((number[voxel] for voxel in path if voxel in number), 0)
    assert found.dtype == np.uint32
    assert_array_equal(found, expected)
    with dask.config.set(scheduler="synchronous"):
        lazy = catchment(dask.array.from_array(directions, data.draw(chunks(directions.shape))), points, **options)
        assert_array_equal(lazy.compute(), expected)


def test_points_that_are_wrong_are_named():
    directions = random_directions((12, 9))
    for points, text in (
        ([(1, 2, 3)], "give integers, for each point 2"),
        ([(1, 9)], r"has \(1, 9\) as number 1"),
        ([(1, 2), (1, 2)], r"\(1, 2\) twice"),
        ([(1.5, 2.0)], "float64"),
        ([], "give integers"),
    ):
        with pytest.raises(ValueError, match=text):
            catchment(directions, points)
