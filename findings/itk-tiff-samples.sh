#!/bin/bash
# Guess: ITK reads a TIFF of two gray samples a pixel (two bands, or gray and alpha) as a vector image, or refuses it.
# Found: it reads a scalar image of the right size. Each row holds the samples of its first pixels in turn;
# the second half of each row of the file is lost.
# Versions: itk-io 5.4.7, tifffile 2026.3.3, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check itk-io==5.4.7 tifffile==2026.3.3 numpy==2.4.6
venv/bin/python - <<'END'
import itk
import numpy as np
import tifffile

bands = np.stack([np.arange(12).reshape(3, 4), 100 + np.arange(12).reshape(3, 4)], axis=-1).astype("u2")
tifffile.imwrite("bands.tif", bands, photometric="minisblack", planarconfig="contig", extrasamples=["unspecified"])
image = itk.imread("bands.tif")
read = itk.array_from_image(image)
print("first band: ", bands[..., 0].tolist())
print("second band:", bands[..., 1].tolist())
print("ITK:        ", read.tolist())
assert image.GetNumberOfComponentsPerPixel() == 1
assert np.array_equal(read, bands.reshape(3, 8)[:, :4])
print("Seen: a scalar image whose rows are 0, 100, 1, 101: neighbors are samples of one pixel.")
END
