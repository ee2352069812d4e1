"""Labels of lattices: distances are those in space, from the direction of an image."""

import warnings

import dask.array
import itk
import numpy as np
import pytest
from definition import define
from itk_neighborhoodargmaxlabel import labels
from numpy.testing import assert_array_equal
from test_coordinates import without_coordinates

labels(np.ones((3, 3)))  # loads itk, whose import does not survive warnings that are errors
C0 = {"center_score": 0, "border": "inside"}
CELLS = {
    "square, sheared": [[1, 0], [0.3, 0.9]],
    "hexagonal, two axes": [[1, 0], [-0.5, np.sqrt(0.75)]],
    "hexagonal": [[0, 0, 1.6], [-0.5, np.sqrt(0.75), 0], [1, 0, 0]],
    "fcc": [[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]],
    "bcc": [[-0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.5, 0.5, -0.5]],
    "monoclinic": [[1, 0, 0], [0, 1.3, 0], [-0.4, 0, 1.1]],
    "triclinic": [[1, 0, 0], [0.2, 1.1, 0], [0.3, -0.4, 1.2]],
}


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("unit", [1.0, 1e-10, 0.1889])
@pytest.mark.parametrize("cell", list(CELLS))
def test_labels_of_a_lattice_are_those_of_its_distances(cell, unit, is_chunked):
    lattice = unit * np.array(CELLS[cell])
    shape = (9, 8, 7)[: len(lattice)]
    image = np.random.default_rng(9).integers(0, 9, shape)  # scores tie where distances are equal
    one = dask.array.from_array(image, chunks=5) if is_chunked else image
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = labels(one, center_score=0, border="periodic", lattice=lattice)
    assert_array_equal(found, define(image, lattice=lattice, center_score=0, border="Periodic")[0])
    smooth = np.random.default_rng(9).random(shape)
    found, scores = labels(smooth, **C0, lattice=lattice, generate_score_image=True)
    expected = define(smooth, lattice=lattice, center_score=0, border="Inside")
    assert_array_equal(found, expected[0])
    np.testing.assert_allclose(scores, expected[1], rtol=2e-6)


def test_a_sheared_raster_has_the_lattice_of_its_transform():
    image = np.random.default_rng(9).integers(0, 9, (9, 8))
    found = labels(without_coordinates(image, (5e5, 30.0, 9.0, 5.2e6, 3.0, -20.0)), **C0)
    assert_array_equal(found, define(image, lattice=[[9.0, -20.0], [30.0, 3.0]], center_score=0, border="Inside")[0])


def test_an_image_of_itk_has_the_lattice_of_its_direction():
    array = np.random.default_rng(9).integers(0, 9, (9, 8, 7)).astype("int16")
    image = itk.image_from_array(array)
    image.SetSpacing([0.7, 0.7, 1.3])
    image.SetOrigin([3.1, -2.0, 9.0])
    image.SetDirection(np.array([[1, -0.5, 0], [0, np.sqrt(0.75), 0], [0, 0.2, 1]]))
    lattice = [[0, 0, 1.3], [-0.35, 0.7 * np.sqrt(0.75), 0.14], [0.7, 0, 0]]
    expected = define(array, lattice=lattice, center_score=0, border="Inside")[0]
    assert_array_equal(labels(image, **C0), expected)

    labeled = itk.xarray_from_image(image)
    flat = labeled.assign_attrs(direction=labeled.attrs["direction"].ravel().tolist())  # as NetCDF keeps it
    for one in labeled, flat, labeled.chunk(4):
        assert_array_equal(labels(one, **C0), expected)
    assert_array_equal(
        labels(labeled.transpose("x", "z", "y"), **C0),
        define(array.transpose(2, 0, 1), lattice=[lattice[axis] for axis in (2, 0, 1)], center_score=0, border="Inside")[0],
    )
    for dim, axes in (("z", [1, 2]), ("y", [0, 2]), ("x", [0, 1])):
        found = labels(labeled.isel({dim: 3}), **C0)
        plane = [lattice[axis] for axis in axes]
        assert_array_equal(found, define(labeled.isel({dim: 3}).values, lattice=plane, center_score=0, border="Inside")[0])
    assert_array_equal(labels(labeled, **C0, spacing=1), labels(array, **C0))
    for other in ("north", 270.0, [1.0, 2.0], None):
        assert_array_equal(labels(labeled.assign_attrs(direction=other), **C0), labels(array, **C0, spacing=[1.3, 0.7, 0.7]))
