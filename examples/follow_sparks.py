"""Sparks that flash and drift in a volume, found and followed in four dimensions: time, z, y, x.

python follow_sparks.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, labels

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "sparks.png"

# 12 sparks in 20 steps of time, 16 x 72 x 96 voxels of 2 x 0.5 x 0.5 micrometers; each lasts some 4 steps.
random = np.random.default_rng(3)
time, z, y, x = np.indices((20, 16, 72, 96), np.float32)
z, y, x = 2 * z, 0.5 * y, 0.5 * x
movie = np.zeros(time.shape, np.float32)
sparks = 12
for number in range(sparks):
    begin = random.uniform(3, 17), 8 + 8 * (number % 3), 6 + 8 * (number // 3 % 4), 6 + 3.3 * number
    drift = random.uniform(-0.4, 0.4, 3)
    late = time - begin[0]
    squares = (z - begin[1] - drift[0] * late) ** 2 + (y - begin[2] - drift[1] * late) ** 2
    squares += (x - begin[3] - drift[2] * late) ** 2
    movie += np.exp(-squares / (2 * 2.2**2) - late**2 / (2 * 2.0**2))

# Uphill in space and time, where it is bright. A step of time counts as 1 micrometer.
is_bright = movie > 0.15
uphill = labels(
    movie, ascent=True, center_score=0, border="inside", mask_image=is_bright, background_value=255, spacing=[1, 2, 0.5, 0.5]
)
numbers, table = basins(uphill, table=True, values=movie)

colors = plt.get_cmap("tab20")(np.arange(table["basin"].size + 1) - 1)[:, :3]
figure, axes = plt.subplots(2, 5, figsize=(12, 4.2), layout="constrained")
for column, step in enumerate(range(2, 20, 4)):
    brightest = movie[step].argmax(axis=0)[np.newaxis]
    light = np.take_along_axis(movie[step], brightest, axis=0)[0]
    shown = np.take_along_axis(numbers[step], brightest, axis=0)[0]
    axes[0, column].imshow(light, cmap="gray", vmin=0, vmax=1)
    axes[0, column].set_title(f"time {step}")
    axes[1, column].imshow(colors[shown] * (shown > 0)[..., np.newaxis] * np.clip(0.3 + light, 0, 1)[..., np.newaxis])
for panel in axes.flat:
    panel.set_xticks([])
    panel.set_yticks([])
axes[0, 0].set_ylabel("brightest along z")
axes[1, 0].set_ylabel("which spark")
figure.savefig(picture, dpi=85)

last = table["sink_0"].max()
print(f"{sparks} sparks made, {table['basin'].size} found, the last at time {last}; {picture} is written")
