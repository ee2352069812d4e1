#!/bin/bash
# clang-tidy and cppcheck on include/ and src/: .clang-tidy and cppcheck.txt have the reasons for what is left out.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages clang clang-tidy cmake cppcheck libgtest-dev libinsighttoolkit5-dev ninja-build

configure analysis -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
  -DBUILD_APPS=OFF -DBUILD_EXAMPLES=OFF
cppcheck --quiet --std=c++17 --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
  --suppressions-list=cppcheck.txt -Iinclude -Isrc -Ibuild/analysis/include src include
clang-tidy -p build/analysis --quiet --warnings-as-errors='*' src/*.cxx
