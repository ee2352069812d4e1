#!/bin/bash
# Computes directions and basins of an MRI of the head, ch2 of Debian's mricron-data, in build/demo.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${program_packages[@]}" mricron-data

cmake -S . -B build/program -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF
cmake --build build/program
mkdir -p build/demo
image=/usr/share/mricron/templates/ch2.nii.gz
label=build/program/apps/neighborhood-argmax-label
"$label" "$image" build/demo/labels.nii.gz --preview build/demo/labels.png
# Minima get basins, up to the edge of the image: those that are deeper than 10 of the 255 gray values.
"$label" "$image" build/demo/descent.nii.gz --center-score 0 --border inside --basins build/demo/basins.nii.gz --depth 10

cat <<END

$(ls -l build/demo)

build/demo/labels.nii.gz   directions of steepest descent
build/demo/labels.png      a slice of them
build/demo/descent.nii.gz  directions with sinks: label 13
build/demo/basins.nii.gz   for each voxel the number of the basin that it drains to: 356, deeper than 10
END
