#!/bin/bash
# Guess: ITK reads a TIFF of 16-bit floats as floats, or refuses the type.
# Found: it reads the bits as uint16. Negative heights come out as the highest ones.
# Versions: itk-io 5.4.7, tifffile 2026.3.3, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 tifffile==2026.3.3 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np
import tifffile

heights = np.array([[-2, -1, 0], [1, 2, 3.5]], dtype="f2")
tifffile.imwrite("heights.tif", heights)
read = itk.array_from_image(itk.imread("heights.tif"))
print("written:", heights.tolist())
print("ITK:    ", read.dtype, read.tolist())
assert read.dtype == np.uint16 and np.array_equal(read, heights.view("u2"))
assert read.argmax() == heights.argmin()
print("Seen: the lowest height, -2, is the highest pixel, 49152.")
END
