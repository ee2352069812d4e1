"""The filter of itk in Python: its inputs, its results, and its errors."""

import ast
import pickle
import pydoc
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import itk
import numpy as np
import pytest
import xarray
from definition import define
from itk_neighborhoodargmaxlabel import filters
from numpy.testing import assert_array_equal

label = itk.neighborhood_argmax_label_image_filter
Enums = itk.NeighborhoodArgmaxLabelImageFilterEnums


@pytest.fixture
def array():
    return np.random.default_rng(2).random((6, 7, 8), np.float32)


@pytest.mark.parametrize("pixel_type", ["int32", "uint32", "uint64"])
def test_wide_integers_are_labeled(pixel_type):
    greatest = min(np.iinfo(pixel_type).max, 2**53)  # double holds all integers up to here
    array = np.random.default_rng(3).integers(0, greatest, (5, 6, 7), pixel_type)
    labels, scores = label(array, generate_score_image=True)
    assert_array_equal(labels, define(array)[0])
    assert_array_equal(scores, define(array)[1])


def test_integers_that_double_does_not_hold_are_refused():
    array = np.full((3, 4, 5), 2**53 + 1, np.uint64)
    with pytest.raises(RuntimeError, match=r"has the value 9007199254740993 at \[0, 0, 0\], which double does not hold"):
        label(array)
    assert_array_equal(label(array, mask_image=np.zeros(array.shape, np.uint8), background_value=99), np.full(array.shape, 99))


def test_itk_image_gives_itk_image_at_its_place(array):
    image = itk.image_from_array(array)
    image.SetSpacing([0.5, 1.0, 3.0])
    image.SetOrigin([-1.0, 2.0, 30.0])
    image.SetDirection(np.eye(3)[[1, 2, 0]])
    labels, scores = label(image, generate_score_image=True, border=Enums.Border_Inside)
    for output in (labels, scores):
        assert isinstance(output, itk.Image)
        assert itk.spacing(output) == itk.spacing(image)
        assert itk.origin(output) == itk.origin(image)
        assert_array_equal(itk.array_from_matrix(output.GetDirection()), np.eye(3)[[1, 2, 0]])
    assert_array_equal(labels, define(array, spacing=[0.5, 1.0, 3.0], border="Inside")[0])


def test_array_gives_array_that_outlives_the_filter(array):
    labels, scores = label(array, generate_score_image=True)
    assert isinstance(labels, np.ndarray) and labels.dtype == np.uint8
    assert isinstance(scores, np.ndarray) and scores.dtype == np.float32
    for _ in range(10):  # would reuse the memory if it were free
        label(np.zeros_like(array), background_value=7, generate_score_image=True)
    assert_array_equal(labels, define(array)[0])
    assert_array_equal(scores, define(array)[1])


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda array: array[::2, 1:, ::3], id="steps"),
        pytest.param(lambda array: array[::-1, :, ::-1], id="reversed"),
        pytest.param(lambda array: array.transpose(1, 0, 2), id="swapped axes"),
        pytest.param(lambda array: np.broadcast_to(array[0], array.shape), id="broadcast"),
    ],
)
@pytest.mark.filterwarnings("ignore:Because the input array was not contiguous")
def test_arrays_that_are_not_contiguous_are_labeled(array, view):
    array = view(np.repeat(array, 2, axis=2))
    assert_array_equal(label(array, border=Enums.Border_Inside), define(array, border="Inside")[0])


def test_array_in_fortran_order_is_the_transposed_image_as_everywhere_in_itk(array):
    fortran = np.asfortranarray(array)
    assert_array_equal(label(fortran), define(array.T)[0])
    assert itk.median_image_filter(fortran).shape == array.T.shape
    assert_array_equal(label(np.ascontiguousarray(fortran)), define(array)[0])


def test_read_only_array_is_labeled_and_left_alone(array):
    before = array.copy()
    array.setflags(write=False)
    assert_array_equal(label(array), define(before)[0])
    assert_array_equal(array, before)


def test_input_is_not_copied(array):
    image = itk.image_view_from_array(array)
    filter = itk.NeighborhoodArgmaxLabelImageFilter.New(image)
    filter.Update()
    assert np.shares_memory(itk.array_view_from_image(filter.GetInput()), array)


def test_xarray_keeps_place_and_attributes(array):
    image = xarray.DataArray(
        array,
        dims=("z", "y", "x"),
        coords={
            "z": 1.5 * np.arange(array.shape[0]) - 4,
            "y": 2.0 * np.arange(array.shape[1]) + 3,
            "x": 0.5 * np.arange(array.shape[2]),
        },
        attrs={"direction": np.eye(3)[[0, 2, 1]], "units": "m", "number": 5},
    )
    labels, scores = label(image, generate_score_image=True, border=Enums.Border_Inside)
    expected = define(array, spacing=[0.5, 2.0, 1.5], border="Inside")
    for output, values in zip((labels, scores), expected):
        xarray.testing.assert_equal(output, image.copy(data=values))
        assert_array_equal(output.attrs["direction"], np.eye(3)[[0, 2, 1]])
        assert output.attrs["units"] == "m"
        assert output.attrs["number"] == 5
    assert_array_equal(label(image.transpose("x", "z", "y"), border=Enums.Border_Inside), labels)


def test_north_up_raster_is_refused_until_it_is_sorted(array):
    terrain = xarray.DataArray(array[0], dims=("y", "x"), coords={"y": 7.0 - np.arange(7), "x": 2.0 * np.arange(8)})
    with pytest.raises(RuntimeError, match="(?i)negative spacing"):
        label(terrain)
    expected = define(array[0, ::-1], spacing=[2.0, 1.0])[0]
    assert_array_equal(label(terrain.sortby("y")).values, expected)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"radius": 0}, r"Radius is \[0, 0, 0\]"),
        ({"radius": [4, 4, 4]}, r"Radius is \[4, 4, 4\]: its 729 labels do not fit .* 255"),
        ({"center_score": float("nan")}, "CenterScore is nan"),
        ({"border": 7}, "Border is 7"),
        ({"mask_image": np.ones((5, 7, 8), np.uint8)}, "(?s)MaskImage has the region .*they must be the same"),
    ],
)
def test_errors_name_the_parameter_and_its_value(array, options, message):
    with pytest.raises(RuntimeError, match=message) as error:
        label(array, **options)
    assert str(error.value).startswith("include/itkNeighborhood"), "the build machine's folders"


@pytest.mark.parametrize("radius", [-1, 10**20, [1, -1, 1], np.array([1, 1, -1])])
def test_radius_that_is_no_size_is_an_error(array, radius):
    for function in (label, itk.neighborhood_label_to_basin_image_filter):
        with pytest.raises(ValueError, match="^Radius is .*1.*: give integers of 0 or more"):
            function(array.astype("uint8"), radius=radius)


@pytest.mark.parametrize("options", [{"background_value": -1}, {"background_value": 256}])
def test_background_value_that_is_no_label_type_is_an_error(array, options):
    with pytest.raises(OverflowError, match="SetBackgroundValue"):
        label(array, **options)


def test_unknown_option_is_an_error(array):
    with pytest.raises(AttributeError, match="SetCentreScore"):
        label(array, centre_score=0)


def test_mask_at_another_place_is_an_error(array):
    mask = itk.image_from_array(np.ones(array.shape, np.uint8))
    mask.SetOrigin([0, 0, 1])
    with pytest.raises(RuntimeError, match="MaskImage lies at another place"):
        label(itk.image_from_array(array), mask_image=mask)


def test_empty_array_is_an_error(array):
    with pytest.raises(RuntimeError, match=r"no voxels: its size is \[8, 7, 0\]"):
        label(array[:0])


@pytest.mark.parametrize("shape", [(5,), (2, 2, 2, 2, 2)])
def test_wrong_dimension_is_a_type_error(shape):
    with pytest.raises(TypeError, match="is not wrapped for input type"):
        label(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    "pixel_type, error", [("int64", TypeError), ("int8", TypeError), ("bool", KeyError), ("float16", KeyError)]
)
def test_what_itk_refuses_has_its_remedy_in_help(array, pixel_type, error):
    array = (array * 9).astype(pixel_type)
    with pytest.raises(error):
        label(array)
    assert pixel_type in label.__doc__
    assert_array_equal(label(array.astype("int32")), define(array.astype("int32"))[0])


def test_big_endian_is_refused_until_it_is_converted(array):
    big = array.astype(">f4")
    with pytest.raises(KeyError):
        label(big)
    assert_array_equal(label(big.astype(big.dtype.newbyteorder("="))), define(array)[0])


def test_mask_of_bool_is_refused_until_it_is_converted(array):
    mask = array > 0.3
    with pytest.raises(KeyError, match="bool"):
        label(array, mask_image=mask)
    assert_array_equal(label(array, mask_image=mask.astype("uint8")), define(array, mask_image=mask)[0])


def test_pixels_that_are_no_scalars_are_a_type_error():
    with pytest.raises(TypeError, match="is not wrapped"):
        label(itk.Image[itk.RGBPixel[itk.UC], 2].New())


def test_labels_and_offsets_have_names():
    Filter = itk.NeighborhoodArgmaxLabelImageFilter[itk.Image[itk.F, 3], itk.Image[itk.UC, 3]]
    assert (Filter.NumberOfLabels(), Filter.LabelOfCenter()) == (27, 13)
    for number, offset in enumerate(np.ndindex(3, 3, 3)):
        offset = [step - 1 for step in reversed(offset)]
        assert Filter.LabelOfOffset(offset) == number
        assert list(Filter.OffsetOfLabel(number)) == offset
    assert (Filter.NumberOfLabels([2, 1, 0]), Filter.LabelOfOffset([2, -1, 0], [2, 1, 0])) == (15, 4)
    with pytest.raises(RuntimeError, match="label 27 is not one of the 27"):
        Filter.OffsetOfLabel(27)
    with pytest.raises(RuntimeError, match="outside the radius"):
        Filter.LabelOfOffset([2, 0, 0])


def test_scores_are_had_through_the_object_as_well(array):
    filter = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_from_array(array))
    assert filter.GetScoreImage() is None
    filter.GenerateScoreImageOn()
    filter.Update()
    assert_array_equal(filter.GetScoreImage(), define(array)[1])
    filter.GenerateScoreImageOff()
    assert filter.GetScoreImage() is None


def test_function_is_pickled_for_workers(array):
    strict = partial(label, center_score=0.0, border=Enums.Border_Periodic)
    assert_array_equal(pickle.loads(pickle.dumps(strict))(array), strict(array))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        for labels, one in zip(workers.map(strict, [array, -array]), [array, -array]):
            assert_array_equal(labels, define(one, center_score=0.0, border="Periodic")[0])


def test_help_tells_the_contract():
    for subject in (label, itk.NeighborhoodArgmaxLabelImageFilter, itk.NeighborhoodArgmaxLabelImageFilter.values()[0]):
        text = pydoc.render_doc(subject, renderer=pydoc.plaintext)
        for word in ("generate_score_image=True", "help(itk_neighborhoodargmaxlabel.labels)", "Border_Inside"):
            assert word in text


@pytest.mark.parametrize(
    "name",
    ["NeighborhoodArgmaxLabelImageFilter", "NeighborhoodBasinMergeImageFilter", "NeighborhoodLabelToBasinImageFilter"],
)
def test_types_have_every_method_of_the_filter(name):
    stubs = ast.parse(Path(filters.__file__).with_suffix(".pyi").read_text())
    classes = {node.name: node for node in stubs.body if isinstance(node, ast.ClassDef)}
    stub = classes[f"_{name}"]
    nodes = [*stub.body, *(node for base in stub.bases for node in classes[base.id].body)]
    stubbed = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    methods = {method for method in vars(getattr(itk, name).values()[0]) if method[0].isupper()}
    assert len(methods) > 15
    assert methods - {"Clone"} - stubbed == set()
