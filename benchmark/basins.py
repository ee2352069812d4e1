"""Directions and basins beside other tools: time and peak memory, each in a process of its own, as a Markdown table.

    pip install itk-neighborhoodargmaxlabel numba scikit-image
    python benchmark/basins.py --size 512
    python benchmark/basins.py --image head.nii.gz --sigma 2
    python benchmark/basins.py --image head.nii.gz --sigma 0 --depth 1

The image is smoothed (Gaussian, sigma voxels; 0 leaves it and its type alone); without --image it is noise. With --depth, basins
of this depth or less are merged, and other tools do the like. Memory is what a method needs beside the
image, or beside the labels where it starts from them. watershed_ift is given the sinks, and the image in 16 bits.
"""

import argparse
import functools
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from python_benchmark import memory

REPEATS = 3


def make_labels(image):
    import itk

    border = itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Inside
    return itk.neighborhood_argmax_label_image_filter(image, center_score=0, border=border)


def directions_and_basins(image):
    import itk

    return itk.neighborhood_label_to_basin_image_filter(make_labels(image))


def merged_basins(image, depth):
    import itk

    image = itk.image_view_from_array(image)
    basins = directions_and_basins(image)
    types = type(basins), type(image)
    return itk.neighborhood_basin_merge_image_filter(basins, value_image=image, depth=depth, ttype=types)


def itk_watershed(image, depth):
    import itk

    depth = image.dtype.type(depth).item()
    image = itk.image_view_from_array(image)
    types = type(image), itk.Image[itk.US, image.GetImageDimension()]  # the widest that is wrapped
    return itk.morphological_watershed_image_filter(
        image, level=depth, fully_connected=True, mark_watershed_line=False, ttype=types
    )


def skimage_h_minima(image, depth):
    from scipy.ndimage import label
    from skimage.morphology import h_minima
    from skimage.segmentation import watershed

    everywhere = np.ones((3,) * image.ndim, bool)
    return watershed(image, label(h_minima(image, depth, everywhere), everywhere)[0], connectivity=image.ndim)


def basins(labels):
    import itk

    return itk.neighborhood_label_to_basin_image_filter(labels)


def toboggan(image):
    import itk

    return itk.toboggan_image_filter(image)


def skimage_watershed(image):
    from skimage.segmentation import watershed

    return watershed(image, connectivity=image.ndim)


def scipy_watershed_ift(image_and_markers):
    from scipy.ndimage import watershed_ift

    image, markers = image_and_markers
    return watershed_ift(image, markers, structure=np.ones((3,) * image.ndim))


def make_numba_loop(is_numbered):
    import numba

    @numba.njit(parallel=True)
    def jump(labels, steps, roots):
        for voxel in numba.prange(labels.size):
            roots[voxel] = voxel + steps[labels[voxel]]
        for voxel in numba.prange(labels.size):
            root = roots[voxel]
            while root != roots[root]:
                root = roots[root]
            roots[voxel] = root

    @numba.njit
    def number(roots, numbers):
        count = 0
        for voxel in range(roots.size):
            root = roots[voxel]
            if numbers[root] == 0:
                count += 1
                numbers[root] = count
        return count

    @numba.njit(parallel=True)
    def renumber(roots, numbers):
        for voxel in numba.prange(roots.size):
            roots[voxel] = numbers[roots[voxel]]

    def follow(labels):
        offsets = np.indices((3,) * labels.ndim).reshape(labels.ndim, -1).T - 1
        steps = offsets @ np.array(labels.strides)  # labels of 1 byte
        roots = np.empty(labels.size, "int32" if labels.size < 2**31 else "int64")
        jump(labels.ravel(), steps, roots)
        if is_numbered:
            numbers = np.zeros(labels.size, "uint32")
            number(roots, numbers)
            renumber(roots, numbers)
        return roots.reshape(labels.shape)

    return follow


# Name: what it starts from, and how to get the function.
METHODS = {
    "directions + basins": ("image", lambda: directions_and_basins),
    "ITK `TobogganImageFilter`": ("image", lambda: toboggan),
    "scikit-image `watershed`": ("image", lambda: skimage_watershed),
    "SciPy `watershed_ift`": ("image and markers", lambda: scipy_watershed_ift),
    "basins of labels": ("labels", lambda: basins),
    "Numba pointer jumping, to sinks": ("labels", lambda: make_numba_loop(False)),
    "Numba pointer jumping, numbered": ("labels", lambda: make_numba_loop(True)),
}


# With --depth: these, which are given it as well.
MERGING_METHODS = {
    "directions + basins + merging": ("image", lambda: merged_basins),
    "ITK `MorphologicalWatershedImageFilter`": ("image", lambda: itk_watershed),
    "scikit-image `h_minima` + `watershed`": ("image", lambda: skimage_h_minima),
}


def make_input(kind, image):
    if kind == "image":
        return image
    labels = np.array(make_labels(image))
    if kind == "labels":
        return labels
    import itk

    _, sinks = itk.neighborhood_label_to_basin_image_filter(labels, generate_sink_image=True)
    scaled = (image - image.min()) * (65535 / (image.max() - image.min()))
    return scaled.astype("uint16"), np.array(sinks, "int32")


def measure(name, file, depth):
    kind, get = (METHODS | MERGING_METHODS)[name]
    method = functools.partial(get(), depth=depth) if name in MERGING_METHODS else get()
    data = make_input(kind, np.load(file))
    method(make_input(kind, np.random.default_rng(1).integers(0, 99, (20,) * data.ndim).astype(data.dtype)))  # loads, compiles
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts again
    before = memory("VmRSS")
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = method(data)
        seconds.append(time.perf_counter() - start)
        checksum = int(np.asarray(result).max())
        del result
    print(json.dumps([min(seconds), memory("VmHWM") - before, checksum]))


def make_image(arguments):
    from scipy.ndimage import gaussian_filter

    if arguments.image:
        import itk

        image = itk.array_from_image(itk.imread(arguments.image))
    else:
        image = np.random.default_rng(1).random((arguments.size,) * 3, "float32")
    return gaussian_filter(image.astype("float32"), arguments.sigma) if arguments.sigma > 0 else image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="length of the cube of noise")
    parser.add_argument("--image", help="an image file instead")
    parser.add_argument("--sigma", type=float, default=2)
    parser.add_argument("--depth", type=float, help="merge basins")
    parser.add_argument("--skip", nargs="*", default=[], help="methods whose name contains one of these words")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(*arguments.measure, arguments.depth)

    with tempfile.TemporaryDirectory() as directory:
        file = f"{directory}/image.npy"
        image = make_image(arguments)
        np.save(file, image)
        print(f"\n{' x '.join(map(str, image.shape))} voxels, {image.dtype}\n")
        print("| | seconds | Mvoxel/s | bytes per voxel | basins |\n|---|---|---|---|---|")
        for name in METHODS if arguments.depth is None else MERGING_METHODS:
            if not any(word in name for word in arguments.skip):
                command = [sys.executable, __file__, "--measure", name, file]
                command += [] if arguments.depth is None else [f"--depth={arguments.depth:g}"]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                seconds, peak, count = json.loads(output.splitlines()[-1])
                rate = image.size / seconds / 1e6
                print(f"| {name} | {seconds:.2f} | {rate:.1f} | {peak / image.size:.1f} | {count} |", flush=True)


if __name__ == "__main__":
    main()
