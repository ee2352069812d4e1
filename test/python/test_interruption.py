"""Signals are noticed while the filters run: KeyboardInterrupt comes within 0.1 s."""

import os
import signal
import subprocess
import sys
import threading
import time

import dask
import dask.array
import itk
import numpy as np
import pytest
from itk_neighborhoodargmaxlabel import basins, labels
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


def seconds_until_noticed(function, delay, number=signal.SIGINT, error=KeyboardInterrupt):
    """From the signal on. The call would have gone on for much longer."""
    sent, ended = [], threading.Event()

    def send():
        if not ended.wait(delay):
            sent.append(time.perf_counter())
            os.kill(os.getpid(), number)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        function()
    except error:
        noticed = time.perf_counter()
    else:
        pytest.fail(f"it ended without {error.__name__}; the signal was sent: {bool(sent)}")
    finally:
        ended.set()
        sender.join()
    return noticed - sent[0]


def assert_noticed(function, delay=0.1):
    # In one of some tries, as others may use the machine.
    assert any(seconds_until_noticed(function, delay) < 0.1 for _ in range(8))


def test_nothing_is_left_half_loaded():
    """At any time of the first call, in which itk loads."""
    program = """
import sys, threading, time, _thread, numpy as np
from itk_neighborhoodargmaxlabel import labels
threading.Timer(float(sys.argv[1]), _thread.interrupt_main).start()
try:
    for _ in range(10**6):
        labels(np.zeros((3, 3, 3)))
except KeyboardInterrupt:
    print(labels(np.zeros((3, 3, 3)))[1, 1, 1])
"""
    for delay in np.linspace(0.01, 1.5, 8):
        ran = subprocess.run([sys.executable, "-c", program, str(delay)], capture_output=True, text=True)
        assert (ran.stdout, ran.stderr) == ("0\n", ""), delay


def test_labels_of_a_large_array(image):
    start = time.perf_counter()
    expected = labels(image, **LABELS)
    assert time.perf_counter() - start > 0.3
    assert_noticed(lambda: labels(image, **LABELS))
    assert_array_equal(labels(image[:50], **LABELS)[:48], expected[:48])


def test_functions_and_objects_of_itk(image):
    made = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_view_from_array(image), **LABELS)
    assert_noticed(lambda: (made.Modified(), made.Update()))
    assert_noticed(made.UpdateLargestPossibleRegion)
    assert_noticed(lambda: itk.neighborhood_argmax_label_image_filter(image, **LABELS))
    made.Update()  # nothing is left of the interruption
    assert_array_equal(made.GetOutput(), labels(image, **LABELS))


def test_basins_of_a_large_array():
    # One path to and fro through all voxels.
    directions = np.full((400, 400, 400), 14, "uint8")
    directions[..., -1] = 16
    directions[:, -1, -1] = 22
    whole = time.perf_counter()
    assert basins(directions).max() >= 1
    whole = time.perf_counter() - whole
    assert_noticed(lambda: [basins(directions) for _ in range(20)], whole / 3)


def test_the_sink_of_a_long_cycle():
    # One cycle through all voxels: along the rows to and fro, and back in the first column.
    directions = np.full((6000, 6000), 5, "uint8")
    directions[1::2] = 3
    directions[::2, -1] = 7
    directions[1:-1:2, 1] = 7
    directions[1:, 0] = 1
    assert basins(directions).max() == 1
    seconds = time.perf_counter()
    assert_array_equal(basins(directions, generate_sink_image=True)[1].nonzero(), [[0], [0]])
    seconds = time.perf_counter() - seconds
    # Basins take a twentieth of it.
    assert_noticed(lambda: basins(directions, generate_sink_image=True), seconds / 2)


def test_basins_are_interrupted_at_any_time():
    """ITK's thread pool drops what some of its threads throw: the filter must not go on with a part of their work."""
    directions = labels(np.random.default_rng(2).random((250, 250, 250), np.float32), center_score=0, border="inside")
    expected = basins(directions)
    for delay in np.linspace(0.0005, 0.03, 40):
        seconds_until_noticed(lambda: [basins(directions) for _ in range(50)], delay)
    assert_array_equal(basins(directions), expected)


@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
def test_through_dask(image, scheduler):
    lazy = labels(dask.array.from_array(image, chunks=(150, 300, 300)), **LABELS)
    assert_noticed(lambda: lazy.compute(scheduler=scheduler), 0.3)


def test_copies_of_a_large_array():
    fortran = np.zeros((400, 400, 400), order="F")
    assert_noticed(lambda: [labels(fortran) for _ in range(20)], 0.2)


def test_any_handler_may_raise_or_not(image):
    class Stop(Exception):
        pass

    def stop(number, frame):
        raise Stop

    calls = []
    before = signal.signal(signal.SIGUSR1, stop)
    try:
        assert any(seconds_until_noticed(lambda: labels(image, **LABELS), 0.1, signal.SIGUSR1, Stop) < 0.1 for _ in range(8))
        signal.signal(signal.SIGUSR1, lambda number, frame: calls.append(number))
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        found = labels(image, **LABELS)
        assert calls == [signal.SIGUSR1]
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert_array_equal(found, labels(image, **LABELS))


def test_progress_is_told_in_the_thread_of_the_caller(image):
    made = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_view_from_array(image), **LABELS)
    told = []
    made.AddObserver(itk.ProgressEvent(), lambda: told.append((made.GetProgress(), threading.current_thread())))
    made.Update()
    progress = [value for value, _ in told]
    assert progress == sorted(progress) and progress[-1] == 1.0 and 10 < len(progress) <= 110
    assert {thread for _, thread in told} == {threading.main_thread()}
    assert_noticed(lambda: (made.Modified(), made.Update()))
