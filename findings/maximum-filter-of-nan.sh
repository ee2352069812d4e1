#!/bin/bash
# Guess: ndimage.maximum_filter gives NaN wherever its window holds one, as np.max does, or ignores NaN, as np.nanmax.
# Found: it does either, by the position in the window and the direction of the scan. An array and its mirror image
# have different maxima.
# Versions: scipy 1.17.1, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
venv/bin/python - <<'END'
import numpy as np
from scipy.ndimage import maximum_filter, minimum_filter

a = np.arange(9.0)
a[4] = np.nan
forward, backward = maximum_filter(a, 3), maximum_filter(a[::-1], 3)[::-1]
lowest = minimum_filter(a, 3)
print("a:                     ", a.tolist())
print("maxima:                ", forward.tolist())
print("maxima of the mirrored:", backward.tolist())
print("minima:                ", lowest.tolist())
assert np.array_equal(forward, [1, 2, 3, 3, 5, 6, 7, 8, 8])
assert np.array_equal(backward, [1, 2, 3, np.nan, 5, 6, 7, 8, 8], equal_nan=True)
assert np.array_equal(lowest, [0, 0, 1, 2, 3, np.nan, 5, 6, 7], equal_nan=True)
print("Seen: of three windows with the NaN none, or one, gives NaN; local maxima beside a hole depend on the scan.")
END
