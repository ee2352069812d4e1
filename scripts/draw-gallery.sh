#!/bin/bash
# Draws the pictures of documentation/gallery with the scripts in examples/, in at most 256 colors for small files.
# PYTHON names a Python that has the wheel with its extra "test".
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages mricron-data

python=${PYTHON:-build/python/bin/python}
gallery=documentation/gallery
mri=/usr/share/mricron/templates/ch2.nii.gz
"$python" examples/label_mri.py "$mri" "$gallery/mri.png"
"$python" examples/label_basins.py "$mri" "$gallery/basins.png"
"$python" examples/label_terrain.py "$gallery/terrain.png"
folder=$(mktemp -d) # two of them write data beside their picture
trap 'rm -rf "$folder"' EXIT
for name in raster catchments atoms ions cells rivers ridges sparks; do
  "$python" examples/*_$name.py "$folder/$name.png"
done
mv "$folder"/*.png "$gallery"
"$python" - "$gallery"/*.png <<'END'
import sys
from PIL import Image

for path in sys.argv[1:]:
    picture = Image.open(path).convert("RGB")
    picture.quantize(palette=picture.quantize(256)).save(path, optimize=True)
END
