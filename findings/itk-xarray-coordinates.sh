#!/bin/bash
# Guess: itk.image_from_xarray refuses coordinates that are not evenly spaced, and takes a descending y,
# as in every raster with the north up, as a direction of -1.
# Found: the first step counts for the whole axis, in silence; a descending y is refused.
# Versions: itk-io 5.4.7, xarray 2026.9.0, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 xarray==2026.9.0 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np
import xarray as xr


def image(y):
    return itk.image_from_xarray(xr.DataArray(np.zeros((3, 4), "f4"), dims=("y", "x"), coords={"y": y, "x": [0.0, 1, 2, 3]}))


spacing = list(itk.spacing(image([0.0, 1, 50])))
print("y = 0, 1, 50: spacing", spacing)
assert spacing == [1, 1]
try:
    image([2.0, 1, 0])
except RuntimeError as error:
    message = str(error)
print("y = 2, 1, 0:", message.strip().splitlines()[-1])
assert "Negative spacing" in message
print("Seen: a step of 49 counts as 1; rasters with the north up have to be turned first.")
END
