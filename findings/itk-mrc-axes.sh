#!/bin/bash
# Guess: the spacing that ITK reads from an MRC or CCP4 map follows the header's order of axes (MAPC, MAPR, MAPS).
# Found: ITK ignores the order. The array's first axis gets the step of x, whatever it is;
# gemmi puts the same map in order.
# Versions: itk-io 5.4.7, mrcfile 1.5.4, gemmi 0.7.5, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 mrcfile==1.5.4 gemmi==0.7.5 numpy==2.4.6
venv/bin/python - <<'END'
import gemmi
import itk
import mrcfile
import numpy as np

# Columns run along z in steps of 2, rows along y in steps of 1, sections along x in steps of 0.5.
with mrcfile.new("map.mrc") as file:
    file.set_data(np.arange(24, dtype="f4").reshape(2, 3, 4))
    header = file.header
    header.mapc, header.mapr, header.maps = 3, 2, 1
    header.mx, header.my, header.mz = 2, 3, 4
    header.cella.x, header.cella.y, header.cella.z = 1.0, 3.0, 8.0
image = itk.imread("map.mrc")
ordered = gemmi.read_ccp4_map("map.mrc")
ordered.setup(0.0)
print("columns, rows, sections of the file: 4 of 2, 3 of 1, 2 of 0.5")
print("ITK:          ", list(itk.size(image)), list(itk.spacing(image)))
print("gemmi, x y z: ", np.array(ordered.grid).shape, ordered.grid.spacing)
assert list(itk.size(image)) == [4, 3, 2] and np.allclose(list(itk.spacing(image)), [0.5, 1, 2])
assert np.array(ordered.grid).shape == (2, 3, 4) and np.allclose(ordered.grid.spacing, (0.5, 1, 2))
print("Seen: ITK gives columns the spacing 0.5 instead of 2.")
END
