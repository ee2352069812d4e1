#!/bin/bash
# Builds the Python wheel and prints, as its last line, its path in dist/.
# ITK_DIR names an own ITK build tree; castxml must then be installed.
set -euo pipefail
scripts=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

tree=$("$scripts/build-itk.sh")
cd "$scripts/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Building a module writes below ITK_DIR. So each build gets its own, without products of earlier ones: the interface
# files, and a package config that leads to all the rest by absolute paths.
mkdir -p "$work/itk/Wrapping" dist
cp "$tree"/ITKConfig*.cmake "$work/itk"
cp -r "$tree/Wrapping/Typedefs" "$work/itk/Wrapping"
rm -f "$work"/itk/Wrapping/Typedefs/{,python/}*NeighborhoodArgmaxLabel*

"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" wheel . --no-deps --wheel-dir "$work/wheel" --config-settings "cmake.define.ITK_DIR=$work/itk"
wheel=$(basename "$work"/wheel/*.whl)
mv "$work/wheel/$wheel" dist
realpath "dist/$wheel"
