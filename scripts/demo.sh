#!/bin/bash
# Labels an MRI of the head, ch2 of Debian's mricron-data, and leaves build/demo/labels.nii.gz and build/demo/labels.png.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages build-essential cmake ninja-build libinsighttoolkit5-dev libcli11-dev mricron-data

cmake -S . -B build/program -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF -Wno-dev
cmake --build build/program
mkdir -p build/demo
build/program/examples/neighborhood-argmax-label /usr/share/mricron/templates/ch2.nii.gz build/demo/labels.nii.gz \
  --preview build/demo/labels.png
ls -l build/demo
