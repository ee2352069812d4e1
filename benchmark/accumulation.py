"""Accumulation beside other tools, cell by cell; and beside basins in 3-D: Markdown tables of one run.

    pip install itk-neighborhoodargmaxlabel matplotlib scipy pyflwdir==0.5.12 py-richdem==2.2.0rc3
    python benchmark/accumulation.py --python pysheds=old/bin/python xarray-spatial=new/bin/python

Each tool gets the same directions as codes of its own, and runs in a process of its own. --python names the Python of another
environment for a tool: pysheds 0.5 needs NumPy below 2.4, xarray-spatial 0.10 Python 3.12. A tool that is not installed is left
out, and the table says so. A tool that differs in any cell is an error. Memory is what a call needs beside its input.
"""

import argparse
import ctypes
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


def ours(codes):
    from itk_neighborhoodargmaxlabel import accumulate

    return lambda: accumulate(codes, background_value=255)


def pyflwdir(codes):
    from pyflwdir import from_array

    return lambda: from_array(codes, ftype="d8", check_ftype=False).upstream_area(unit="cell")


def pyflwdir_read(codes):
    from pyflwdir import from_array

    flow = from_array(codes, ftype="d8", check_ftype=False)

    def accumulate():
        flow._seq = None  # the order of cells, which it would keep from call to call
        return flow.upstream_area(unit="cell")

    return accumulate


def pysheds(codes):
    from pysheds.grid import Grid
    from pysheds.view import Raster, ViewFinder

    view = ViewFinder(shape=codes.shape, nodata=np.int64(0))
    raster = Raster(codes, viewfinder=view)
    return lambda: np.asarray(Grid(viewfinder=view).accumulation(raster))


def xarray_spatial(codes):
    import xarray
    from xrspatial.hydro import flow_accumulation_d8

    raster = xarray.DataArray(codes, dims=("y", "x"))
    return lambda: flow_accumulation_d8(raster).values


def richdem(codes):
    import richdem

    # A first band for what a cell is, then the parts that flow to W NW N NE E SE S SW. The cells of the border pass nothing on, so
    # a ring of nodata is laid around.
    codes = np.pad(codes, 1, constant_values=255)
    shares = np.zeros((*codes.shape, 9), "float32")
    for band, label in enumerate((3, 0, 1, 2, 5, 8, 7, 6), 1):
        shares[..., band] = codes == label
    shares[..., 0] = np.select([codes == 255, codes == 4], [-2, -1], 0)
    shares = richdem.rd3array(shares, no_data=-2)
    return lambda: np.asarray(richdem.flow_accum_from_props(shares))[1:-1, 1:-1]


# Name: the kind of to_d8(), or None for labels, and what makes the function that is timed.
TOOLS = {
    "accumulate": (None, ours),
    "pyflwdir": ("pyflwdir", pyflwdir),
    "pyflwdir, codes read before": ("pyflwdir", pyflwdir_read),
    "pysheds": ("pysheds", pysheds),
    "xarray-spatial": ("xrspatial", xarray_spatial),
    "richdem": (None, richdem),
}


def best_of(function, repeats=REPEATS):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def measure(name, file):
    """In a process of its own: writes the sums beside the codes, and prints the seconds and the bytes a call takes."""
    make = TOOLS[name][1]
    codes = np.load(file)
    try:
        call = make(codes)
    except ImportError as error:
        print(json.dumps(str(error)))
        return
    call()  # compiles
    ctypes.CDLL(None).malloc_trim(0)  # what is free goes back to the system, or it would not count below
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts again
    before = memory("VmRSS")
    sums = call()
    peak = memory("VmHWM") - before
    np.save(f"{file}.sums.npy", sums)
    del sums
    print(json.dumps([best_of(call), peak]))


def terrain(shape, exponent, seed):
    """Random waves, the longer the higher; white noise with the exponent 0."""
    waves = np.fft.rfft2(np.random.default_rng(seed).normal(size=shape))
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, np.newaxis], np.fft.rfftfreq(shape[1]))
    return np.fft.irfft2(waves / np.maximum(frequency, 1 / max(shape)) ** exponent, s=shape).astype("float32")


def directions_of(image, missing=None):
    from itk_neighborhoodargmaxlabel import labels

    has_data = None if missing is None else ~missing
    return np.asarray(labels(image, center_score=0, border="inside", mask_image=has_data, background_value=255))


def make_directions(size):
    import matplotlib.cbook

    sample = np.load(str(matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz", asfileobj=False)))
    real = sample["elevation"].astype("float32")
    return {
        "real": directions_of(real),
        "real, nodata below 265 m": directions_of(real, real < 265),
        "noise": directions_of(terrain((600, 700), 0, 1)),
        "rough": directions_of(terrain((600, 700), 1.5, 2)),
        "smooth": directions_of(terrain((600, 700), 2.5, 3)),
        f"smooth, {size}^2": directions_of(terrain((size, size), 2.2, 4)),
    }


def compare(size, pythons):
    from itk_neighborhoodargmaxlabel import to_d8

    for title, directions in make_directions(size).items():
        print(f"\n{title}: {' x '.join(map(str, directions.shape))} cells\n", flush=True)
        print("| | seconds | times | bytes a cell |\n|---|---|---|---|")
        expected = first = None
        for name, (kind, _) in TOOLS.items():
            with tempfile.TemporaryDirectory() as directory:
                file = f"{directory}/codes.npy"
                np.save(file, directions if kind is None else np.asarray(to_d8(directions, kind, background_value=255)))
                command = [pythons.get(name, sys.executable), __file__, "--measure", name, file]
                output = json.loads(
                    subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
                )
                if isinstance(output, str):
                    print(f"| {name} | left out: {output} | | |", flush=True)
                    continue
                sums = np.where(directions == 255, 0, np.load(f"{file}.sums.npy"))
            if expected is None:
                expected, first = sums, output[0]
            differ = np.count_nonzero(sums != expected)
            if differ:
                raise SystemExit(f"{name} differs from accumulate() in {differ} of {sums.size} cells of {title!r}")
            print(f"| {name} | {output[0]:.4f} | {output[0] / first:.1f} | {output[1] / sums.size:.1f} |", flush=True)


def rates(sizes):
    from itk_neighborhoodargmaxlabel import accumulate, basins
    from scipy.ndimage import gaussian_filter

    print("\n| cube | basins, Mvoxel/s | accumulate, Mvoxel/s | share |\n|---|---|---|---|", flush=True)
    for size in sizes:
        image = gaussian_filter(np.random.default_rng(1).random((size,) * 3, "float32"), 2)
        directions = directions_of(image)
        del image
        calls = [functools.partial(follow, directions) for follow in (basins, accumulate)]
        # In turn, so that what else runs meets both.
        seconds = np.array([[best_of(call, 1) for call in calls] for _ in range(REPEATS + 2)])
        there, here = directions.size / seconds.min(axis=0) / 1e6
        print(f"| {size}^3 | {there:.0f} | {here:.0f} | {here / there:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=4000, help="rows and columns of the large terrain")
    parser.add_argument("--cubes", type=int, nargs="*", default=[64, 96, 128, 192, 256, 384, 512])
    parser.add_argument("--python", nargs="*", default=[], metavar="TOOL=PYTHON", help="the Python that runs a tool")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(*arguments.measure)
    compare(arguments.size, dict(text.split("=", 1) for text in arguments.python))
    rates(arguments.cubes)


if __name__ == "__main__":
    main()
