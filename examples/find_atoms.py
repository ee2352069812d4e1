"""The charge of each atom of a molecule: steepest ascent of its electron density, as grid-based charge analysis does.

python find_atoms.py [picture.png]
"""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from itk_neighborhoodargmaxlabel import basins, labels
from matplotlib.colors import to_rgb

matplotlib.use("Agg")

picture = sys.argv[1] if len(sys.argv) > 1 else "atoms.png"

# Benzene in a cell of 12 x 12 x 8 angstrom, which repeats. The density is a model, a cloud of valence electrons around each
# nucleus: a program for electronic structure gives a file of the same kind.
angles = np.radians(60 * np.arange(6))
ring = np.stack([np.full(6, 4.0), 6 + 1.39 * np.sin(angles), 6 + 1.39 * np.cos(angles)], axis=1)
hydrogens = np.stack([np.full(6, 4.0), 6 + 2.48 * np.sin(angles), 6 + 2.48 * np.cos(angles)], axis=1)
atoms = [("C", 4, 3.2, place) for place in ring] + [("H", 1, 3.6, place) for place in hydrogens]

spacing = np.array([0.1, 0.1, 0.1])
cell = np.array([8.0, 12.0, 12.0])
points = np.indices(np.round(cell / spacing).astype(int).tolist()).T.T * spacing[:, np.newaxis, np.newaxis, np.newaxis]
density = np.zeros(points.shape[1:])
for _, electrons, decay, place in atoms:
    away = np.abs(points - place[:, np.newaxis, np.newaxis, np.newaxis])
    box = cell[:, np.newaxis, np.newaxis, np.newaxis]
    distance = np.sqrt(np.sum(np.minimum(away, box - away) ** 2, axis=0))
    density += electrons * decay**3 / (8 * np.pi) * np.exp(-decay * distance)
density += np.random.default_rng(5).normal(0, 0.001, density.shape)

# Each voxel goes uphill until a maximum: a nucleus, or noise, which does not rise by 0.01 above the pass to a nucleus. The charge
# of an atom is the integral of the density in its basin.
uphill = labels(density, ascent=True, center_score=0, border="periodic", spacing=spacing.tolist())
numbers, table = basins(uphill, periodic=True, table=True, values=density, depth=0.01, ascent=True)
charges = table["sum"] * spacing.prod()

names = []
for peak in np.stack([table["sink_0"], table["sink_1"], table["sink_2"]], axis=1) * spacing:
    nearest = min(atoms, key=lambda atom: np.linalg.norm(atom[3] - peak))
    names.append(nearest[0])

middle = density.shape[0] // 2
palette = np.array([to_rgb(f"C{number % 10}") for number in range(table["basin"].size + 1)])
logarithm = np.log10(np.maximum(density[middle], 1e-4))
light = np.clip((logarithm + 3) / 3.5, 0.15, 1)[..., np.newaxis]
figure, axes = plt.subplots(1, 2, figsize=(11, 5.2), layout="constrained")
axes[0].imshow(logarithm, origin="lower", extent=(0, 12, 0, 12), cmap="magma", vmin=-4)
axes[0].set_title("electron density with noise, logarithm")
axes[1].imshow(palette[numbers[middle]] * light, origin="lower", extent=(0, 12, 0, 12), interpolation="nearest")
axes[1].set_title("basins: atoms and their valence electrons")
for name, charge, y, x in zip(names, charges, table["sink_1"] * 0.1, table["sink_2"] * 0.1, strict=True):
    axes[1].plot(x, y, "o", color="white", markeredgecolor="black", markersize=6)
    axes[1].annotate(f"{name} {charge:.2f}", (x, y), (5, 5), textcoords="offset points", color="black", weight="bold")
for panel in axes:
    panel.set_xlim(1.5, 10.5)
    panel.set_ylim(1.5, 10.5)
    panel.set_xlabel("angstrom")
figure.savefig(picture, dpi=75)

print(f"{charges.size} atoms, {charges.sum():.3f} electrons; {picture} is written")
