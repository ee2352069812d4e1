"""Failures in the middle of work: the result is complete and right, or there is none."""

import os
import signal
import sys
from pathlib import Path

import dask.array
import itk
import numpy as np
import pytest
import zarr
from distributed import Client
from itk_neighborhoodargmaxlabel import labels as label
from numpy.testing import assert_array_equal

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "examples"))
from label_zarr import label_zarr  # noqa: E402


@pytest.fixture
def client():
    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        yield client


def image(shape=(40, 50, 60)):
    return np.random.default_rng(1).random(shape, np.float32)


def test_labels_are_whole_after_a_worker_was_killed(client, tmp_path):
    marker = tmp_path / "killed"

    def kill_once(block, block_info=None):
        """Ends the worker that gets a chunk in the middle, as a shortage of memory would."""
        if block_info and block_info[None]["chunk-location"] == (2, 2, 2) and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return block

    array = dask.array.from_array(image(), chunks=10).map_blocks(kill_once, meta=np.empty((0, 0, 0), np.float32))
    labels = client.compute(label(array), sync=True)
    assert marker.exists()
    assert_array_equal(labels, itk.neighborhood_argmax_label_image_filter(image()))


def test_a_chunk_that_cannot_be_read_publishes_nothing(client, tmp_path):
    source = tmp_path / "image.zarr"
    target = tmp_path / "labels.zarr"
    zarr.create_array(source, data=image(), chunks=(20, 20, 20))
    damaged = source / "c" / "1" / "1" / "1"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Exception):
        label_zarr(str(source), str(target), client)
    assert not target.exists()

    damaged.write_bytes(whole)
    label_zarr(str(source), str(target), client)
    assert_array_equal(zarr.open(target, mode="r")[:], itk.neighborhood_argmax_label_image_filter(image()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image.zarr", "labels.zarr"]
    with pytest.raises(FileExistsError, match="labels.zarr exists"):
        label_zarr(str(source), str(target), client)
