"""The labels and scores of the filter are those of the original programs and of the definition."""

from pathlib import Path

import itk
import numpy as np
import pytest
from definition import define
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itk_neighborhoodargmaxlabel import labels as labels_of
from strategies import BORDERS, PIXEL_TYPES, images, options


def read_golden_labels():
    """Name, image and labels of each block of the file; its first lines tell the format."""
    lines = (Path(__file__).parent.parent / "GoldenLabels.txt").read_text().splitlines()
    lines = iter([line for line in lines if line and not line.startswith("#")])
    for header in lines:
        name, pixel_type, *size = header.split()
        dtype = np.dtype({"float": "float32", "double": "float64"}.get(pixel_type, pixel_type))
        x, y, z = map(int, size)
        rows = [next(lines).partition(":") for _ in range(y * z)]
        digits = [value.ljust(2 * dtype.itemsize, "0") for values, _, _ in rows for value in values.split()]
        image = np.frombuffer(bytes.fromhex("".join(digits)), dtype.newbyteorder(">")).astype(dtype)
        labels = [int(label, 36) for _, _, labels in rows for label in labels.strip().ljust(x, "0")]
        yield name, image.reshape(z, y, x), np.array(labels, np.uint8).reshape(z, y, x)


GOLDEN = list(read_golden_labels())


def test_all_golden_images_are_read():
    assert len(GOLDEN) == 22


@pytest.mark.parametrize("name, image, labels", GOLDEN, ids=[golden[0] for golden in GOLDEN])
def test_labels_are_those_of_the_original_program(name, image, labels):
    # The original program converts to float32 first.
    np.testing.assert_array_equal(itk.neighborhood_argmax_label_image_filter(image.astype(np.float32)), labels)
    if image.dtype != np.float64:
        np.testing.assert_array_equal(itk.neighborhood_argmax_label_image_filter(image), labels)
    np.testing.assert_array_equal(define(image.astype(np.float32))[0], labels)


ITK_TYPES = dict(zip(PIXEL_TYPES, [itk.UC, itk.SS, itk.US, itk.SI, itk.UI, itk.UL, itk.F, itk.D]))


def filter_labels(image, *, spacing=None, border="Background", mask_image=None, **keywords):
    """Labels and scores as arrays; border is a name, the mask an array of bool."""

    def itk_image(array):
        # Not itk.image_from_array: it transposes arrays with only one long axis.
        image = itk.Image[ITK_TYPES[array.dtype.name], array.ndim].New(regions=array.shape[::-1])
        image.Allocate()
        itk.array_view_from_image(image)[...] = array
        if spacing is not None:
            image.SetSpacing(spacing)
        return image

    if mask_image is not None:
        keywords["mask_image"] = itk_image(mask_image.astype(np.uint8))
    keywords["border"] = getattr(itk.NeighborhoodArgmaxLabelImageFilterEnums, "Border_" + border)
    labels = itk.neighborhood_argmax_label_image_filter(itk_image(image), **keywords)
    both = itk.neighborhood_argmax_label_image_filter(itk_image(image), generate_score_image=True, **keywords)
    np.testing.assert_array_equal(itk.array_from_image(labels), itk.array_from_image(both[0]))
    return [itk.array_from_image(output) for output in both]


def test_itk_reads_numbers_of_64_bits_into_a_type_of_their_own(tmp_path):
    image = itk.Image[itk.ULL, 3].New(regions=[7, 6, 5])
    image.Allocate()
    pixels = itk.array_view_from_image(image)
    pixels[...] = np.random.default_rng(3).integers(0, 1000, pixels.shape)
    itk.imwrite(image, str(tmp_path / "image.nrrd"))
    read = itk.imread(str(tmp_path / "image.nrrd"))
    assert itk.template(read)[1][0] == itk.ULL
    expected, _ = define(pixels.astype(np.uint64))
    np.testing.assert_array_equal(itk.array_from_image(itk.neighborhood_argmax_label_image_filter(read)), expected)
    np.testing.assert_array_equal(itk.array_from_image(labels_of(read)), expected)


def check(image, **keywords):
    labels, scores = filter_labels(image, **keywords)
    expected_labels, expected_scores = define(image, **keywords)
    np.testing.assert_array_equal(labels, expected_labels)
    np.testing.assert_array_equal(scores, expected_scores)
    assert (labels.dtype, scores.dtype) == (expected_labels.dtype, expected_scores.dtype)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_labels_are_those_of_the_definition(data):
    image = data.draw(images())
    check(image, **data.draw(options(image)))


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("pixel_type", PIXEL_TYPES)
@pytest.mark.parametrize("shape", [(70, 530), (19, 35, 270)])
def test_labels_of_several_tiles_are_those_of_the_definition(shape, pixel_type, border):
    random = np.random.default_rng(1)
    image = (random.random(shape) * 200).astype(pixel_type)
    check(image, border=border, spacing=[0.5, 1.0, 1.5][: len(shape)], center_score=0)
