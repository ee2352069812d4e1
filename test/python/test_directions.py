"""The meaning of labels: offsets, codes of D8 programs, colors."""

import re
from pathlib import Path

import dask.array
import itk
import numpy as np
import pyflwdir
import pyflwdir.core_d8
import pytest
import xarray
from itk_neighborhoodargmaxlabel import direction_colormap, direction_colors, from_d8, labels, offsets, to_d8
from itk_neighborhoodargmaxlabel._codes import KINDS
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


CODES = [kind for kind in KINDS if kind != "landlab"]


@pytest.mark.parametrize("kind", CODES)
def test_codes_and_labels_are_the_same(kind):
    directions = np.full((5, 6), 4, "uint8")
    directions[1:4, 1:4] = np.arange(9).reshape(3, 3)
    directions[1:4, 5] = 255
    codes = to_d8(directions, kind)
    assert codes.dtype == KINDS[kind].dtype
    assert_array_equal(from_d8(codes, kind), directions)
    if kind != "pyflwdir":
        assert_array_equal(from_d8(codes.astype(float), kind), directions)
    with pytest.raises(ValueError, match=r"codes has the value 277 at \(0, 0\)"):
        from_d8(np.full((2, 2), 277), kind)


# The code of each program for a plane that falls to NW N NE, W, E, SW S SE. Sources: GRASS 8.2 r.watershed -s and SAGA 8.5
# "Fill Sinks (Wang & Liu)", run on planes of 7 x 7 cells; WhiteboxTools' manual of D8Pointer; PCRaster's manual of ldd. Pits
# are 0 in GRASS' manual, 5 in PCRaster's, 0 in WhiteboxTools'; SAGA wrote -1.
PROGRAMS = {
    "grass": (3, 2, 1, 4, 8, 5, 6, 7, 0),
    "saga": (7, 0, 1, 6, 2, 5, 4, 3, -1),
    "whitebox": (64, 128, 1, 32, 2, 16, 8, 4, 0),
    "ldd": (7, 8, 9, 4, 6, 1, 2, 3, 5),
}


@pytest.mark.parametrize("kind", list(PROGRAMS))
def test_codes_are_those_of_programs_that_are_not_here(kind):
    found = to_d8(np.pad([[0, 1, 2, 3, 5, 6, 7, 8, 4]], 1, constant_values=4), kind)
    assert tuple(found[1, 1:-1]) == PROGRAMS[kind]


@pytest.mark.parametrize(
    "kind, outlet", [("ldd", 5), ("saga", -1), ("whitebox", 0), ("grass", -2), ("esri", 64), ("xrspatial", 64)]
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_what_leads_out_is_the_outlet_of_the_program(kind, outlet, is_chunked):
    directions = np.full((6, 5), 1, "uint8")
    directions[2, 3] = 255
    one = dask.array.from_array(directions, chunks=(3, 2)) if is_chunked else directions
    codes = np.asarray(to_d8(one, kind))
    is_outlet = np.zeros(codes.shape, bool)
    is_outlet[0], is_outlet[3, 3] = True, True
    assert (codes[is_outlet] == outlet).all()
    inner = KINDS[kind].codes[1]
    assert (codes[~is_outlet & (directions != 255)] == inner).all()
    if kind == "grass":
        assert_array_equal(from_d8(codes, kind), directions)


def test_codes_of_the_border_are_nodata():
    image = terrain()
    for found in (labels(image, center_score=0), labels(image, center_score=0, background_value=255)):
        for one in (found, dask.array.from_array(found, chunks=7), found[np.newaxis]):
            codes = np.asarray(to_d8(one)).reshape(image.shape)
            assert_array_equal(codes != 255, np.pad(np.ones((18, 28), bool), 1))
            ldd = np.asarray(to_d8(one, "ldd")).reshape(image.shape)
            assert pyflwdir.from_array(ldd, ftype="ldd").isvalid  # each path ends in a pit
            inner = labels(image, center_score=0)[1:-1, 1:-1]
            leads_out = ldd[1:-1, 1:-1] != np.array(KINDS["ldd"].codes)[inner]
            rows, columns = np.nonzero(leads_out)
            assert (ldd[1:-1, 1:-1][leads_out] == 5).all()
            assert np.isin(rows, (0, 17)).__or__(np.isin(columns, (0, 27))).all()


def test_codes_of_xarray_spatial():
    """Golden: flow_direction_d8 of xarray-spatial 0.10.20; NaN at the border and next to NaN."""
    image = np.random.default_rng(28).permutation(72).reshape(8, 9).astype(float)
    image[3:5, 4] = np.nan
    nan = np.nan
    expected = np.full((8, 9), np.nan)
    expected[1:-1, 1:-1] = [
        [4, 1, 0, 16, 0, 16, 1],
        [0, 16, nan, nan, nan, 32, 128],
        [64, 32, nan, nan, nan, 0, 16],
        [32, 16, nan, nan, nan, 4, 1],
        [64, 1, nan, nan, nan, 2, 4],
        [16, 128, 64, 1, 128, 1, 0],
    ]
    codes = to_d8(labels(xarray.DataArray(image, dims=("y", "x")), center_score=0, border="inside"), "xrspatial")
    assert codes.dtype == np.float64
    known = ~np.isnan(expected)
    assert_array_equal(codes.values[known], expected[known])
    assert np.isnan(codes.values[np.isnan(image)]).all()
    directions = from_d8(expected, "xrspatial")
    assert_array_equal(directions == 255, ~known)
    assert_array_equal(to_d8(directions, "xrspatial"), expected)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_receivers_of_landlab(is_chunked):
    """Golden: FlowDirectorD8 of landlab 2.10.1. Nodes are numbered along the rows of the array; open borders are sinks."""
    z = (np.arange(30) * 7 % 11).reshape(5, 6).astype(float)
    is_open = np.ones(z.shape, bool)
    is_open[1, 2] = False
    receivers = [
        [0, 1, 2, 3, 4, 5],
        [6, 0, 8, 16, 11, 11],
        [12, 19, 13, 22, 22, 17],
        [18, 19, 19, 22, 22, 23],
        [24, 25, 26, 27, 28, 29],
    ]
    directions = labels(z, center_score=0, border="inside", mask_image=is_open, background_value=255)
    directions[[0, -1], :] = directions[:, [0, -1]] = 4
    one = dask.array.from_array(directions, chunks=(2, 4)) if is_chunked else directions
    found = to_d8(one, "landlab")
    assert_array_equal(found, receivers)
    assert_array_equal(from_d8(found, "landlab"), np.where(is_open, directions, 4))


def test_sums_and_other_sinks():
    """In ArcGIS, a sum of directions is undefined. 255 is also a sum, unless it is nodata."""
    assert from_d8([[5, 241, 0, 128]]).tolist() == [[4, 4, 4, 2]]
    codes = np.array([[1, 255, 16], [1, 64, 16]])
    assert from_d8(codes).tolist() == [[5, 255, 3], [5, 1, 3]]
    assert from_d8(codes, nodata=None).tolist() == from_d8(codes, "pyflwdir").tolist() == [[5, 4, 3], [5, 1, 3]]
    assert from_d8(xarray.DataArray(codes, dims=("y", "x"), attrs={"_FillValue": 64})).values.tolist() == [
        [5, 4, 3],
        [5, 255, 3],
    ]
    assert from_d8([[-32768, 4]], nodata=-32768).tolist() == [[255, 7]]
    assert from_d8([[np.nan, 4.0]]).tolist() == [[255, 7]]
    with pytest.raises(ValueError, match=r"codes has the value 2.5 at \(0, 1\)"):
        from_d8([[1.0, 2.5]])


def test_codes_mean_north_and_east():
    image = xarray.DataArray(terrain(), dims=("lat", "lon"), coords={"lat": np.arange(20.0), "lon": np.arange(30.0)})
    found = labels(image, center_score=0, border="inside")
    for kind in KINDS:
        if KINDS[kind].is_compass:
            with pytest.raises(
                ValueError, match=r"^labels has its first index along lat in the south: give those of image.sortby"
            ):
                to_d8(found, kind)
            with pytest.raises(
                ValueError, match=r"dimensions \('lon', 'lat'\): give those of image.transpose\(..., 'lat', 'lon'\)"
            ):
                to_d8(labels(image.T, center_score=0, border="inside"), kind)
        else:
            assert to_d8(found, kind).shape == image.shape
    sorted_image = image.sortby("lat", ascending=False)  # the remedy
    assert_array_equal(
        to_d8(labels(sorted_image, center_score=0, border="inside")),
        to_d8(labels(terrain()[::-1], center_score=0, border="inside")),
    )


def test_codes_of_arcgis_and_taudem():
    """From their manuals. ArcGIS: powers of 2, clockwise from 1 in the east; TauDEM: counterclockwise from 1 in the east."""
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
    with pytest.raises(ValueError, match="kind is 'arcgis': give one of 'esri'"):
        to_d8(codes, "arcgis")
    with pytest.raises(TypeError, match=r"from_d8\(\) has no option background: is background_value meant\?"):
        from_d8(codes, background=9)
    with pytest.raises(ValueError, match=r"labels has the value 13 at \(0, 0, 0\)"):
        to_d8(np.full((3, 3, 3), 13))
    with pytest.raises(ValueError, match=r"labels has the value 9 at \(1, 0\)"):
        to_d8(np.array([[4], [9]]))
    assert to_d8(np.array([[4], [9]]), background_value=9).tolist() == [[0], [255]]


def test_colors_are_those_of_the_previews():
    """LabelPreview.h of the program has the same formula."""
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
