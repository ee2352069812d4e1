"""The installed package: names, help, types, and the contents of the wheel."""

import importlib.metadata
import inspect
import os
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import itk
import itk_neighborhoodargmaxlabel as package
import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
CACHE = ROOT / "build" / "mypy"
DISTRIBUTION = importlib.metadata.distribution("itk-neighborhoodargmaxlabel")
LIBRARY = Path(itk.__file__).parent / "_NeighborhoodArgmaxLabelPython.abi3.so"


def run(*command, cwd=None):
    return subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True)


def test_names():
    public = [name for name in dir(package) if not name.startswith("_")]
    assert public == sorted(package.__all__)
    for name in public:
        assert inspect.getdoc(getattr(package, name)), name
    version = re.search(r"project\(\s*\w+\s+VERSION\s+([0-9.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert package.__version__ == version == DISTRIBUTION.version


@pytest.mark.parametrize("function", [package.labels, package.basins])
def test_help_has_a_signature_and_every_option(function):
    parameters = inspect.signature(function).parameters
    text = pydoc.render_doc(function, renderer=pydoc.plaintext)
    assert "center_score: float = -100.0, label_strict_extrema: bool = False" in text or function is package.basins
    for name, parameter in list(parameters.items())[1:]:
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
        line = re.search(rf"^ +{name} : .*", text, re.MULTILINE).group()
        assert f"default {parameter.default}" in re.sub("['\"]", "", line) or '"background"' in line, line
    assert "(1 / |o * spacing|)" in text or function is package.basins


def test_itk_is_not_loaded_before_it_is_needed():
    program = "import itk_neighborhoodargmaxlabel, sys; print(bool({'itk', 'dask', 'xarray', 'matplotlib'} & set(sys.modules)))"
    assert run(sys.executable, "-c", program).stdout == "False\n"


def test_another_filter_of_itk_may_run_first():
    """It sets the default threader of all, TBB, which the module's own copy of ITKCommon does not have."""
    program = """
import itk, numpy
image = numpy.random.default_rng(1).random((70, 70, 70), numpy.float32)
itk.median_image_filter(image, radius=1)
default = itk.MultiThreaderBase.GetGlobalDefaultThreader()
labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, background_value=255)
itk.neighborhood_label_to_basin_image_filter(labels)
copy = itk.NeighborhoodArgmaxLabelImageFilter.New(itk.image_view_from_array(image)).Clone()
print(default == itk.MultiThreaderBase.GetGlobalDefaultThreader() == itk.MultiThreaderBaseEnums.Threader_TBB)
itk.median_image_filter(image, radius=1)
"""
    done = run(sys.executable, "-c", program)
    assert done.stdout == "True\n", done.stderr


def test_warnings_may_be_errors():
    """SWIG's types warn when itk loads them, and crash where the warning is an error."""
    program = "import numpy as np; from itk_neighborhoodargmaxlabel import labels; print(labels(np.ones((3, 3)))[1, 1])"
    done = run(sys.executable, "-W", "error", "-c", program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


# The wheel


def test_wheel_says_what_it_is():
    metadata = DISTRIBUTION.metadata
    assert len(metadata.get_all("Project-URL")) >= 2
    tags = DISTRIBUTION.read_text("WHEEL")
    assert "cp311-abi3-" in tags


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_wheel_runs_where_the_itk_wheels_do():
    """On a glibc that is no older than that of itk's own tag; it has no symbol without a version but Python's."""

    def glibc_of(distribution):
        return min(
            tuple(map(int, version)) for version in re.findall(r"manylinux_(\d+)_(\d+)_", distribution.read_text("WHEEL"))
        )

    assert glibc_of(DISTRIBUTION) <= glibc_of(importlib.metadata.distribution("itk-core"))
    undefined = run("nm", "-D", "--undefined-only", LIBRARY).stdout.splitlines()
    unversioned = [line.split()[-1] for line in undefined if line.split()[-2] == "U" and "@" not in line]
    assert [name for name in unversioned if not re.match("_?_?Py", name)] == []


def test_wheel_has_the_licenses_of_what_is_linked_in():
    files = {str(file).split("licenses/")[1]: file for file in DISTRIBUTION.files if "licenses/" in str(file)}
    assert {name.split("/")[0] for name in files} == {"LICENSE", "Highway", "ITK", "VNL", "KWSys", "DoubleConversion", "Eigen"}
    for word, name in (("Apache", "ITK/LICENSE"), ("Kitware", "KWSys/Copyright.txt"), ("V8", "DoubleConversion/LICENSE")):
        assert word in files[name].read_text()


def test_wheel_claims_no_names_of_others():
    names = {file.parts[0] for file in DISTRIBUTION.files if "dist-info" not in file.parts[0]}
    # Highway's library, where it is not linked in, comes under a name of its own in a folder of ours.
    assert names <= {"itk", "itk_neighborhoodargmaxlabel", "itk_neighborhoodargmaxlabel.libs"}
    own = [file.name for file in DISTRIBUTION.files if file.parts[0] == "itk"]
    assert own and all("Neighborhood" in name for name in own)


@pytest.mark.skipif(sys.platform != "linux", reason="ELF")
def test_library_shows_its_entry_alone_and_no_path_of_the_build():
    symbols = run("nm", "-D", "--defined-only", LIBRARY).stdout.split()[2::3]
    assert symbols and all(symbol.startswith("PyInit_") for symbol in symbols), symbols
    paths = re.findall(r"PATH\).*\[(.*)\]", run("readelf", "-d", LIBRARY).stdout)
    assert set(paths) <= {"$ORIGIN/../itk_neighborhoodargmaxlabel.libs"}, paths
    for folder in (f"{Path.home()}/", f"{ROOT}/", ".cache/"):
        assert os.fsencode(folder) not in LIBRARY.read_bytes()


# Types

TYPED = """
import itk
import numpy as np
import xarray
from itk_neighborhoodargmaxlabel import basins, cut, from_d8, labels, offsets, to_d8
from itk_neighborhoodargmaxlabel import filters

array = np.zeros((3, 3, 3), np.float32)
found = labels(array, center_score=0, radius=[1, 1, 0], border="inside")
reveal_type(found)
reveal_type(labels(array, generate_score_image=True))
reveal_type(labels(xarray.DataArray(array)))
reveal_type(labels([[1, 2], [3, 4]]))
reveal_type(labels(itk.Image[itk.F, 3].New()))
reveal_type(basins(found))
reveal_type(basins(found, table=True, values=array))
reveal_type(basins(found, generate_sink_image=True, table=True))
reveal_type(offsets(2)[found])
reveal_type(filters.NeighborhoodArgmaxLabelImageFilter.New(array).GetCenterScore())
reveal_type(filters.neighborhood_argmax_label_image_filter(array, center_score=0))
itk.median_image_filter(array, radius=1)
labels(array, centre_score=0)
labels(array, border="mirror")
basins(found, periodical=True)
to_d8(found, "arcgis")
reveal_type(basins(found, values=array, depth=5.0))
reveal_type(basins(found, values=array, hierarchy=True, table=True))
reveal_type(cut(found, basins(found, values=array, hierarchy=True)[1], n=3))
cut(found, {}, height=3)
reveal_type(filters.neighborhood_argmax_label_image_filter(array, radius=[1, 1, 0], generate_score_image=True))
filters.neighborhood_argmax_label_image_filter(array, centre_score=0)
reveal_type(filters.neighborhood_label_to_basin_image_filter(found, periodic=True, generate_sink_image=True))
filters.neighborhood_label_to_basin_image_filter(found, periodical=True)
reveal_type(filters.neighborhood_basin_merge_image_filter(found, value_image=array, depth=5, number_of_work_units=1))
filters.neighborhood_basin_merge_image_filter(found, value_image=array, height=5)
filters.neighborhood_basin_merge_image_filter(found, depth=5)
"""
NDARRAY = r"(numpy\.)?ndarray\[Any, Any\]"
TABLE = r"(builtins\.)?dict\[(builtins\.)?str, " + NDARRAY + r"\]"
REVEALED = {
    10: NDARRAY,
    11: rf"(builtins\.)?tuple\[{NDARRAY}, {NDARRAY}\]",
    12: r"(xarray\.core\.dataarray\.)?DataArray",
    13: NDARRAY,
    15: NDARRAY,
    16: rf"(builtins\.)?tuple\[{NDARRAY}, {TABLE}\]",
    17: rf"(builtins\.)?tuple\[{NDARRAY}, {NDARRAY}, {TABLE}\]",
    19: r"(builtins\.)?float",
    20: NDARRAY,
    26: NDARRAY,
    27: r"(builtins\.)?tuple\[Any, \.\.\.\]",
    28: "Any",
    30: rf"(builtins\.)?tuple\[{NDARRAY}, {NDARRAY}\]",
    32: rf"(builtins\.)?tuple\[{NDARRAY}, {NDARRAY}\]",
    34: NDARRAY,
}
WRONG = {
    22: "centre_score|overload",
    23: "mirror|overload",
    24: "periodical|overload",
    25: "arcgis",
    29: "height",
    31: "centre_score|overload",
    33: "periodical|overload",
    35: "height",
    36: "value_image",
}

# Another remote module might contain this, which claims the types of itk.
OTHER_STUBS = "from typing import Any\ndef other_filter(image: int) -> int: ...\ndef __getattr__(name: str) -> Any: ...\n"

PYRIGHT_CONFIG = """
{"typeCheckingMode": "standard", "reportMissingModuleSource": false, "reportAttributeAccessIssue": false}
"""


def checked(checker, folder):
    if checker == "mypy":
        command = [sys.executable, "-m", "mypy", "--cache-dir", CACHE, "--config-file", ROOT / "pyproject.toml"]
        pattern = r"typed.py:(\d+): (note: Revealed type is|error:) (.*)"
    else:
        (folder / "pyrightconfig.json").write_text(PYRIGHT_CONFIG)
        command = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable]
        pattern = r"typed.py:(\d+):\d+ - (information: Type of .* is|error:) (.*)"
    output = run(*command, "typed.py", cwd=folder).stdout
    return [(int(line), "error" in kind, text) for line, kind, text in re.findall(pattern, output)], output


@pytest.mark.parametrize("has_other_stubs", [False, True])
@pytest.mark.parametrize("checker", ["mypy", "basedpyright"])
def test_type_checkers_know_the_package(tmp_path, checker, has_other_stubs):
    (tmp_path / "typed.py").write_text(TYPED)
    if has_other_stubs:
        (tmp_path / "itk-stubs").mkdir()
        (tmp_path / "itk-stubs" / "__init__.pyi").write_text(OTHER_STUBS)
    found, output = checked(checker, tmp_path)
    revealed = {line: text.strip(' "') for line, is_error, text in found if not is_error}
    for line, pattern in REVEALED.items():
        assert re.fullmatch(pattern, revealed.get(line, "")), (line, output)
    wrong = {line: text for line, is_error, text in found if is_error}
    assert set(wrong) == set(WRONG), output
    for line, pattern in WRONG.items():
        assert re.search(pattern, wrong[line]), output


@pytest.mark.parametrize("checker", ["mypy", "basedpyright"])
def test_examples_are_typed(checker):
    if checker == "mypy":
        done = run(sys.executable, "-m", "mypy", "--cache-dir", CACHE, *EXAMPLES, cwd=ROOT)
    else:
        done = run(sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, *EXAMPLES, cwd=ROOT)
    assert done.returncode == 0, done.stdout


# Workflows


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_workflows_have_pinned_actions_and_least_permissions(workflow):
    text = workflow.read_text()
    assert "\npermissions:\n  contents: read\n" in text
    actions = re.findall(r"uses: (\S+)", text)
    assert actions and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in actions), actions
    for step in re.split(r"\n +- ", text):
        assert "secrets." not in step or "if: startsWith(github.ref, 'refs/tags/v')" in step, step
