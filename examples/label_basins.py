"""From directions to basins: those of a smoothed MRI of the head.

    python label_basins.py [image] [picture.png]

The default image is ch2 of Debian's package mricron-data.
"""

import sys

import itk
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, direction_colors, labels
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
figure.savefig(picture, dpi=100)
print(f"{number_of_basins} basins, {count} of them in this slice; {picture} is written")
