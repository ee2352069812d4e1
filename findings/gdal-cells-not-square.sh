#!/bin/bash
# Guess: a raster of 30 m x 20 m copied to a format that knows square cells only is refused, as its geometry is lost.
# Found: PCRaster maps come out as 30 m x 30 m, SAGA grids as 1 x 1 without a place; the copy succeeds. GDAL's own
# AAIGrid keeps both sizes.
# Versions: rasterio 1.4.4, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
venv/bin/python - <<'END'
import numpy as np
import rasterio
import rasterio.shutil

profile = {"driver": "GTiff", "width": 4, "height": 3, "count": 1, "dtype": "float32", "crs": "EPSG:32632"}
profile["transform"] = rasterio.transform.from_origin(500000, 4000000, 30, 20)
with rasterio.open("heights.tif", "w", **profile) as file:
    file.write(np.arange(12, dtype="f4").reshape(3, 4), 1)
cells = {}
for driver, extension in (("AAIGrid", "asc"), ("PCRaster", "map"), ("SAGA", "sdat")):
    rasterio.shutil.copy("heights.tif", f"copy.{extension}", driver=driver)
    with rasterio.open(f"copy.{extension}") as file:
        cells[driver] = file.res
        print(driver, "cells:", file.res, "corner:", tuple(file.transform)[2:6:3], "values kept:", file.read(1)[2, 3] == 11)
assert cells == {"AAIGrid": (30, 20), "PCRaster": (30, 30), "SAGA": (1, 1)}
print("Seen: 30 x 20 becomes 30 x 30 or 1 x 1, which changes distances and so directions.")
END
