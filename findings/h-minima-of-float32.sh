#!/bin/bash
# Guess: h_minima of a float32 image keeps the pits of depth h and more: the greater h, the fewer pits. An image
# plus a constant has the same ones, as long as all values are exact.
# Found: around 1e6 a pit of depth 1 comes and goes as h grows: the filter widens h by an allowance of 2e-6
# of the value, which is 2 here. All values, differences and h = 0.5 are exact in float32.
# Versions: scikit-image 0.26.0, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import numpy as np
from scipy import ndimage
from skimage.morphology import h_minima


def pits(offset, h):
    image = np.full((7, 13), offset + 2, dtype="f4")
    image[3, 3], image[3, 9] = offset, offset + 1  # depths 2 and 1
    return ndimage.label(h_minima(image, h))[1]


heights = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.9]
near, far = [pits(1e4, h) for h in heights], [pits(1e6, h) for h in heights]
print("h:            ", heights)
print("pits near 1e4:", near)
print("pits near 1e6:", far)
assert near == [2, 2, 2, 2, 2, 2, 2, 1]
assert far == [1, 2, 1, 1, 2, 1, 2, 2]
print("Seen: at 1e6 the pit is there at h = 0.4, gone at 0.5, there at 0.7, and kept at 1.9, deeper than it is.")
END
