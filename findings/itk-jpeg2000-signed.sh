#!/bin/bash
# Guess: ITK reads a lossless JPEG 2000 file of int16 as int16: the file says that its samples are signed.
# Found: it reads uint16; -3 is 65533. Depths below zero become the highest peaks.
# Versions: itk-io 5.4.7, imagecodecs 2026.3.6, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 imagecodecs==2026.3.6 numpy==2.4.6
venv/bin/python - <<'END'
import imagecodecs
import itk
import numpy as np

heights = np.array([[-3, -2], [5, 7]], dtype="i2").repeat(16, 0).repeat(16, 1)
with open("heights.jp2", "wb") as file:
    file.write(imagecodecs.jpeg2k_encode(heights, level=0, reversible=True, codecformat="jp2"))
assert np.array_equal(imagecodecs.imread("heights.jp2"), heights)
read = itk.array_from_image(itk.imread("heights.jp2"))
print("written:", np.unique(heights).tolist())
print("ITK:    ", read.dtype, np.unique(read).tolist())
assert read.dtype == np.uint16 and np.array_equal(read.view("i2"), heights)
print("Seen: the sign is lost; a second decoder reads the same file right.")
END
