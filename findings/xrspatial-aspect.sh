#!/bin/bash
# Guess: xarray-spatial's aspect, the compass direction of the fall, follows the coordinates: it takes the size of the
# cells from them. With y ascending, as in most netCDF files, north is the last row.
# Found: north is the first row, whatever y says. The same hill with its rows reversed faces the other way:
# 333 degrees instead of 207.
# Versions: xarray-spatial 0.5.3, xarray 2026.9.0, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check xarray-spatial==0.5.3 xarray==2026.9.0 numpy==2.4.6
venv/bin/python -W ignore - <<'END'
import numpy as np
import xarray as xr
import xrspatial

steps = 30.0 * np.arange(6)
# Heights rise by 1 a meter to the north and by 0.5 to the east: the fall is to the south-west, 206.6 degrees.
ascending = xr.DataArray(np.add.outer(steps, 0.5 * steps), dims=("y", "x"), coords={"y": steps, "x": steps})
descending = ascending.isel(y=slice(None, None, -1))
aspects = [float(xrspatial.aspect(hill).isel(y=2, x=2)) for hill in (descending, ascending)]
slopes = [float(xrspatial.slope(hill).isel(y=2, x=2)) for hill in (descending, ascending)]
stretched = float(xrspatial.slope(ascending.assign_coords(x=10 * steps)).isel(y=2, x=2))
print("aspect, y descending:", round(aspects[0], 1), "| y ascending:", round(aspects[1], 1))
print("slope:", round(slopes[0], 1), "and", round(slopes[1], 1), "| with x ten times as wide:", round(stretched, 1))
assert abs(aspects[0] - 206.565) < 0.01 and abs(aspects[1] - 333.435) < 0.01
assert abs(stretched - slopes[1]) > 1
print("Seen: one hill, 206.6 and 333.4 degrees, by the order of its rows.")
END
