#!/bin/bash
# Guess: what is computed from a raster, as `dem * 0 + 7`, is a plain array: scale, offset and nodata are those of the
# heights and go.
# Found: xarray keeps them through arithmetic, and rioxarray writes them. Labels of 0 read back as missing,
# label 7 as 100.7.
# Versions: rasterio 1.4.4, rioxarray 0.19.0, xarray 2026.9.0, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check rasterio==1.4.4 rioxarray==0.19.0 xarray==2026.9.0 numpy==2.4.6
venv/bin/python - <<'END'
import numpy as np
import rasterio
import rioxarray

profile = {"driver": "GTiff", "width": 3, "height": 2, "count": 1, "dtype": "int16", "nodata": 0, "crs": "EPSG:32632"}
profile["transform"] = rasterio.transform.from_origin(500000, 4000000, 30, 30)
with rasterio.open("heights.tif", "w", **profile) as file:
    file.write(np.array([[1, 2, 3], [4, 5, 6]], "i2"), 1)
    file.scales, file.offsets = (0.1,), (100.0,)
with rioxarray.open_rasterio("heights.tif") as file:
    heights = file.squeeze("band").load()
labels = (heights > 3) * 7
print("attributes of the labels:", {name: float(value) for name, value in labels.attrs.items() if name != "AREA_OR_POINT"})
labels.astype("u1").rio.to_raster("labels.tif")
with rioxarray.open_rasterio("labels.tif", mask_and_scale=True) as file:
    read = file.squeeze("band").values
print("written: ", labels.values.tolist())
print("and read:", read.tolist())
assert labels.values.tolist() == [[0, 0, 0], [7, 7, 7]]
assert np.isnan(read[0]).all() and np.allclose(read[1], 100.7)
print("Seen: 0 is NaN, 7 is 100.7.")
END
