"""Distances from coordinates, transforms and lattices."""

import re
import warnings

import dask
import dask.array
import itk
import numpy as np
import pytest
import rioxarray  # noqa: F401 -- the accessor
import xarray
from definition import define
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from itk_neighborhoodargmaxlabel import accumulate, basins, labels
from itk_neighborhoodargmaxlabel._distances import lattice_of, reduced_lattice
from itk_neighborhoodargmaxlabel._geographic import geographic_spacing
from numpy.testing import assert_array_equal
from strategies import chunks
from test_accumulate import walk as sums_of_walks
from test_basins import walk

labels(np.ones((3, 3)))  # loads itk, whose import does not survive warnings that are errors
C0 = {"center_score": 0, "border": "inside"}


def grid(values, y, x, **attributes):
    return xarray.DataArray(values, dims=("y", "x"), coords={"y": y, "x": x}, attrs=attributes)


# Steps without the noise of their rounding

STEPS = [0.7, 0.9, 12.5, 30.0, 1 / 3600, 1 / 1200, 1 / 3, 2.0**-10, 0.488281, 28.61517, float(np.float32(0.9))]
RATIOS = [(0.7, 2.1), (2.7, 0.9), (0.1, 0.3), (1 / 3600, 1 / 1200), (0.7, 4.9), (10.1, 30.3)]  # scores tie by rounding
WAYS = {
    "multiplied": lambda origin, step, count: origin + step * np.arange(count),
    "backwards": lambda origin, step, count: (origin + step * np.arange(count))[::-1],
    "arange": lambda origin, step, count: np.arange(origin, origin + step * (count - 0.5), step),
    "linspace": lambda origin, step, count: np.linspace(origin, origin + step * (count - 1), count),
    "centers": lambda origin, step, count: origin + step * (0.5 + np.arange(count)),
}


@st.composite
def axes(draw, steps, count, dtype="float64"):
    """Coordinates of an axis from a random origin; with fewer digits, it is larger."""
    origin = draw(st.floats(-180, 180) | st.integers(-(10**6), 10**6).map(lambda i: i / 10))
    return WAYS[draw(st.sampled_from(list(WAYS)))](origin, draw(steps), count).astype(dtype)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_origin_of_coordinates_changes_no_label(data):
    image = data.draw(st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, 10, (12, 13))))
    steps = data.draw(st.sampled_from(RATIOS) | st.tuples(st.sampled_from(STEPS), st.sampled_from(STEPS)))
    y, x = (data.draw(axes(st.just(step), count)) for step, count in zip(steps, image.shape))
    found = labels(grid(image, y, x), **C0)
    assert_array_equal(found, define(image, spacing=steps[::-1], center_score=0, border="Inside")[0])


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_equal_axes_stay_equal(data):
    """Also if their step is not a simple number, or float32 rounds it."""
    image = data.draw(st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, 10, (12, 13))))
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    step = st.just(data.draw(st.floats(0.01, 100)))
    y, x = (data.draw(axes(step, count, dtype)) for count in image.shape)
    assert_array_equal(labels(grid(image, y, x), **C0), labels(image, **C0))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_crops_have_the_labels_of_the_whole(data):
    image = data.draw(st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, 10, (40, 50))))
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    steps = st.sampled_from([0.7, 0.9, 12.5, 30.0] if dtype == "float32" else STEPS)
    whole = grid(image, *(data.draw(axes(steps, count, dtype)) for count in image.shape))
    rows, columns = (data.draw(st.integers(0, n - 12)) for n in image.shape)
    part = {"y": slice(rows, rows + 12), "x": slice(columns, columns + 12)}
    inner = {"y": slice(1, -1), "x": slice(1, -1)}
    expected = labels(whole, **C0).isel(part).isel(inner)
    assert_array_equal(labels(whole.isel(part), **C0).isel(inner), expected)


def test_ties_are_not_broken_by_rounding():
    image = np.array([[5, 2, 5], [2, 9, 5], [5, 5, 5]])
    for start in (0, 13.1):
        y = start + 0.7 * np.arange(3)
        assert labels(grid(image, y, 0.7 * np.arange(3)))[1, 1] == 1
    image = np.array([[9, 1, 9], [1, 5, 9], [9, 9, 9]], "int16")
    found = [labels(grid(image, lat + np.arange(3) / 3600, lon + np.arange(3) / 3600))[1, 1] for lat, lon in ((0, 0), (1, 170))]
    assert found[0] == found[1] == 1


@pytest.mark.parametrize(
    "spacing", [(0.9, 0.9, 0.9), (0.9, 0.9, 2.7), (0.488281, 0.488281, 1.2), tuple(map(float, np.float32([0.9, 0.9, 1.2])))]
)
def test_images_of_itk_and_their_data_arrays_have_the_same_labels(spacing):
    image = itk.image_from_array(np.random.default_rng(26).integers(0, 6, (10, 20, 30)).astype("int16"))
    image.SetSpacing(spacing)
    image.SetOrigin([-103.7, 57.31, 1201.9])
    assert_array_equal(labels(itk.xarray_from_image(image), **C0), labels(image, **C0))


# Transforms of rasters without coordinates


def without_coordinates(values, transform):
    image = xarray.DataArray(values, dims=("y", "x")).rio.write_crs("EPSG:32632")
    image.coords["spatial_ref"].attrs["GeoTransform"] = " ".join(map(str, transform))
    return image


def test_the_transform_has_the_spacing_where_coordinates_do_not():
    image = np.random.default_rng(3).integers(0, 9, (12, 13))
    expected = define(image, spacing=[30.0, 20.0], center_score=0, border="Inside")[0]
    assert_array_equal(labels(without_coordinates(image, (5e5, 30.0, 0.0, 5.2e6, 0.0, -20.0)), **C0), expected)
    cosine, sine = np.cos(np.radians(30)), np.sin(np.radians(30))
    turned = (5e5, 30 * cosine, 20 * sine, 5.2e6, 30 * sine, -20 * cosine)
    assert_array_equal(labels(without_coordinates(image, turned), **C0), expected)
    assert_array_equal(labels(without_coordinates(image, turned), **C0, spacing=1), labels(image, **C0))


def test_rotated_and_sheared_files_have_the_distances_of_their_transform(tmp_path):
    import rasterio

    image = np.random.default_rng(3).integers(0, 9, (12, 13)).astype("int16")
    cosine, sine = np.cos(np.radians(30)), np.sin(np.radians(30))
    even = {"spacing": [30.0, 20.0]}
    transforms = [
        ((30.0, 0.0, 5e5, 0.0, -20.0, 5.2e6), even),
        ((30 * cosine, 20 * sine, 5e5, 30 * sine, -20 * cosine, 5.2e6), even),
        ((26.0, 10.0, 5e5, -15.0, 17.0, 5.2e6), {"lattice": [[10.0, 17.0], [26.0, -15.0]]}),
    ]
    for transform, distances in transforms:
        options = {"driver": "GTiff", "height": 12, "width": 13, "count": 1, "dtype": "int16"}
        with rasterio.open(tmp_path / "dem.tif", "w", **options, transform=rasterio.Affine(*transform)) as file:
            file.write(image, 1)
        expected = define(image, **distances, center_score=0, border="Inside")[0]
        for reading in {}, {"parse_coordinates": False}, {"parse_coordinates": False, "chunks": {"x": 5}}:
            dem = rioxarray.open_rasterio(tmp_path / "dem.tif", **reading)
            assert_array_equal(labels(dem, **C0)[0], expected)
            assert_array_equal(labels(dem.squeeze("band"), **C0), expected)


# Degrees


def degrees(values, south=60.0, step=1 / 3600, **attributes):
    lat, lon = south + step * np.arange(values.shape[0])[::-1], 10 + step * np.arange(values.shape[1])
    image = xarray.DataArray(values, dims=("lat", "lon"), coords={"lat": lat, "lon": lon}, attrs=attributes)
    image.lat.attrs["units"], image.lon.attrs["units"] = "degrees_north", "degrees_east"
    return image


def define_by_row(image, spacing, mask=None, radius=1):
    """The definition of each row with its own spacing."""
    parts = [
        define(image, spacing=row[::-1], mask_image=mask, center_score=0, border="Inside", radius=[radius] * 2)
        for row in spacing
    ]
    return [np.stack([part[output][i] for i, part in enumerate(parts)]) for output in (0, 1)]


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("radius", [1, 2])
def test_geographic_spacing_is_that_of_each_row(is_chunked, radius):
    random = np.random.default_rng(4)
    image, known = random.integers(0, 30, (13, 11)), random.random((13, 11)) < 0.9
    given_image = degrees(np.where(known, image, -9999), 20.0, 4.0, _FillValue=-9999)
    spacing = geographic_spacing(given_image.lat.values, (4.0, 4.0))
    one = given_image.chunk(lat=4, lon=5) if is_chunked else given_image
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = labels(one, **C0, spacing="geographic", radius=radius, generate_score_image=True)
    expected = define_by_row(image, spacing, known, radius)
    assert_array_equal(found[0], np.where(known, expected[0], 255))
    assert_array_equal(found[1], expected[1])
    background = labels(one, center_score=0, background_value=255, spacing="geographic", radius=radius)
    inner = (slice(radius, -radius),) * 2
    assert_array_equal(background[inner], np.asarray(found[0])[inner])
    around = np.ones(image.shape, bool)
    around[inner] = False
    assert (np.asarray(background)[around] == 255).all()
    assert_array_equal(labels(one.T, **C0, spacing="geographic", radius=radius, generate_score_image=True)[1], expected[1].T)


def test_one_arc_second_of_longitude_is_shorter():
    image = np.array([[50, 50, 50], [50, 20, 12], [50, 10, 50]])  # 8 m to the east, 10 m to the south
    found = labels(degrees(image), **C0, spacing="geographic")
    assert found[1, 1] == 5
    assert labels(image, **C0)[1, 1] == 7


def test_the_length_of_a_degree():
    """Known values of WGS 84, in meters: one degree at 0, 45 and 90 degrees north."""
    found = geographic_spacing(np.array([0.0, 45.0, 90.0]), (1.0, 1.0))
    np.testing.assert_allclose(found[:, 0], [110574.3, 111131.8, 111694.0], atol=0.1)
    np.testing.assert_allclose(found[:, 1], [111319.5, 78846.8, 0.0], atol=0.1)
    sphere = geographic_spacing(np.array([60.0]), (1.0, 1.0), (6371000.0, 0.0))
    np.testing.assert_allclose(sphere, [[111194.93, 55597.46]], atol=0.01)


def test_the_ellipsoid_is_that_of_the_crs():
    image = degrees(np.random.default_rng(4).integers(0, 9, (13, 11)), 20.0, 4.0)
    sphere = image.assign_coords(crs=0).assign_attrs(grid_mapping="crs")
    sphere.coords["crs"].attrs |= {"grid_mapping_name": "latitude_longitude", "earth_radius": 6371000.0}
    bessel = image.rio.write_crs("EPSG:4314")
    for one, ellipsoid in ((sphere, (6371000.0, 0.0)), (bessel, (6377397.155, 299.1528128))):
        expected = define_by_row(image.values, geographic_spacing(image.lat.values, (4.0, 4.0), ellipsoid))
        scores = labels(one, **C0, spacing="geographic", generate_score_image=True)[1]
        assert_array_equal(scores, expected[1].astype(scores.dtype))


def test_degrees_are_not_silently_equal():
    image = degrees(np.arange(20).reshape(4, 5))
    plain = image.drop_attrs().rename(lat="y", lon="x").rio.write_crs("EPSG:4326")
    named = image.drop_attrs()
    named.lat.attrs["standard_name"], named.lon.attrs["standard_name"] = "latitude", "longitude"
    for one in (image, plain, named, image.chunk(2)):
        with pytest.warns(
            UserWarning, match="^image has coordinates in degrees, .* give spacing='geographic', or use_image"
        ) as caught:
            labels(one)
        assert len(caught) == 1 and caught[0].filename == __file__ and "\n" not in str(caught[0].message)
        for options in ({"spacing": "geographic"}, {"spacing": 1}, {"use_image_spacing": False}, {"radius": (0, 1)}):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                labels(one, **options)
    with pytest.raises(ValueError, match="^spacing is 'geographic', but image has no axes in degrees: give a DataArray whose"):
        labels(image.values, spacing="geographic")
    with pytest.raises(ValueError, match="^spacing is 'geographic', but the coordinates lat are not from -90 to 90"):
        labels(image.assign_coords(lat=image.lat + 40), spacing="geographic")


def test_periodic_longitudes_do_not_join_the_poles():
    image = degrees(np.random.default_rng(4).integers(0, 99, (9, 12)), -80, 20.0).assign_coords(lon=30.0 * np.arange(12))
    image.lon.attrs["units"] = "degrees_east"
    found = labels(image, center_score=0, border=("inside", "periodic"), spacing="geographic")
    wide = np.pad(image.values, ((0, 0), (1, 1)), mode="wrap")
    expected = define_by_row(wide, geographic_spacing(image.lat.values, (20.0, 30.0)))[0]
    assert_array_equal(found, expected[:, 1:-1])


# A border for each axis

GLOBES_AND_SLABS = [
    ((12, 24), ("inside", "periodic")),
    ((12, 24), ("background", "periodic")),
    ((9, 8, 7), ("inside", "periodic", "periodic")),
    ((9, 8, 7), ("periodic", "background", "periodic")),
    ((4, 5, 6, 7), ("periodic", "inside", "inside", "periodic")),
]


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(
    "borders",
    [("inside", "periodic", "background"), ("periodic", "background", "periodic"), ("background", "inside", "inside")],
)
def test_a_border_for_each_axis(borders, is_chunked):
    image = np.random.default_rng(5).integers(0, 99, (5, 6, 7))
    mask = np.random.default_rng(6).random(image.shape) < 0.9
    widths = [(2, 2) if border == "periodic" else (0, 0) for border in borders]
    inner = tuple(slice(2, -2) if border == "periodic" else slice(None) for border in borders)
    options = {"center_score": 0, "mask_image": np.pad(mask, widths, mode="wrap")}
    expected = [part[inner] for part in define(np.pad(image, widths, mode="wrap"), border="Inside", **options)]
    for axis, border in enumerate(borders):
        if border == "background":
            for part, value in zip(expected, (77, 0)):
                ends = np.moveaxis(part, axis, 0)
                ends[[0, -1]] = value
    expected[0][~mask] = 77
    one = dask.array.from_array(image, chunks=3) if is_chunked else image
    found = labels(one, center_score=0, border=borders, mask_image=mask, background_value=77, generate_score_image=True)
    assert_array_equal(found[0], expected[0])
    assert_array_equal(found[1], expected[1])


def test_borders_that_are_equal_are_one():
    image = np.random.default_rng(5).integers(0, 99, (6, 7))
    for border in ("background", "inside", "periodic"):
        assert_array_equal(labels(image, border=(border, border)), labels(image, border=border))
        assert_array_equal(labels(image, border=(border, "inside"), radius=(1, 0)), labels(image, border=border, radius=(1, 0)))
    found = labels(image, center_score=0, border="periodic")
    assert_array_equal(basins(found, periodic=(True, True)), basins(found, periodic=True))
    with pytest.raises(ValueError, match=r"^border is \('inside',\): give one word, or one for each of the 2 axes"):
        labels(image, border=("inside",))
    with pytest.raises(ValueError, match=r"^border is 'mirror': give one of"):
        labels(image, border=("inside", "mirror"))


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("shape, borders", GLOBES_AND_SLABS)
def test_basins_and_sums_with_some_periodic_axes(shape, borders, is_chunked):
    image = np.random.default_rng(14).random(shape)
    periodic = tuple(border == "periodic" for border in borders)
    one = dask.array.from_array(image, chunks=4) if is_chunked else image
    found = labels(one, center_score=0, border=borders, background_value=255)
    directions = np.asarray(found)
    numbers, table = basins(found, periodic=periodic, table=True, values=one)
    expected, sinks = walk(directions, periodic)
    assert_array_equal(numbers, expected)
    table = dask.compute(table)[0]
    assert_array_equal(sinks[tuple(table[f"sink_{axis}"] for axis in range(len(shape)))], table["basin"])
    assert_array_equal(table["size"], np.bincount(expected.ravel())[1:])
    np.testing.assert_allclose(table["sum"], np.bincount(expected.ravel(), image.ravel())[1:])
    assert_array_equal(
        accumulate(found, periodic=periodic), sums_of_walks(directions, np.ones(shape), (1,) * len(shape), periodic=periodic)
    )
    # It matters, and is asked for.
    assert (walk(directions, False)[0] != expected).any()
    with pytest.raises(ValueError, match=f"^periodic is False, but the labels .*: give periodic={re.escape(str(periodic))}$"):
        basins(found)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_basins_of_any_labels_with_some_periodic_axes(data):
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=4, max_side=5))
    radius = data.draw(st.tuples(*[st.integers(0, 1)] * len(shape)).filter(any))
    count = 3 ** sum(radius)
    directions = data.draw(
        hnp.arrays("uint8", shape, elements=st.sampled_from([0, count // 2, count - 1, 255]) | st.integers(0, count - 1))
    )
    periodic = data.draw(st.tuples(*[st.booleans()] * len(shape)))
    lazy = dask.array.from_array(directions, data.draw(chunks(shape)))
    options = {"radius": radius, "periodic": periodic, "generate_sink_image": True}
    try:
        found = basins(directions, **options)
    except ValueError as error:
        assert "0 all over" in str(error)
        with pytest.raises(ValueError, match="0 all over"):
            basins(lazy, **options)
        return
    expected = walk(directions, periodic, radius[::-1])
    assert_array_equal(found, expected)
    with dask.config.set(scheduler="synchronous"):
        assert_array_equal(dask.compute(*basins(lazy, **options)), expected)


# Lattices


def test_lattices_are_checked():
    ones = np.ones((5, 6))
    for wrong in (1, [1, 2], np.eye(3), [[1, 0], [np.nan, 1]], "cubic"):
        with pytest.raises(ValueError, match="^lattice is .*: give the steps of the 2 axes in space, a matrix of 2 rows"):
            labels(ones, lattice=wrong)
    for wrong in ([[1, 1], [2, 2]], [[0, 0], [1, 0]]):
        with pytest.raises(ValueError, match="^lattice is .*: give steps that do not lie in one line"):
            labels(ones, lattice=wrong)
    with pytest.raises(ValueError, match="^lattice and spacing are both given"):
        labels(ones, lattice=np.eye(2), spacing=1)
    with pytest.raises(ValueError, match="an itk.Image has its own, call its SetDirection"):
        labels(itk.image_from_array(ones), lattice=np.eye(2))


def test_lattices_at_right_angles_have_the_labels_of_their_spacing():
    image = np.random.default_rng(8).integers(0, 9, (6, 7, 8))
    steps = np.diag([3.0, 2.0, 0.5])
    axis = np.array([1.0, 2.0, 2.0]) / 3
    rotation = 2 * np.outer(axis, axis) - np.eye(3)
    for turned in (steps, steps[:, [1, 2, 0]], -steps, steps @ rotation):
        assert_array_equal(labels(image, **C0, lattice=turned), labels(image, **C0, spacing=[3, 2, 0.5]))
        assert_array_equal(
            labels(dask.array.from_array(image, chunks=4), **C0, lattice=turned), labels(image, **C0, spacing=[3, 2, 0.5])
        )


HEXAGONAL = np.array([[1.0, 0.0], [-0.5, np.sqrt(0.75)]])


@pytest.mark.parametrize("unit", [1.0, 1e-10])
def test_a_lattice_that_is_not_reduced_is_told(unit):
    ones = np.ones((5, 5))
    sheared = unit * np.array([[1.0, 0.0], [3.0, 1.25]])
    for one in ones, dask.array.from_array(ones, chunks=3):
        with pytest.warns(UserWarning) as caught:
            labels(one, lattice=sheared)
        assert str(caught[0].message) == (
            "lattice is sheared so far that voxels which touch in space are no neighbors in the array; "
            f"resample the image to the lattice {[[unit, 0.0], [0.0, 1.25 * unit]]}"
        )
        assert len(caught) == 1 and caught[0].filename == __file__
    with pytest.warns(UserWarning, match="^lattice is sheared so far") as caught:
        labels(without_coordinates(ones, (5e5, 30.0, 90.0, 5.2e6, 0.0, -20.0)))
    assert len(caught) == 1 and caught[0].filename == __file__


def test_cells_that_are_reduced_in_another_way_or_but_for_rounding_are_not_told():
    sixty = np.array([HEXAGONAL[0], HEXAGONAL[0] + HEXAGONAL[1]])
    fcc = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]]) / [[20], [18], [16]]
    unused = np.array([[9.0, 9.0, 9.0], [0, *HEXAGONAL[0]], [0, *HEXAGONAL[1]]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for lattice in HEXAGONAL, sixty, fcc, np.round(0.1314 * HEXAGONAL, 6), np.array([[1.0, 0], [0.51, 1.0]]):
            assert_array_equal(lattice_of(lattice, (1,) * len(lattice)), lattice)
        lattice_of(unused, (0, 1, 1))
        lattice_of(np.array([[1.0, 0.0], [1.0, 1.0]]), (2, 2))  # which the second ring of neighbors makes good


def test_told_are_lattices_whose_neighborhood_lacks_a_voxel_that_touches():
    """The cell of points that are nearest to a voxel has a face towards p where p and -p alone are the shortest among the
    offsets that differ from p by even numbers. Here by all offsets up to 6 in the sheared array."""
    random = np.random.default_rng(7)
    told = 0
    for ndim in [2, 3] * 40:
        steps = reduced_lattice(random.normal(size=(ndim, ndim)))
        shear = np.eye(ndim) + np.tril(random.integers(-1, 2, (ndim, ndim)), -1)
        offsets = np.stack(np.meshgrid(*[np.arange(-6, 7)] * ndim), axis=-1).reshape(-1, ndim)
        lengths = np.linalg.norm(offsets @ shear @ steps, axis=1)
        classes = [(offsets % 2 == odd).all(axis=1) for odd in np.ndindex((2,) * ndim)]
        nearest = [offsets[one][lengths[one].argmin()] for one in classes]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            lattice_of(shear @ steps, (1,) * ndim)
        assert bool(caught) == (np.abs(nearest).max() > 1)
        told += bool(caught)
    assert 10 < told < 70
