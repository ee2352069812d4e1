#!/bin/bash
# fuzz.sh [ROUNDS [SEED]] searches for wrong labels, and for damaged files that the program handles wrongly. A round takes about
# two minutes for 20,000 images and 500 files. It prints findings as lines for test/FuzzedLabels.txt and
# apps/test/DamagedFiles.txt.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${program_packages[@]}" "${test_packages[@]}"
rounds=${1:-1}
seed=("${@:2}")

# Images with sanitizers; files in a program without them, as its memory must be limited.
configure sanitized -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 -g1 $sanitizers"
cmake --build build/sanitized --target LabelFuzz
configure release -DCMAKE_BUILD_TYPE=Release
cmake --build build/release --target ProgramFuzz neighborhood-argmax-label

ASAN_OPTIONS=detect_leaks=0 build/sanitized/test/LabelFuzz $((20000 * rounds)) "${seed[@]}" >build/label-fuzz.txt 2>&1 &
labels=$!
status=0
build/release/apps/ProgramFuzz $((500 * rounds)) "${seed[@]}" 2>build/program-fuzz.log || status=1
wait $labels || status=1
cat build/label-fuzz.txt
exit $status
