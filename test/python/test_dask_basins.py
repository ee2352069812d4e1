"""Basins of labels in chunks: those of the whole image, bit for bit."""

import math

import dask
import dask.array
import itk
import numpy as np
import pytest
from distributed import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from itk_neighborhoodargmaxlabel import dask_basins, dask_labels
from numpy.testing import assert_array_equal
from strategies import chunks
from test_basins import walk

Inside = itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Inside
Periodic = itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Periodic


def check(labels, lengths, mask=None, **options):
    """Whatever the chunks, the basins are those of the filter and of a walk."""
    array = dask.array.from_array(labels, chunks=lengths)
    with dask.config.set(scheduler="synchronous"):
        basins = dask_basins(array, mask_image=mask, **options)
        assert (basins.shape, basins.dtype, basins.chunks) == (labels.shape, np.uint32, array.chunks)
        basins = basins.compute()
    if mask is not None:
        options["mask_image"] = mask.astype("uint8")
    # The filter takes what is in Fortran order for the transposed image, and a single row is in both orders.
    whole = itk.neighborhood_label_to_basin_image_filter(itk.image_view_from_array(labels), **options)
    assert_array_equal(basins, itk.array_from_image(whole))
    expected, _ = walk(labels if mask is None else np.where(mask, labels, options.get("background_value", 255)), **options)
    assert_array_equal(basins, expected)
    return basins


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_basins_of_chunks_are_those_of_the_whole_image(data):
    dimension = data.draw(st.sampled_from([2, 3, 4]))
    shape = data.draw(hnp.array_shapes(min_dims=dimension, max_dims=dimension, max_side=4 if dimension == 4 else 9))
    radius = data.draw(
        st.lists(st.integers(0, 2), min_size=dimension, max_size=dimension).filter(
            lambda radius: 1 < math.prod(2 * r + 1 for r in radius) < 256
        )
    )
    count = math.prod(2 * r + 1 for r in radius)
    dtype = np.dtype(data.draw(st.sampled_from(["uint8", "uint16"])))
    background = data.draw(st.integers(count, np.iinfo(dtype).max))
    values = st.one_of(st.integers(0, count - 1), st.sampled_from([0, count // 2, background]))
    labels = data.draw(hnp.arrays(dtype, shape, elements=values, fill=st.nothing()))
    mask = data.draw(st.one_of(st.none(), hnp.arrays(bool, shape)))
    options = {"radius": radius, "background_value": background, "periodic": data.draw(st.booleans())}
    lengths = data.draw(chunks(shape))
    try:
        check(labels, lengths, mask, **options)
    except ValueError as error:
        assert "0 all over the border" in str(error)
        if mask is not None:
            options["mask_image"] = itk.image_from_array(np.asarray(mask, "uint8"))
        with pytest.raises(RuntimeError, match="0 all over its border"):
            itk.neighborhood_label_to_basin_image_filter(itk.image_view_from_array(labels), **options)
