#!/bin/bash
# Builds and passes all tests: those in C++, a second time under AddressSanitizer and UndefinedBehaviorSanitizer, projects that
# use the module, a minute of fuzzing, other processors and systems under emulation, threads under ThreadSanitizer, and the
# Python wheel's.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${program_packages[@]}" "${test_packages[@]}"

run_tests() { # NAME [CMAKE OPTION]...
  local build=build/$1
  configure "$@"
  cmake --build "$build"
  ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)"
}

run_tests release -DCMAKE_BUILD_TYPE=Release

# Projects that use the module, installed and as a sub-directory.
cmake --install build/release --prefix build/install
for option in "-DCMAKE_PREFIX_PATH=$PWD/build/install" -DAS_SUBDIRECTORY=ON; do
  cmake -S test/consumer -B build/consumer --fresh -G Ninja -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$option"
  cmake --build build/consumer --clean-first
done

# Debian's ITK and its libraries are not built for the sanitizers, and leak at exit.
export ASAN_OPTIONS=detect_leaks=0
run_tests sanitized -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 -g1 $sanitizers"
unset ASAN_OPTIONS
scripts/fuzz.sh 1

# The kernel on AArch64 and Windows, under emulation.
scripts/test-emulated.sh

# Several filters at once, under ThreadSanitizer.
configure threads -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 -g1 -fsanitize=thread" -DBUILD_APPS=OFF -DBUILD_EXAMPLES=OFF
cmake --build build/threads --target ThreadStress
build/threads/test/ThreadStress

# The wheel, beside itk of PyPI in a clean virtual environment.
wheel=$(scripts/build-wheel.sh | tail -n 1)
rm -rf build/python
"${PYTHON:-python3}" -m venv build/python
build/python/bin/pip install -q "${wheel}[test]"
build/python/bin/python -m pytest --hypothesis-seed=0 # the same cases in each run
