"""Flow directions of a terrain with coordinates from the north to the south, as rasters of maps have them.

    python label_terrain.py [picture.png]
"""

import sys

import itk
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray

picture = sys.argv[1] if len(sys.argv) > 1 else "terrain.png"

# A raster with north up: x ascends to the east, y descends to the south; cells of 30 m x 20 m.
x = 500_000.0 + 30.0 * np.arange(120)
y = 5_200_000.0 - 20.0 * np.arange(150)
east, north = np.meshgrid((x - x[0]) / 1000, (y - y[0]) / 1000)
elevation = 900 + 120 * np.sin(2.1 * east) * np.cos(1.7 * north) + 60 * np.sin(3.3 * east + 2.4 * north) + 40 * north
terrain = xarray.DataArray(elevation.astype(np.float32), dims=("y", "x"), coords={"y": y, "x": x}, name="elevation")

# ITK has no negative spacing: ascending coordinates first, and the order of the raster again afterwards.
labels, slope = itk.neighborhood_argmax_label_image_filter(
    terrain.sortby("y"),
    center_score=0,
    border=itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Inside,
    generate_score_image=True,
)
labels = labels.sel(y=terrain.y, method="nearest")
slope = slope.sel(y=terrain.y, method="nearest")

# Labels count from the south-west: 0 SW, 1 S, 2 SE, 3 W, 4 the cell itself, 5 E, 6 NW, 7 N, 8 NE.
to_east = labels.astype(int) % 3 - 1
to_north = labels.astype(int) // 3 - 1
rows, columns = np.nonzero(labels.values == 4)

figure, axes = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
terrain.plot.contourf(ax=axes[0], levels=20, cmap="terrain")
some = {"x": slice(2, None, 5), "y": slice(2, None, 6)}
arrows = [(to_east * 30.0).isel(some), (to_north * 20.0).isel(some)]
axes[0].quiver(x[some["x"]], y[some["y"]], *arrows, angles="xy", scale_units="xy", scale=0.3, pivot="mid")
axes[0].scatter(x[columns], y[rows], s=60, color="red", zorder=3)
axes[0].set_title("steepest descent, and sinks in red")
slope.rename("slope (m/m)").plot(ax=axes[1], cmap="magma")
axes[1].set_title("slope")
for panel in axes:
    panel.set_aspect("equal")
    panel.ticklabel_format(useOffset=False, style="plain")
    panel.tick_params(axis="x", rotation=30)
figure.savefig(picture, dpi=100)

print(f"{rows.size} sinks; {picture} is written")
