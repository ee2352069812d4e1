#!/bin/bash
# Guess: higra's watershed and dynamics on a graph whose edges weigh the greater of their two pixels find the minima
# of the image.
# Found: a minimum of one pixel does not exist on edges: all edges around it weigh the same as their neighbors.
# Three pits between walls are one basin, and their dynamics are 0; two pixels wide they are three.
# Versions: higra 0.6.13, numpy 2.4.6.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check higra==0.6.13 numpy==2.4.6
venv/bin/python - <<'END'
import higra
import numpy as np


def basins(row):
    image = np.array([row], dtype=float)
    graph = higra.get_4_adjacency_graph(image.shape)
    weights = higra.weight_graph(graph, image, higra.WeightFunction.max)
    tree, altitudes = higra.watershed_hierarchy_by_dynamics(graph, weights)
    return higra.labelisation_watershed(graph, weights)[0].tolist(), float(altitudes.max())


narrow, wide = [0, 9, 1, 9, 5], [0, 0, 9, 1, 1, 9, 5, 5]
print(narrow, "->", basins(narrow))
print(wide, "->", basins(wide))
assert basins(narrow) == ([1, 1, 1, 1, 1], 0)
assert len(set(basins(wide)[0])) == 3 and basins(wide)[1] > 0
print("Seen: noise, whose minima are single pixels, loses its basins before any merging.")
END
