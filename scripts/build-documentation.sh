#!/bin/bash
# Builds the documentation site in build/documentation/html, with warnings as errors, and checks its links and pages in a browser.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages chromium doxygen fonts-dejavu-core python3-venv

build=build/documentation
if [[ ! -x $build/venv/bin/sphinx-build || pyproject.toml -nt $build/venv ]]; then
  rm -rf "$build/venv"
  "${PYTHON:-python3}" -m venv "$build/venv"
  "$build/venv/bin/pip" install -q --upgrade pip
  "$build/venv/bin/pip" install -q --group documentation
fi
mkdir -p "$build/doxygen"
doxygen documentation/Doxyfile
cp examples/tour.ipynb documentation/tour.ipynb
"$build/venv/bin/sphinx-build" -W --keep-going -j 1 -b html -D "breathe_projects.NeighborhoodArgmaxLabel=$PWD/$build/doxygen/xml" \
  documentation "$build/html"
"$build/venv/bin/python" -m pytest -q documentation/test_site.py
