"""Each example runs and prints the right results."""

import re
import subprocess
import sys
from pathlib import Path

import itk
import nbformat
import numpy as np
import pytest
import rioxarray
import zarr
from itk_neighborhoodargmaxlabel import labels
from matplotlib.image import imread
from nbclient import NotebookClient
from skimage.measure import label
from skimage.morphology import local_minima

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def run(name, *arguments):
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout, result.stderr


def assert_is_colorful(picture):
    pixels = imread(picture)[..., :3]
    assert pixels.shape[0] > 300 and pixels.shape[1] > 600
    assert len(np.unique((pixels * 15).astype(int).reshape(-1, 3), axis=0)) > 50


def test_mri(tmp_path):
    image = np.random.default_rng(8).random((9, 20, 20)).astype(np.float32)
    itk.imwrite(itk.image_from_array(image), str(tmp_path / "image.nii.gz"))
    output, _ = run("label_mri.py", tmp_path / "image.nii.gz", tmp_path / "labels.png")
    assert "of the voxels are sinks" in output
    assert_is_colorful(tmp_path / "labels.png")


def test_terrain(tmp_path):
    output, _ = run("label_terrain.py", tmp_path / "terrain.png")
    assert int(output.split()[0]) >= 3 and "sinks" in output
    assert_is_colorful(tmp_path / "terrain.png")


def test_raster_is_written_and_read_back(tmp_path):
    output, _ = run("route_raster.py", tmp_path / "raster.png")
    assert re.match(r"802 cells of nodata, \d+ catchments", output)
    assert_is_colorful(tmp_path / "raster.png")
    elevation, codes, catchments = (
        rioxarray.open_rasterio(tmp_path / f"{name}.tif").squeeze("band") for name in ("elevation", "codes", "catchments")
    )
    is_missing = elevation == elevation.rio.nodata
    assert is_missing.sum() == 802
    assert codes.rio.crs == catchments.rio.crs == elevation.rio.crs
    assert codes.rio.transform() == elevation.rio.transform()
    assert (codes.where(is_missing) == codes.rio.nodata).sum() == (catchments.where(is_missing) == 0).sum() == 802
    assert not (codes.where(~is_missing) == codes.rio.nodata).any()


def test_basins_of_an_image(tmp_path):
    image = 100 * np.random.default_rng(9).random((9, 20, 25)).astype(np.float32)
    itk.imwrite(itk.image_from_array(image), str(tmp_path / "image.nii.gz"))
    output, _ = run("label_basins.py", tmp_path / "image.nii.gz", tmp_path / "basins.png")

    count, count_of_deep = (
        label(local_minima(itk.h_minima_image_filter(image, height=height, fully_connected=True))).max() for height in (0, 10)
    )
    assert output.startswith(f"{count} basins, {count_of_deep} deep ones, ")
    assert_is_colorful(tmp_path / "basins.png")


def test_replacement_of_the_numpy_loop():
    output, _ = run("replace_numpy_loop.py", 16)
    assert "equal labels: True" in output


def test_progress_bar():
    _, bar = run("show_progress.py", 60)
    assert "100%" in bar


def test_documentation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = np.random.default_rng(7).random((9, 10, 11))
    zarr.create_array("image.zarr", data=image, chunks=(4, 5, 6))
    names = {"image": image}
    for snippet in re.findall(r"```python\n(.*?)```", (EXAMPLES.parent / "documentation" / "python.md").read_text(), re.DOTALL):
        exec(snippet, names)
    assert zarr.open("basins.zarr", mode="r")[:].max() > 1
    np.testing.assert_array_equal(zarr.open("labels.zarr", mode="r")[:], labels(image, center_score=0, background_value=255))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("find_catchments.py", "130 pits, 14 catchments, the largest of 0.88 square km"),
        ("find_atoms.py", "12 atoms, 30.0"),
        ("find_ions.py", "4 ions, 16.000 electrons"),
        ("split_cells.py", "60 cells drawn, 35 pieces, 60 basins"),
        ("find_ridges.py", "ridges are 3"),
        ("find_rivers.py", "1.33, 1.25, 1.07 square km"),
        ("follow_sparks.py", "12 sparks made, 12 found"),
    ],
)
def test_gallery(name, says, tmp_path):
    output, _ = run(name, tmp_path / "picture.png")
    assert output.startswith(says)
    assert_is_colorful(tmp_path / "picture.png")


@pytest.mark.parametrize("page", ["README.md", "documentation/start.md"])
def test_python_of_pages(page, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", (EXAMPLES.parent / page).read_text(), re.DOTALL)
    exec(code, {})
    assert "18460 minima, 18460 basins, the largest of 139 voxels" in capsys.readouterr().out


def test_tour():
    notebook = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    text = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert "minima with label 4: 0\n" in text and "minima with label 4: 8\n" in text and text.count("peak at") == 3


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_every_example_is_tested(name):
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert f'"{name}"' in tests
