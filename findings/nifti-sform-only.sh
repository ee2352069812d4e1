#!/bin/bash
# Guess: where a NIfTI file has an sform and no qform (qform_code 0), its spacing is that of the sform.
# The format's method 3 does not use pixdim.
# Found: ITK takes pixdim for the spacing, 1; nibabel's affine says 2.
# Versions: itk-io 5.4.7, nibabel 5.4.2, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 nibabel==5.4.2 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import nibabel as nib
import numpy as np

image = nib.Nifti1Image(np.zeros((3, 4, 5), "f4"), np.diag([2.0, 2, 2, 1]))
image.header["qform_code"] = 0
image.header["pixdim"][1:4] = 1
nib.save(image, "scaled.nii")
again = nib.load("scaled.nii")
spacing = list(itk.spacing(itk.imread("scaled.nii")))
print("codes of qform, sform:", int(again.header["qform_code"]), int(again.header["sform_code"]))
print("nibabel, affine: ", nib.affines.voxel_sizes(again.affine).tolist())
print("nibabel, zooms:  ", [float(zoom) for zoom in again.header.get_zooms()])
print("ITK:             ", spacing)
assert int(again.header["qform_code"]) == 0 and int(again.header["sform_code"]) > 0
assert np.array_equal(nib.affines.voxel_sizes(again.affine), [2, 2, 2])
assert spacing == [1, 1, 1]
print("Seen: two spacings of one file; with unequal axes, directions change.")
END
