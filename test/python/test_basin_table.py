"""The table of basins, compared with scipy.ndimage and a walk."""

import dask
import dask.array
import itk_neighborhoodargmaxlabel._pixels as pixels
import numpy as np
import pandas
import pytest
import scipy.ndimage
import xarray
from itk_neighborhoodargmaxlabel import basins, labels
from numpy.testing import assert_allclose, assert_array_equal

SHAPES = [(30, 40), (9, 10, 11), (4, 5, 6, 7)]


def check(table, numbers, sinks, values):
    count = numbers.max()
    index = np.arange(1, count + 1)
    frame = pandas.DataFrame(table)
    assert_array_equal(frame["basin"], index)
    places = np.stack([frame[f"sink_{axis}"] for axis in range(numbers.ndim)], axis=1)
    assert_array_equal(sinks[tuple(places.T)], index)
    assert_array_equal(frame["size"], np.bincount(numbers.ravel())[1:])
    assert frame["size"].sum() == np.count_nonzero(numbers)
    assert_allclose(frame["sum"], scipy.ndimage.sum(values, numbers, index), rtol=1e-12)
    assert_array_equal(frame["min"], scipy.ndimage.minimum(values, numbers, index))
    assert_array_equal(frame["max"], scipy.ndimage.maximum(values, numbers, index))
    assert frame["min"].dtype == values.dtype


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "int16", "uint64", "bool"])
@pytest.mark.parametrize("shape", SHAPES)
def test_table_is_that_of_scipy(shape, dtype, monkeypatch):
    image = np.random.default_rng(1).random(shape)
    values = (image * 200 > 100) if dtype == "bool" else (image * 200).astype(dtype)
    directions = labels(image, center_score=0, background_value=255, mask_image=image < 0.95)
    numbers, sinks, table = basins(directions, generate_sink_image=True, table=True, values=values)
    check(table, numbers, sinks, values)
    monkeypatch.setattr(pixels, "_SLAB", 50)  # in many parts
    for slow, fast in zip(basins(directions, table=True, values=values)[1].values(), table.values()):
        assert_allclose(slow, fast, rtol=1e-12)


def test_sums_of_integers_are_exact():
    directions = np.full((4, 4), 4, "uint8")
    directions[:] = 3
    directions[:, 0] = 4
    values = np.full((4, 4), 2**62 // 4 + 1)
    assert basins(directions, table=True, values=values)[1]["sum"].tolist() == [4 * (2**60 + 1)] * 4


def test_table_without_values_and_without_basins():
    image = np.random.default_rng(2).random((9, 10))
    numbers, table = basins(labels(image, center_score=0, border="inside"), table=True)
    assert list(table) == ["basin", "sink_0", "sink_1", "size"]
    assert table["size"].sum() == image.size
    numbers, table = basins(np.full((4, 5), 255, "uint8"), table=True, values=image[:4, :5])
    assert [column.size for column in table.values()] == [0] * 7


def test_masked_values_do_not_count_and_nan_does():
    directions = np.array([[3, 3, 4, 5, 4]] * 2, "uint8")
    directions[:] = [5, 4, 3, 4, 3]
    values = np.ma.masked_equal([[1.0, 2.0, -9.0, 4.0, 5.0]] * 2, -9.0)
    table = basins(directions, table=True, values=values)[1]
    assert table["size"].tolist() == [3, 2, 3, 2]
    assert table["sum"].tolist() == [3, 9, 3, 9]
    assert table["min"].tolist() == [1, 4, 1, 4]
    values = values.filled(np.nan)
    assert np.isnan(basins(directions, table=True, values=values)[1]["sum"]).tolist() == [True, False] * 2


def test_a_charge_is_a_sum():
    z, y, x = np.ogrid[:20, :20, :30]
    density = sum(q * np.exp(-((z - 10) ** 2 + (y - 10) ** 2 + (x - c) ** 2) / 8.0) for q, c in ((1.0, 8), (3.0, 21)))
    numbers, table = basins(
        labels(density, ascent=True, center_score=0, border="periodic"), periodic=True, table=True, values=density
    )
    order = np.argsort(table["sum"])[-2:]
    assert [table[f"sink_{axis}"][order].tolist() for axis in range(3)] == [[10, 10], [10, 10], [8, 21]]
    assert table["sum"].sum() == pytest.approx(density.sum())
    assert table["sum"][order[1]] / table["sum"][order[0]] == pytest.approx(3, rel=0.1)


def test_table_of_a_data_array():
    image = xarray.DataArray(np.random.default_rng(3).random((9, 10)), dims=("lat", "lon"), coords={"lat": np.arange(9.0)})
    directions = labels(image, center_score=0, border="inside")
    numbers, table = basins(directions, table=True, values=image.T)
    assert isinstance(numbers, xarray.DataArray)
    check(table, numbers.values, basins(directions.values, generate_sink_image=True)[1], image.values)


@pytest.mark.parametrize("shape, lengths", [((30, 40), (7, 40)), ((9, 10, 11), (4, 3, 11)), ((4, 5, 6, 7), 3)])
def test_table_of_chunks_is_that_of_the_whole(shape, lengths):
    image = np.random.default_rng(4).random(shape)
    directions = labels(image, center_score=0, border="inside", mask_image=image < 0.95, background_value=255)
    expected = basins(directions, table=True, values=image)
    array = dask.array.from_array(directions, chunks=lengths)
    with dask.config.set(scheduler="synchronous"):
        numbers, table = basins(array, table=True, values=dask.array.from_array(image, chunks=5))
        numbers, table = dask.compute(numbers, table)
    assert_array_equal(numbers, expected[0])
    assert list(table) == list(expected[1])
    for name, column in table.items():
        assert_allclose(column, expected[1][name], rtol=1e-12)


@pytest.mark.parametrize("lazy", [False, True])
def test_values_that_nothing_is_known_of(lazy):
    directions = np.array([[4, 255], [4, 4]], "uint8")
    values = np.ma.array([[5, 1], [2, 3]], mask=[[True, False], [False, False]])
    given = dask.array.from_array(directions, chunks=1) if lazy else directions
    for one in values, dask.array.from_array(values, chunks=1):
        table = dask.compute(basins(given, table=True, values=one)[1])[0]
        assert table["sum"].tolist() == [0, 2, 3]
        assert table["min"].tolist() == table["max"].tolist() == [None, 2, 3]


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize("lazy", [False, True])
def test_sums_beyond_64_bits_are_refused(dtype, lazy):
    directions = np.array([[4, 3], [4, 4]], "uint8")
    values = np.array([[2**62, 2**62], [2**63 - 1, 1]], dtype)
    kind = dask.array.from_array if lazy else np.asarray
    if dtype == "uint64":
        assert dask.compute(basins(kind(directions), table=True, values=values)[1])[0]["sum"].tolist() == [2**63, 2**63 - 1, 1]
        values = values * np.uint64(2)
    with pytest.raises(ValueError, match="values has sums that u?int64 may not hold: give values.astype"):
        dask.compute(basins(kind(directions), table=True, values=values)[1])
