"""The ridges and the valleys of a terrain: where many paths of steepest ascent, or descent, run together.

python find_ridges.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import labels, offsets
from matplotlib.colors import LightSource

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "ridges.png"


def count_paths(directions):
    """For each cell the number of cells whose paths lead through it, itself among them."""
    rows, columns = np.indices(directions.shape)
    steps = offsets(2)[directions]
    target = ((rows + steps[..., 0]) * directions.shape[1] + columns + steps[..., 1]).ravel()
    counts = np.ones(target.size, np.int64)
    cells_that_enter = np.bincount(target, minlength=target.size) - (target == np.arange(target.size))
    ready = list(np.flatnonzero(cells_that_enter == 0))
    while ready:  # all paths into a cell are counted before it passes its count on
        cell = ready.pop()
        following = target[cell]
        if following != cell:
            counts[following] += counts[cell]
            cells_that_enter[following] -= 1
            if cells_that_enter[following] == 0:
                ready.append(following)
    return counts.reshape(directions.shape)


random = np.random.default_rng(21)
frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(400), np.fft.fftfreq(280)))
waves = np.fft.fft2(random.normal(size=frequency.shape)) / np.maximum(frequency, 0.008) ** 2.2
waves *= np.exp(-((frequency / 0.06) ** 2))
terrain = np.real(np.fft.ifft2(waves))
terrain = 1000 * (terrain - terrain.min()) / np.ptp(terrain)

ascents = count_paths(labels(terrain, center_score=0, border="inside", ascent=True))
descents = count_paths(labels(terrain, center_score=0, border="inside"))
is_ridge, is_valley = ascents > 150, descents > 150

colors = np.repeat(LightSource(azdeg=315, altdeg=40).hillshade(terrain, dx=10, dy=10)[..., np.newaxis], 3, axis=2)
colors = 0.35 + 0.65 * colors
colors[is_valley] = 0.05, 0.35, 0.85
colors[is_ridge] = 0.85, 0.15, 0.05
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
axes[0].imshow(terrain, cmap="gist_earth", vmin=-300)
axes[0].set_title("terrain of 0 to 1000 m")
axes[1].imshow(colors, interpolation="nearest")
axes[1].set_title("ridges by ascent (red), valleys by descent (blue)")
for panel in axes:
    panel.set_axis_off()
figure.savefig(picture, dpi=85)

higher = terrain[is_ridge].mean() - terrain[is_valley].mean()
print(f"ridges are {higher:.0f} m higher than valleys on average; {picture} is written")
