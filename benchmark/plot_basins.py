"""Draws documentation/basin-rates.png from what basin-benchmark measured: python benchmark/plot_basins.py RATES.json..."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

LINES = {
    "write/smooth/1": ("write limit: 4 bytes a voxel", "0.6", ":"),
    "basins/smooth/1": ("basins, smoothed noise", "tab:blue", "-"),
    "basins/noise/1": ("basins, noise", "tab:orange", "-"),
    "basins/path/1": ("basins, one path through all", "tab:green", "--"),
    "basins/checkerboard/1": ("basins, checkerboard", "tab:purple", "--"),
    "basins/sinks/1": ("basins, one a voxel", "tab:brown", "--"),
    "basins/plateau/1": ("basins, plateau", "tab:pink", "--"),
    "directions+basins/smooth/1": ("directions and basins, smoothed noise", "tab:cyan", "-."),
    "toboggan/smooth/1": ("TobogganImageFilter, smoothed noise", "tab:red", "-"),
}


def main(names):
    rates = defaultdict(dict)  # the best of all runs; of one thread by its processor time, as machines are shared
    for name in names:
        for run in json.loads(Path(name).read_text())["benchmarks"]:
            if run.get("run_type") != "iteration" or "error_occurred" in run:
                continue
            method, kind, length, threads = run["name"].split("/")[:4]
            rate = int(length) ** 3 / run["cpu_time"] / 1e3  # of ms
            line = rates[f"{method}/{kind}/{threads}"]
            line[int(length)] = max(rate, line.get(int(length), 0))
    figure, axes = plt.subplots(figsize=(8, 5.5), layout="constrained")
    for key, (label, color, style) in LINES.items():
        if rates[key]:
            lengths = sorted(rates[key])
            axes.plot(lengths, [rates[key][n] for n in lengths], style, color=color, marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="length of the cube", ylabel="Mvoxel/s, one thread")
    axes.set_xticks([64, 128, 256, 512, 1024], ["64", "128", "256", "512", "1024"])
    axes.minorticks_off()
    rates_shown = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
    axes.set_yticks(rates_shown, map(str, rates_shown))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0, 0.53), ncols=2)
    figure.savefig(Path(__file__).parents[1] / "documentation" / "basin-rates.png", dpi=90)


if __name__ == "__main__":
    main(sys.argv[1:])
