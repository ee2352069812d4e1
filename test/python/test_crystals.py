"""Atoms in crystals: basins on lattices, beside a walk along the definition's labels and pybader's on-grid method."""

import contextlib
import io
import runpy
import sys
import warnings

import numpy as np
import pytest
from ase.calculators.vasp import VaspChargeDensity
from ase.io.cube import read_cube, write_cube
from ase.units import Bohr
from definition import define
from itk_neighborhoodargmaxlabel import basins, labels
from numpy.testing import assert_array_equal
from scipy.spatial.distance import cdist
from test_basins import walk
from test_examples import EXAMPLES
from test_lattices import CELLS

SOLIDS = [name for name, cell in CELLS.items() if len(cell) == 3]


@pytest.fixture(scope="module")
def pybader(tmp_path_factory):
    """Its class. Where it finds no settings in the home directory, it writes them and compiles all it has, for minutes."""
    home = tmp_path_factory.mktemp("home")
    settings = home / ".config" / "bader" / "config.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[DEFAULT]\nmethod = ongrid\nthreads = 1\nvacuum_tol = None\nspin_flag = False\n")
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("HOME", str(home))
        warnings.simplefilter("ignore")  # of pkg_resources
        from pybader.interface import Bader
    return Bader


def calculate(bader):
    """The basins, and the charges in them."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        bader.volumes_init()
        bader.bader_calc()
        bader.sum_volumes(bader=True)
    return bader.bader_volumes, bader.bader_charge


def calculate_on(lattice, density, pybader):
    """pybader divides the columns of the cell by the numbers of voxels, where the rows are its edges."""
    cell = lattice * np.array(density.shape)
    return calculate(pybader({"charge": density}, cell, np.zeros((1, 3)), {"voxel_offset": np.zeros(3)}))


def density_of_atoms(lattice, shape):
    """Clouds around two atoms and their copies. They lie on no plane of symmetry of the grid: there is no tie."""
    points = np.indices(shape).reshape(3, -1).T @ lattice
    copies = (np.indices((5, 5, 5)).reshape(3, -1).T - 2) * shape
    places = np.array([(0.11, 0.13, 0.07), (0.52, 0.57, 0.64)]) * shape
    clouds = [np.exp(-3 * cdist(points, (copies + place) @ lattice)).sum(axis=1) for place in places]
    return (4 * clouds[0] + 6 * clouds[1]).reshape(shape)


def assert_same_parts(one, other):
    """Whatever their numbers."""
    pairs = np.unique(np.stack([np.ravel(one), np.ravel(other)]), axis=1)
    assert pairs.shape[1] == len(np.unique(one)) == len(np.unique(other))


def lattice_in(cell, shape):
    """Of a grid with so many voxels along the edges of a cell."""
    return 3.1 * np.array(CELLS[cell]) / np.array(shape)[:, np.newaxis]


@pytest.mark.parametrize("shape", [(16, 16, 16), (20, 18, 16)])
@pytest.mark.parametrize("cell", SOLIDS)
def test_basins_are_those_of_pybader(cell, shape, pybader):
    lattice = lattice_in(cell, shape)
    rough = np.random.default_rng(26).random(shape)
    found = basins(labels(rough, ascent=True, center_score=0, border="periodic", lattice=lattice), periodic=True)
    assert found.max() > 100
    assert_same_parts(found, calculate_on(lattice, rough, pybader)[0])


@pytest.mark.parametrize("shape", [(16, 16, 16), (20, 18, 16)])
@pytest.mark.parametrize("cell", SOLIDS)
def test_electrons_of_atoms_are_those_of_pybader(cell, shape, pybader):
    lattice = lattice_in(cell, shape)
    density = density_of_atoms(lattice, shape)
    uphill = labels(density, ascent=True, center_score=0, border="periodic", lattice=lattice)
    assert_array_equal(uphill, define(density, lattice=lattice, ascent=True, center_score=0, border="Periodic")[0])
    numbers, table = basins(uphill, periodic=True, table=True, values=density)
    assert_array_equal(numbers, walk(uphill, periodic=True)[0])
    assert numbers.max() == 2

    parts, charges = calculate_on(lattice, density, pybader)
    assert_same_parts(numbers, parts)
    electrons = table["sum"] * abs(np.linalg.det(lattice))
    np.testing.assert_allclose(np.sort(electrons), np.sort(charges), rtol=1e-12)


def test_files_of_densities(tmp_path, pybader, monkeypatch, capsys):
    """The same electrons of a cube, of one whose grid begins elsewhere, and of a CHGCAR, which pybader reads as well."""

    def electrons(*names):
        monkeypatch.setattr(sys, "argv", ["find_ions.py", *(str(tmp_path / name) for name in names)])
        runpy.run_path(str(EXAMPLES / "find_ions.py"))
        return [line.split() for line in capsys.readouterr().out.splitlines()[-4:]]

    ions = electrons("ions.png")
    assert [symbol for symbol, _ in ions] == ["B", "N", "B", "N"]
    with open(tmp_path / "ions.cube") as file:
        cube = read_cube(file)
    atoms, density = cube["atoms"], cube["data"]

    chgcar = VaspChargeDensity(None)
    chgcar.atoms, chgcar.chg = [atoms], [density / Bohr**3]
    chgcar.write(tmp_path / "CHGCAR", format="chgcar")
    assert electrons("again.png", "CHGCAR") == ions
    charges = calculate(pybader.from_file(str(tmp_path / "CHGCAR")))[1]
    assert sorted(count for _, count in ions) == sorted(f"{charge:.4f}" for charge in charges)

    atoms.translate((0.5, -1, 2))
    with open(tmp_path / "moved.cube", "w") as file:
        write_cube(file, atoms, density, origin=(0.5, -1, 2))
    assert electrons("again.png", "moved.cube") == ions
