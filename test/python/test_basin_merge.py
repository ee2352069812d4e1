"""Basins joined by depth: against the rule, filled images, ITK's watershed and persistence, and in chunks."""

import itertools

import dask
import dask.array
import gudhi
import itk
import numpy as np
import pandas
import pytest
import scipy.ndimage
import skimage.data
import skimage.filters
import xarray
from itk_neighborhoodargmaxlabel import basins, cut, labels
from itk_neighborhoodargmaxlabel._basin_merge_chunks import _compact
from numpy.testing import assert_array_equal
from skimage.measure import label
from skimage.morphology import local_minima, reconstruction

SHAPES = [(40, 50), (12, 13, 14), (5, 6, 7, 8)]
DEPTHS = [0, 1, 2, 3.5, 8]


def image_of(shape, dtype, seed=1):
    """Noise with plateaus, if it is of integers."""
    noise = scipy.ndimage.gaussian_filter(np.random.default_rng(seed).random(shape), 0.7, mode="wrap") * 60
    return np.round(noise).astype(dtype) if np.dtype(dtype).kind in "iu" else noise.astype(dtype)


def directions_of(image, **options):
    return labels(image, center_score=0, **{"border": "inside", "background_value": 255} | options)


def count_of(image, depth=0.0, ascent=False, border="inside", **options):
    """The number of basins before and after."""
    directions = directions_of(image, ascent=ascent, border=border, **options)
    periodic = border == "periodic"
    merged = basins(directions, values=image, depth=depth, ascent=ascent, periodic=periodic)
    return int(basins(directions, periodic=periodic).max()), int(merged.max())


def steps_of(ndim, fully_connected):
    steps = itertools.product((-1, 0, 1), repeat=ndim)
    return [step for step in steps if any(step) and (fully_connected or sum(map(abs, step)) == 1)]


def passes_of(numbers, values, fully_connected, periodic):
    """The least greater value over neighboring voxels, for each two basins."""
    passes = {}
    for index in np.ndindex(values.shape):
        for step in steps_of(values.ndim, fully_connected):
            other = [i + s for i, s in zip(index, step)]
            other = tuple(i % n if wraps else i for i, n, wraps in zip(other, values.shape, periodic))
            if not all(0 <= i < n for i, n in zip(other, values.shape)) or numbers[index] == numbers[other]:
                continue
            if numbers[index] == 0 or numbers[other] == 0:
                continue
            pair = frozenset((int(numbers[index]), int(numbers[other])))
            value = max(values[index], values[other])
            if value == value:
                passes[pair] = min(passes.get(pair, np.inf), value)
    return passes


def joined_by_the_rule(numbers, values, depth, ascent=False, fully_connected=True, periodic=(False,) * 4):
    """From each basin the water rises, until it runs into a lower one: without a sort of all passes, or a forest."""
    values = -values.astype(float) if ascent else values.astype(float)
    passes = passes_of(numbers, values, fully_connected, periodic)
    of = np.arange(int(numbers.max()) + 1)
    lowest = {b: (np.nanmin(values[numbers == b]), b) for b in range(1, of.size)}
    for basin in range(1, of.size):
        flooded, level = {basin}, lowest[basin][0]
        while True:
            ways = [(value, *(pair - flooded)) for pair, value in passes.items() if len(pair & flooded) == 1]
            if not ways:
                break
            value, reached = min(ways)
            level = max(level, value)
            if level - lowest[basin][0] > depth:
                break
            flooded.add(reached)
            if lowest[reached] < lowest[basin]:
                of[of == of[basin]] = of[reached]
                break
    groups = of[numbers]
    groups[numbers == 0] = 0
    firsts = list(dict.fromkeys(groups[groups > 0].tolist()))
    return np.array([0, *(firsts.index(g) + 1 if g in firsts else 0 for g in range(1, of.size))])[groups]


# The rule


@pytest.mark.parametrize("ascent", [False, True])
@pytest.mark.parametrize("fully_connected", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_as_many_as_minima_of_the_filled_image(shape, dtype, fully_connected, ascent):
    image = image_of(shape, dtype)
    directions = directions_of(image, ascent=ascent, fully_connected=fully_connected)
    heights = -image.astype(float) if ascent else image.astype(float)
    connectivity = len(shape) if fully_connected else 1
    footprint = scipy.ndimage.generate_binary_structure(len(shape), connectivity)
    counts = []
    for depth in DEPTHS:
        merged = basins(directions, values=image, depth=depth, ascent=ascent, fully_connected=fully_connected)
        filled = reconstruction(heights + depth, heights, "erosion", footprint)
        minima = label(local_minima(filled, connectivity=connectivity), connectivity=connectivity)
        assert merged.max() == minima.max()
        counts.append(int(merged.max()))
        if depth == 0:  # a basin has one minimum
            assert len({(a, b) for a, b in zip(merged[minima > 0], minima[minima > 0])}) == minima.max()
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[-1]


@pytest.mark.parametrize("fully_connected", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("shape", SHAPES[:2])
def test_as_many_as_those_of_itk_watershed(shape, dtype, fully_connected):
    image = image_of(shape, dtype)
    directions = directions_of(image, fully_connected=fully_connected)
    for depth in (0, 1, 2, 4, 8):  # its level has the type of the image
        flooded = itk.morphological_watershed_image_filter(
            image, level=depth, fully_connected=fully_connected, mark_watershed_line=False
        )
        merged = basins(directions, values=image, depth=depth, fully_connected=fully_connected)
        assert merged.max() == np.unique(flooded).size


@pytest.mark.parametrize("seed", range(12))
def test_partition_is_that_of_the_rule(seed):
    random = np.random.default_rng(seed)
    ndim = 2 + seed % 3
    shape = tuple(random.integers(2, {2: 14, 3: 7, 4: 4}[ndim], ndim).tolist())
    values = random.permutation(np.prod(shape)).reshape(shape).astype("float32")
    if seed % 4 == 3:
        values[random.random(shape) < 0.1] = np.nan
    periodic = tuple(random.integers(0, 2, ndim).astype(bool).tolist())
    options = {"ascent": bool(seed % 2), "fully_connected": seed % 3 > 0}
    borders = ["periodic" if wraps else "inside" for wraps in periodic]
    mask = (random.random(shape) < 0.95) & ~np.isnan(values)
    directions = labels(np.nan_to_num(values), center_score=0, border=borders, background_value=255, mask_image=mask, **options)
    numbers = basins(directions, periodic=periodic)
    for depth in (0, values.size // 20, values.size // 5, np.inf):
        merged = basins(directions, values=values, depth=depth, periodic=periodic, **options)
        assert_array_equal(merged, joined_by_the_rule(numbers, values, depth, periodic=periodic, **options))


@pytest.mark.parametrize("periodic", [(True, False, True), (False, True, False), (True, True, True)])
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
def test_counts_of_periodic_axes_are_those_of_the_rule(dtype, periodic):
    values = np.random.default_rng(5).integers(0, 6, (4, 5, 6)).astype(dtype)
    directions = labels(values, center_score=0, border=["periodic" if wraps else "inside" for wraps in periodic])
    numbers = basins(directions, periodic=periodic)
    for depth in (0, 1, 2):
        merged = basins(directions, values=values, depth=depth, periodic=periodic)
        assert merged.max() == joined_by_the_rule(numbers, values, depth, periodic=periodic).max()


@pytest.mark.parametrize("fully_connected, is_periodic", [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("shape", SHAPES[:2])
def test_hierarchy_is_the_persistence_of_dimension_0(shape, dtype, fully_connected, is_periodic):
    """Pixels are cells that touch at corners, or vertices that faces connect; the latter not on gudhi's torus."""
    image = image_of(shape, dtype)
    directions = directions_of(image, fully_connected=fully_connected, border="periodic" if is_periodic else "inside")
    options = {"fully_connected": fully_connected, "periodic": is_periodic}
    _, hierarchy = basins(directions, values=image, hierarchy=True, **options)
    cells = {"top_dimensional_cells" if fully_connected else "vertices": image.astype(float)}
    if is_periodic:
        complex_ = gudhi.PeriodicCubicalComplex(**cells, periodic_dimensions=[True] * image.ndim)
    else:
        complex_ = gudhi.CubicalComplex(**cells)
    complex_.compute_persistence()
    expected = sorted(map(tuple, complex_.persistence_intervals_in_dimension(0).tolist()))
    frame = pandas.DataFrame(hierarchy)
    frame = frame[frame["depth"] > 0]
    assert sorted(zip(frame["lowest"], frame["pass"])) == expected
    assert len(expected) > 20


# The images of people


def test_a_wide_blob_is_one():
    y, x = np.indices((200, 200)) - 100
    before, after = count_of((200 * np.exp(-(y**2 + x**2) / 3200)).astype("uint8"), ascent=True)
    assert (before > 100, after) == (True, 1)


def test_an_atom_in_whole_numbers_is_one():
    steps = np.minimum(np.arange(60), 60 - np.arange(60)) ** 2
    distance = steps[:, None, None] + steps[:, None] + steps
    before, after = count_of((1000 * np.exp(-distance / 100)).astype("int32"), ascent=True, border="periodic")
    assert (before > 1, after) == (True, 1)


@pytest.mark.parametrize("ndim", [2, 3])
def test_a_flat_bottom_is_one(ndim):
    radius = np.sqrt(((np.indices((25,) * ndim) - 12) ** 2).sum(axis=0))
    before, after = count_of(np.where(radius <= 8, 0, 1 + radius))
    assert (before > 1, after) == (True, 1)


@pytest.mark.parametrize("metric", ["euclidean", "chessboard"])
def test_two_touching_disks_are_two(metric):
    y, x = np.indices((60, 90))
    disks = ((y - 30) ** 2 + (x - 28) ** 2 <= 18**2) | ((y - 30) ** 2 + (x - 61) ** 2 <= 18**2)
    if metric == "euclidean":
        distance = np.round(scipy.ndimage.distance_transform_edt(disks)).astype("uint8")
    else:
        distance = scipy.ndimage.distance_transform_cdt(disks, metric)
    before, after = count_of(distance, ascent=True, mask_image=disks)
    assert (before > 2, after) == (True, 2)


def test_photographs():
    assert count_of(skimage.data.moon()) == (11355, 3975)
    coins = np.round(skimage.filters.gaussian(skimage.data.coins(), 2, preserve_range=True)).astype("uint8")
    assert count_of(coins) == (1228, 254)


# What is returned


@pytest.fixture(scope="module")
def example():
    """An image, its labels, its basins and their hierarchy."""
    image = image_of((30, 40), "uint8")
    directions = directions_of(image)
    return image, directions, *basins(directions, values=image, hierarchy=True)


@pytest.mark.parametrize("depth", [None, 0, 2, 100])
def test_all_results_are_of_the_merged_basins(example, depth):
    image, directions, *_ = example
    options = {"generate_sink_image": True, "table": True, "hierarchy": True, "neighbors": True}
    numbers, sinks, table, hierarchy, neighbors = basins(directions, values=image, depth=depth, **options)
    index = np.arange(1, numbers.max() + 1)
    assert_array_equal(np.sort(sinks[sinks > 0]), index)
    for rows in pandas.DataFrame(table), pandas.DataFrame(hierarchy):
        assert_array_equal(rows["basin"], index)
    assert_array_equal(sinks[table["sink_0"], table["sink_1"]], index)
    assert_array_equal(numbers[table["sink_0"], table["sink_1"]], index)
    assert_array_equal(table["min"], scipy.ndimage.minimum(image, numbers, index))
    assert_array_equal(image[table["sink_0"], table["sink_1"]], table["min"])
    assert_array_equal(hierarchy["lowest"], table["min"])
    joins = hierarchy["joins"] > 0
    assert (joins == np.isfinite(hierarchy["depth"])).all() and np.count_nonzero(~joins) == 1
    assert (hierarchy["depth"] > (-1 if depth is None else depth)).all()
    assert_array_equal((hierarchy["pass"] - hierarchy["lowest"])[joins], hierarchy["depth"][joins])
    assert_array_equal(image[hierarchy["pass_0"], hierarchy["pass_1"]][joins], hierarchy["pass"][joins])
    assert set(hierarchy["pass_0"][~joins]) == {-1}
    passes = {frozenset(pair): value for *pair, value in zip(*(neighbors[name].tolist() for name in list(neighbors)[:3]))}
    assert passes == passes_of(numbers, image, True, (False, False))
    assert (neighbors["basin"] < neighbors["neighbor"]).all()
    assert_array_equal(image[neighbors["pass_0"], neighbors["pass_1"]], neighbors["pass"])


def test_a_hierarchy_of_merged_basins_cuts_further(example):
    image, directions, *_ = example
    merged, hierarchy = basins(directions, values=image, depth=1, hierarchy=True)
    assert_array_equal(cut(merged, hierarchy, depth=4), basins(directions, values=image, depth=4))
    assert_array_equal(cut(merged, hierarchy, depth=0.5), merged)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int32", "uint64", "float16", ">f4", ">i8", "longdouble"])
def test_values_of_any_type_and_layout(dtype):
    image = (image_of((30, 40), "uint8") % 2) if dtype == "bool" else image_of((30, 40), "uint8")
    directions = directions_of(image)
    expected = basins(directions, values=image, depth=1)
    values = image.astype(dtype)
    assert_array_equal(basins(directions, values=values, depth=1), expected)
    assert_array_equal(basins(directions, values=np.asfortranarray(values), depth=1), expected)
    assert_array_equal(basins(directions, values=values[::-1][::-1], depth=1), expected)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float64"])
def test_masked_values_are_no_passes(dtype):
    image = np.array([[0, 3, 1, 9, 0, 5, 0]] * 2, dtype)
    directions = directions_of(image)
    assert basins(directions, values=image, depth=3).tolist() == [[1, 1, 1, 2, 2, 2, 3]] * 2
    values = np.ma.array(image, mask=image == 3)
    assert basins(directions, values=values, depth=3).tolist() == [[1, 1, 2, 3, 3, 3, 4]] * 2
    array = xarray.DataArray(image, dims=("y", "x"), attrs={"_FillValue": 3})
    assert basins(directions, values=array, depth=3).tolist() == [[1, 1, 2, 3, 3, 3, 4]] * 2
    if dtype == "float64":
        assert basins(directions, values=values.filled(np.nan), depth=3).tolist() == [[1, 1, 2, 3, 3, 3, 4]] * 2


def test_all_kinds_of_arrays(example):
    image, directions, numbers, hierarchy = example
    merged = basins(directions, values=image, depth=3)
    array = xarray.DataArray(image, dims=("y", "x"), coords={"y": np.arange(30.0)})
    found, table = basins(directions_of(array), values=array.T, depth=3, hierarchy=True)
    assert isinstance(found, xarray.DataArray) and found.name == "basins"
    assert_array_equal(found, merged)
    assert_array_equal(cut(xarray.DataArray(numbers, array.coords, array.dims), hierarchy, depth=3), merged)
    picture = itk.image_from_array(image)
    found, sinks, table, rows = basins(
        itk.image_from_array(directions), values=picture, depth=3, generate_sink_image=True, table=True, hierarchy=True
    )
    assert_array_equal(itk.array_from_image(found), merged)
    assert np.count_nonzero(itk.array_from_image(sinks)) == table["basin"].size == rows["basin"].size == merged.max()
    of_image = itk.image_from_array(numbers)
    of_image.SetSpacing([2, 3])
    further = cut(of_image, hierarchy, depth=3)
    assert_array_equal(itk.array_from_image(further), merged)
    assert tuple(further.GetSpacing()) == (2, 3)
    masked = np.ma.array(numbers, mask=image > 40)
    further = cut(masked, hierarchy, depth=3)
    assert_array_equal(further.mask, masked.mask)
    assert_array_equal(further.data, merged)
    assert basins(directions.tolist(), values=image.tolist(), depth=3).tolist() == merged.tolist()


# Another depth


@pytest.mark.parametrize("depth", [0, 1, 2.5, 7, np.inf])
@pytest.mark.parametrize("shape", SHAPES)
def test_cut_is_a_depth(shape, depth):
    image = image_of(shape, "uint8")
    directions = directions_of(image, ascent=True)
    numbers, hierarchy = basins(directions, values=image, ascent=True, hierarchy=True)
    expected = basins(directions, values=image, ascent=True, depth=depth)
    assert_array_equal(cut(numbers, hierarchy, depth=depth), expected)
    assert_array_equal(cut(numbers, pandas.DataFrame(hierarchy), depth=depth), expected)


def test_cut_to_so_many():
    image = image_of((30, 40), "float32")
    numbers, hierarchy = basins(directions_of(image), values=image, hierarchy=True)
    count = int(numbers.max())
    for n in (1, 2, 17, count - 1, count):
        assert cut(numbers, hierarchy, n=n).max() == n
    assert_array_equal(cut(numbers, hierarchy, n=count + 5), numbers)


def test_cut_to_so_many_of_equal_depths():
    image = np.array([[0, 5, 1, 5, 2, 7, 2, 6, 4]] * 2)
    numbers, hierarchy = basins(directions_of(image), values=image, hierarchy=True)
    assert hierarchy["depth"].tolist() == [np.inf, 4, 3, 5, 2]
    assert [int(cut(numbers, hierarchy, n=n).max()) for n in (5, 4, 3, 2, 1)] == [5, 4, 3, 2, 1]


def test_no_basins():
    directions, image = np.full((4, 5), 255, "uint8"), np.ones((4, 5))
    numbers, table, hierarchy, neighbors = basins(directions, values=image, depth=1, table=True, hierarchy=True, neighbors=True)
    assert not numbers.any()
    assert {column.size for column in (*table.values(), *hierarchy.values(), *neighbors.values())} == {0}
    assert not cut(numbers, hierarchy, n=1).any()


# In chunks


def check_chunks(directions, lengths, **options):
    options |= {"generate_sink_image": True, "table": True, "hierarchy": True, "neighbors": True}
    expected = basins(directions, **options)
    with dask.config.set(scheduler="synchronous"):
        options["values"] = dask.array.from_array(options["values"], chunks=3)
        found = dask.compute(*basins(dask.array.from_array(directions, chunks=lengths), **options))
    for one, other in zip(found, expected):
        if isinstance(other, dict):
            assert list(one) == list(other)
            for name in set(other) - {"sum"}:
                assert_array_equal(one[name], other[name], name)
                assert one[name].dtype == other[name].dtype
        else:
            assert_array_equal(one, other)
            assert one.dtype == other.dtype


@pytest.mark.parametrize("seed", range(24))
def test_chunks_give_the_whole(seed):
    random = np.random.default_rng(seed)
    ndim = 2 + seed % 3
    shape = tuple(random.integers(1, {2: 15, 3: 8, 4: 5}[ndim], ndim).tolist())
    values = random.integers(0, 9, shape).astype("int32") if seed % 2 else random.random(shape, np.float32) * 9
    periodic = tuple(random.integers(0, 2, ndim).astype(bool).tolist())
    options = {"ascent": seed % 4 > 1, "fully_connected": bool(random.integers(0, 2))}
    borders = ["periodic" if wraps else "inside" for wraps in periodic]
    mask = random.random(shape) < 0.95
    directions = labels(values, center_score=0, border=borders, background_value=255, mask_image=mask, **options)
    if seed % 5 == 0:
        values = np.ma.array(values, mask=random.random(shape) < 0.1)
    for depth in (None, 0, 2):
        lengths = tuple(random.integers(1 + (ndim == 4), 6, ndim).tolist())
        check_chunks(directions, lengths, values=values, depth=depth, periodic=periodic, **options)


@pytest.mark.parametrize("lengths", [(1, 5), (4, 1, 2), (6, 1)])
def test_chunks_of_a_periodic_axis_whose_passes_are_equal(lengths):
    """The pass is at the first voxel of the image, whatever the chunk that finds it."""
    values = np.random.default_rng(3).integers(0, 2, (sum(lengths), 6)).astype("uint8")
    directions = labels(values, center_score=0, border="periodic")
    check_chunks(directions, (lengths, 2), values=values, depth=None, periodic=True)


@pytest.mark.parametrize(
    "numbers", [[[5, 9, 9], [6, 5, 9]], [[0, 9, 9], [6, 0, 9]], [[0, 0]], [[0, 3, 10**6]], [[10**6, 3, 3]]]
)
def test_basins_of_a_chunk_are_counted(numbers):
    numbers = np.array(numbers, "uint32")
    own, positions = _compact(numbers)
    assert_array_equal(own, np.unique(numbers[numbers > 0]))
    assert_array_equal(np.concatenate([[0], own])[positions], numbers)
    assert positions.dtype == np.uint32


def test_cut_of_chunks_is_lazy():
    image = image_of((30, 40), "uint8")
    directions = dask.array.from_array(directions_of(image), chunks=7)
    numbers, hierarchy = basins(directions, values=image, hierarchy=True)
    expected = basins(directions, values=image, depth=3).compute()
    assert_array_equal(cut(numbers, hierarchy, depth=3), expected)
    assert_array_equal(cut(numbers, hierarchy.compute(), depth=3), expected)
    assert_array_equal(cut(numbers, hierarchy, n=5), cut(numbers.compute(), hierarchy.compute(), n=5))
    assert cut(numbers, hierarchy, n=5).chunks == numbers.chunks
    with pytest.raises(TypeError, match="hierarchy is a dask.delayed object, but numbers is no dask array"):
        cut(numbers.compute(), hierarchy, depth=3)


# Errors


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"depth": 5, "values": None}, ValueError, "depth is 5.0, but values is None: set values to the image"),
        ({"depth": 0, "values": None}, ValueError, "depth is 0.0, but values is None"),
        ({"hierarchy": True, "values": None}, ValueError, "hierarchy is True, but values is None"),
        ({"neighbors": True, "values": None}, ValueError, "neighbors is True, but values is None"),
        ({}, ValueError, "values is given, but table is False and depth is None: set table=True, or a depth"),
        ({"depth": -1}, ValueError, "depth is -1: give 0 or more, in the unit of the values"),
        ({"depth": np.nan}, ValueError, "depth is nan: give a number"),
        ({"depth": "5"}, TypeError, "depth is '5': give a number"),
        ({"hierarchy": 2}, TypeError, "hierarchy is 2: give True or False"),
        ({"ascent": "yes"}, TypeError, "ascent is 'yes': give True or False"),
        ({"depth": 1, "values": np.ones((30, 41))}, ValueError, r"values has the shape \(30, 41\): give that of labels"),
        ({"depth": 1, "values": np.ones((30, 40)) * 1j}, TypeError, "values has the type complex128: give real numbers"),
        ({"depth": 1, "values": np.full((30, 40), np.nan)}, ValueError, "values is NaN or masked wherever there is a basin"),
        ({"depth": 1, "values": np.ma.masked_all((30, 40))}, ValueError, "values is NaN or masked wherever there is a basin"),
        ({"depth": 1, "values": np.full((30, 40), 2**60 + 1)}, ValueError, "values has the value 1152921504606846977 of type"),
        ({"h": 5}, TypeError, r"basins\(\) has no option h: depth=, with values=image, joins"),
        ({"level": 5}, TypeError, r"basins\(\) has no option level: depth="),
    ],
)
@pytest.mark.parametrize("lazy", [False, True])
def test_errors_of_basins(example, lazy, options, error, message):
    image, directions, *_ = example
    if lazy:
        directions = dask.array.from_array(directions, chunks=20)
    with pytest.raises(error, match="^" + message) as caught:
        basins(directions, **{"values": image} | options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ascent", "fully_connected"])
def test_labels_of_another_sense_or_neighborhood(example, name):
    image, *_ = example
    directions = directions_of(image, **{name: True})
    with pytest.raises(ValueError, match=f"^{name} is False, but the labels were made with {name}=True: give the same"):
        basins(directions, values=image, depth=1, **{name: False})
    directions = directions_of(image, **{name: False})
    with pytest.raises(ValueError, match=f"^{name} is True, but the labels were made with {name}=False: give the same"):
        basins(directions, values=image, hierarchy=True, **{name: True})
    basins(directions.copy(), values=image, hierarchy=True, **{name: True})


def test_slices_do_not_join():
    image = image_of((3, 10, 10), "uint8")
    directions = directions_of(image, radius=(0, 1, 1))
    with pytest.raises(ValueError, match=r"^radius is \(0, 1, 1\), but basins join along all axes"):
        basins(directions, radius=(0, 1, 1), values=image, depth=1)


def test_infinite_values_are_values():
    image = np.full((4, 5), np.inf)
    assert basins(np.full((4, 5), 4, "uint8"), values=image, depth=0).max() == 1


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({}, ValueError, "depth is None and n is None: give one of them"),
        ({"depth": 1, "n": 2}, ValueError, "depth is 1 and n is 2: give one of them"),
        ({"depth": -2.5}, ValueError, "depth is -2.5: give 0 or more"),
        ({"depth": np.nan}, ValueError, "depth is nan: give a number"),
        ({"n": 0}, ValueError, "n is 0: give an integer from 1"),
        ({"n": 1.5}, TypeError, "n is 1.5: give an integer"),
        ({"h": 1}, TypeError, r"cut\(\) has no option h: depth= joins"),
    ],
)
def test_errors_of_cut(example, options, error, message):
    _, _, numbers, hierarchy = example
    with pytest.raises(error, match="^" + message):
        cut(numbers, hierarchy, **options)


def test_errors_of_hierarchies(example):
    image, directions, numbers, hierarchy = example
    with pytest.raises(
        TypeError, match=r"^hierarchy is a dict without basin, joins and depth: give that of basins\(hierarchy=True\)"
    ):
        cut(numbers, basins(directions, table=True)[1], depth=1)
    for wrong in pandas.DataFrame(hierarchy)[:3], pandas.DataFrame(hierarchy)[::-1], pandas.DataFrame(hierarchy)[3:]:
        with pytest.raises(ValueError, match="^hierarchy has .* rows, but not those of basins 1 to .*: give all rows in their"):
            cut(numbers, wrong, depth=0)
    with pytest.raises(ValueError, match="^numbers has the number 100001, but hierarchy has the basins 1 to "):
        cut(numbers + 100000 * (numbers == 1), hierarchy, depth=0)
    with pytest.raises(ValueError, match="^numbers has the number -84, but hierarchy has the basins 1 to "):
        cut(-numbers.astype(int), hierarchy, depth=0)
    apart = np.array([[0, 1, 0, 1, 0]] * 2)
    mask = np.array([[1, 1, 0, 1, 1]] * 2)
    parts, of_parts = basins(directions_of(apart, mask_image=mask), values=apart, hierarchy=True)
    with pytest.raises(ValueError, match="^n is 1, but the basins are 2 groups that do not touch: give 2 or more"):
        cut(parts, of_parts, n=1)
