#!/bin/bash
# Guess: uint8 directions of PCRaster's numbers (1 to 9) copied to a PCRaster map are the same numbers when read,
# or the copy fails.
# Found: uint8 becomes a boolean map in which each cell is 1, without an error; a creation option of the value scale
# is ignored. Only a tag PCRASTER_VALUESCALE of the source makes it a map of directions.
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

directions = np.array([[5, 4, 4], [8, 5, 2], [9, 6, 7]], dtype="u1")
profile = {"driver": "GTiff", "width": 3, "height": 3, "count": 1, "dtype": "uint8"}
profile["transform"] = rasterio.transform.from_origin(500000, 4000000, 30, 30)


def copied(tags, options):
    with rasterio.open("directions.tif", "w", **profile) as file:
        file.write(directions, 1)
        file.update_tags(**tags)
    rasterio.shutil.copy("directions.tif", "directions.map", driver="PCRaster", **options)
    with rasterio.open("directions.map") as file:
        return file.tags()["PCRASTER_VALUESCALE"], file.read(1)


plain = copied({}, {})
optional = copied({}, {"PCRASTER_VALUESCALE": "VS_LDD"})
tagged = copied({"PCRASTER_VALUESCALE": "VS_LDD"}, {})
print("plain:      ", plain[0], plain[1].tolist())
print("with option:", optional[0], optional[1].tolist())
print("with tag:   ", tagged[0], tagged[1].tolist())
for scale, read in (plain, optional):
    assert scale == "VS_BOOLEAN" and (read == 1).all()
assert tagged[0] == "VS_LDD" and np.array_equal(tagged[1], directions)
print("Seen: all directions are 1, and exact with the tag.")
END
