"""From directions to basins: all of an MRI of the head, and the deep ones.

    python label_basins.py [image] [picture.png]

The default image is ch2 of Debian's package mricron-data.
"""

import sys

import itk
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, cut, labels
from matplotlib.colors import hsv_to_rgb

matplotlib.use("Agg")

path, picture = sys.argv[1:] + ["/usr/share/mricron/templates/ch2.nii.gz", "basins.png"][len(sys.argv) - 1 :]


def color_basins(numbers: np.ndarray, brightness: np.ndarray):
    """A color for each number, far from those of the numbers beside it, and dark lines between basins."""
    golden = (np.sqrt(5) - 1) / 2
    hue = numbers * golden % 1
    saturation = 0.4 + 0.4 * (numbers * golden**2 * 7 % 1)
    colors = hsv_to_rgb(np.stack(np.broadcast_arrays(hue, saturation, brightness), axis=-1))
    colors[:-1][numbers[1:] != numbers[:-1]] *= 0.25
    colors[:, :-1][numbers[:, 1:] != numbers[:, :-1]] *= 0.25
    return colors


# Bright matter drains to the dark. Noise has minima everywhere; those that are no deeper than 10 join deeper ones.
image = itk.imread(path, itk.F)
directions = labels(image, center_score=0, border="inside")
numbers, hierarchy = basins(directions, values=image, hierarchy=True)
deep = cut(numbers, hierarchy, depth=10)
number_of_basins, number_of_deep_ones = (itk.array_view_from_image(i).max() for i in (numbers, deep))

middle = itk.size(image)[2] // 2
values, basin, deep_basin = (itk.array_view_from_image(i)[middle] for i in (image, numbers, deep))
is_head = values > 0.1 * values.max()  # only that is shown
brightness = is_head * (0.3 + 0.7 * values / values.max())
count = np.unique(deep_basin[is_head]).size

figure, axes = plt.subplots(1, 3, figsize=(12, 5.3), layout="constrained")
spacing = itk.spacing(image)
for panel, pixels, title in (
    (axes[0], values, "image"),
    (axes[1], color_basins(basin, brightness), f"basins: {number_of_basins} in all slices"),
    (axes[2], color_basins(deep_basin, brightness), f"deeper than 10: {number_of_deep_ones}, {count} in this slice"),
):
    panel.imshow(pixels, origin="lower", aspect=spacing[1] / spacing[0], cmap="gray", interpolation="nearest")
    panel.set_title(title)
    panel.set_axis_off()
figure.savefig(picture, dpi=100)
print(f"{number_of_basins} basins, {number_of_deep_ones} deep ones, {count} of these in this slice; {picture} is written")
