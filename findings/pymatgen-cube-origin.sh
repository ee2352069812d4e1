#!/bin/bash
# Guess: an atom that lies in the voxel of the greatest density of a cube file lies there in pymatgen's grid, too.
# Found: the origin of the cube is dropped: the atom keeps its place, the grid moves. Here it is off by one voxel
# along each axis; basins then get the names of other atoms.
# Versions: pymatgen 2025.10.7, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pymatgen==2025.10.7 numpy==2.4.6
venv/bin/python -W ignore - <<'END'
import numpy as np
from pymatgen.io.common import VolumetricData

points = 4
with open("density.cube", "w") as file:
    file.write("an atom in voxel 1, 1, 1\nof a grid that begins at 0.5 bohr\n1 0.5 0.5 0.5\n")
    for axis in range(3):
        file.write(f"{points} " + " ".join("0.5" if axis == other else "0.0" for other in range(3)) + "\n")
    file.write("1 0 1.0 1.0 1.0\n")
    for row in range(points**2):
        file.write("0 8 0 0\n" if row == points + 1 else "0 0 0 0\n")
cube = VolumetricData.from_cube("density.cube")
peak = np.unravel_index(cube.data["total"].argmax(), cube.dim)
atom = np.round(cube.structure.frac_coords[0] * cube.dim).astype(int)
print("voxel of the peak:", [int(k) for k in peak], "| voxel of the atom:", atom.tolist())
assert list(peak) == [1, 1, 1] and atom.tolist() == [2, 2, 2]
print("Seen: the atom is one voxel beside its peak.")
END
