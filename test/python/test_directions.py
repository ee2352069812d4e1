"""What labels mean: offsets, codes of D8 programs, colors."""

import re
from pathlib import Path

import itk
import numpy as np
import pyflwdir
import pyflwdir.core_d8
import pytest
import xarray
from itk_neighborhoodargmaxlabel import direction_colormap, direction_colors, from_d8, labels, offsets, to_d8
from numpy.testing import assert_array_equal
from pysheds.grid import Grid
from pysheds.view import Raster, ViewFinder

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("ndim, radius", [(2, 1), (3, 1), (4, 1), (3, [2, 0, 1]), (2, 3)])
def test_offsets_are_those_of_the_filter(ndim, radius):
    table = offsets(ndim, radius)
    radii = np.broadcast_to(radius, ndim)[::-1].tolist()
    Filter = itk.NeighborhoodArgmaxLabelImageFilter[itk.Image[itk.F, ndim], itk.Image[itk.UC, ndim]]
    assert table.shape == (Filter.NumberOfLabels(radii), ndim)
    for label, offset in enumerate(table.tolist()):
        assert list(Filter.OffsetOfLabel(label, radii)) == offset[::-1]


def test_offsets_of_labels_are_the_field_of_directions():
    y, x = np.mgrid[:9, :12]
    field = offsets(2)[labels(3 * y + x, border="inside")]
    assert_array_equal(field[1:-1, 1:-1], np.broadcast_to([-1, 0], (7, 10, 2)))  # upwards, where it falls most steeply


def terrain():
    y, x = np.mgrid[:20, :30]
    image = np.random.default_rng(5).random((20, 30)) + np.hypot(x - 14, y - 9)
    image[9, 14] = -1
    return image


@pytest.mark.parametrize("kind", ["esri", "taudem", "pysheds", "pyflwdir"])
def test_codes_and_labels_are_the_same(kind):
    directions = np.array([[0, 1, 2, 255], [3, 4, 5, 255], [6, 7, 8, 255]], "uint8")
    codes = to_d8(directions, kind)
    assert_array_equal(from_d8(codes, kind), directions)
    with pytest.raises(ValueError, match=r"codes has the value 77 at \(0, 0\)"):
        from_d8(np.full((2, 2), 77), kind)


def test_codes_of_arcgis_and_taudem():
    """Their manuals: ArcGIS, clockwise from 1 in the east, powers of 2; TauDEM, counterclockwise from 1 in the east."""
    clockwise = offsets(2)[from_d8([[1, 2, 4, 8, 16, 32, 64, 128]], "esri")][0].tolist()
    assert clockwise == [[0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1], [-1, 0], [-1, 1]]
    counterclockwise = offsets(2)[from_d8([[1, 2, 3, 4, 5, 6, 7, 8]], "taudem")][0].tolist()
    assert counterclockwise == [clockwise[-i % 8] for i in range(8)]
    assert to_d8(np.array([[4, 255]]), "esri").tolist() == [[0, 255]]
    assert to_d8(np.array([[4, 255]]), "taudem").tolist() == [[0, -32768]]


def test_codes_are_those_of_pyflwdir():
    assert_array_equal(to_d8(np.arange(9, dtype="uint8").reshape(3, 3), "pyflwdir"), pyflwdir.core_d8._ds)
    assert to_d8([[255, 4]], "pyflwdir")[0, 0] == pyflwdir.core_d8._mv
    assert_array_equal(from_d8(pyflwdir.core_d8._pv[np.newaxis], "pyflwdir"), [[4, 4]])
    directions = labels(terrain(), center_score=0, border="inside")
    flow = pyflwdir.from_array(to_d8(directions, "pyflwdir"), ftype="d8")
    steps = offsets(2)[directions] @ [30, 1]
    assert_array_equal(flow.idxs_ds.reshape(20, 30), np.arange(600).reshape(20, 30) + steps)


def test_codes_are_those_of_pysheds():
    view = ViewFinder(shape=(20, 30), nodata=np.float64(-9999))
    codes = np.asarray(Grid(viewfinder=view).flowdir(Raster(terrain(), viewfinder=view)))
    expected = to_d8(labels(terrain(), center_score=0), "pysheds")
    assert_array_equal(codes[1:-1, 1:-1], expected[1:-1, 1:-1])
    assert -2 in expected
    assert from_d8([[-1, -2, 0]], "pysheds").tolist() == [[4, 4, 255]]


def test_codes_of_a_data_array_and_errors():
    image = xarray.DataArray(terrain(), dims=("y", "x"), coords={"y": np.arange(20.0)[::-1]})
    codes = to_d8(labels(image, center_score=0, border="inside"))
    assert codes.y.equals(image.y)
    with pytest.raises(ValueError, match="kind is 'grass': give one of 'esri'"):
        to_d8(codes, "grass")
    with pytest.raises(TypeError, match=r"from_d8\(\) has no option background: is background_value meant\?"):
        from_d8(codes, background=9)
    with pytest.raises(ValueError, match=r"labels has the shape \(3, 3, 3\)"):
        to_d8(np.zeros((3, 3, 3), int))
    with pytest.raises(ValueError, match=r"labels has the value 9 at \(1, 0\)"):
        to_d8(np.array([[4], [9]]))
    assert to_d8(np.array([[4], [9]]), background_value=9).tolist() == [[0], [255]]


def test_colors_are_those_of_the_previews():
    """The program has them in LabelPreview.h: the same numbers, in the same formula."""
    (header,) = ROOT.glob("*/LabelPreview.h")
    text = header.read_text()
    table = re.search(r"axisColou?rs\[4\]\[3\] = \{(.*?)\};", text).group(1)
    axis_colors = np.array(re.findall(r"-?[0-9.]+", table), float).reshape(4, 3)
    assert "128 + std::lround(120 * sum[channel] / std::sqrt(squaredLength))" in text
    for ndim in (2, 3, 4):
        for offset, color in zip(offsets(ndim)[:, ::-1], direction_colors(ndim)):
            length = np.sqrt(np.sum(offset**2.0))
            if length == 0:
                assert color.tolist() == [255, 255, 255]
                continue
            for channel in range(3):
                share = 120 * float(sum(o * c for o, c in zip(offset, axis_colors[:, channel]))) / length
                assert color[channel] == 128 + int(abs(share) + 0.5) * (1 if share > 0 else -1)


def test_colormap_is_for_labels():
    colormap = direction_colormap(2)
    shown = (colormap(np.array([[0, 4, 8, 255]], "uint8")) * 255).round().astype(int)[0, :, :3]
    assert_array_equal(shown[:3], direction_colors(2)[[0, 4, 8]])
    assert shown[3].tolist() == [0, 0, 0]
    import matplotlib.pyplot as plt

    picture = plt.imshow(np.arange(9).reshape(3, 3), cmap=colormap, vmin=0, vmax=8)
    assert_array_equal((picture.to_rgba(picture.get_array())[..., :3] * 255).round().reshape(9, 3), direction_colors(2))
