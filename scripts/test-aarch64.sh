#!/bin/bash
# Builds the labelers, which need no ITK, and their tests for AArch64, and passes them under emulation.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages build-essential ccache g++-aarch64-linux-gnu libgtest-dev qemu-user

build=build/aarch64
mkdir -p $build
echo "#define NeighborhoodArgmaxLabel_EXPORT" >$build/NeighborhoodArgmaxLabelExport.h
compile() { # SOURCE [OPTION]...
  local source=$1
  shift
  ccache aarch64-linux-gnu-g++ -std=c++17 -Wall -Wextra "$@" -c "$source" -o "$build/$(basename "$source").o"
}
gtest=/usr/src/googletest/googletest
for source in $gtest/src/gtest-all.cc $gtest/src/gtest_main.cc; do
  compile $source -O1 -I$gtest -I$gtest/include
done
include=(-Iinclude -Isrc -I$build)
compile src/Target.cxx -O3 -fno-trapping-math -ffp-contract=off "${include[@]}"
for source in src/{InstructionSet,LabelerChoice,PlaneLabeler,RowLabeler}.cxx; do
  compile $source -O2 -ffp-contract=off "${include[@]}"
done
for source in test/{itkNeighborhoodLabels,LabelerChoice,Labelers}GTest.cxx; do
  compile $source -O2 "${include[@]}"
done
aarch64-linux-gnu-g++ -static $build/*.o -o $build/labelers
qemu-aarch64 $build/labelers
