#!/bin/bash
# Guess: pybader divides each edge of the cell by the number of voxels along it, to get the steps between voxels.
# Found: it divides the columns of the matrix whose rows are the edges. Where the numbers differ and the cell is not
# orthogonal along x, y, z in this order, distances are wrong, and with them its on-grid basins.
# Versions: pybader 0.3.12, numpy 2.4.6, numba 0.65.1, pandas 2.3.3, setuptools 80.9.0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pybader==0.3.12 numpy==2.4.6 numba==0.65.1 pandas==2.3.3 setuptools==80.9.0
# Without settings in the home directory it compiles all its functions, for minutes.
mkdir -p .config/bader
echo "[DEFAULT]" > .config/bader/config.ini
HOME=$folder venv/bin/python -W ignore - <<'END'
import contextlib
import io

import numpy as np
from pybader.interface import Bader

density = np.random.default_rng(1).random((20, 18, 16))
right = 0.1 * np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]])  # fcc: twelve neighbors are equally far
cell = right * np.array(density.shape)[:, np.newaxis]


def basins(given):
    bader = Bader({"charge": density}, given, np.zeros((1, 3)), {"voxel_offset": np.zeros(3)})
    bader.apply_config({"method": "ongrid", "threads": 1, "vacuum_tol": None})
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        bader.volumes_init()
        bader.bader_calc()
    return bader.voxel_lattice, bader.bader_volumes


def steepest(steps):
    """Whither each voxel leads, by the definition, and where that ends."""
    voxels = np.arange(density.size).reshape(density.shape)
    best, target = np.zeros(density.shape), voxels
    for offset in np.ndindex(3, 3, 3):
        offset = np.array(offset) - 1
        if offset.any():
            there = np.roll(density, -offset, (0, 1, 2)), np.roll(voxels, -offset, (0, 1, 2))
            score = (there[0] - density) / np.linalg.norm(offset @ steps)
            best, target = np.where(score > best, (score, there[1]), (best, target))
    target = target.astype(int).ravel()
    while (target[target] != target).any():
        target = target[target]
    return target


def is_same(one, other):
    return len(np.unique([np.ravel(one), np.ravel(other)], axis=1)[0]) == len(np.unique(one)) == len(np.unique(other))


steps, found = basins(cell)
print("lengths of the steps:", np.linalg.norm(steps, axis=1).round(4), "| of the grid:", np.linalg.norm(right, axis=1).round(4))
assert not np.allclose(steps, right) and not is_same(found, steepest(right)) and is_same(found, steepest(steps))
steps, found = basins(right * np.array(density.shape))  # a matrix whose columns give the right steps
assert np.allclose(steps, right) and is_same(found, steepest(right))
print("Seen: basins of other distances; equal numbers of voxels along the edges hide it.")
END
