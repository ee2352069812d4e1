"""Labels of images in chunks are bit for bit those of the whole image."""

import subprocess
import sys
from pathlib import Path

import dask
import dask.array
import itk
import itk_neighborhoodargmaxlabel
import ngff_zarr
import numpy as np
import pytest
import zarr
from definition import define
from distributed import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from strategies import BORDERS, chunks, images, options

LABEL_ZARR = Path(__file__).parent.parent.parent / "examples" / "label_zarr.py"


def label_chunks(array, **options):
    """With spacing and radius in ITK's order, as the definition has them."""
    if isinstance(options.get("spacing"), (list, tuple)):
        options["spacing"] = options["spacing"][::-1]
    radius = options.get("radius", 1)
    options["radius"] = list(radius)[::-1] if np.ndim(radius) else [radius] * array.ndim  # that of one slice, too
    return itk_neighborhoodargmaxlabel.labels(array, **options)


def border_of(name):
    return getattr(itk.NeighborhoodArgmaxLabelImageFilterEnums, "Border_" + name)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_labels_of_chunks_are_those_of_the_definition(data):
    image = data.draw(images(dimensions=(2, 3)))
    if image.dtype == np.uint64:
        image = np.minimum(image, 2**53)  # greater ones are refused, unless float64 holds them
    keywords = data.draw(options(image))
    expected = define(image, **keywords)
    array = dask.array.from_array(image, chunks=data.draw(chunks(image.shape)))
    with dask.config.set(scheduler="synchronous"):
        keywords["border"] = border_of(keywords.get("border", "Background"))
        labels = label_chunks(array, **keywords)
        assert (labels.shape, labels.dtype) == (image.shape, np.uint8)
        assert_array_equal(labels, expected[0])
        both = label_chunks(array, generate_score_image=True, **keywords)
        assert [output.dtype for output in both] == [output.dtype for output in expected]
        for output, values in zip(dask.compute(*both), expected):
            assert_array_equal(output, values)


@pytest.fixture(scope="module")
def client():
    with Client(n_workers=2, threads_per_worker=2, dashboard_address=None, set_as_default=False) as client:
        yield client


@pytest.mark.parametrize("border", BORDERS)
def test_worker_processes_give_the_same_labels(client, border):
    random = np.random.default_rng(5)
    image = random.random((40, 50, 60), np.float32)
    mask = random.random(image.shape) < 0.9
    keywords = {"spacing": [0.5, 1.0, 1.5], "center_score": 0.0, "radius": [2, 1, 1]}
    array = dask.array.from_array(image, chunks=((7, 20, 13), (1, 30, 19), (60,)))
    labels, scores = label_chunks(array, border=border_of(border), mask_image=mask, generate_score_image=True, **keywords)
    expected = define(image, border=border, mask_image=mask, **keywords)
    for output, values in zip(client.compute([labels, scores], sync=True), expected):
        assert_array_equal(output, values)


def test_threads_of_dask_give_the_same_labels():
    image = np.random.default_rng(6).random((40, 50, 60), np.float32)
    labels = label_chunks(dask.array.from_array(image, chunks=10)).compute(scheduler="threads", num_workers=4)
    assert_array_equal(labels, define(image)[0])


def test_nothing_is_computed_before_it_is_asked_for():
    def fail(block):
        raise AssertionError("computed")

    array = dask.array.zeros((10, 10), chunks=5).map_blocks(fail, meta=np.empty((0, 0)))
    labels = label_chunks(array, mask_image=array > 0)
    with pytest.raises(AssertionError, match="computed"):
        labels.compute(scheduler="synchronous")


@pytest.mark.parametrize(
    "array, keywords, error, message",
    [
        (dask.array.zeros((5, 5), dtype="complex64"), {}, TypeError, "type complex64"),
        (dask.array.zeros(5, dtype="float32"), {}, ValueError, "1 axis"),
        (dask.array.zeros((0, 5), dtype="float32"), {}, ValueError, r"no voxels, its shape is \(0, 5\)"),
        (dask.array.zeros((5, 5)), {"radius": [0, 0]}, ValueError, r"radius is \[0, 0\]"),
        (dask.array.zeros((5, 5)), {"centre_score": 0}, TypeError, "is center_score meant"),
        (dask.array.zeros((5, 5)), {"border": 3}, ValueError, "border is 3"),
        (dask.array.zeros((5, 5)), {"spacing": [0, 1]}, ValueError, "spacing"),
        (dask.array.zeros((5, 5)), {"mask_image": np.ones((5, 4), bool)}, ValueError, r"shape \(5, 4\): .* \(5, 5\)"),
    ],
)
def test_errors_come_before_any_work(array, keywords, error, message):
    with pytest.raises(error, match=message):
        label_chunks(array, **keywords)


WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run_label_zarr(*arguments):
    """Runs the example. Returns the greatest memory of one of its processes, in bytes."""
    command = [sys.executable, "-c", WATCH, sys.executable, str(LABEL_ZARR), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "100% Completed" in run.stdout
    return int(run.stdout.split()[-1]) * 1024


@pytest.mark.parametrize("border", BORDERS)
def test_ome_zarr_is_labeled_with_its_spacing(tmp_path, border):
    image = np.random.default_rng(7).random((30, 40, 50), np.float32)
    scale = {"z": 2.0, "y": 1.0, "x": 0.5}
    levels = ngff_zarr.to_multiscales(
        ngff_zarr.to_ngff_image(image, dims=("z", "y", "x"), scale=scale, translation={"z": 3.0, "y": 4.0, "x": 5.0}),
        scale_factors=[2],
        chunks=16,
    )
    ngff_zarr.to_ngff_zarr(str(tmp_path / "image.ome.zarr"), levels)
    run_label_zarr(tmp_path / "image.ome.zarr", tmp_path / "labels.ome.zarr", "--border", border)
    (labels,) = ngff_zarr.from_ngff_zarr(str(tmp_path / "labels.ome.zarr")).images
    assert (labels.scale, labels.translation) == (scale, {"z": 3.0, "y": 4.0, "x": 5.0})
    values = labels.data.compute(scheduler="synchronous")  # ngff-zarr's arrays are not for worker processes
    assert_array_equal(values, define(image, spacing=[0.5, 1.0, 2.0], border=border)[0])


def test_array_larger_than_the_memory_is_labeled(tmp_path):
    limit = 500_000_000
    shape = (512, 512, 512)

    def some_values(block, block_info=None):
        z, y, x = np.ogrid[tuple(slice(*extent) for extent in block_info[None]["array-location"])]
        return ((z * 7919 + y * 104729 + x * 1299709 + z * y * 31 + x * y * 17 + z * x * 13) % 251).astype(np.float64)

    empty = dask.array.empty(shape, chunks=(64, 128, 128))
    empty.map_blocks(some_values, dtype=np.float64, meta=np.empty((0, 0, 0))).to_zarr(str(tmp_path / "image.zarr"))
    image = zarr.open(tmp_path / "image.zarr", mode="r")
    assert image.nbytes > 2 * limit

    peak = run_label_zarr(tmp_path / "image.zarr", tmp_path / "labels.zarr", "--workers", 2, "--memory-limit", limit)
    assert peak < limit
    labels = zarr.open(tmp_path / "labels.zarr", mode="r")
    assert_array_equal(labels[:], itk.neighborhood_argmax_label_image_filter(image[:]))
