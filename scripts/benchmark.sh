#!/bin/bash
# Measures the filter beside a plain one and copying, and on images that people have beside random ones, in some 5 minutes
# on a machine that does nothing else; prints tables, and draws build/benchmark/{rates,shares}.png. Options go to Google
# Benchmark, as --benchmark_filter=...
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${library_packages[@]}" libbenchmark-dev mricron-data python3-venv

build=build/benchmark
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_BENCHMARK=ON -DBUILD_APPS=OFF -DBUILD_EXAMPLES=OFF -DBUILD_TESTING=OFF
cmake --build $build
python3 -m venv $build/venv
$build/venv/bin/pip install -q "matplotlib>=3.8"

$build/benchmark/label-benchmark --benchmark_out=$build/rates.json "$@"
$build/venv/bin/python benchmark/plot-rates.py $build/rates.json $build/rates.png

$build/benchmark/image-benchmark /usr/share/mricron/templates/ch2.nii.gz --benchmark_enable_random_interleaving=true \
  --benchmark_out=$build/shares.json "$@"
$build/venv/bin/python benchmark/plot-shares.py $build/shares.json $build/shares.png
