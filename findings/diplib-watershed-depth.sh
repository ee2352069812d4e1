#!/bin/bash
# Guess: DIPlib's Watershed of a smooth image makes a basin for each minimum. A factor on the image changes nothing.
# Found: it joins basins up to a depth of 1, in units of the image. An image of 0 to 1 is one basin;
# times 100 it has 47, times 1e6 it has 60 for its 63 minima.
# Versions: diplib 3.6.1, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check diplib==3.6.1 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import diplib as dip
import numpy as np
from scipy import ndimage

field = ndimage.gaussian_filter(np.random.default_rng(0).random((64, 64)), 2)
field = (field - field.min()) / np.ptp(field)
minima = ndimage.label(np.asarray(dip.Minima(dip.Image(field), connectivity=2)), np.ones((3, 3)))[1]
counts = []
for factor in (1, 100, 1e6):
    counts.append(int(np.asarray(dip.Watershed(dip.Image(field * factor), connectivity=2, flags={"labels"})).max()))
    print("factor", factor, "| minima:", minima, "| basins:", counts[-1])
assert minima == 63 and counts == [1, 47, 60]
print("Seen: 1, 47 and 60 basins of the same image.")
END
