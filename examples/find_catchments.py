"""The catchments of a terrain with a lake that is no data, and the directions in which its cells drain.

python find_catchments.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, labels, offsets
from matplotlib.colors import LightSource

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "catchments.png"

# Random waves, the longer the higher: 160 x 220 cells of 10 m. Heights have an error of 1 m, and are whole numbers.
random = np.random.default_rng(7)
frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(220), np.fft.fftfreq(160)))
waves = np.fft.fft2(random.normal(size=frequency.shape)) / np.maximum(frequency, 0.01) ** 2.4
waves *= np.exp(-((frequency / 0.05) ** 2))
terrain = np.real(np.fft.ifft2(waves))
terrain = 300 + 600 * (terrain - terrain.min()) / np.ptp(terrain)
terrain = np.round(terrain + random.normal(size=terrain.shape))
rows, columns = np.indices(terrain.shape)
is_land = np.hypot((rows - 55) / 22, (columns - 150) / 34) > 1

# Minima are sinks; cells of the lake have no label, and nothing flows into them. Pits of up to 5 m join what they spill into.
directions = labels(terrain, center_score=0, border="inside", mask_image=is_land, background_value=255, spacing=10)
pits = basins(directions, mask_image=is_land)
catchments, table = basins(directions, mask_image=is_land, table=True, values=terrain, depth=5)

steps = offsets(2)[np.where(is_land, directions, 4)]
shade = LightSource(azdeg=315, altdeg=45).hillshade(terrain, vert_exag=2, dx=10, dy=10)
colors = (0.4 + 0.6 * plt.get_cmap("tab20")(catchments % 20)[..., :3]) * (0.4 + 0.6 * shade[..., np.newaxis])
colors[~is_land] = 0.75, 0.85, 0.95

figure, axes = plt.subplots(1, 2, figsize=(11, 4.3), layout="constrained", width_ratios=(1.25, 1))
axes[0].imshow(colors)
axes[0].scatter(table["sink_1"], table["sink_0"], s=18, color="white", edgecolors="black")
axes[0].set_title(f"{table['basin'].size} catchments and their sinks")
window = slice(104, 132), slice(36, 70)
axes[1].imshow(colors[window], extent=(35.5, 69.5, 131.5, 103.5))
to_row, to_column = steps[window][..., 0], steps[window][..., 1]
axes[1].quiver(
    columns[window], rows[window], to_column, to_row, angles="xy", scale_units="xy", scale=1.4, pivot="mid", width=0.0025
)
axes[1].set_title("a window of it: where each cell drains")
figure.savefig(picture, dpi=85)

largest = table["size"].argmax()
print(
    f"{pits.max()} pits, {table['basin'].size} catchments, the largest of {table['size'][largest] / 1e4:.2f} square km from "
    f"{table['min'][largest]:.0f} to {table['max'][largest]:.0f} m; {picture} is written"
)
