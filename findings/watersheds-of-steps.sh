#!/bin/bash
# Guess: the watersheds of SciPy (watershed_ift) and OpenCV flood by height, as that of scikit-image:
# basins of two markers meet on the ridge between them.
# Found: they flood by the differences of neighbors. The basin of the smaller first step climbs the ridge
# and comes down on the other side.
# Versions: opencv-python-headless 5.0.0.93, scikit-image 0.26.0, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import cv2
import numpy as np
from scipy import ndimage
from skimage.morphology import local_minima
from skimage.segmentation import watershed

row = np.array([0, 0, 60, 70, 80, 90, 100, 50, 50], dtype="u1")  # the ridge, 100, is at 6
image = np.tile(row, (5, 1))
markers = np.zeros(image.shape, dtype="i4")
markers[1:4, 1], markers[1:4, 7] = 1, 2
by_height = watershed(image, markers)[2]
scipy_row = ndimage.watershed_ift(image, markers)[2]
opencv_row = cv2.watershed(np.dstack([image] * 3), markers.copy())[2]
print("heights:     ", row.tolist())
print("scikit-image:", by_height.tolist())
print("SciPy:       ", scipy_row.tolist())
print("OpenCV:      ", opencv_row.tolist())
assert by_height.tolist() == [1, 1, 1, 1, 1, 1, 2, 2, 2]
assert scipy_row.tolist() == [1, 1, 2, 2, 2, 2, 2, 2, 2]
assert opencv_row.tolist() == [-1, 1, -1, 2, 2, 2, 2, 2, -1]

rng = np.random.default_rng(0)
field = ndimage.gaussian_filter(rng.random((64, 64)), 3)
field = ((field - field.min()) / np.ptp(field) * 255).astype("u1")
minima, number = ndimage.label(local_minima(field))
other = float((watershed(field, minima) != ndimage.watershed_ift(field, minima.astype("i4"))).mean())
print("smooth image with", number, "minima: pixels in another basin:", round(other, 3))
assert number == 22 and other > 0.5
print("Seen: SciPy's basin 2 takes the whole slope beyond its ridge; 70 % of a smooth image changes basins.")
END
