"""labels() and basins() of all kinds of arrays: labels are those of the definition, in array axes."""

import math
import threading

import dask
import dask.array
import itk
import numpy as np
import pandas
import pytest
import xarray
import zarr
from definition import define
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from itk_neighborhoodargmaxlabel import basins, from_d8, labels, to_d8
from numpy.testing import assert_array_equal
from strategies import chunks
from test_basins import walk

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def array():
    return np.random.default_rng(2).random((6, 7, 8), np.float32)


def assert_own(result, shape):
    assert type(result) is np.ndarray and result.shape == shape
    assert result.flags.c_contiguous and result.flags.owndata and result.flags.writeable


DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"]
LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "transposed": lambda array: np.ascontiguousarray(array.T).T,
    "reversed": lambda array: np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1],
    "strided": lambda array: np.repeat(np.repeat(array, 2, 0), 3, -1)[::2, ..., ::3],
    "read-only": lambda array: np.broadcast_to(array, array.shape),
}


@quick
@given(data=st.data(), dtype=st.sampled_from(DTYPES), layout=st.sampled_from(list(LAYOUTS)), byte_order=st.sampled_from("<>"))
def test_arrays_of_any_type_and_layout(data, dtype, layout, byte_order):
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=4, max_side=5))
    dtype = np.dtype(dtype).newbyteorder(byte_order)
    elements = {"b": st.booleans(), "f": st.floats(-9, 9, width=16)}.get(dtype.kind)
    image = data.draw(hnp.arrays(dtype, shape, elements=elements))
    if dtype.kind in "iu" and dtype.itemsize == 8:
        image = np.clip(image, max(-(2**53), np.iinfo(dtype).min), 2**53).astype(dtype)
    before = image.copy()
    found, scores = labels(LAYOUTS[layout](image), border="inside", generate_score_image=True)
    # The definition takes the types of the filter; these are the same numbers.
    plain = image.astype("float32" if dtype.itemsize <= 2 else dtype.newbyteorder("="))
    expected = define(plain, border="Inside")
    assert_own(found, shape)
    assert_own(scores, shape)
    assert_array_equal(found, expected[0])
    assert_array_equal(scores, expected[1])
    assert scores.dtype == (np.float64 if dtype.name == "float64" else np.float32)
    assert_array_equal(image, before)


def test_integers_of_64_bits_where_their_values_fit():
    random = np.random.default_rng(3)
    for low, high in ((0, 2**53), (-(2**31), 2**31), (-(2**53), 2**53)):
        image = random.integers(low, high, (5, 6, 7))
        assert_array_equal(labels(image), define(image)[0])
    image = image // 4 * 2**10 + 2**62  # multiples of 2^10: float64 holds them all
    assert_array_equal(labels(image), define(image)[0])
    for dtype, value in (
        ("int64", -(2**53) - 1),
        ("int64", 2**53 + 1),
        ("int64", 2**63 - 1),
        ("uint64", 2**60 + 1),
        ("uint64", 2**64 - 1),
    ):
        wrong = np.zeros((5, 6, 7), dtype)
        wrong[1, 2, 3] = value
        message = rf"^image has the value {value} of type {dtype}, which float64 .*image.astype\('float64'\)"
        with pytest.raises(ValueError, match=message):
            labels(wrong)
        with pytest.raises(ValueError, match=message):
            labels(dask.array.from_array(wrong, chunks=3)).compute()
    wide = random.random((5, 6)).astype(np.longdouble)
    assert_array_equal(labels(wide.astype(float).astype(np.longdouble)), define(wide.astype(float))[0])
    with pytest.raises(ValueError, match="float64 does not hold"):
        labels(wide + np.longdouble(2) ** -70)


class Tensor:
    """Like a tensor of torch: the array protocol and a device."""

    def __init__(self, array, device=1):
        self.array, self.device = array, device

    def __array__(self, dtype=None, copy=None):
        if self.device != 1:
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        return self.array

    def __dlpack_device__(self):
        return self.device, 0


def test_all_that_has_the_array_protocol(array, tmp_path):
    expected = define(array)[0]
    np.save(tmp_path / "array.npy", array)
    for image in (
        array.tolist(),
        tuple(array),
        Tensor(array),
        zarr.create_array(tmp_path / "array.zarr", data=array),
        np.load(tmp_path / "array.npy", mmap_mode="r"),
        memoryview(array),
        itk.array_view_from_image(itk.image_from_array(array)),
    ):
        found = labels(image)
        assert_own(found, array.shape)
        assert_array_equal(found, expected)
    assert_array_equal(labels(pandas.DataFrame(array[0])), define(array[0])[0])


def test_what_is_on_a_gpu_has_one_line(array):
    with pytest.raises(
        TypeError, match=r"^image is a Tensor on a GPU: copy it to the CPU first, as by \.cpu\(\) or \.get\(\)$"
    ):
        labels(Tensor(array, device=2))

    class Cupy:
        __cuda_array_interface__ = {}

    with pytest.raises(TypeError, match="labels is a Cupy on a GPU"):
        basins(Cupy())


def test_masks_of_masked_arrays_count(array):
    image = np.ma.masked_greater(array, 0.8)
    found, scores = labels(image, background_value=255, generate_score_image=True)
    expected = define(array, mask_image=array <= 0.8, background_value=255)
    for output, values in zip((found, scores), expected):
        assert_array_equal(output.data, values)
        assert_array_equal(output.mask, image.mask)
    both = define(array, mask_image=(array <= 0.8) & (array > 0.1))[0]
    assert_array_equal(labels(image, mask_image=array > 0.1).data, both)
    assert_array_equal(labels(np.ma.array(array)), define(array)[0])
    chunked = labels(dask.array.from_array(image, chunks=3), background_value=255).compute()
    assert_array_equal(chunked.data, expected[0])
    assert_array_equal(chunked.mask, image.mask)

    directions = labels(image, center_score=0, border="inside")
    numbers = basins(directions)
    assert_array_equal(numbers.mask, image.mask)
    assert_array_equal(numbers.data, walk(np.where(image.mask, 255, directions.data))[0])


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "uint16", "int32", "int64", ">u2"])
def test_masks_of_any_integers(array, dtype):
    mask = ((array > 0.3) * (1 if dtype == "bool" else 3)).astype(dtype)
    expected = define(array, mask_image=mask)[0]
    assert_array_equal(labels(array, mask_image=mask), expected)
    assert_array_equal(labels(array, mask_image=np.asfortranarray(mask)), expected)
    assert_array_equal(labels(array, mask_image=mask.tolist()), expected)
    assert_array_equal(labels(itk.image_from_array(array), mask_image=mask), expected)


@pytest.mark.parametrize("border", ["Background", "Inside", "Periodic"])
def test_borders_by_name_and_by_the_enum_of_itk(array, border):
    expected = define(array, border=border)[0]
    for given_border in (border, border.lower(), getattr(itk.NeighborhoodArgmaxLabelImageFilterEnums, f"Border_{border}")):
        assert_array_equal(labels(array, border=given_border), expected)


def test_scalars_of_numpy_are_options(array):
    found = labels(
        array,
        center_score=np.float32(-0.25),
        radius=np.int16(1),
        background_value=np.int64(255),
        ascent=np.bool_(True),
        spacing=np.array([2, 1, 0.5], np.float32),
    )
    options = {"center_score": -0.25, "background_value": 255, "ascent": True, "spacing": [0.5, 1, 2]}
    assert_array_equal(found, define(array, **options)[0])


def test_radius_and_spacing_are_in_the_order_of_the_axes(array):
    options = {"radius": [1, 0, 2], "spacing": [3.0, 1.0, 0.5]}
    reversed_options = {name: value[::-1] for name, value in options.items()}
    expected = define(array, border="Inside", **reversed_options)[0]
    assert_array_equal(labels(array, border="inside", **options), expected)
    assert_array_equal(labels(dask.array.from_array(array, chunks=3), border="inside", **options), expected)
    image = itk.image_from_array(array)
    image.SetSpacing(reversed_options["spacing"])
    assert_array_equal(labels(image, border="inside", radius=options["radius"]), expected)
    directions = labels(array, border="inside", center_score=0, radius=[1, 0, 2])
    assert_array_equal(basins(directions, radius=[1, 0, 2]), walk(directions, radius=[2, 0, 1])[0])


def test_results_outlive_all_else(array):
    parts = [np.asarray(part) for part in labels(array.copy(), generate_score_image=True)]
    numbers = np.asarray(basins(labels(array, center_score=0, border="inside")))
    expected = numbers.copy()
    for _ in range(20):
        labels(np.zeros_like(array), background_value=7, generate_score_image=True)
    for part, values in zip(parts, define(array)):
        assert_array_equal(part, values)
    assert_array_equal(numbers, expected)


def test_images_of_itk_stay_what_they_are(array):
    image = itk.image_from_array(array)
    image.SetSpacing([0.5, 1.0, 3.0])
    image.SetOrigin([-1.0, 2.0, 30.0])
    image.SetDirection(np.eye(3)[[1, 2, 0]])
    found, scores = labels(image, generate_score_image=True, border="inside", mask_image=array > 0.2)
    expected = define(array, spacing=[0.5, 1.0, 3.0], border="Inside", mask_image=array > 0.2)
    for output, values in zip((found, scores), expected):
        assert isinstance(output, itk.Image)
        assert (itk.spacing(output), itk.origin(output)) == (itk.spacing(image), itk.origin(image))
        assert_array_equal(itk.array_from_matrix(output.GetDirection()), np.eye(3)[[1, 2, 0]])
        assert_array_equal(output, values)
    directions = labels(image, center_score=0, border="inside")
    numbers, sinks, table = basins(directions, generate_sink_image=True, table=True, values=array)
    assert itk.origin(numbers) == itk.origin(image) == itk.origin(sinks)
    assert_array_equal(numbers, walk(itk.array_from_image(directions))[0])
    assert table["sum"].sum() == pytest.approx(array.sum())
    with pytest.raises(ValueError, match="spacing is 2: an itk.Image has its own"):
        labels(image, spacing=2)
    with pytest.raises(TypeError, match="^image is an itkImageRGBUC2: give an itk.Image of .*float, .*unsigned char"):
        labels(itk.Image[itk.RGBPixel[itk.UC], 2].New())


# xarray


def earth(array, **coordinates):
    """A DataArray of height, lat and lon with realistic coordinates."""
    return xarray.DataArray(
        array,
        dims=("height", "lat", "lon"),
        coords={
            "height": 1.0 * np.arange(array.shape[0]),
            "lat": 47.0 - np.arange(array.shape[1]) / 3600,
            "lon": 11.0 + np.arange(array.shape[2]) / 1200,
            "area": (("lat", "lon"), np.ones(array.shape[1:])),
            "name": "a scalar",
            "time": np.datetime64("2024-01-01"),
            **coordinates,
        },
        name="temperature",
        attrs={"units": "K", "valid_range": [0, 9000], "grid_mapping": "crs"},
    )


SPACING = [1 / 1200, 1 / 3600, 1.0]  # of the earth, x first


def result_of(image, values, name, no_value=None):
    """A result as a DataArray: at the place of the image, without attributes of its values."""
    attributes = {"grid_mapping": "crs"} | ({} if no_value is None else {"_FillValue": no_value})
    return image.copy(data=values).rename(name).assign_attrs(attributes).drop_attrs(deep=False).assign_attrs(attributes)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_data_arrays_come_back_as_they_were(array, is_chunked):
    image = earth(array)
    image.encoding = {"dtype": "int16", "scale_factor": 0.1, "grid_mapping": "utm32"}
    given_image = image.chunk(lat=3) if is_chunked else image
    found, scores = labels(given_image, generate_score_image=True, border="inside")
    expected = define(array, spacing=SPACING, border="Inside")
    for output, values, name, no_value in zip((found, scores), expected, ("labels", "scores"), (255, None)):
        assert (output.chunks is not None) == is_chunked
        xarray.testing.assert_identical(output.compute(), result_of(image, values.astype(output.dtype), name, no_value))
        assert output.encoding == {"grid_mapping": "utm32"}
    # So equal coordinates stay equal: combining both loses nothing.
    assert image.where(found == 4).notnull().sum() == np.sum(expected[0] == 4)
    directions = labels(given_image, center_score=0, border="inside")
    numbers = basins(directions)
    xarray.testing.assert_identical(numbers.compute(), result_of(image, walk(directions.values)[0], "basins", 0))


def test_labels_mean_the_axes_of_the_array_whatever_its_coordinates(array):
    up = xarray.DataArray(array[0], dims=("y", "x"), coords={"y": np.arange(7.0), "x": 2.0 * np.arange(8)})
    down = up.assign_coords(y=up.y[::-1].values)
    assert_array_equal(labels(up), labels(down))
    assert_array_equal(labels(up), define(array[0], spacing=[2.0, 1.0])[0])
    turned = up.T
    assert labels(turned).dims == ("x", "y")
    assert_array_equal(labels(turned), define(array[0].T, spacing=[1.0, 2.0])[0])


def test_uneven_coordinates_are_an_error_unless_spacing_is_given(array):
    lat = 47.0 - np.arange(7.0) ** 1.01
    image = earth(array, lat=lat)
    with pytest.raises(ValueError, match=r"^the coordinates lat of the image are not evenly spaced, .* give spacing="):
        labels(image)
    assert_array_equal(labels(image, spacing=[1, 2, 3]), define(array, spacing=[3, 2, 1])[0])
    assert_array_equal(labels(image, use_image_spacing=False), define(array)[0])
    for bad in ([0.0] * 7, [0, 1, 2, math.nan, 4, 5, 6]):
        with pytest.raises(ValueError, match="coordinates lat"):
            labels(earth(array, lat=bad))


def test_even_is_a_thousandth_of_a_step_and_what_float32_rounds(array):
    even = np.arange(7.0)
    labels(earth(array, lat=even + 9e-4 * (even == 3)))
    with pytest.raises(ValueError, match="to 0.001 of a step"):
        labels(earth(array, lat=even + 1.1e-3 * (even == 3)))
    labels(earth(array, lat=(350 + even / 100).astype("float32")))
    names = xarray.DataArray(array[0], dims=("y", "x"), coords={"y": list("abcdefg")})
    assert_array_equal(labels(names, radius=(1, 1)), define(array[0])[0])


def test_masks_and_values_as_data_arrays_are_put_in_place(array):
    image = earth(array)
    mask = image > 0.3
    expected = define(array, spacing=SPACING, mask_image=array > 0.3)[0]
    assert_array_equal(labels(image, mask_image=mask), expected)
    assert_array_equal(labels(image, mask_image=mask.transpose("lon", "height", "lat")), expected)
    with pytest.raises(ValueError, match="mask_image has other coordinates lat than image: give it"):
        labels(image, mask_image=mask.isel(lat=slice(None, None, -1)))
    with pytest.raises(ValueError, match="mask_image has the dimensions"):
        labels(image, mask_image=mask.rename(lat="y"))
    with pytest.raises(TypeError, match=r"xarray.Dataset: choose one of its variables \['temperature'\]"):
        labels(image.to_dataset())


# dask


@settings(quick, max_examples=20)
@given(data=st.data(), dtype=st.sampled_from(["bool", "int8", "int64", "float16", ">f4", ">i2"]))
def test_chunks_of_any_type(data, dtype):
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=3, max_side=6))
    image = data.draw(hnp.arrays(np.int8, shape, elements=st.integers(0, 9))).astype(dtype)
    lengths = data.draw(chunks(shape))
    with dask.config.set(scheduler="synchronous"):
        array = dask.array.from_array(image, chunks=lengths)
        found, scores = labels(array, generate_score_image=True, center_score=0, border="inside")
        expected = labels(image, generate_score_image=True, center_score=0, border="inside")
        assert (found.chunks, scores.dtype) == (array.chunks, expected[1].dtype)
        assert_array_equal(found, expected[0])
        assert_array_equal(scores, expected[1])
        wide = found.astype(data.draw(st.sampled_from(["int64", ">u2", "uint8"])))
        assert_array_equal(basins(wide), basins(expected[0]))


def test_chunks_have_the_defaults_of_arrays(array):
    directions = labels(array, center_score=0, background_value=255)
    for dtype in ("uint8", "int64", "uint16"):
        assert_array_equal(basins(dask.array.from_array(directions.astype(dtype), chunks=3)), walk(directions)[0])


def test_periodic_axes_shorter_than_the_radius(array):
    options = {"radius": [0, 0, 9], "border": "periodic"}
    found = labels(dask.array.from_array(array, chunks=3), **options)
    assert_array_equal(found, define(array, radius=[9, 0, 0], border="Periodic")[0])


# basins


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", ">u2", "int64"])
@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_labels_of_any_type_and_layout_are_followed(array, dtype, layout):
    directions = labels(array, center_score=0, background_value=255)
    numbers = basins(LAYOUTS[layout](directions.astype(dtype)), background_value=255)
    assert_own(numbers, array.shape)
    assert numbers.dtype == np.uint32
    assert_array_equal(numbers, walk(directions)[0])


def test_options_of_basins(array):
    directions = labels(array, center_score=0, border="periodic", background_value=200, mask_image=array < 0.9)
    numbers, sinks = basins(directions, periodic=True, background_value=np.int64(200), generate_sink_image=np.True_)
    expected = walk(directions, periodic=True, background_value=200)
    assert_array_equal(numbers, expected[0])
    assert_array_equal(sinks, expected[1])
    zeros = np.where(array < 0.9, directions, 0)
    assert_array_equal(basins(zeros, periodic=True, mask_image=array < 0.9), expected[0])


# errors: one line that names the parameter, its value and the remedy

ones = np.ones((5, 5))


@pytest.mark.parametrize(
    "image, options, error, message",
    [
        (5, {}, TypeError, "image has the type int: give an array of numbers"),
        ("image.nii", {}, TypeError, "image has the type str: give an array of numbers"),
        (np.ones(5), {}, ValueError, r"image has 1 axis, its shape is \(5,\)"),
        (np.ones((2, 2, 2, 2, 2)), {}, ValueError, r"image has 5 axes, its shape is \(2, 2, 2, 2, 2\)"),
        (np.ones((0, 5)), {}, ValueError, r"image has no voxels, its shape is \(0, 5\)"),
        ([[1], [1, 2]], {}, TypeError, "image is a list: .* inhomogeneous"),
        (ones.astype(complex), {}, TypeError, "image has the type complex128: give real numbers$"),
        (ones.astype(object), {}, TypeError, r"image has the type object: give real numbers, as image.astype\('float64'\)"),
        (np.array([["a", "b"]]), {}, TypeError, "image has the type <U1"),
        (None, {}, TypeError, "image has the type NoneType: give an array of numbers"),
        (ones, {"centre_score": 0}, TypeError, r"labels\(\) has no option centre_score: is center_score meant"),
        (ones, {"CenterScore": 0}, TypeError, r"labels\(\) has no option CenterScore: is center_score meant"),
        (ones, {"mask": ones}, TypeError, r"labels\(\) has no option mask: is mask_image meant"),
        (ones, {"center_score": math.nan}, ValueError, "center_score is nan"),
        (ones, {"center_score": "low"}, TypeError, "center_score is 'low': give a number"),
        (ones, {"ascent": "yes"}, TypeError, "ascent is 'yes': give True or False"),
        (ones, {"radius": -1}, ValueError, "radius is -1: give an integer from 0"),
        (ones, {"radius": 10**20}, ValueError, "radius is 100000000000000000000: give an integer"),
        (ones, {"radius": 0}, ValueError, "radius is 0: there is nothing to compare"),
        (ones, {"radius": 1.5}, TypeError, "radius is 1.5: give an integer"),
        (ones, {"radius": [1, 1, 1]}, ValueError, r"radius is \[1, 1, 1\]: .* each of the 2 axes"),
        (ones, {"radius": 8}, ValueError, "radius is 8: it has 289 labels, give one with at most 256"),
        (ones, {"border": "mirror"}, ValueError, "border is 'mirror': give one of 'background', 'inside', 'periodic'"),
        (ones, {"border": 3}, ValueError, "border is 3"),
        (ones, {"background_value": 256}, ValueError, "background_value is 256: give an integer from 0 to 255"),
        (ones, {"background_value": -1}, ValueError, "background_value is -1"),
        (ones, {"mask_image": np.ones((5, 4), bool)}, ValueError, r"mask_image has the shape \(5, 4\): .* image, \(5, 5\)"),
        (ones, {"mask_image": ones}, TypeError, "mask_image has the type float64: .* mask_image > 0"),
        (ones, {"spacing": [1, 0]}, ValueError, r"spacing is \[1, 0\]"),
        (ones, {"spacing": [1, 2, 3]}, ValueError, r"spacing is \[1, 2, 3\]: .* each of the 2 axes"),
        (ones, {"spacing": math.inf}, ValueError, "spacing is inf: give distances from 1e-300 to 1e300"),
        (ones, {"spacing": [1e-150, 1e-160]}, ValueError, r"spacing is \[1e-150, 1e-160\]: .* product of 1e-300 or more"),
        (ones, {"number_of_work_units": 0}, ValueError, "number_of_work_units is 0"),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_errors_of_labels(image, options, error, message, is_chunked):
    if is_chunked and isinstance(image, np.ndarray):
        image = dask.array.from_array(image, chunks=2)
    with pytest.raises(error, match="^" + message) as caught:
        labels(image, **options)
    assert "\n" not in str(caught.value)


def ones_of(dtype):
    return np.ones((5, 5), dtype)


@pytest.mark.parametrize(
    "directions, options, error, message",
    [
        (ones_of("float64"), {}, TypeError, "labels has the type float64: labels are integers, as labels.astype"),
        (ones_of("uint8"), {"background_value": 8}, ValueError, "background_value is 8, which is a label of radius"),
        (ones_of("uint8"), {"background_value": 2**16}, ValueError, "background_value is 65536: give an integer"),
        (ones_of("uint8"), {"background_value": "none"}, TypeError, "background_value is 'none': give an integer"),
        (ones_of("uint8"), {"radius": 0}, ValueError, "radius is 0"),
        (ones_of("uint8"), {"periodical": True}, TypeError, r"basins\(\) has no option periodical: is periodic meant"),
        (ones_of("uint8"), {"values": ones}, ValueError, "values is given, but table is False"),
        (ones_of("uint8"), {"table": True, "values": ones[0]}, ValueError, r"values has the shape \(5,\): .* labels, \(5, 5\)"),
        (ones_of("uint8"), {"table": True, "values": ones * 1j}, TypeError, "values has the type complex128"),
        (ones_of("uint8"), {"table": True, "values": ones.astype(object)}, TypeError, "values has the type object"),
        (ones_of("int64") * -1, {}, ValueError, "labels has the value -1"),
        (ones_of("int64") * 10**6, {}, ValueError, "labels has the value 1000000"),
        (np.zeros((5, 5), "uint8"), {}, ValueError, "labels is 0 all over"),
        (ones_of("uint8"), {"mask_image": np.ones((5, 4), bool)}, ValueError, r"mask_image has the shape \(5, 4\)"),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_errors_of_basins(directions, options, error, message, is_chunked):
    if is_chunked:
        directions = dask.array.from_array(directions, chunks=2)
    with pytest.raises(error, match="^" + message) as caught:
        basins(directions, **options)
    assert "\n" not in str(caught.value)


def test_wrong_labels_are_told_in_the_order_of_the_axes():
    directions = np.full((4, 6, 5), 13, "uint8")
    directions[3, 1, 2] = 27
    for wrong in (directions, directions.astype("int64"), dask.array.from_array(directions, chunks=2)):
        with pytest.raises(
            ValueError, match=r"^labels has the value 27 at \(3, 1, 2\): .* 0 to 26; .* background_value \(255\)"
        ):
            basins(wrong)
    negative = np.where(directions == 27, -1, directions.astype("int16"))
    with pytest.raises(ValueError, match=r"value -1 at \(3, 1, 2\)"):
        basins(negative)
    assert basins(negative, mask_image=negative >= 0)[3, 1, 2] == 0
    assert basins(directions, background_value=27)[3, 1, 2] == 0
    assert basins(directions, mask_image=directions != 27)[3, 1, 2] == 0


def test_threads_may_load_it_at_once(array):
    expected, found = define(array)[0], []
    threads = [threading.Thread(target=lambda: found.append(labels(array))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for one in found:
        assert_array_equal(one, expected)


# Masks and values of another kind than the array


@pytest.mark.parametrize("lazy_image", [False, True])
@pytest.mark.parametrize("lazy_mask", [False, True])
def test_masks_that_are_masked_arrays(array, lazy_image, lazy_mask):
    mask = np.ma.array(np.ones(array.shape, "uint8"), mask=array > 0.5)
    expected = labels(array, mask_image=mask.filled(0), border="inside", background_value=255)
    numbers = basins(expected, mask_image=mask.filled(0))
    given = dask.array.from_array(mask, chunks=3) if lazy_mask else mask
    image, directions = (dask.array.from_array(a, chunks=2) if lazy_image else a for a in (array, expected))
    assert_array_equal(labels(image, mask_image=given, border="inside", background_value=255), expected)
    assert_array_equal(basins(directions, mask_image=given), numbers)


def test_masks_that_are_images_of_any_integers(array):
    image, mask = itk.image_from_array(array), itk.image_from_array((array > 0.3).astype("uint16") * 256)
    for one in image, mask:
        one.SetSpacing([0.5, 2, 3])
    expected = labels(image, mask_image=array > 0.3)
    assert_array_equal(labels(image, mask_image=mask), expected)
    mask.SetOrigin([9, 9, 9])
    with pytest.raises(ValueError, match="MaskImage lies at another place"):
        labels(image, mask_image=mask)


def test_images_that_are_not_updated_yet(array):
    source = itk.MedianImageFilter.New(itk.image_from_array(array), radius=0)
    assert_array_equal(
        labels(source.GetOutput(), mask_image=array > 0.3), labels(itk.image_from_array(array), mask_image=array > 0.3)
    )
    made = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_from_array(array), center_score=0, background_value=255)
    table = basins(made.GetOutput(), table=True, values=array)[1]
    assert_array_equal(
        table["sum"], basins(labels(array, center_score=0, background_value=255), table=True, values=array)[1]["sum"]
    )


@pytest.mark.parametrize("name", ["image", "mask_image"])
def test_filters_are_no_images(array, name):
    source = itk.MedianImageFilter.New(itk.image_from_array(array))
    with pytest.raises(TypeError, match=rf"^{name} is an itkMedianImageFilter\w+ of itk: give its GetOutput\(\)$"):
        labels(**({"image": array} | {name: source}))
    with pytest.raises(TypeError, match="^labels is an itkMesh"):
        basins(itk.Mesh[itk.D, 3].New())


def test_masked_arrays_of_which_nothing_is_masked_stay_masked_arrays(array):
    assert isinstance(labels(np.ma.array(array)), np.ma.MaskedArray)
    assert_array_equal(labels(np.ma.array(array)).filled(7), labels(array))


def test_d8_codes_below_a_mask_are_background():
    directions = labels(np.random.default_rng(5).random((6, 7)), center_score=0, background_value=255)
    codes = np.ma.array(to_d8(directions).astype(int), mask=directions == 3)
    codes.data[codes.mask] = -9999
    assert_array_equal(from_d8(codes).data, np.where(directions == 3, 255, directions))


def test_coordinates_of_large_integers():
    image = np.random.default_rng(6).random((5, 6))
    for start in 2**63, 2**62:
        y = np.array([start + 3 * i for i in range(5)], "uint64")
        assert_array_equal(labels(xarray.DataArray(image, {"y": y[::-1]}, ("y", "x"))), labels(image, spacing=[3, 1]))


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"center_score": 10**400}, ValueError, "center_score is 1000"),
        ({"center_score": math.nan}, ValueError, "center_score is nan: give a number$"),
        ({"radius": [[1], [1, 2], [1]]}, TypeError, r"radius is \[1\]: give an integer"),
        ({"spacing": [[1], [1, 2], [1]]}, TypeError, r"spacing is \[1\]: give a number"),
    ],
)
def test_odd_options(array, options, error, message):
    with pytest.raises(error, match=message):
        labels(array, **options)


def test_background_is_the_same_for_arrays_chunks_and_images():
    wide = np.where(np.random.default_rng(7).random((6, 7)) < 0.5, 4, 255).astype("uint16")
    expected = basins(wide.astype("uint8"))
    for one in wide, dask.array.from_array(wide, chunks=3), itk.image_from_array(wide):
        assert_array_equal(basins(one), expected)
        assert_array_equal(basins(one, mask_image=np.ones_like(wide), background_value=255), expected)
    for other in np.where(wide == 255, 65535, wide), np.where(wide == 255, 256, wide):
        for kind in np.asarray, dask.array.from_array, itk.image_from_array:
            with pytest.raises(ValueError, match="(labels|label image) has the value"):
                basins(kind(other.astype("uint16")))
    for background in 256, 65535:
        changed = np.where(wide == 255, background, wide).astype("uint16")
        for kind in np.asarray, dask.array.from_array, itk.image_from_array:
            assert_array_equal(basins(kind(changed), background_value=background), expected)


def test_values_below_a_mask_are_no_labels():
    directions = np.full((6, 7), 4, "int64")
    directions[2, 3] = -1
    directions[4, 4] = 2**40
    mask = (directions >= 0) & (directions < 9)
    expected = basins(np.where(mask, directions, 255))
    for one in directions, dask.array.from_array(directions, chunks=3):
        assert_array_equal(basins(one, mask_image=mask), expected)
        # With chunks, the first one that is read raises the error.
        with pytest.raises(ValueError, match=r"labels has the value (-1 at \(2, 3\)|1099511627776 at \(4, 4\))"):
            basins(one)


def test_chunks_without_voxels():
    directions = np.full((5, 6), 4, "uint8")
    chunks = dask.array.from_array(directions, chunks=((2, 0, 3), (6,)))
    assert_array_equal(basins(chunks), basins(directions))
