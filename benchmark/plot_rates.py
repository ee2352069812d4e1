"""Draws the rates that label-benchmark measured, and prints them as Markdown tables.

usage: plot_rates.py RESULTS.json PICTURE.png

RESULTS.json is what label-benchmark writes with --benchmark_out. A rate is that of the fastest repetition, in voxels a
second. The tables give it in Mvoxel/s, and as a multiple of the plain filter's for float on one thread in the same run.
"""

import json
import math
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def read_rates(path):
    """{(program, type, size, option, instruction set, threads): voxels a second}, sizes as tuples."""
    with open(path) as file:
        runs = json.load(file)["benchmarks"]
    rates = {}
    for run in runs:
        if run.get("aggregate_name") != "min":
            continue
        program, pixel, size, option, instructions, threads = run["run_name"].split("/")[:6]
        size = tuple(int(length) for length in size.split("x"))
        seconds = run["real_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[run["time_unit"]]
        rates[program, pixel, size, option, instructions, int(threads)] = math.prod(size) / seconds
    return rates


def select(rates, **wanted):
    """The rates of the filter whose key has these parts."""
    parts = ("program", "pixel", "size", "option", "instructions", "threads")
    wanted.setdefault("program", "filter")
    return {
        key: rate
        for key, rate in rates.items()
        if all(value is None or key[parts.index(part)] == value for part, value in wanted.items())
    }


def table(title, plain, rows):
    print(f"\n| {title} | Mvoxel/s | times plain |\n|---|---|---|")
    for name, rate in rows:
        print(f"| {name} | {rate / 1e6:.0f} | {rate / plain:.1f} |")


def main(results, picture):
    rates = read_rates(results)
    cube = (256, 256, 256)
    small = (128, 128, 128)
    fastest = [key[4] for key in select(rates, pixel="float", size=small, option="default")][-1]
    fast = dict(instructions=fastest, threads=1)
    plain = rates["plain", "float", small, "default", "-", 1]
    pixels = list(dict.fromkeys(key[1] for key in select(rates)))

    table(
        "random image of 256 x 256 x 256, one thread",
        plain,
        [(key[1], rate) for key, rate in select(rates, size=cube, option="default", **fast).items()],
    )
    table("copying", plain, [(key[1], rate) for key, rate in select(rates, program="copy").items()])
    table(
        "random image of 4096 x 4096, one thread",
        plain,
        [(key[1], rate) for key, rate in select(rates, size=(4096, 4096), **fast).items()],
    )
    table(
        "option, random image, one thread",
        plain,
        [(f"{key[1]}, {key[3]}", rate) for key, rate in select(rates, size=cube, **fast).items() if key[3] != "default"],
    )
    table(
        "threads, random image of 256 x 256 x 256",
        plain,
        [(f"{key[1]}, {key[5]}", rate) for key, rate in select(rates, size=cube, option="default").items()],
    )
    table(
        "instruction set, random image of 128 x 128 x 128, one thread",
        plain,
        [(f"{key[1]}, {key[4]}", rate) for key, rate in select(rates, size=small, option="default", threads=1).items()],
    )
    table(
        "size of a random image, one thread",
        plain,
        [
            (f"{key[1]}, {' x '.join(map(str, key[2]))}", rate)
            for key, rate in select(rates, **fast).items()
            if len(key[2]) == 3 and key[2] not in (cube, small) and key[3] in ("default", "inside")
        ],
    )

    figure, (by_size, by_option, by_threads) = plt.subplots(1, 3, figsize=(15, 4.5), layout="constrained")
    for pixel in ("float", "uint8"):
        for threads in (1, 2):
            keys = sorted(
                (key[2][0], rate)
                for key, rate in select(rates, pixel=pixel, option="default", instructions=fastest, threads=threads).items()
                if key[2] == (key[2][0],) * 3
            )
            by_size.plot(*zip(*((n, rate / 1e6) for n, rate in keys)), marker="o", label=f"{pixel}, {threads} threads")
    by_size.axhline(plain / 1e6, color="gray", linestyle="--", label="plain filter, float, 1 thread")
    by_size.set(xscale="log", yscale="log", xlabel="length of a cube", ylabel="Mvoxel/s", title="Size")
    by_size.minorticks_off()
    by_size.set_xticks(ticks := [16, 32, 64, 128, 256, 512], map(str, ticks))
    by_size.legend(fontsize="small")

    options = list(dict.fromkeys(key[3] for key in select(rates, pixel="float", size=cube, **fast)))
    for i, pixel in enumerate(("float", "int16", "uint8")):
        heights = [rates["filter", pixel, cube, option, fastest, 1] / 1e6 for option in options]
        by_option.bar([k + 0.27 * (i - 1) for k in range(len(options))], heights, 0.27, label=pixel)
    by_option.set_xticks(range(len(options)), options, rotation=45)
    by_option.set(ylabel="Mvoxel/s", title="Option, 256 x 256 x 256, 1 thread")
    by_option.legend(fontsize="small")

    for i, threads in enumerate((1, 2)):
        heights = [rates["filter", pixel, cube, "default", fastest, threads] / 1e6 for pixel in pixels]
        by_threads.bar([k + 0.4 * (i - 0.5) for k in range(len(pixels))], heights, 0.4, label=f"{threads} threads")
    by_threads.set_xticks(range(len(pixels)), pixels)
    by_threads.set(ylabel="Mvoxel/s", title="Threads, 256 x 256 x 256")
    by_threads.legend(fontsize="small")
    figure.savefig(picture, dpi=80)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
