#!/bin/bash
# Guess: ase writes a periodic grid to XSF so that its step is that of the grid. The format counts both ends of an
# axis: either n + 1 points over the cell, or n points over (n - 1) / n of it.
# Found: it writes n points over (n + 1) / n of the cell. By the format's rule a step of 1 becomes 5/3.
# Versions: ase 3.29.0, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check ase==3.29.0 numpy==2.4.6
venv/bin/python - <<'END'
import io

import numpy as np
from ase import Atoms
from ase.io.xsf import read_xsf, write_xsf

points, edge = 4, 4.0
file = io.StringIO()
write_xsf(file, [Atoms("H", cell=[edge] * 3, pbc=True)], data=np.arange(64.0).reshape((points,) * 3))
file.seek(0)
data, origin, spans, _ = read_xsf(file, read_data=True)
step = spans[0, 0] / (data.shape[0] - 1)
print("points:", data.shape[0], "| cell:", edge, "| span in the file:", spans[0, 0], "| step:", round(step, 3))
assert data.shape == (4, 4, 4) and abs(spans[0, 0] - 5) < 1e-6
print("Seen: a step of 1.667 in the place of 1, by (n + 1) / (n - 1): who reads by the format's rule gets a stretched grid.")
END
