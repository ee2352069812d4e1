#!/bin/bash
# Guess: D8 of pyflwdir (from_dem) and RichDEM leads to the steepest of the eight neighbors:
# diagonals count by their distance, 1.414.
# Found: both lead to the lowest one, so that diagonals win too often. Here the east falls by 1.5 a unit,
# the south-east by 2 / 1.414 = 1.41.
# Versions: pyflwdir 0.5.12, py-richdem 2.2.0rc3, numba 0.68.1, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyflwdir==0.5.12 py-richdem==2.2.0rc3 numba==0.68.1 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import os
import sys

import numpy as np
import pyflwdir
import richdem

heights = np.full((5, 5), 20.0)
heights[2, 2], heights[2, 3], heights[3, 3], heights[4, 4] = 10.0, 8.5, 8.0, 7.0
east, south_east = 1.5, 2 / np.sqrt(2)
codes = pyflwdir.from_dem(heights, nodata=-9999.0, latlon=False).to_array("d8")
sys.stdout.flush()
kept = os.dup(1), os.dup(2)
with open(os.devnull, "w") as null:  # RichDEM prints its progress
    os.dup2(null.fileno(), 1), os.dup2(null.fileno(), 2)
    shares = np.asarray(richdem.FlowProportions(richdem.rdarray(heights, no_data=-9999), method="D8"))[2, 2]
    sys.stdout.flush()
os.dup2(kept[0], 1), os.dup2(kept[1], 2)
# pyflwdir: 1 east, 2 south-east. RichDEM: 1 west, and on clockwise: 5 east, 6 south-east.
print("falls to the east:", east, "to the south-east:", round(float(south_east), 3))
print("pyflwdir:", int(codes[2, 2]), "| RichDEM:", int(shares[1:].argmax()) + 1)
assert east > south_east and codes[2, 2] == 2 and shares[6] == 1
print("Seen: both go south-east, to the lowest neighbor; steepest descent goes east.")
END
