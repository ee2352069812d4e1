#!/bin/bash
# Builds and runs all tests: the C++ tests, once more with AddressSanitizer and UndefinedBehaviorSanitizer, projects that use
# the module, a round of fuzzing, the kernel emulated for other processors and systems, threads with ThreadSanitizer, and the
# Python wheel. It continues after a failed step and ends with a list of them.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages "${program_packages[@]}" "${test_packages[@]}"

failed=()
step() { # NAME COMMAND...
  printf '\n== %s\n' "$1"
  set +e # not "|| failed": bash would ignore failures inside the command
  (
    set -e
    "${@:2}"
  )
  local status=$?
  set -e
  if ((status != 0)); then
    failed+=("$1")
  fi
}

run_tests() { # NAME [CMAKE OPTION]...
  local build=build/$1
  configure "$@"
  cmake --build "$build"
  ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)"
}

# Debian's ITK and its libraries are not built with sanitizers and leak at exit.
test_sanitized() {
  export ASAN_OPTIONS=detect_leaks=0
  run_tests sanitized -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 -g1 $sanitizers"
}

use_module() { # CMAKE OPTION
  cmake -S test/consumer -B build/consumer --fresh -G Ninja -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$1"
  cmake --build build/consumer --clean-first
}

stress_threads() {
  configure threads -DCMAKE_BUILD_TYPE=None "-DCMAKE_CXX_FLAGS=-O1 -g1 -fsanitize=thread" -DBUILD_APPS=OFF -DBUILD_EXAMPLES=OFF
  cmake --build build/threads --target ThreadStress
  build/threads/test/ThreadStress
}

# Uses the itk package of PyPI in a clean virtual environment; the program of the release build reads files of other writers.
test_wheel() {
  local wheel
  wheel=$(scripts/build-wheel.sh | tail -n 1)
  rm -rf build/python
  "${PYTHON:-python3}" -m venv build/python
  build/python/bin/pip install -q "${wheel}[test]"
  export NEIGHBORHOOD_ARGMAX_LABEL_PROGRAM=$PWD/build/release/apps/neighborhood-argmax-label
  build/python/bin/python -m pytest --hypothesis-seed=0 # the same cases in each run
}

step "C++ tests" run_tests release -DCMAKE_BUILD_TYPE=Release
step "installation" cmake --install build/release --prefix build/install
step "project that uses the installed module" use_module "-DCMAKE_PREFIX_PATH=$PWD/build/install"
step "project that has the module as a sub-directory" use_module -DAS_SUBDIRECTORY=ON
step "each header alone" cmake --build build/release --target HeaderTest
step "C++ tests under sanitizers" test_sanitized
step "fuzzing" scripts/fuzz.sh 1 0 # the same cases in each run
step "kernel on AArch64 and Windows, under emulation" scripts/test-emulated.sh
step "threads under ThreadSanitizer" stress_threads
step "Python wheel" test_wheel

if ((${#failed[@]} > 0)); then
  printf '\nFAILED:\n'
  printf '  %s\n' "${failed[@]}"
  exit 1
fi
