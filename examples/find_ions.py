"""The electrons of each ion of a crystal, from a file of its electron density: a Gaussian cube, or a CHGCAR of VASP.

python find_ions.py [picture.png [density.cube]]
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from ase import Atoms
from ase.calculators.vasp import VaspChargeDensity
from ase.geometry import get_distances
from ase.io.cube import read_cube, write_cube
from ase.units import Bohr
from itk_neighborhoodargmaxlabel import basins, labels
from matplotlib.colors import to_rgb
from scipy.spatial.distance import cdist

matplotlib.use("Agg")


def write_model(path):
    """Hexagonal boron nitride: a cloud of valence electrons around each nucleus and its copies in the cells around."""
    places = np.array([(1 / 3, 2 / 3, 1 / 4), (2 / 3, 1 / 3, 1 / 4), (2 / 3, 1 / 3, 3 / 4), (1 / 3, 2 / 3, 3 / 4)])
    atoms = Atoms("BNBN", cell=[2.504, 2.504, 6.66, 90, 90, 120], scaled_positions=places + (0.004, 0.007, 0.003))
    shape = (36, 36, 96)
    points = (np.indices(shape).reshape(3, -1).T / shape) @ atoms.cell
    copies = (np.indices((5, 5, 3)).reshape(3, -1).T - (2, 2, 1)) @ atoms.cell
    density = np.zeros(shape)
    for symbol, position in zip(atoms.symbols, atoms.positions, strict=True):
        electrons, decay = {"B": (2.0, 4.0), "N": (6.0, 4.5)}[symbol]
        clouds = electrons * decay**3 / (8 * np.pi) * np.exp(-decay * cdist(points, position + copies))
        density += clouds.sum(axis=1).reshape(shape)
    with open(path, "w") as file:
        write_cube(file, atoms, density * Bohr**3)


def read_density(path):
    """Atoms, and electrons per cubic angstrom."""
    if path.suffix == ".cube":
        with open(path) as file:
            cube: dict[str, Any] = read_cube(file)
        atoms = cube["atoms"]
        atoms.translate(-cube["origin"])  # where the grid begins
        return atoms, cube["data"] / Bohr**3  # ase turns bohr into angstrom, and leaves values per cubic bohr
    chgcar = VaspChargeDensity(path)  # the file has density times volume, which ase divides
    return chgcar.atoms[-1], chgcar.chg[-1]


picture = Path(sys.argv[1] if len(sys.argv) > 1 else "ions.png")
if len(sys.argv) > 2:
    path = Path(sys.argv[2])
else:
    path = picture.with_suffix(".cube")
    write_model(path)
atoms, density = read_density(path)

# Each voxel goes uphill to a maximum, which belongs to the nearest atom. The steps of the array's axes in space are the edges
# of the cell, divided by the numbers of voxels along them.
lattice = atoms.cell / np.array(density.shape)[:, np.newaxis]
uphill = labels(density, ascent=True, center_score=0, border="periodic", lattice=lattice)
numbers, table = basins(uphill, periodic=True, table=True, values=density)
maxima = np.stack([table["sink_0"], table["sink_1"], table["sink_2"]], axis=1) @ lattice
ion_of_basin = get_distances(maxima, atoms.positions, cell=atoms.cell, pbc=True)[1].argmin(axis=1)
electrons = np.bincount(ion_of_basin, table["sum"], len(atoms)) * atoms.cell.volume / density.size

# The plane of the first two axes through the first atom, in four cells.
height = round(atoms.get_scaled_positions()[0, 2] * density.shape[2]) % density.shape[2]
ions = np.tile(ion_of_basin[numbers[:, :, height] - 1], (2, 2))
plane = np.log10(np.tile(density[:, :, height], (2, 2)))
along = lattice[0] / np.linalg.norm(lattice[0])
across = lattice[1] - lattice[1] @ along * along
sides = np.stack([along, across / np.linalg.norm(across)], axis=1)
rows, columns = plane.shape
corners = np.moveaxis(np.indices((rows + 1, columns + 1)) - 0.5, 0, -1) @ lattice[:2] @ sides
palette = np.array([to_rgb(f"C{number % 10}") for number in range(len(atoms))])
light = 0.4 + 0.6 * (plane - plane.min()) / np.ptp(plane)
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
axes[0].pcolormesh(corners[..., 0], corners[..., 1], plane, cmap="magma")
axes[0].set_title(f"electron density of {atoms.get_chemical_formula()}, logarithm")
axes[1].pcolormesh(corners[..., 0], corners[..., 1], palette[ions] * light[..., np.newaxis])
axes[1].set_title("basins: ions and their electrons")
for number in np.unique(ions):
    for cell in np.ndindex(2, 2):
        x, y = (atoms.positions[number] + cell @ atoms.cell.array[:2]) @ sides
        axes[1].plot(x, y, "o", color="white", markeredgecolor="black", markersize=6)
        text = f"{atoms.symbols[number]} {electrons[number]:.2f}"
        axes[1].annotate(text, (x, y), (5, 5), textcoords="offset points", color="black", weight="bold")
for panel in axes:
    panel.set_aspect("equal")
    panel.set_xlabel("angstrom")
figure.savefig(picture, dpi=75)

print(f"{len(atoms)} ions, {electrons.sum():.3f} electrons; {picture} is written")
for symbol, count in zip(atoms.symbols, electrons, strict=True):
    print(f"{symbol} {count:.4f}")
