#!/bin/bash
# Guess: rasterio and xarray read the rows of one netCDF file in the same order.
# Found: GDAL turns a file whose y ascends upside down; xarray does not. Even a file without a CRS is turned.
# Versions: rasterio 1.4.4, xarray 2026.9.0, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check rasterio==1.4.4 xarray==2026.9.0 scipy==1.17.1 numpy==2.4.6
venv/bin/python -W ignore - <<'END'
import numpy as np
import rasterio
import xarray as xr

heights = xr.DataArray(np.arange(6.0).reshape(3, 2), dims=("y", "x"), coords={"y": [0.0, 1, 2], "x": [0.0, 1]}, name="z")
heights.to_dataset().to_netcdf("heights.nc", engine="scipy")
with xr.open_dataset("heights.nc", engine="scipy") as data:
    by_xarray = data.z.values
with rasterio.open("netcdf:heights.nc:z") as file:
    by_rasterio, transform = file.read(1), file.transform
print("xarray:  ", by_xarray.tolist())
print("rasterio:", by_rasterio.tolist(), "| step of rows:", transform.e)
assert np.array_equal(by_xarray, heights.values)
assert np.array_equal(by_rasterio, by_xarray[::-1])
print("Seen: rows are reversed: directions to the row before become directions to the row behind.")
END
