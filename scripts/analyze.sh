#!/bin/bash
# Runs clang-tidy on the kernel and cppcheck on include/ and src/. .clang-tidy and cppcheck.txt explain what they leave out.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${library_packages[@]}" "${test_packages[@]}" clang clang-tidy cppcheck

configure analysis -DCMAKE_BUILD_TYPE=Release -DBUILD_APPS=OFF -DBUILD_EXAMPLES=OFF
cppcheck --quiet --std=c++17 --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
  --suppressions-list=cppcheck.txt -Iinclude -Isrc -Ibuild/analysis/include src include
# All other files need ITK, and Debian's ITK refuses Clang.
clang-tidy --quiet --warnings-as-errors='*' src/{Kernel,KernelTable,StageRows}.cxx -- \
  -std=c++17 -O2 -DNeighborhoodArgmaxLabel_STATIC -Iinclude -Isrc -Ibuild/analysis/include
