#!/bin/bash
# Guess: an image of one value is one basin, with one minimum that is the whole image; or libraries agree that it has none.
# Found: scikit-image finds no minimum, and its watershed labels no pixel (0). ITK's watershed makes one basin,
# and mahotas one minimum. A block without relief is lost or kept.
# Versions: itk-segmentation 5.4.7, mahotas 1.4.19, scikit-image 0.26.0, scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-segmentation==5.4.7 mahotas==1.4.19 scikit-image==0.26.0 scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import mahotas
import numpy as np
from skimage.morphology import local_minima
from skimage.segmentation import watershed

flat = np.zeros((4, 5))
image = itk.image_from_array(flat.astype("f4"))
seen = {
    "scikit-image watershed": np.unique(watershed(flat)).tolist(),
    "scikit-image local_minima": int(local_minima(flat).sum()),
    "mahotas regmin": int(mahotas.regmin(flat).sum()),
    "ITK morphological watershed": np.unique(itk.array_from_image(itk.morphological_watershed_image_filter(image))).tolist(),
}
for name, value in seen.items():
    print(f"{name}: {value}")
assert list(seen.values()) == [[0], 0, 20, [1]]
assert np.unique(watershed(np.where(np.arange(5) == 1, -1.0, flat))).tolist() == [1]
print("Seen: no basin in scikit-image, one in ITK; one lower pixel makes it a basin in scikit-image as well.")
END
