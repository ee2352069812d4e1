#!/bin/bash
# Guess: a `nan` in a VTK text file is read as NaN, or is an error. A number too large for its type costs that number.
# Found: the reader stops there in silence. After `nan` all values are 0;
# after 1e39 in a float file all values are the greatest float.
# Versions: itk-io 5.4.7, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np

HEAD = """# vtk DataFile Version 3.0
heights
ASCII
DATASET STRUCTURED_POINTS
DIMENSIONS 3 3 1
ORIGIN 0 0 0
SPACING 1 1 1
POINT_DATA 9
SCALARS heights float 1
LOOKUP_TABLE default
"""


def read(values):
    with open("heights.vtk", "w") as file:
        file.write(HEAD + values + "\n")
    return itk.array_from_image(itk.imread("heights.vtk")).ravel()


missing = read("5 4 3 6 nan 7 8 9 1")
large = read("5 4 3 6 1e39 7 8 9 1")
print("5 4 3 6 nan 7 8 9 1  ->", missing.tolist())
print("5 4 3 6 1e39 7 8 9 1 ->", large.tolist())
assert np.array_equal(missing, [5, 4, 3, 6, 0, 0, 0, 0, 0])
assert np.array_equal(large[:4], [5, 4, 3, 6]) and (large[4:] == np.finfo("f4").max).all()
print("Seen: one missing value turns the rest of the image into a plateau, with no error.")
END
