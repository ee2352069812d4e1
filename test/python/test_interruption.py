"""Signals are noticed while the filters run: KeyboardInterrupt comes in the middle of their work.

No test waits for a time. A signal is sent when a filter has come to some part of its work, and the filter has to stop before
another part. As the machine may be busy with something else at that moment, one of many tries is enough."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import dask
import dask.array
import itk
import numpy as np
import pytest
from itk_neighborhoodargmaxlabel import _itk, _pixels, basins, labels
from numpy.testing import assert_array_equal

LABELS = {"radius": [2, 4, 2]}  # slow: 225 labels


@pytest.fixture(autouse=True, scope="module")
def interrupts_raise():
    """Also where the tests are started in the background, without them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(1).random((300, 300, 300), np.float32)


@pytest.fixture
def filters(monkeypatch):
    """The filters that the package runs, the last one last."""
    made, update = [], _itk.update

    def note_and_update(filter):
        made.append(filter)
        update(filter)

    monkeypatch.setattr(_itk, "update", note_and_update)
    return made


def interrupt(function, filters, begun=0.0, number=signal.SIGINT, error=KeyboardInterrupt):
    """Sends a signal when a filter has come so far, if it still works then. Whether the error came."""
    filters.clear()
    ended = threading.Event()

    def send():
        while not ended.wait(0.001):
            progress = filters[-1].GetProgress() if filters else 0
            if max(begun, 1e-6) <= progress < 1:
                os.kill(os.getpid(), number)
                return

    sender = threading.Thread(target=send)
    sender.start()
    try:
        function()
        ended.set()
        sender.join()
    except error:
        return True
    finally:
        ended.set()
        sender.join()
    return False


def assert_noticed(function, filters, begun=0.0, stopped_before=0.5, tries=100, **kinds):
    progress = []
    for _ in range(tries):
        if interrupt(function, filters, begun, **kinds):
            progress.append(filters[-1].GetProgress())
            if begun <= progress[-1] < stopped_before:
                return
    pytest.fail(f"interrupted from {begun} of the work on, it stopped at {progress}")


def test_nothing_is_left_half_loaded():
    """At any time of the first call, in which itk loads."""
    program = """
import sys, _thread, numpy as np
from itk_neighborhoodargmaxlabel import labels

class Interrupt:
    left = int(sys.argv[1])
    def find_spec(self, *of):
        self.left -= 1
        if self.left == 0:
            _thread.interrupt_main()

sys.meta_path.insert(0, Interrupt())
try:
    labels(np.zeros((3, 3, 3)))
    _thread.interrupt_main()
    while True:
        labels(np.zeros((3, 3, 3)))
except KeyboardInterrupt:
    print(labels(np.zeros((3, 3, 3)))[1, 1, 1])
"""
    for imports in [1, 2, 5, 20, 50, 100, 200, 500]:
        ran = subprocess.run([sys.executable, "-c", program, str(imports)], capture_output=True, text=True)
        assert (ran.stdout, ran.stderr) == ("0\n", ""), imports


def test_labels_of_a_large_array(image, filters):
    expected = labels(image, **LABELS)
    assert_noticed(lambda: labels(image, **LABELS), filters)
    assert_array_equal(labels(image[:50], **LABELS)[:48], expected[:48])


def update(method, made, filters):
    made.Modified()
    made.UpdateProgress(0)
    filters.append(made)
    method()


def test_functions_and_objects_of_itk(image, filters):
    made = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_view_from_array(image), **LABELS)

    assert_noticed(lambda: update(made.Update, made, filters), filters)
    assert_noticed(lambda: update(made.UpdateLargestPossibleRegion, made, filters), filters)
    made.Update()  # nothing is left of the interruption
    assert_array_equal(made.GetOutput(), labels(image, **LABELS))


def test_basins_of_a_large_array(filters):
    # One path to and fro through all voxels.
    directions = np.full((400, 400, 400), 14, "uint8")
    directions[..., -1] = 16
    directions[:, -1, -1] = 22
    assert basins(directions).max() >= 1
    assert_noticed(lambda: basins(directions), filters, stopped_before=0.74)  # in the first of two walks


def test_the_sink_of_a_long_cycle(filters):
    # One cycle through all voxels: along the rows to and fro, and back in the first column.
    directions = np.full((6000, 6000), 5, "uint8")
    directions[1::2] = 3
    directions[::2, -1] = 7
    directions[1:-1:2, 1] = 7
    directions[1:, 0] = 1
    assert basins(directions).max() == 1
    assert_array_equal(basins(directions, generate_sink_image=True)[1].nonzero(), [[0], [0]])
    # The cycle is searched last.
    assert_noticed(lambda: basins(directions, generate_sink_image=True), filters, 0.985, 1)


def test_basins_are_interrupted_at_any_time(filters):
    """ITK's thread pool drops what some of its threads throw: the filter must not go on with a part of their work."""
    directions = labels(np.random.default_rng(2).random((250, 250, 250), np.float32), center_score=0, border="inside")
    expected = basins(directions)
    for begun in np.linspace(0, 0.95, 40):
        interrupt(lambda: basins(directions), filters, begun)
    assert_array_equal(basins(directions), expected)


def test_through_dask(image, filters):
    lazy = labels(dask.array.from_array(image, chunks=(150, 300, 300)), **LABELS)
    assert_noticed(lambda: lazy.compute(scheduler="synchronous"), filters)


def test_through_threads_of_dask():
    at_work, noticed = threading.Event(), threading.Event()

    def hold(block):
        at_work.set()
        noticed.wait()
        return block

    lazy = labels(dask.array.zeros((4, 4, 8), chunks=4).map_blocks(hold, meta=np.empty((0, 0, 0))))
    sender = threading.Thread(target=lambda: (at_work.wait(), os.kill(os.getpid(), signal.SIGINT)))
    with ThreadPoolExecutor(2) as pool:
        # All its threads run before the signal: one that is being started then would never be told to end.
        barrier = threading.Barrier(2)
        list(pool.map(lambda _: barrier.wait(), range(2)))
        sender.start()
        with pytest.raises(KeyboardInterrupt):
            lazy.compute(scheduler="threads", pool=pool)
        noticed.set()
    sender.join()


def test_copies_of_a_large_array(monkeypatch, filters):
    slabs, copied = _pixels.slabs, []

    def interrupt_after_the_first(shape):
        for slab in slabs(shape):
            copied.append(slab)
            yield slab
            os.kill(os.getpid(), signal.SIGINT)

    fortran = np.zeros((400, 400, 400), order="F")
    assert len(slabs(fortran.shape)) > 10
    monkeypatch.setattr(_pixels, "slabs", interrupt_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        labels(fortran)
    assert len(copied) == 1 and not filters


def test_any_handler_may_raise_or_not(image, filters):
    class Stop(Exception):
        pass

    def stop(number, frame):
        raise Stop

    calls = []
    before = signal.signal(signal.SIGUSR1, stop)
    try:
        assert_noticed(lambda: labels(image, **LABELS), filters, number=signal.SIGUSR1, error=Stop)
        signal.signal(signal.SIGUSR1, lambda number, frame: calls.append(number))
        found = []
        while not calls:  # sent while the filter works
            interrupt(lambda: found.append(labels(image, **LABELS)), filters, number=signal.SIGUSR1, error=Stop)
        assert calls == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert_array_equal(found[-1], labels(image, **LABELS))


def test_progress_is_told_in_the_thread_of_the_caller(image, filters):
    made = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_view_from_array(image), **LABELS)
    told = []
    made.AddObserver(itk.ProgressEvent(), lambda: told.append((made.GetProgress(), threading.current_thread())))
    made.Update()
    progress = [value for value, _ in told]
    assert progress == sorted(progress) and progress[-1] == 1.0 and 1 < len(progress) <= 110
    assert {thread for _, thread in told} == {threading.main_thread()}
    assert_noticed(lambda: update(made.Update, made, filters), filters)
