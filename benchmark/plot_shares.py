"""Prints what image-benchmark measured as a Markdown table, and draws it.

usage: plot_shares.py RESULTS.json PICTURE.png

RESULTS.json is what image-benchmark writes with --benchmark_out. The share of an image is its rate, that of the fastest
repetition, beside the rate of a random image of the same pixel type, spacing and option in the same run.
"""

import json
import statistics
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def read_rates(path):
    """{(pixel type, image, spacing, option): voxels a second}"""
    with open(path) as file:
        runs = json.load(file)["benchmarks"]
    unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    return {
        tuple(run["run_name"].split("/")[:4]): 192**3 / (run["cpu_time"] * unit[run["time_unit"]])
        for run in runs
        if run.get("aggregate_name") == "min"
    }


def main(results, picture):
    rates = read_rates(results)
    shares = {key: rate / rates[key[0], "random", *key[2:]] for key, rate in rates.items() if key[1] != "random"}

    print("| pixel type | spacing | option | random, Mvoxel/s | worst share | median | best |\n|---|---|---|---|---|---|---|")
    # Repetitions come in random order.
    pixels = ("float", "double", "int16", "uint8")
    spacings = ("1.0 1.0 1.0", "1.0 1.0 2.5", "0.7 0.8 2.0")
    randoms = sorted(
        (key for key in rates if key[1] == "random"),
        key=lambda key: (pixels.index(key[0]), spacings.index(key[2]), key[3]),
    )
    for pixel, _, spacing, option in randoms:
        group = {key[1]: share for key, share in shares.items() if key[0] == pixel and key[2:] == (spacing, option)}
        group.pop("infinity", None)
        if group:
            worst, best = min(group, key=group.get), max(group, key=group.get)
            print(
                f"| {pixel} | {spacing} | {option} | {rates[pixel, 'random', spacing, option] / 1e6:.0f} "
                f"| {group[worst]:.2f} ({worst}) | {statistics.median(group.values()):.2f} | {group[best]:.2f} ({best}) |"
            )

    columns = [(pixel, spacing) for pixel in pixels for spacing in spacings[:2]]
    print("\n| image | " + " | ".join(f"{pixel}, {spacing}" for pixel, spacing in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for image in sorted({key[1] for key in rates}, key=lambda image: (image != "random", image)):
        found = [rates.get((pixel, image, spacing, "default")) for pixel, spacing in columns]
        print(f"| {image} | " + " | ".join("" if rate is None else f"{rate / 1e6:.0f}" for rate in found) + " |")

    figure, axes = plt.subplots(figsize=(10, 5), layout="constrained")
    for pixel in pixels:
        values = [share for key, share in shares.items() if key[0] == pixel and key[1] != "infinity"]
        axes.plot(sorted(values), label=pixel, marker=".")
    axes.axhline(0.7, color="gray", linestyle="--", label="0.7")
    axes.set_ylim(bottom=0)
    axes.set(xlabel="image, spacing and option, the slowest first", ylabel="rate beside that of random numbers")
    axes.legend()
    figure.savefig(picture, dpi=80)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
