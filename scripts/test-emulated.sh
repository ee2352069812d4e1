#!/bin/bash
# Builds the kernel, which needs no ITK, and its tests for AArch64 and for Windows, and runs the tests emulated.
# Each build is for one instruction set, so that it needs only Highway's headers, not its library.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages build-essential ccache g++-aarch64-linux-gnu g++-mingw-w64-x86-64-posix libgtest-dev libhwy-dev qemu-user wine wine64

gtest=/usr/src/googletest/googletest

build_tests() { # FOLDER COMPILER [OPTION]...: into FOLDER/kernel
  local folder=$1 compiler=("${@:2}")
  local include=(-Iinclude -Isrc "-I$folder" -I$gtest/include)
  mkdir -p "$folder"
  rm -f "$folder"/*.o
  ln -sfn /usr/include/hwy "$folder/hwy"
  echo "#define NeighborhoodArgmaxLabel_EXPORT" >"$folder/NeighborhoodArgmaxLabelExport.h"
  compile() { # SOURCE OBJECT [OPTION]...
    ccache "${compiler[@]}" -std=c++17 -Wall -Wextra "${include[@]}" "${@:3}" -c "$1" -o "$folder/$2.o"
  }
  compile $gtest/src/gtest-all.cc gtest-all -O1 -I$gtest
  compile $gtest/src/gtest_main.cc gtest_main -O1
  for name in Kernel KernelTable StageRows; do
    compile src/$name.cxx $name -O3 -ffp-contract=off -DHWY_COMPILE_ONLY_STATIC -DHWY_BROKEN_EMU128=0 -Wno-maybe-uninitialized
  done
  for name in itkNeighborhoodLabels NeighborhoodArgmaxLabelKernel; do
    compile test/${name}GTest.cxx ${name}GTest -O2
  done
  "${compiler[@]}" -static "$folder"/*.o -o "$folder/kernel"
}

build_tests build/aarch64 aarch64-linux-gnu-g++
qemu-aarch64 build/aarch64/kernel

export WINEDEBUG=-all WINEPREFIX=$PWD/build/windows/wine
build_tests build/windows x86_64-w64-mingw32-g++-posix -msse4.2 -mpclmul -maes
wine build/windows/kernel.exe
