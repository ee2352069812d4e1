"""The filter among other filters and among threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import itk
import numpy as np
import pytest
from definition import define
from numpy.testing import assert_array_equal

label = itk.neighborhood_argmax_label_image_filter
LabelFilter = itk.NeighborhoodArgmaxLabelImageFilter


def random_array(shape=(20, 30, 40), seed=4):
    return np.random.default_rng(seed).random(shape, np.float32)


def test_filters_before_and_after():
    array = random_array()
    smooth = itk.discrete_gaussian_image_filter(itk.median_image_filter(itk.image_from_array(array)), variance=2.0)
    labels = label(smooth, center_score=0)
    expected = define(itk.array_from_image(smooth), center_score=0)[0]
    assert_array_equal(labels, expected)
    sinks = itk.binary_threshold_image_filter(labels, lower_threshold=13, upper_threshold=13, inside_value=1)
    assert_array_equal(sinks, expected == 13)
    assert_array_equal(itk.median_image_filter(labels, radius=0), expected)


def test_pipeline_of_objects_updates_when_something_changes():
    array = random_array()
    image = itk.image_from_array(array)
    median = itk.MedianImageFilter.New(image, radius=1)
    labels = LabelFilter.New(median)
    threshold = itk.BinaryThresholdImageFilter.New(labels, lower_threshold=13, upper_threshold=13, inside_value=1)
    for center_score in (-100, 0):
        labels.SetCenterScore(center_score)
        threshold.Update()
        smooth = itk.array_from_image(median.GetOutput())
        assert_array_equal(threshold.GetOutput(), define(smooth, center_score=center_score)[0] == 13)
    median.SetRadius(0)
    labels.Update()
    assert_array_equal(labels.GetOutput(), define(array, center_score=0)[0])


@pytest.mark.parametrize("divisions", [1, 3, 7, 1000])
@pytest.mark.parametrize("border", ["Background", "Inside", "Periodic"])
def test_streaming_changes_nothing(divisions, border):
    array = random_array()
    Enums = itk.NeighborhoodArgmaxLabelImageFilterEnums
    labels = LabelFilter.New(itk.image_from_array(array), border=getattr(Enums, "Border_" + border))
    streamer = itk.StreamingImageFilter.New(labels, number_of_stream_divisions=divisions)
    streamer.Update()
    assert_array_equal(streamer.GetOutput(), define(array, border=border)[0])


def test_requested_region_alone_is_labeled():
    array = random_array()
    labels = LabelFilter.New(itk.image_from_array(array))
    region = itk.ImageRegion[3]([5, 6, 7], [10, 11, 12])
    labels.UpdateOutputInformation()
    labels.GetOutput().SetRequestedRegion(region)
    labels.GetOutput().Update()
    output = labels.GetOutput()
    assert output.GetBufferedRegion() == region
    # Compare voxel by voxel: ITK 6 makes an array of the whole image.
    found = [output.GetPixel([x, y, z]) for z in range(7, 19) for y in range(6, 17) for x in range(5, 15)]
    assert_array_equal(found, define(array)[0][7:19, 6:17, 5:15].ravel())
    labels.UpdateLargestPossibleRegion()
    assert_array_equal(labels.GetOutput(), define(array)[0])


@pytest.mark.parametrize("work_units", [1, 2, 5, 64])
def test_number_of_work_units_changes_nothing(work_units):
    array = random_array((40, 50, 60))
    assert_array_equal(label(array, number_of_work_units=work_units), define(array)[0])


def test_python_threads_at_once_get_their_own_labels():
    arrays = [random_array((40, 41, 42), seed) for seed in range(24)]
    with ThreadPoolExecutor(6) as threads:
        for array, labels in zip(arrays, threads.map(label, arrays)):
            assert_array_equal(labels, define(array)[0])


def test_python_goes_on_while_the_filter_works():
    """Without the interpreter's lock, another thread sees the filter half-way."""
    array = np.zeros((200, 400, 400), np.float32)
    for _ in range(50):
        labels = LabelFilter.New(itk.image_view_from_array(array), radius=2, center_score=0)
        thread = threading.Thread(target=labels.Update)
        thread.start()
        seen = set()
        while thread.is_alive():
            seen.add(labels.GetProgress())
        if len(seen - {0.0, 1.0}) > 2:
            return
    pytest.fail(f"saw only the progress {seen}")


def test_progress_reaches_an_observer():
    labels = LabelFilter.New(itk.image_from_array(random_array((40, 50, 60))))
    labels.SetNumberOfWorkUnits(1)  # ITK reports progress only in the thread of the caller
    seen = []
    labels.AddObserver(itk.ProgressEvent(), lambda: seen.append(labels.GetProgress()))
    labels.Update()
    assert seen == sorted(seen)
    assert len(seen) > 10
    assert seen[-1] == 1.0


def test_other_thread_aborts_the_filter():
    array = random_array((60, 70, 80))
    labels = LabelFilter.New(itk.image_from_array(array))
    at_work, aborted = threading.Event(), threading.Event()
    errors = []

    def wait_for_the_abort():
        at_work.set()
        aborted.wait()

    def update():
        try:
            labels.Update()
        except RuntimeError as error:
            errors.append(str(error))

    tag = labels.AddObserver(itk.ProgressEvent(), wait_for_the_abort)
    thread = threading.Thread(target=update)
    thread.start()
    at_work.wait()
    labels.AbortGenerateDataOn()
    aborted.set()
    thread.join()
    assert len(errors) == 1 and "AbortGenerateDataOn" in errors[0]

    labels.RemoveObserver(tag)
    labels.AbortGenerateDataOff()
    labels.Update()
    assert_array_equal(labels.GetOutput(), define(array)[0])


def test_error_in_a_filter_before_it_is_told_as_it_is():
    median = itk.MedianImageFilter[itk.Image[itk.F, 3], itk.Image[itk.F, 3]].New()
    labels = LabelFilter.New(median)
    with pytest.raises(RuntimeError, match="MedianImageFilter.*Input Primary is required"):
        labels.Update()
