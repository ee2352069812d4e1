#!/bin/bash
# Guess: ase and pymatgen read a Gaussian cube in consistent units: they convert the cell from bohr to angstrom, and
# the density to electrons per cubic angstrom. Density times volume is the number of electrons.
# Found: the cell is in angstrom, the density still per cubic bohr: 1 electron counts as 0.148. Both refuse the
# format's own mark for angstrom (negative numbers of points) with an error about reshaping.
# Versions: ase 3.29.0, pymatgen 2025.10.7, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ase==3.29.0 pymatgen==2025.10.7 numpy==2.4.6
venv/bin/python -W ignore - <<'END'
from ase.io.cube import read_cube
from pymatgen.io.common import VolumetricData

points = 4


def write(sign):
    with open("density.cube", "w") as file:
        file.write("one electron\nin one voxel of 0.5 bohr\n1 0 0 0\n")
        for axis in range(3):
            file.write(f"{sign * points} " + " ".join("0.5" if axis == other else "0.0" for other in range(3)) + "\n")
        file.write("1 0 0.5 0.5 0.5\n")
        for row in range(points**2):  # 8 electrons per cubic bohr in the voxel (1, 1, 1)
            file.write("0 8 0 0\n" if row == points + 1 else "0 0 0 0\n")


def by_ase():
    with open("density.cube") as file:
        cube = read_cube(file)
    return cube["atoms"].cell.lengths()[0], cube["data"].sum() * cube["atoms"].cell.volume / points**3


def by_pymatgen():
    cube = VolumetricData.from_cube("density.cube")
    return cube.structure.lattice.a, cube.data["total"].sum() * cube.structure.volume / points**3


write(1)
for reader in (by_ase, by_pymatgen):
    edge, electrons = reader()
    print(reader.__name__, "| edge:", round(edge, 4), "angstrom | electrons:", round(electrons, 4))
    assert abs(edge - 2 * 0.529177) < 1e-4 and abs(electrons - 0.529177**3) < 1e-4
write(-1)
for reader in (by_ase, by_pymatgen):
    try:
        reader()
        raise SystemExit("read")
    except ValueError as error:
        print(reader.__name__, "| points < 0:", error)
print("Seen: one electron is 0.1482 in both.")
END
