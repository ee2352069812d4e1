#!/bin/bash
# Guess: a cloud optimized GeoTIFF of D8 codes holds D8 codes, at each of its resolutions.
# Found: the overviews of the COG driver are interpolated (cubic) unless told otherwise: 8 codes become 116 values at
# half the resolution. The full resolution is exact, so that a check of it finds nothing.
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

codes = (2 ** np.random.default_rng(0).integers(0, 8, (1024, 1024))).astype("u1")
profile = {"driver": "COG", "width": 1024, "height": 1024, "count": 1, "dtype": "uint8", "crs": "EPSG:32632"}
profile["transform"] = rasterio.transform.from_origin(500000, 4000000, 30, 30)
with rasterio.open("codes.tif", "w", **profile) as file:
    file.write(codes, 1)
with rasterio.open("codes.tif") as file:
    whole, half = file.read(1), file.read(1, out_shape=(512, 512))
print("codes:", np.unique(codes).tolist())
print("at half the resolution:", np.unique(half).size, "values, as", np.unique(half)[:9].tolist())
assert np.array_equal(whole, codes)
assert np.unique(half).size == 116
print("Seen: 116 values, among them 3, 5 and 6, which a reader of codes takes for sums of directions.")
END
