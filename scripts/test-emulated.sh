#!/bin/bash
# Builds the labelers, which need no ITK, and their tests for AArch64 and for Windows, and passes them under emulation.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages build-essential ccache g++-aarch64-linux-gnu g++-mingw-w64-x86-64-posix libgtest-dev qemu-user wine wine64

gtest=/usr/src/googletest/googletest

build_tests() { # FOLDER COMPILER [OPTION]...: into FOLDER/labelers
  local folder=$1 compiler=("${@:2}") include=(-Iinclude -Isrc "-I$1" -I$gtest/include)
  mkdir -p "$folder"
  rm -f "$folder"/*.o
  echo "#define NeighborhoodArgmaxLabel_EXPORT" >"$folder/NeighborhoodArgmaxLabelExport.h"
  compile() { # SOURCE OBJECT [OPTION]...
    ccache "${compiler[@]}" -std=c++17 -Wall -Wextra "${include[@]}" "${@:3}" -c "$1" -o "$folder/$2.o"
  }
  compile $gtest/src/gtest-all.cc gtest-all -O1 -I$gtest
  compile $gtest/src/gtest_main.cc gtest_main -O1
  for target in "${targets[@]}"; do
    # shellcheck disable=SC2086
    compile src/Target.cxx "${target%% *}" "-DNeighborhoodArgmaxLabel_TARGET=${target%% *}" ${target#* } \
      -O3 -fno-trapping-math -ffp-contract=off
  done
  for name in InstructionSet LabelerChoice PlaneLabeler RowLabeler; do
    compile src/$name.cxx $name -O2 -ffp-contract=off
  done
  for name in itkNeighborhoodLabels LabelerChoice Labelers; do
    compile test/${name}GTest.cxx ${name}GTest -O2
  done
  "${compiler[@]}" -static "$folder"/*.o -o "$folder/labelers"
}

targets=("TargetBaseline ")
build_tests build/aarch64 aarch64-linux-gnu-g++
qemu-aarch64 build/aarch64/labelers

targets+=("TargetSse41 -msse4.1" "TargetAvx2 -mavx2" "TargetAvx512 -march=x86-64-v4 -mprefer-vector-width=512")
build_tests build/windows x86_64-w64-mingw32-g++-posix -DNeighborhoodArgmaxLabel_X86
WINEDEBUG=-all WINEPREFIX=$PWD/build/windows/wine wine build/windows/labelers.exe
