"""Flow directions of a terrain with coordinates from the north to the south, as rasters of maps have them.

python label_terrain.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import xarray
from itk_neighborhoodargmaxlabel import labels, offsets

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "terrain.png"

# A raster with north up: x ascends to the east, y descends to the south; cells of 30 m x 20 m.
x = 500_000.0 + 30.0 * np.arange(120)
y = 5_200_000.0 - 20.0 * np.arange(150)
east, north = np.meshgrid((x - x[0]) / 1000, (y - y[0]) / 1000)
elevation = 900 + 120 * np.sin(2.1 * east) * np.cos(1.7 * north) + 60 * np.sin(3.3 * east + 2.4 * north) + 40 * north
terrain = xarray.DataArray(elevation.astype(np.float32), dims=("y", "x"), coords={"y": y, "x": x}, name="elevation")

directions, slope = labels(terrain, center_score=0, border="inside", generate_score_image=True)

# Labels mean rows and columns: 0 NW, 1 N, 2 NE, 3 W, 4 the cell itself, 5 E, 6 SW, 7 S, 8 SE.
steps = offsets(2)[directions]
to_east, to_north = steps[..., 1] * 30.0, steps[..., 0] * -20.0
rows, columns = np.nonzero(directions.values == 4)

figure, axes = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
xarray.plot.contourf(terrain, ax=axes[0], levels=20, cmap="terrain")
some = slice(2, None, 6), slice(2, None, 5)
axes[0].quiver(x[some[1]], y[some[0]], to_east[some], to_north[some], angles="xy", scale_units="xy", scale=0.3, pivot="mid")
axes[0].scatter(x[columns], y[rows], s=60, color="red", zorder=3)
axes[0].set_title("steepest descent, and sinks in red")
xarray.plot.pcolormesh(slope.rename("slope (m/m)"), ax=axes[1], cmap="magma")
axes[1].set_title("slope")
for panel in axes:
    panel.set_aspect("equal")
    panel.ticklabel_format(useOffset=False, style="plain")
    panel.tick_params(axis="x", rotation=30)
figure.savefig(picture, dpi=100)

print(f"{rows.size} sinks; {picture} is written")
