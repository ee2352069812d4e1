#!/bin/bash
# Guess: scikit-image's h_minima, ITK's HMinima filter and the level of ITK's morphological watershed treat a pit
# whose depth is exactly h alike.
# Found: scikit-image keeps it, both filters of ITK fill it. Depths of whole numbers are often exactly h.
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
from skimage.morphology import h_minima, local_minima

image = np.full((7, 13), 20, dtype="f4")
image[3, 3], image[3, 9] = 5, 10  # the second pit is 10 deep
counts = []
for h in (9, 10, 11):
    itk_image = itk.image_from_array(image)
    filled = itk.array_from_image(itk.h_minima_image_filter(itk_image, height=h))
    watershed = itk.morphological_watershed_image_filter(itk_image, level=h, mark_watershed_line=False)
    counts.append(
        (
            ndimage.label(h_minima(image, h))[1],
            ndimage.label(local_minima(filled))[1],
            int(itk.array_from_image(watershed).max()),
        )
    )
    print("h =", h, "| scikit-image, ITK HMinima, ITK watershed:", counts[-1])
assert counts == [(2, 2, 2), (2, 1, 1), (1, 1, 1)]
print("Seen: at h = 10 the pit of depth 10 is a basin in scikit-image and none in ITK.")
END
