"""Labels an MRI of the head, and draws a slice of it, the directions of steepest descent and their scores.

    python label_mri.py [image] [picture.png]

The default image is ch2 of Debian's package mricron-data.
"""

import sys

import itk
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

path = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/mricron/templates/ch2.nii.gz"
picture = sys.argv[2] if len(sys.argv) > 2 else "labels.png"

image = itk.imread(path)
labels, scores = itk.neighborhood_argmax_label_image_filter(
    image, center_score=0, border=itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Inside, generate_score_image=True
)

# The offset of each label, x first; as a color: red to the right, green to the front, blue upwards.
offsets = np.stack([axis.ravel() - 1 for axis in np.indices((3, 3, 3))[::-1]], axis=1)
lengths = np.linalg.norm(offsets, axis=1, keepdims=True)
colors = 0.5 + 0.5 * offsets / np.maximum(lengths, 1)

middle = itk.size(image)[2] // 2
values, label, score = (itk.array_view_from_image(i)[middle] for i in (image, labels, scores))
directions = np.where(score[..., np.newaxis] > 0, colors[label], 0.0)

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
figure.savefig(picture, dpi=100)

print(f"{np.mean(itk.array_view_from_image(labels) == 13):.1%} of the voxels are sinks; {picture} is written")
