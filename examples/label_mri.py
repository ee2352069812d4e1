"""Labels an MRI of the head, and draws a slice of it, the directions of steepest descent and their scores.

    python label_mri.py [image] [picture.png]

The default image is ch2 of Debian's package mricron-data.
"""

import sys

import itk
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import direction_colors, labels

matplotlib.use("Agg")

path = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/mricron/templates/ch2.nii.gz"
picture = sys.argv[2] if len(sys.argv) > 2 else "labels.png"

image = itk.imread(path)
found, scores = labels(image, center_score=0, border="inside", generate_score_image=True)

middle = itk.size(image)[2] // 2
values, label, score = (itk.array_view_from_image(i)[middle] for i in (image, found, scores))
directions = np.where(score[..., np.newaxis] > 0, direction_colors()[label], 0)

figure, axes = plt.subplots(1, 3, figsize=(12, 4.8), layout="constrained")
spacing = itk.spacing(image)
for panel, pixels, title, options in (
    (axes[0], values, "image", {"cmap": "gray"}),
    (axes[1], directions, "direction of steepest descent", {}),
    (axes[2], score, "score: descent per mm", {"cmap": "magma"}),
):
    shown = panel.imshow(pixels, origin="lower", aspect=spacing[1] / spacing[0], **options)
    panel.set_title(title)
    panel.set_axis_off()
figure.colorbar(shown, ax=axes[2], shrink=0.8)
figure.savefig(picture, dpi=85)

print(f"{np.mean(itk.array_view_from_image(found) == 13):.1%} of the voxels are sinks; {picture} is written")
