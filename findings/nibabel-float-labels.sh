#!/bin/bash
# Guess: labels 0, 1, ... 26 as floats, saved with a header of uint8, are stored as they are: all of them fit.
# Found: they are stretched over 0..255. Of 27 labels 26 are no whole numbers when read, and int() makes 13 of them
# another label.
# Versions: nibabel 5.4.2, SimpleITK 2.5.7, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check nibabel==5.4.2 SimpleITK==2.5.7 numpy==2.4.6
venv/bin/python - <<'END'
import nibabel as nib
import numpy as np
import SimpleITK

labels = np.arange(27, dtype=float).reshape(3, 3, 3)
header = nib.Nifti1Header()
header.set_data_dtype("uint8")
nib.save(nib.Nifti1Image(labels, np.eye(4), header), "labels.nii")
read = nib.load("labels.nii").get_fdata()
other = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage("labels.nii")).transpose()
print("nibabel:  ", np.round(read.ravel()[:6], 4).tolist(), "...")
print("SimpleITK:", other.dtype, np.round(other.ravel()[:6], 4).tolist(), "...")
whole = int((read == np.round(read)).sum())
wrong = int((read.astype(int) != labels).sum())
print("whole numbers:", whole, "of 27; astype(int) wrong:", wrong)
assert np.abs(read - labels).max() > 0.04 and np.allclose(read, other, atol=1e-5)
assert whole == 1 and wrong == 13
print("Seen: labels come back as 1.0196, 2.0392, 2.9569, ...: cast labels before they are saved.")
END
