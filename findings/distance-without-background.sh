#!/bin/bash
# Guess: the distance to the background of an image without background is infinite, or 0 everywhere, or an error.
# Found: SciPy measures to a voxel at (-1, 0) outside the array, so that the map slopes towards one corner.
# mahotas has 19 (squared) everywhere, OpenCV the greatest float, edt infinity.
# Versions: edt 3.1.2, mahotas 1.4.19, opencv-python-headless 5.0.0.93, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check edt==3.1.2 mahotas==1.4.19 opencv-python-headless==5.0.0.93 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import cv2
import edt
import mahotas
import numpy as np
from scipy import ndimage

full = np.ones((3, 3), dtype="u1")
distances = ndimage.distance_transform_edt(full)
skewed = ndimage.distance_transform_edt(full, sampling=(10, 1))
others = {
    "mahotas": mahotas.distance(full.astype(bool)),
    "OpenCV": cv2.distanceTransform(full, cv2.DIST_L2, 5),
    "edt": edt.edt(full),
}
print("SciPy:", np.round(distances, 2).tolist())
for name, value in others.items():
    print(f"{name}: {np.unique(value).tolist()}")
rows, columns = np.indices(full.shape)
assert np.allclose(distances, np.hypot(rows + 1, columns))
assert np.allclose(skewed, np.hypot(10 * (rows + 1), columns))
assert [np.unique(value).tolist() for value in others.values()] == [[19], [float(np.finfo("f4").max)], [np.inf]]
print("Seen: a block inside one object gets distances from a corner: 1, 1.41, 2.24, ...")
END
