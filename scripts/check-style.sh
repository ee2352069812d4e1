#!/bin/bash
# Formats the whole tree and checks spelling and style, see .pre-commit-config.yaml. Fails if it changed anything.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
source scripts/packages.sh
require_packages git python3-venv

venv=build/style
[[ -x $venv/bin/pre-commit ]] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install -q --upgrade pip
"$venv/bin/pip" install -q --group style
exec "$venv/bin/pre-commit" run --all-files "$@"
