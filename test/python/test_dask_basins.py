"""Basins of labels in chunks: those of the whole image, bit for bit."""

import math

import dask
import dask.array
import itk
import itk_neighborhoodargmaxlabel
import numpy as np
import pytest
import zarr
from distributed import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal
from strategies import chunks
from test_basins import walk

Inside = itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Inside
Periodic = itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Periodic


def image_of(array):
    """ITK takes a single column, which is in Fortran order as well, for a row."""
    image = itk.Image[{"uint8": itk.UC, "uint16": itk.US}[array.dtype.name], array.ndim].New()
    image.SetRegions(array.shape[::-1])
    image.Allocate()
    itk.array_view_from_image(image)[...] = array
    return image


def whole_basins(labels, mask=None, **options):
    if mask is not None:
        options["mask_image"] = image_of(mask.astype("uint8"))
    return itk.array_from_image(itk.neighborhood_label_to_basin_image_filter(image_of(labels), **options))


def basins_of(labels, **options):
    """With a radius in ITK's order, as its filter has it."""
    if isinstance(options.get("radius"), (list, tuple)):
        options["radius"] = options["radius"][::-1]
    return itk_neighborhoodargmaxlabel.basins(labels, **options)


def chunked_basins(labels, lengths, mask=None, **options):
    array = dask.array.from_array(labels, chunks=lengths)
    with dask.config.set(scheduler="synchronous"):
        outputs = basins_of(array, mask_image=mask, **options)
        for output in outputs if isinstance(outputs, tuple) else (outputs,):
            assert (output.shape, output.dtype, output.chunks) == (labels.shape, np.uint32, array.chunks)
        return dask.compute(*outputs) if isinstance(outputs, tuple) else outputs.compute()


def check(labels, lengths, mask=None, **options):
    """Whatever the chunks, the basins are those of the filter and of a walk."""
    basins = chunked_basins(labels, lengths, mask, **options)
    assert_array_equal(basins, whole_basins(labels, mask, **options))
    both = chunked_basins(labels, lengths, mask, generate_sink_image=True, **options)
    labels = labels if mask is None else np.where(mask, labels, options.get("background_value", 255))
    expected = walk(labels, **options)
    assert_array_equal(basins, expected[0])
    assert_array_equal(both, expected)
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
        whole_basins(labels, mask, **options)
    except RuntimeError as error:
        assert "0 all over its border" in str(error)
        with pytest.raises(ValueError, match="0 all over its border"):
            chunked_basins(labels, lengths, mask, **options)
    else:
        check(labels, lengths, mask, **options)


def serpentine(shape):
    """Labels of one path through all voxels: along x to and fro, y to and fro, z."""
    labels = np.empty(shape, np.uint8)
    for z in range(shape[0]):
        rows = range(shape[1])[:: -1 if z % 2 else 1]
        for turn, y in enumerate(rows):
            step = 1 if (z * shape[1] + turn) % 2 == 0 else -1
            labels[z, y] = 13 + step
            last = shape[2] - 1 if step == 1 else 0
            labels[z, y, last] = 13 + 9 if turn == shape[1] - 1 else 13 + 3 * (rows[1] - rows[0])
    return labels


@pytest.mark.parametrize("lengths", [1, (3, 2, 5), ((1, 4), (5, 1), (2, 5)), -1])
def test_one_path_through_all_chunks_is_one_basin(lengths):
    labels = serpentine((5, 6, 7))
    assert check(labels, lengths).min() == 1
    assert check(labels, lengths).max() == 1
    assert check(labels, lengths, periodic=True).max() == 1


@pytest.mark.parametrize("center_score", [-100, 0])
@pytest.mark.parametrize("border", [Inside, Periodic])
@pytest.mark.parametrize("shape", [(20, 23), (9, 10, 11)])
def test_cycles_and_plateaus_over_several_chunks(shape, border, center_score):
    image = np.random.default_rng(10).integers(0, 3, shape).astype("uint8")
    image[2:7, 3:8] = 1
    labels = itk.neighborhood_argmax_label_image_filter(image, border=border, center_score=center_score).copy()
    for lengths in (3, 4, 7):
        check(labels, lengths, periodic=border == Periodic)


def test_cycles_through_four_chunks():
    labels = np.array([[5, 5, 5, 7], [1, 5, 7, 7], [1, 1, 3, 7], [1, 3, 3, 3]], "uint8")
    for lengths in (1, 2, 3, ((1, 3), (2, 2))):
        assert_array_equal(check(labels, lengths), [[1, 1, 1, 1], [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1]])


def test_small_images_wrap_round_more_than_once():
    random = np.random.default_rng(11)
    for shape in ((1, 3), (2, 2), (3, 5)):
        check(random.integers(0, 13 * 15, shape).astype("uint8"), 2, radius=[7, 6], periodic=True)


def test_sinks_of_cycles_are_their_first_voxels_in_any_chunk():
    # Round in the middle, through four chunks; the first voxel is in the second one. A pair of voxels beside a face.
    labels = np.full((6, 6), 4, "uint8")
    labels[2, 2:4] = 5, 7
    labels[3, 2:4] = 1, 3
    labels[0, 2:4] = 5, 3
    labels[1, 3] = 3
    labels[2, 2] = 2
    labels[1, 3] = 7
    for lengths in (1, 2, 3, ((3, 3), (1, 2, 3))):
        check(labels, lengths)
        check(labels, lengths, periodic=True)
    # All voxels on one cycle round a torus whose sides have no common divisor.
    labels = np.full((5, 6), 8, "uint8")
    for lengths in (2, 5, ((5,), (6,))):
        assert check(labels, lengths, periodic=True).max() == 1


def test_more_basins_than_32_bits_hold_need_numbers_of_64():
    from itk_neighborhoodargmaxlabel._basin_chunks import Followed, Grid, _join, _numbers_of
    from itk_neighborhoodargmaxlabel._itk import table_image

    # Two chunks of 2 x 2: nothing leaves them, and each row says that it begins very many basins.
    grid = Grid(((2,), (2, 2)), (1, 1), 255, (False, False))
    many = 2**32 - 2
    followed = np.empty((1, 2), object)
    for i, rows in enumerate([[2, 4], [many - 1, many]]):
        rows, faces = np.array(rows, np.uint32)[:, np.newaxis], np.ones((4, 1), np.uint32)
        followed[0, i] = Followed(rows, faces, np.empty((0, 2), np.uint64), {True, False})
    first, second = _join(followed, grid=grid).ravel()
    assert first.number_of_basins == 2**32 + 2
    assert first.basins_before.ravel().tolist() == [0, 2**32 - 1]
    assert second.basins_before.ravel().tolist() == [2, 2**32 + 1]
    numbers = _numbers_of(first, table_image(followed[0, 0].rows), np.dtype(np.uint64))
    assert numbers.tolist() == [0, 1, 2, 2**32, 2**32 + 1]


def test_a_chunk_takes_no_more_than_9_bytes_a_voxel():
    import tracemalloc

    from itk_neighborhoodargmaxlabel._basin_chunks import Grid, _follow_chunk, _join, _number_chunk

    image = np.random.default_rng(15).random((1, 192, 192, 192), "float32")[0]
    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, border=Inside).copy()
    grid = Grid(tuple((n,) for n in labels.shape), (1, 1, 1), 255, (False,) * 3)
    del image
    for has_sinks in (False, True):
        options = {"grid": grid, "has_mask": False, "has_sinks": has_sinks, "number_type": np.dtype(np.uint32)}
        tracemalloc.start()
        joined = _join(_follow_chunk(labels, grid=grid, block_id=(0, 0, 0)), grid=grid)
        result = _number_chunk(joined, labels, **options, block_id=(0,) * (3 + has_sinks))
        peak = tracemalloc.get_traced_memory()[1] / labels.size
        tracemalloc.stop()
        assert result.nbytes == labels.size * 4 * (1 + has_sinks)
        # With the labels themselves, which are not traced; what is known of faces and rows comes to it.
        assert 1 + peak <= (9.75 if has_sinks else 7)


@pytest.fixture(scope="module")
def client():
    with Client(n_workers=2, threads_per_worker=2, dashboard_address=None, set_as_default=False) as client:
        yield client


@pytest.mark.parametrize("center_score", [0, -100])
@pytest.mark.parametrize("has_mask", [False, True])
def test_worker_processes_give_the_same_file(client, tmp_path, has_mask, center_score):
    image = np.random.default_rng(12).random((50, 60, 70), np.float32)
    image[10:30] = np.round(image[10:30] * 5)
    mask = (image != 3).astype("uint8") if has_mask else None
    zarr.create_array(tmp_path / "image.zarr", data=image, chunks=(20, 30, 40))
    options = {"center_score": center_score, "background_value": 255, "mask_image": mask}
    with client.as_current():
        labels = itk_neighborhoodargmaxlabel.labels(dask.array.from_zarr(tmp_path / "image.zarr"), **options)
        basins_of(labels, mask_image=mask).to_zarr(tmp_path / "basins.zarr")

    image_filter, basin_filter = itk.neighborhood_argmax_label_image_filter, itk.neighborhood_label_to_basin_image_filter
    stored = zarr.open(tmp_path / "basins.zarr", mode="r")
    assert (stored.chunks, stored.dtype) == ((20, 30, 40), np.uint32)
    options = {name: value for name, value in options.items() if value is not None}
    assert_array_equal(stored[:], basin_filter(image_filter(image, **options)))


def test_threads_of_dask_give_the_same_basins():
    labels = np.random.default_rng(13).integers(0, 27, (40, 50, 60)).astype("uint8")
    basins = basins_of(dask.array.from_array(labels, chunks=10)).compute(scheduler="threads", num_workers=4)
    assert_array_equal(basins, itk.neighborhood_label_to_basin_image_filter(labels))


def test_no_task_is_given_more_than_a_chunk():
    """The labels of a chunk are let go between the passes, and computed again in the second."""
    seen = []

    def count(block, block_info=None):
        seen.append(tuple(block_info[0]["chunk-location"]))
        return block

    labels = dask.array.full((30, 30), 4, chunks=10, dtype="uint8").map_blocks(count, dtype="uint8")
    basins = basins_of(labels)
    assert sorted(seen) == sorted(np.ndindex(3, 3))
    basins.blocks[1, 2].compute()
    assert sorted(seen) == sorted([*np.ndindex(3, 3), (1, 2)])


ones = dask.array.ones


@pytest.mark.parametrize(
    "labels, options, error, message",
    [
        (ones((5, 5), dtype="complex64"), {}, TypeError, "type complex64"),
        (ones(5, dtype="uint8"), {}, ValueError, "1 axis"),
        (ones((0, 5), dtype="uint8"), {}, ValueError, r"no voxels, its shape is \(0, 5\)"),
        (ones((5, 5), dtype="uint8")[ones(5) > 0], {}, ValueError, r"shape \(nan, 5\)"),
        (ones((5, 5), dtype="uint8"), {"radius": 0}, ValueError, "radius is 0: there is nothing"),
        (ones((5, 5), dtype="uint8"), {"radius": [1, 1, 1]}, ValueError, r"radius is \[1, 1, 1\]: give one number"),
        (ones((5, 5), dtype="uint8"), {"radius": 200}, ValueError, "radius is 200: it has 160801 labels"),
        (ones((5, 5), dtype="uint8"), {"background_value": 8}, ValueError, "background_value is 8, which is a label"),
        (ones((5, 5), dtype="uint8"), {"background_value": 65536}, ValueError, "background_value is 65536: give an integer"),
        (ones((5, 5), dtype="uint8"), {"center_score": 0}, TypeError, "center_score"),
        (ones((5, 5), dtype="uint8"), {"generate_sink_image": "no"}, TypeError, "generate_sink_image is 'no'"),
        (ones((5, 5), dtype="uint8"), {"mask_image": "a"}, ValueError, r"mask_image has the shape \(\)"),
        (
            ones((5, 5), dtype="uint8"),
            {"mask_image": np.ones((5, 4))},
            ValueError,
            r"shape \(5, 4\): give that of labels, \(5, 5\)",
        ),
    ],
)
def test_errors_come_before_any_work(labels, options, error, message):
    def fail(block):
        raise AssertionError("computed")

    if isinstance(labels, dask.array.Array):
        labels = labels.map_blocks(fail, meta=labels._meta)
    with pytest.raises(error, match=message):
        basins_of(labels, **options)


def test_errors_of_labels_come_from_the_first_pass():
    labels = np.random.default_rng(14).integers(0, 9, (7, 8)).astype("uint8")
    labels[4, 6] = 9
    mask = labels != 9
    array = dask.array.from_array(labels, chunks=3)
    with pytest.raises(ValueError, match=r"value 9 at \(4, 6\): .* 0 to 8; .* background_value \(255\)"):
        basins_of(array)
    check(labels, 3, mask)
    basins_of(array, background_value=9)
    labels[[0, -1]] = labels[:, [0, -1]] = 0
    with pytest.raises(ValueError, match="0 all over its border"):
        basins_of(dask.array.from_array(labels, chunks=3), background_value=9)
