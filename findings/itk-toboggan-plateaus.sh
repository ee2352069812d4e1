#!/bin/bash
# Guess: ITK's toboggan filter gives each minimum a basin. Where whole numbers make plateaus,
# a plateau goes to one of its neighbors.
# Found: a plateau joins all basins that it touches. A smooth image of 20 gray levels with 34 minima is one basin.
# Versions: itk-segmentation 5.4.7, scikit-image 0.26.0, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-segmentation==5.4.7 scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np
from scipy import ndimage
from skimage.morphology import local_minima


def basins(image):
    return itk.array_from_image(itk.toboggan_image_filter(itk.image_from_array(image.astype("f4"))))


pits = np.array([[1, 7, 7, 7, 7, 7, 0]])
print(pits.tolist(), "->", basins(pits).tolist())
assert np.unique(basins(pits)).size == 1
rng = np.random.default_rng(0)
rng.random((64, 64))
smooth = ndimage.gaussian_filter(rng.random((64, 64)), 2)
counts = []
for levels in (None, 20):
    image = smooth if levels is None else np.floor(smooth / smooth.max() * levels)
    minima = ndimage.label(local_minima(image, connectivity=1))[1]
    counts.append((minima, np.unique(basins(image)).size))
    print("gray levels:", levels or "all", "| minima:", counts[-1][0], "| basins:", counts[-1][1])
assert counts == [(70, 70), (34, 1)]
print("Seen: 70 minima, 70 basins; in 20 gray levels 34 minima, 1 basin.")
END
