"""Touching cells, split: basins of the distance to the background, by ascent.

python split_cells.py [picture.png]
"""

import sys
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, labels
from scipy import ndimage

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "cells.png"

# 60 cells, some of which touch and overlap.
random = np.random.default_rng(12)
rows, columns = np.indices((300, 420))
centers: list[tuple[float, float, float]] = []
while len(centers) < 60:
    row, column, radius = random.uniform(20, 280), random.uniform(20, 400), random.uniform(13, 19)
    if all(np.hypot(row - r, column - c) > 0.85 * (radius + s) for r, c, s in centers):
        centers.append((row, column, radius))
is_cell = np.zeros(rows.shape, bool)
for row, column, radius in centers:
    is_cell |= np.hypot(rows - row, columns - column) < radius

# Each pixel goes away from the background until the middle of its cell. A cell may have several maxima there: those that do
# not rise more than a pixel above the pass to a higher one join it.
distance: Any = ndimage.distance_transform_edt(is_cell)
inward = labels(distance, ascent=True, center_score=0, border="inside", mask_image=is_cell, background_value=255)
cells, table = basins(inward, table=True, values=distance, depth=1, ascent=True)

figure, axes = plt.subplots(1, 3, figsize=(12, 3.3), layout="constrained")
connected: Any = ndimage.label(is_cell)
pieces, number_of_pieces = connected
colors = plt.get_cmap("tab20")(np.arange(256) * 7 % 20)[:, :3]
colors[0] = 0
for panel, pixels, title in (
    (axes[0], colors[pieces], f"connected: {number_of_pieces} pieces"),
    (axes[1], distance, "distance to the background"),
    (axes[2], colors[cells], f"basins: {table['basin'].size} cells"),
):
    panel.imshow(pixels, interpolation="nearest")
    panel.set_title(title)
    panel.set_axis_off()
axes[2].scatter(table["sink_1"], table["sink_0"], s=6, color="white")
figure.savefig(picture, dpi=100)

print(f"{len(centers)} cells drawn, {number_of_pieces} pieces, {table['basin'].size} basins; {picture} is written")
