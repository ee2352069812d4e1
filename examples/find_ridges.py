"""The ridges and the valleys of a terrain, and a ridge in 3-D: where many paths of steepest ascent, or descent, run together.

python find_ridges.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import accumulate, labels
from matplotlib.colors import LightSource
from scipy.ndimage import gaussian_filter

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "ridges.png"


random = np.random.default_rng(21)
frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(400), np.fft.fftfreq(280)))
waves = np.fft.fft2(random.normal(size=frequency.shape)) / np.maximum(frequency, 0.008) ** 2.2
waves *= np.exp(-((frequency / 0.06) ** 2))
terrain = np.real(np.fft.ifft2(waves))
terrain = 1000 * (terrain - terrain.min()) / np.ptp(terrain)

ascents = accumulate(labels(terrain, center_score=0, border="inside", ascent=True))
descents = accumulate(labels(terrain, center_score=0, border="inside"))
is_ridge, is_valley = ascents > 150, descents > 150

# A bright tube in noise, as a vessel in a scan.
z, y, x = np.indices((60, 90, 120), np.float32)
distance = np.hypot(y - 45 - 25 * np.sin(x / 20), z - 30 - 12 * np.cos(x / 15))
volume = np.exp(-distance / 8) + 0.02 * random.normal(size=distance.shape)
tube = accumulate(labels(gaussian_filter(volume, 1.5), center_score=0, border="inside", ascent=True))

colors = np.repeat(LightSource(azdeg=315, altdeg=40).hillshade(terrain, dx=10, dy=10)[..., np.newaxis], 3, axis=2)
colors = 0.35 + 0.65 * colors
colors[is_valley] = 0.05, 0.35, 0.85
colors[is_ridge] = 0.85, 0.15, 0.05
figure, axes = plt.subplots(1, 3, figsize=(15, 4.2), layout="constrained")
axes[0].imshow(terrain, cmap="gist_earth", vmin=-300)
axes[0].set_title("terrain of 0 to 1000 m")
axes[1].imshow(colors, interpolation="nearest")
axes[1].set_title("ridges by ascent (red), valleys by descent (blue)")
axes[2].imshow(np.log10(tube.max(axis=0)), cmap="magma")
axes[2].set_title("3-D: voxels whose ascent leads through, from above")
for panel in axes:
    panel.set_axis_off()
figure.savefig(picture, dpi=85)

higher = terrain[is_ridge].mean() - terrain[is_valley].mean()
print(f"ridges are {higher:.0f} m higher than valleys on average; {picture} is written")
