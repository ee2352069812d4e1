#!/bin/bash
# Guess: itk.array_from_image(itk.image_from_array(a)) has the shape of a, for views too. A filter called with a
# gives an array of the shape of a.
# Found: an array in Fortran order, such as a.T, comes back transposed. a.T of a stack whose axes are
# permuted otherwise keeps its shape.
# Versions: itk-io 5.4.7, itk-filtering 5.4.7, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 itk-filtering==5.4.7 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np

a = np.arange(6, dtype="f4").reshape(2, 3)
back = itk.array_from_image(itk.image_from_array(a.T))
print("a.T:", a.T.shape, "and back:", back.shape)
assert np.array_equal(back, a)
filtered = np.asarray(itk.median_image_filter(a.T, radius=0))
print("a.T filtered:", filtered.shape)
assert filtered.shape == a.shape
permuted = np.arange(24, dtype="f4").reshape(2, 3, 4).transpose(2, 0, 1)
back = itk.array_from_image(itk.image_from_array(permuted))
print("axes permuted:", permuted.shape, "and back:", back.shape)
assert np.array_equal(back, permuted)
print("Seen: axes are swapped or not, by the layout in memory: directions point along other axes.")
END
