#!/bin/bash
# Guess: the fill value of a Zarr array is what chunks hold that were never written. uint8 labels read as uint8.
# Found: for Zarr format 2 xarray takes it for the missing value. zarr writes 0 by default: label 0 is NaN
# and the labels are float32. In format 3 the same call gives uint8.
# Versions: xarray 2026.9.0, zarr 3.1.6, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check xarray==2026.9.0 zarr==3.1.6 numpy==2.4.6
venv/bin/python - <<'END'
import numpy as np
import xarray as xr
import zarr

labels = np.array([[0, 1, 2], [13, 0, 26]], dtype="u1")
read = {}
for version in (2, 3):
    group = zarr.open_group(f"labels{version}.zarr", mode="w", zarr_format=version)
    names = {"dimension_names": ("y", "x")} if version == 3 else {}
    array = group.create_array("labels", shape=labels.shape, dtype="u1", chunks=labels.shape, **names)
    array[:] = labels
    if version == 2:
        array.attrs["_ARRAY_DIMENSIONS"] = ["y", "x"]
    read[version] = xr.open_zarr(f"labels{version}.zarr", consolidated=False).labels
    print("format", version, "| fill value:", array.fill_value, "|", read[version].dtype, read[version].values.tolist())
assert read[2].dtype == np.float32 and np.array_equal(np.isnan(read[2].values), labels == 0)
assert read[3].dtype == np.uint8 and np.array_equal(read[3].values, labels)
print("Seen: label 0 is missing in format 2 and there in format 3.")
END
