#!/bin/bash
# Guess: pymatgen's Chgcar.to_cube converts: a CHGCAR holds the density times the volume of the cell, a cube file
# the density per cubic bohr.
# Found: the numbers are copied. 2 electrons in a cell of 8 cubic angstrom become 108 in the cube, read by its own rules.
# Versions: pymatgen 2025.10.7, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pymatgen==2025.10.7 numpy==2.4.6
venv/bin/python -W ignore - <<'END'
import numpy as np
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Chgcar, Poscar

cell = Structure(Lattice.cubic(2), ["He"], [[0.25, 0.25, 0.25]])
density = np.zeros((4, 4, 4))
density[1, 1, 1] = 2 * 64  # CHGCAR: the mean is the number of electrons
chgcar = Chgcar(Poscar(cell), {"total": density})
chgcar.to_cube("density.cube")
lines = open("density.cube").read().splitlines()
steps = [float(lines[3 + axis].split()[1 + axis]) for axis in range(3)]
values = np.array(" ".join(lines[7:]).split(), float)
electrons = values.sum() * np.prod(steps)
print("electrons of the CHGCAR:", density.mean(), "| of the cube, in bohr:", round(electrons, 2))
assert values.size == 64 and abs(density.mean() - 2) < 1e-9
assert abs(electrons / 2 - 8 / 0.529177**3) < 0.01
print("Seen: charges are too large by the volume of the cell in cubic bohr, here 54.")
END
