#!/bin/bash
# Lists the lines of include/ and src/ that the C++ tests execute: a table, and pages in build/coverage/html.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${library_packages[@]}" "${test_packages[@]}" gcovr

configure coverage -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 --coverage -fprofile-update=atomic" -DBUILD_APPS=OFF -DBUILD_EXAMPLES=OFF
cmake --build build/coverage
find build/coverage -name '*.gcda' -delete
ctest --test-dir build/coverage --output-on-failure -j "$(nproc)"
mkdir -p build/coverage/html
gcovr --root . --filter include/ --filter src/ --exclude-unreachable-branches --exclude-throw-branches \
  --html-details build/coverage/html/index.html --txt - build/coverage
