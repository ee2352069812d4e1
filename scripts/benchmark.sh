#!/bin/bash
# Compares the filter with a plain one and with copying, and real images with random ones, in about 5 minutes on an idle
# machine. Prints tables and draws build/benchmark/{rates,shares}.png. Options are passed to Google Benchmark, such as
# --benchmark_filter=...
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
$build/venv/bin/python benchmark/plot_rates.py $build/rates.json $build/rates.png

$build/benchmark/image-benchmark /usr/share/mricron/templates/ch2.nii.gz --benchmark_enable_random_interleaving=true \
  --benchmark_out=$build/shares.json "$@"
$build/venv/bin/python benchmark/plot_shares.py $build/shares.json $build/shares.png
