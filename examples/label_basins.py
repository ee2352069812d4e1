"""From directions to basins: those of a smoothed MRI of the head, and the catchments of a terrain.

    python label_basins.py [image] [basins.png] [catchments.png]

The default image is ch2 of Debian's package mricron-data.
"""

import sys

import itk
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, direction_colors, labels
from matplotlib.colors import LightSource, hsv_to_rgb

matplotlib.use("Agg")

arguments = sys.argv[1:] + ["/usr/share/mricron/templates/ch2.nii.gz", "basins.png", "catchments.png"][len(sys.argv) - 1 :]
path, basin_picture, catchment_picture = arguments


def color_basins(numbers: np.ndarray, brightness: float | np.ndarray = 0.9):
    """A color for each number, far from those of the numbers beside it, and dark lines between basins."""
    golden = (np.sqrt(5) - 1) / 2
    hue = numbers * golden % 1
    saturation = 0.4 + 0.4 * (numbers * golden**2 * 7 % 1)
    colors = hsv_to_rgb(np.stack(np.broadcast_arrays(hue, saturation, brightness), axis=-1))
    colors[:-1][numbers[1:] != numbers[:-1]] *= 0.25
    colors[:, :-1][numbers[:, 1:] != numbers[:, :-1]] *= 0.25
    return colors


# Without smoothing, noise would make tens of thousands of basins. Bright matter drains to the dark.
image = itk.imread(path, itk.F)
smooth = itk.smoothing_recursive_gaussian_image_filter(image, sigma=2.0)
directions = labels(smooth, center_score=0, border="inside")
numbers = basins(directions)
number_of_basins = itk.array_view_from_image(numbers).max()

middle = itk.size(image)[2] // 2
values, direction, basin = (itk.array_view_from_image(i)[middle] for i in (smooth, directions, numbers))
is_head = values > 0.1 * values.max()  # only that is shown
brightness = is_head * (0.3 + 0.7 * values / values.max())
count = np.unique(basin[is_head]).size

figure, axes = plt.subplots(1, 3, figsize=(12, 5.3), layout="constrained")
spacing = itk.spacing(image)
for panel, pixels, title in (
    (axes[0], values, "image, smoothed"),
    (axes[1], direction_colors()[direction] * is_head[..., np.newaxis], "directions"),
    (axes[2], color_basins(basin, brightness), f"basins: {count} in this slice, {number_of_basins} in all"),
):
    panel.imshow(pixels, origin="lower", aspect=spacing[1] / spacing[0], cmap="gray", interpolation="nearest")
    panel.set_title(title)
    panel.set_axis_off()
figure.savefig(basin_picture, dpi=100)

# A terrain of random waves, the longer the higher: 300 x 450 cells of 10 m.
random = np.random.default_rng(4)
frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(450), np.fft.fftfreq(300)))
waves = np.fft.fft2(random.normal(size=frequency.shape)) / np.maximum(frequency, 0.008) ** 2.4
waves *= np.exp(-((frequency / 0.06) ** 2))
terrain = np.real(np.fft.ifft2(waves))
terrain = 300 + 900 * (terrain - terrain.min()) / np.ptp(terrain)

catchments, table = basins(labels(terrain, center_score=0, border="inside"), table=True, values=terrain)
rows, columns = table["sink_0"], table["sink_1"]

light = LightSource(azdeg=315, altdeg=45)
shade = light.hillshade(terrain, vert_exag=2, dx=10, dy=10)
figure, axes = plt.subplots(1, 2, figsize=(12, 4.4), layout="constrained")
relief = light.shade(terrain, cmap=plt.get_cmap("gist_earth"), vert_exag=2, dx=10, dy=10, vmin=-300, blend_mode="soft")
for panel, pixels, title in (
    (axes[0], relief, "terrain and its sinks"),
    (axes[1], color_basins(catchments, 0.45 + 0.55 * shade), f"catchments: {rows.size}"),
):
    panel.imshow(pixels, extent=(0, 4.5, 0, 3), origin="lower", interpolation="nearest")
    panel.scatter((columns + 0.5) / 100, (rows + 0.5) / 100, s=12, color="white", edgecolors="black", linewidths=0.8)
    panel.set_title(title)
    panel.set_xlabel("km")
figure.savefig(catchment_picture, dpi=85)

largest = table["size"].argmax()
print(
    f"{number_of_basins} basins and {rows.size} catchments, the largest with {table['size'][largest]} cells from "
    f"{table['min'][largest]:.0f} to {table['max'][largest]:.0f} m; {basin_picture} and {catchment_picture} are written"
)
