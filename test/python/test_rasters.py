"""Real rasters: missing values, metadata that results keep, axes in space."""

import importlib.util

import dask.array
import itk
import numpy as np
import pytest
import rioxarray  # noqa: F401 -- the accessor
import xarray
from astropy.utils.masked import Masked
from definition import define
from itk_neighborhoodargmaxlabel import basins, from_d8, labels, to_d8
from numpy.testing import assert_array_equal
from test_basins import walk

C0 = {"center_score": 0, "border": "inside"}


def raster(values, **attributes):
    """A raster in UTM, north up, with cells of 30 m x 20 m."""
    rows, columns = values.shape
    image = xarray.DataArray(
        values,
        dims=("y", "x"),
        coords={"y": 5_200_000.0 - 20.0 * np.arange(rows), "x": 500_000.0 + 30.0 * np.arange(columns)},
        name="elevation",
        attrs={"units": "m", "long_name": "height", **attributes},
    )
    return image.rio.write_crs("EPSG:32632")


@pytest.fixture
def heights():
    """A raster of integers with a hole, and where it has values."""
    values = np.random.default_rng(28).permutation(42).reshape(6, 7).astype("int16") + 100
    known = np.ones(values.shape, bool)
    known[2:4, 3] = False
    return values, known


def expected_of(values, known, **options):
    return define(values, mask_image=known, spacing=[30.0, 20.0], center_score=0, border="Inside", **options)[0]


# Metadata that results keep


def write_geotiff(path, values, nodata, scale=None, offset=None):
    image = raster(values).drop_attrs(deep=False).rio.write_nodata(nodata).rio.write_crs("EPSG:32632")
    image.rio.to_raster(path)
    if scale is not None:
        import rasterio

        with rasterio.open(path, "r+") as file:
            file.scales, file.offsets = [scale], [offset]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    "dtype, nodata, scale, offset", [("int16", -9999, None, None), ("uint16", 0, None, None), ("int16", -9999, 0.1, 100.0)]
)
def test_results_of_a_geotiff_are_labels_and_are_read_back(tmp_path, heights, dtype, nodata, scale, offset, masked):
    values, known = heights
    path = tmp_path / "dem.tif"
    write_geotiff(path, np.where(known, values, nodata).astype(dtype), nodata, scale, offset)
    dem = rioxarray.open_rasterio(path, masked=masked).squeeze("band")
    directions, slopes = labels(dem, **C0, generate_score_image=True)
    if scale is None:
        assert_array_equal(directions, np.where(known, expected_of(values, known), 255))
    numbers = basins(directions)
    for result, no_value in ((directions, 255), (slopes, None), (numbers, 0), (to_d8(directions, "taudem"), -32768)):
        assert result.rio.crs == dem.rio.crs
        assert result.rio.nodata == no_value
        assert not {"scale_factor", "add_offset", "units", "long_name"} & {*result.attrs, *result.encoding}
        result.rio.to_raster(tmp_path / "result.tif")
        read = rioxarray.open_rasterio(tmp_path / "result.tif").squeeze("band")
        assert_array_equal(read, result)
        assert (read.rio.nodata, read.rio.crs, read.dtype) == (no_value, dem.rio.crs, result.dtype)
        assert read.rio.transform() == dem.rio.transform()
        result.to_netcdf(tmp_path / "result.nc", engine="netcdf4")
        with xarray.open_dataarray(tmp_path / "result.nc", mask_and_scale=False, decode_coords="all") as read:
            assert_array_equal(read, result)
            assert read.rio.crs == dem.rio.crs
        result.to_zarr(tmp_path / "result.zarr", mode="w")
        read = xarray.open_dataarray(tmp_path / "result.zarr", engine="zarr", mask_and_scale=False, decode_coords="all")
        assert_array_equal(read, result)
    # If it is read masked, NaN means what 255 meant.
    directions.rio.to_raster(tmp_path / "labels.tif")
    again = rioxarray.open_rasterio(tmp_path / "labels.tif", masked=True).squeeze("band")
    assert again.dtype.kind == "f" and np.isnan(again.values[~known]).all()
    assert_array_equal(basins(again), numbers)
    assert_array_equal(to_d8(again), to_d8(directions))


def test_the_grid_mapping_stays_whatever_its_name(tmp_path, heights):
    dem = raster(heights[0]).drop_vars("spatial_ref")
    dem = dem.rio.write_crs("EPSG:32632", grid_mapping_name="utm32")
    dem.to_netcdf(tmp_path / "dem.nc", engine="netcdf4")
    dem = xarray.open_dataarray(tmp_path / "dem.nc", decode_coords="all")
    directions = labels(dem, **C0)
    for result in (directions, basins(directions), to_d8(directions), from_d8(to_d8(directions))):
        assert result.rio.crs.to_epsg() == 32632
        assert result.rio.grid_mapping == "utm32"


def test_results_are_named_after_what_they_are(heights):
    directions, slopes = labels(raster(heights[0]), **C0, generate_score_image=True)
    numbers, sinks = basins(directions, generate_sink_image=True)
    names = [one.name for one in (directions, slopes, numbers, sinks, to_d8(directions), from_d8(to_d8(directions)))]
    assert names == ["labels", "scores", "basins", "sinks", "d8", "labels"]
    assert "_FillValue" not in directions.attrs  # 0 is a label, and all of these cells have one


def test_codes_with_the_nodata_of_pyflwdir():
    codes = raster(np.array([[1, 247, 4], [64, 255, 16], [1, 2, 0]], "uint8"), _FillValue=247)
    found = from_d8(codes, "pyflwdir")
    assert found.values.tolist() == [[5, 255, 7], [1, 4, 3], [5, 8, 4]]
    assert found.rio.nodata == 255


# Missing values


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(
    "dtype, nodata", [("int16", -9999), ("float32", np.nan), ("float32", -3.4028234663852886e38), ("float64", -9999)]
)
@pytest.mark.parametrize("how", ["_FillValue", "missing_value", "rio", "nodata"])
def test_missing_values_do_not_compete(heights, dtype, nodata, how, is_chunked):
    values, known = heights
    holes = np.where(known, values, nodata).astype(dtype)
    image = raster(holes, **({how: nodata} if how.startswith(("_", "m")) else {}))
    if how == "rio":
        image = image.rio.set_nodata(nodata)
    chunked = image.chunk(x=3) if is_chunked else image
    options = C0 | ({"nodata": nodata} if how == "nodata" else {})
    if how == "rio" and is_chunked:
        chunked = chunked.rio.set_nodata(nodata)
    found = labels(chunked, **options)
    assert_array_equal(found, np.where(known, expected_of(values.astype(dtype), known), 255))
    numbers, table = basins(found, table=True, values=image)
    assert_array_equal(numbers, walk(found.values)[0])
    table = dask.compute(table)[0]
    assert table["size"].sum() == known.sum()
    if how in ("_FillValue", "missing_value"):
        assert table["sum"].sum() == values[known].sum()


def test_a_number_is_nodata_of_any_array(heights):
    values, known = heights
    holes = np.where(known, values, -9999)
    expected = np.where(known, expected_of(values, known), 255)
    image = itk.image_from_array(holes.astype("int16"))
    image.SetSpacing([30.0, 20.0])
    for one in (holes, dask.array.from_array(holes, chunks=3), holes.astype(float)):
        assert_array_equal(labels(one, **C0, nodata=-9999, spacing=[20, 30]), expected)
    assert_array_equal(labels(image, **C0, nodata=-9999, background_value=255), expected)
    # By default nothing is missing in these, nor if nodata is None.
    plain = define(holes, spacing=[30.0, 20.0], center_score=0, border="Inside")[0]
    assert_array_equal(labels(holes, **C0, spacing=[20, 30]), plain)
    assert_array_equal(labels(raster(holes, _FillValue=-9999), **C0, nodata=None), plain)
    nan = np.where(known, values, np.nan)
    assert_array_equal(labels(nan, **C0), define(nan, center_score=0, border="Inside")[0])
    assert_array_equal(
        labels(nan, **C0, nodata=np.nan),
        np.where(known, define(values, mask_image=known, center_score=0, border="Inside")[0], 255),
    )
    for wrong in ("-9999", True, 1j, [1]):
        with pytest.raises(TypeError, match="^nodata is .*: give a number, nan, None"):
            labels(holes, nodata=wrong)
    assert_array_equal(labels(holes.astype("uint8"), **C0, nodata=-9999), labels(holes.astype("uint8"), **C0))


def test_water_does_not_run_into_a_hole_of_nan():
    z = np.add.outer(np.arange(8.0), np.arange(8.0))
    z[2:5, 2:5] = np.nan
    found = labels(xarray.DataArray(z, dims=("y", "x")), **C0)
    rows, columns = np.nonzero(found.values < 9)
    lower = found.values[rows, columns]
    assert not np.isnan(z[rows + lower // 3 - 1, columns + lower % 3 - 1]).any()
    table = basins(found, table=True)[1]
    assert (table["sink_0"].tolist(), table["sink_1"].tolist(), table["size"].tolist()) == ([0], [0], [55])  # no cycle


@pytest.mark.parametrize("is_chunked", [False, True])
def test_values_below_a_mask_need_no_type(is_chunked):
    values = np.random.default_rng(1).integers(-9, 9, (6, 7))
    mask = values < 7
    wide = np.where(mask, values, 2**63 - 1)
    give = (lambda array: dask.array.from_array(array, chunks=3)) if is_chunked else (lambda array: array)
    expected = define(values, mask_image=mask, background_value=255)[0]
    masked = labels(give(np.ma.array(wide, mask=~mask)), background_value=255)
    found = masked.compute() if is_chunked else masked
    assert_array_equal(found.data, expected)
    assert_array_equal(labels(give(wide), mask_image=give(mask), background_value=255), expected)
    assert_array_equal(labels(give(wide), nodata=2**63 - 1, background_value=255), expected)
    with pytest.raises(ValueError, match="image has the value 9223372036854775807 of type int64"):
        np.asarray(labels(give(wide)))


def test_masked_results_are_filled_with_no_label(heights):
    values, known = heights
    image = np.ma.array(values, mask=~known)
    for found, fill in ((labels(image, **C0), 255), (labels(image, **C0, background_value=99), 99)):
        assert found.fill_value == fill
        assert_array_equal(found.filled()[~known], fill)
        assert_array_equal(basins(found.filled(), background_value=fill), basins(found).filled())
    chunked = labels(dask.array.from_array(image, chunks=3), **C0).compute()
    assert chunked.fill_value == 255
    assert to_d8(labels(image, **C0), "taudem").fill_value == -32768


def test_masks_of_astropy_count(heights):
    values, known = heights
    found = labels(Masked(values, mask=~known), **C0)
    assert_array_equal(found.mask, ~known)
    assert_array_equal(found, labels(np.ma.array(values, mask=~known), **C0))


def test_a_mask_with_nodata(heights):
    values, known = heights
    mask = raster(np.where(known, 1, 255).astype("uint8"), _FillValue=255)
    assert_array_equal(labels(raster(values), **C0, mask_image=mask), labels(raster(values), **C0, mask_image=known))


# Axes that are not in space


def test_one_band_is_no_neighbor(heights):
    values, known = heights
    flat = raster(values)
    expected = labels(flat, **C0)
    for band in (
        flat.expand_dims("band"),
        flat.expand_dims("band", axis=-1),
        flat.expand_dims(time=[np.datetime64("2024-01-01")]),
    ):
        for one in (band, band.chunk(x=4)):
            found = labels(one, **C0)
            assert found.dims == band.dims
            assert_array_equal(found.squeeze(), expected)
            assert_array_equal(basins(found).squeeze(), basins(expected))
            assert_array_equal(to_d8(found).squeeze(), to_d8(expected))
            assert_array_equal(
                labels(one, center_score=0, background_value=255).squeeze(), labels(flat, center_score=0, background_value=255)
            )


@pytest.mark.parametrize("shape", [(1, 6, 7), (6, 7, 1), (1, 1, 6, 7), (1, 7)])
def test_an_image_that_is_all_border_is_an_error(shape):
    image = np.arange(np.prod(shape)).reshape(shape)
    for one in (image, dask.array.from_array(image, chunks=3)):
        with pytest.raises(
            ValueError, match=r"^image has the shape \(.*\), all of which is border: give .*radius=\(.*border='inside'$"
        ):
            labels(one, background_value=255)
    assert labels(image, border="inside").shape == shape
    assert (labels(image, radius=(1,) * len(shape), background_value=255) == 255).all()  # as asked for


def test_remedies_for_one_slice_work(heights):
    image = heights[0][np.newaxis]
    with pytest.raises(ValueError, match=r"give image.squeeze\(0\) or radius=\(0, 1, 1\) or border='inside'"):
        labels(image)
    assert_array_equal(labels(image.squeeze(0)), labels(image, radius=(0, 1, 1))[0])


@pytest.mark.parametrize("dim", ["band", "channel", "c", "time", "month"])
def test_bands_are_not_neighbors(heights, dim):
    bands = xarray.concat([raster(heights[0] + i) for i in range(3)], dim)
    if dim == "month":
        bands = bands.assign_coords(month=np.array(["2024-01", "2024-02", "2024-03"], "datetime64[ns]"))
    message = rf"^image has 3 along {dim}, .* radius=\(0, 1, 1\) .* image.isel\({dim}=0\) .* radius=\(1, 1, 1\)"
    for one in (bands, bands.chunk({dim: 1})):
        with pytest.raises(ValueError, match=message):
            labels(one, **C0)
        found = labels(one, **C0, radius=(0, 1, 1))
        with pytest.raises(ValueError, match=f"^labels has 3 along {dim}"):
            basins(found)
        for i in range(3):
            assert_array_equal(found[i], labels(bands.isel({dim: i}), **C0))
        assert_array_equal(to_d8(found)[1], to_d8(found[1]))
    assert labels(bands, **C0, radius=(1, 1, 1)).max() > 8


def test_colors_are_not_neighbors():
    image = itk.Image[itk.RGBPixel[itk.UC], 2].New(regions=[7, 6])
    image.Allocate()
    with pytest.raises(ValueError, match="image has 3 along c, which is no axis in space: give radius="):
        labels(itk.xarray_from_image(image))
    with pytest.raises(TypeError, match="^image is an itkImageRGBUC2"):
        labels(image)


@pytest.mark.parametrize(
    "values", [[1990, 2000, 2005], [1, 2, 4], np.array(["2024-01", "2024-02", "2024-04"], "datetime64[ns]")]
)
def test_axes_of_radius_0_may_be_uneven(heights, values):
    stack = xarray.concat([raster(heights[0] + i) for i in range(3)], "year").assign_coords(year=values)
    found = labels(stack, **C0, radius=(0, 1, 1))
    assert_array_equal(found[2], labels(raster(heights[0]), **C0))
    with pytest.raises(ValueError, match="not evenly spaced|no axis in space"):
        labels(stack, **C0)


# Ambiguous pairs


@pytest.mark.parametrize("is_chunked", [False, True])
def test_labels_of_a_mask_are_not_followed_without_it(is_chunked):
    image = np.array([[5, 4, 3, 4], [9] * 4, [9] * 4, [3, 2, 1, 2]])
    mask = np.array([1, 0, 0, 1])[:, np.newaxis] * np.ones(4, int)
    one = dask.array.from_array(image, chunks=2) if is_chunked else image
    found = labels(one, mask_image=mask, **C0)
    message = "^labels were made with a mask_image, .* give the same mask_image, or .*background_value=255"
    with pytest.raises(ValueError, match=message):
        basins(found)
    with pytest.raises(ValueError, match="^labels were made with a mask_image"):
        to_d8(found)
    sizes = dask.compute(basins(found, table=True, mask_image=mask)[1])[0]["size"]
    assert sizes.tolist() == [4, 4]
    assert_array_equal(basins(labels(one, mask_image=mask, background_value=255, **C0)), basins(found, mask_image=mask))
    if not is_chunked:
        with pytest.raises(ValueError, match=message):
            basins(xarray.DataArray(found, dims=("y", "x")))
        found[1:3] = 255  # changed labels are no longer known
        assert basins(found).max() == 2


def test_periodic_labels_are_followed_round(heights):
    found = labels(heights[0], center_score=0, border="periodic")
    with pytest.raises(
        ValueError, match="^periodic is False, but the labels were made with a periodic border: give periodic=True"
    ):
        basins(found)
    assert_array_equal(basins(found, periodic=True), walk(found, periodic=True)[0])
    with pytest.raises(ValueError, match=r"radius is \(1, 1\), but the labels were made with \(0, 1\)"):
        basins(labels(heights[0], radius=(0, 1), **C0))


# Other kinds of arrays, and options of other programs


def test_coordinates_of_masks_may_differ_by_their_rounding(heights):
    values, known = heights
    image, mask = raster(values), raster(known)
    expected = labels(image, mask_image=known, **C0)
    for x in (mask.x + 1e-9, mask.x + 0.02, mask.x.astype("float32")):
        assert_array_equal(labels(image, mask_image=mask.assign_coords(x=x), **C0), expected)
    for x in (mask.x + 0.04, mask.x[::-1].values):
        with pytest.raises(
            ValueError, match="^mask_image has other coordinates x than image: give it at the same places, or its .values"
        ):
            labels(image, mask_image=mask.assign_coords(x=x), **C0)


def test_labels_of_floating_point_types_are_whole(heights):
    directions = labels(heights[0], **C0).astype(float)
    directions[2, 3] = np.nan
    with pytest.raises(TypeError, match=r"labels are integers, as numpy.where\(numpy.isnan\(labels\), 255, labels\)"):
        basins(directions)
    fixed = np.where(np.isnan(directions), 255, directions).astype("uint16")  # the remedy
    for one in (xarray.DataArray(directions, dims=("y", "x")), xarray.DataArray(directions, dims=("y", "x")).chunk(x=3)):
        assert_array_equal(basins(one), basins(fixed))
    with pytest.raises(ValueError, match="labels has the value 2.5: give integers"):
        basins(xarray.DataArray(np.full((3, 3), 2.5), dims=("y", "x")))


@pytest.mark.skipif(importlib.util.find_spec("SimpleITK") is not None, reason="the module below stands for it")
def test_images_of_simpleitk_are_not_read_voxel_by_voxel(monkeypatch):
    class Image:
        def __len__(self):
            raise AssertionError("read")

        __getitem__ = __array__ = __len__

    monkeypatch.setitem(__import__("sys").modules, "SimpleITK", type("SimpleITK", (), {"Image": Image}))
    with pytest.raises(TypeError, match="^image is a SimpleITK.Image: convert it by `.*GetArrayViewFromImage.*SetSpacing"):
        labels(Image())


def test_tensors_without_data_are_named():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            raise NotImplementedError("Cannot copy out of meta tensor; no data!")

        def __dlpack_device__(self):
            raise ValueError("Unknown device type meta for Dlpack")

    with pytest.raises(TypeError, match="^image is a Tensor: give what numpy.asarray makes an array of .*no data"):
        labels(Tensor())


@pytest.mark.parametrize("function", [labels, basins])
@pytest.mark.parametrize("option", ["level", "h", "markers"])
def test_options_of_other_programs_are_answered(function, option):
    with pytest.raises(TypeError, match=rf"^{function.__name__}\(\) has no option {option}: .*(join|smooth|sinks)") as caught:
        function(np.ones((5, 5), int), **{option: 1})
    assert "is labels meant" not in str(caught.value)
