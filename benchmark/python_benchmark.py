"""What the filter gains over the programs that people write in Python for this: time and memory, measured in one run.

    python python_benchmark.py --image /usr/share/mricron/templates/ch2.nii.gz --picture growth.png

Prints a Markdown table of a real and a random image, and draws how time and memory grow with the size of the image. Each
measurement is a process of its own, which checks that its labels are those of the filter. Memory is what is added at the
peak to the process with its image, the labels among it. A loop over voxels in Python is measured on a part of large
images and extrapolated.
"""

import argparse
import ctypes
import functools
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

REPETITIONS = 3
LOOP_VOXELS = 40**3  # The loop takes more than a second for so many.


def inverse_distances():
    distances = np.sqrt(sum((axis - 1.0) ** 2 for axis in np.indices((3, 3, 3))))
    distances[1, 1, 1] = 1
    return 1 / distances


def triple_loop(image):
    weights = inverse_distances()
    labels = np.zeros(image.shape, np.uint8)
    for z in range(1, image.shape[0] - 1):
        for y in range(1, image.shape[1] - 1):
            for x in range(1, image.shape[2] - 1):
                scores = (image[z, y, x] - image[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2]) * weights
                scores[1, 1, 1] = -100
                labels[z, y, x] = np.argmax(scores)
    return labels


def sliding_window_view(image):
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3, 3))
    scores = (image[1:-1, 1:-1, 1:-1, None, None, None] - windows) * inverse_distances()
    scores[..., 1, 1, 1] = -100
    labels = np.zeros(image.shape, np.uint8)
    labels[1:-1, 1:-1, 1:-1] = scores.reshape(*scores.shape[:3], 27).argmax(-1)
    return labels


def slice_by_slice(image):
    weights = inverse_distances()
    labels = np.zeros(image.shape, np.uint8)
    scores = np.empty((27, image.shape[1] - 2, image.shape[2] - 2))
    for z in range(1, image.shape[0] - 1):
        center = image[z, 1:-1, 1:-1]
        for label, (dz, dy, dx) in enumerate(np.ndindex(3, 3, 3)):
            there = image[z + dz - 1, dy : dy + center.shape[0], dx : dx + center.shape[1]]
            np.multiply(center - there, weights[dz, dy, dx], out=scores[label])
        scores[13] = -100
        labels[z, 1:-1, 1:-1] = scores.argmax(0)
    return labels


def numba_threads(image):
    return compiled_loop()(image, inverse_distances().ravel())


@functools.cache
def compiled_loop():
    import numba

    @numba.njit(parallel=True)
    def loop(image, weights):
        labels = np.zeros(image.shape, np.uint8)
        for z in numba.prange(1, image.shape[0] - 1):
            for y in range(1, image.shape[1] - 1):
                for x in range(1, image.shape[2] - 1):
                    best_label, best_score, label = 0, -np.inf, 0
                    for dz in range(-1, 2):
                        for dy in range(-1, 2):
                            for dx in range(-1, 2):
                                score = -100.0
                                if label != 13:
                                    score = (image[z, y, x] - image[z + dz, y + dy, x + dx]) * weights[label]
                                if score > best_score:
                                    best_label, best_score = label, score
                                label += 1
                    labels[z, y, x] = best_label
        return labels

    return loop


def this_filter(image):
    import itk

    return itk.neighborhood_argmax_label_image_filter(image)


METHODS = {
    "triple loop": triple_loop,
    "`sliding_window_view`": sliding_window_view,
    "slice by slice": slice_by_slice,
    "Numba, all cores": numba_threads,
    "this filter": this_filter,
}


def read_image(name):
    """A length gives a random image, anything else is a file."""
    if name.isdigit():
        return np.random.default_rng(0).random((int(name),) * 3, np.float32)
    import itk

    return itk.array_from_image(itk.imread(name)).astype(np.float32)


def memory(field):
    """VmRSS, or VmHWM, the most so far, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status has no {field}")


def measure(method, name):
    """One measurement, in a process of its own: seconds, bytes, checksum of the labels and the share of the image done."""
    image = read_image(name)
    share = 1.0
    if method == "triple loop" and image.size > LOOP_VOXELS:
        side = round(LOOP_VOXELS ** (1 / 3))
        part = np.ascontiguousarray(image[tuple(slice((n - side) // 2, (n + side) // 2) for n in image.shape)])
        share = part.size / image.size
        image = part
    label = METHODS[method]
    label(np.ascontiguousarray(image[:8, :8, :8]))  # Loads and compiles.
    ctypes.CDLL(None).malloc_trim(0)  # What is free goes back to the system,
    Path("/proc/self/clear_refs").write_text("5")  # and the peak so far is forgotten.
    before = memory("VmRSS")
    seconds = []
    while len(seconds) < REPETITIONS and sum(seconds) < 20:
        start = time.perf_counter()
        labels = label(image)
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            added = memory("VmHWM") - before
    expected = this_filter(image)
    if not np.array_equal(labels, expected):
        raise ValueError(f"{method}: other labels than those of the filter")
    return {"seconds": min(seconds) / share, "bytes": added / share, "share": share, "voxels": image.size / share}


def measure_in_process(method, name):
    """None where the memory does not suffice."""
    limit = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    run = subprocess.run(
        [sys.executable, __file__, "--measure", method, name],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )
    if "MemoryError" in run.stderr:
        return None
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    result = json.loads(run.stdout.splitlines()[-1])
    print(f"{name}, {method}: {result['seconds']:.4g} s, {result['bytes'] / 2**20:.4g} MiB", file=sys.stderr)
    return result


def compare_with_the_bare_filter(length):
    """What labels() costs above the filter alone, which writes into an image of its own; in interleaved runs."""
    import itk
    from itk_neighborhoodargmaxlabel import labels

    image = read_image(length)
    view = itk.image_view_from_array(image)

    def bare():
        made = itk.NeighborhoodArgmaxLabelImageFilter.New(view)
        made.Update()

    seconds = {bare: [], (lambda: labels(image)): []}
    for _ in range(41):
        for function, times in seconds.items():
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
    filter_times, label_times = (np.array(times[1:]) for times in seconds.values())
    above = np.median(label_times / filter_times) - 1
    print(f"{length}³: filter {np.median(filter_times):.4f} s, labels() {np.median(label_times):.4f} s: {above:+.1%}")


def describe(result, best):
    if result is None:
        return "does not fit the memory | | "
    about = "" if result["share"] == 1 else "about "
    seconds = f"{result['seconds']:.3f}" if result["seconds"] < 10 else f"{result['seconds']:.0f}"
    size = "" if result["share"] < 1 else f"{result['bytes'] / 2**20:.0f} MiB"
    return f"{about}{seconds} s | {about}{result['seconds'] / best['seconds']:.0f} x | {size}"


def print_table(names):
    results = {name: {method: measure_in_process(method, name) for method in METHODS} for name in names}
    titles = [f"random, {name}³" if name.isdigit() else Path(name).name for name in names]
    print("| | " + " | ".join(f"{title}: time | to this filter | memory" for title in titles) + " |")
    print("|---|" + "---|---|---|" * len(names))
    for method in METHODS:
        cells = (describe(results[name][method], results[name]["this filter"]) for name in names)
        print(f"| {method} | " + " | ".join(cells) + " |")


def draw_growth(lengths, picture):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for method in METHODS:
        results = [measure_in_process(method, str(length)) for length in lengths]
        results = [result for result in results if result is not None]
        is_part = any(result["share"] < 1 for result in results)
        voxels = [result["voxels"] / 1e6 for result in results]
        name = method.strip("`")
        line = {"marker": "o", "linestyle": "--" if is_part else "-"}
        axes[0].loglog(voxels, [r["seconds"] for r in results], label=name + (" (extrapolated)" if is_part else ""), **line)
        if not is_part:
            line["color"] = axes[0].lines[-1].get_color()
            axes[1].loglog(voxels, [r["bytes"] / 2**20 for r in results], label=name, **line)
    axes[0].set_ylabel("time (s)")
    axes[1].set_ylim(bottom=0.1)
    axes[1].set_ylabel("memory at the peak, beside the image (MiB)")
    for panel in axes:
        panel.set_xlabel("voxels")
        panel.set_xticks([length**3 / 1e6 for length in lengths], [f"{length}³" for length in lengths], minor=False)
        panel.set_xticks([], minor=True)
        panel.grid(True, alpha=0.3)
        panel.legend()
    figure.savefig(picture, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", help="file of a real image, for the table")
    parser.add_argument("--random", default="256", help="length of each axis of the random image of the table")
    parser.add_argument("--growth", type=int, nargs="+", default=[64, 128, 256, 512], help="lengths for the picture")
    parser.add_argument("--picture", help="file for the picture of the growth")
    parser.add_argument("--labels", metavar="LENGTH", help="only labels() beside the bare filter, on a random image")
    parser.add_argument("--measure", nargs=2, metavar=("METHOD", "IMAGE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure)))
        return
    if arguments.labels:
        compare_with_the_bare_filter(arguments.labels)
        return
    print_table([*filter(None, [arguments.image]), arguments.random])
    if arguments.picture:
        draw_growth(arguments.growth, arguments.picture)


if __name__ == "__main__":
    main()
