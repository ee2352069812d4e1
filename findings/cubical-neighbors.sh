#!/bin/bash
# Guess: persistence of a cubical complex made of the same pixels is the same in gudhi and cripser.
# Found: gudhi's top_dimensional_cells joins pixels at corners (8 in 2-D, 26 in 3-D), cripser's computePH at faces
# (4, 6). Three pits on a diagonal are one pit in gudhi, three in cripser. gudhi's `vertices=` joins at faces.
# Versions: gudhi 3.13.0, cripser 0.0.37, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check gudhi==3.13.0 cripser==0.0.37 numpy==2.4.6
venv/bin/python - <<'END'
import cripser
import gudhi
import numpy as np
import tcripser

pits = np.array([[0, 9, 9], [9, 1, 9], [9, 9, 5.0]])


def by_gudhi(**cells):
    return sorted(birth for dimension, (birth, death) in gudhi.CubicalComplex(**cells).persistence() if dimension == 0)


seen = {
    "gudhi, top_dimensional_cells": by_gudhi(top_dimensional_cells=pits),
    "gudhi, vertices": by_gudhi(vertices=pits),
    "cripser": sorted(cripser.computePH(pits, maxdim=0)[:, 1].tolist()),
    "tcripser": sorted(tcripser.computePH(pits, maxdim=0)[:, 1].tolist()),
}
for name, births in seen.items():
    print(f"{name}: minima {births}")
assert list(seen.values()) == [[0], [0, 1, 5], [0, 1, 5], [0]]
print("Seen: one minimum where pixels join at corners, three where they join at faces.")
END
