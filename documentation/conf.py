"""The documentation site: scripts/build-documentation.sh builds it."""

import re
import sys
from pathlib import Path
from unittest import mock

from sphinx.ext.autodoc.mock import mock as mock_imports

ROOT = Path(__file__).parent.parent

project = "NeighborhoodArgmaxLabel"
copyright = "NumFOCUS"
version = release = re.search(r"VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text().split("project(")[1]).group(1)

extensions = [
    "breathe",
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx-mathjax-offline",
]
exclude_patterns = []
html_theme = "furo"
html_title = f"Neighborhood\u200bArgmax\u200bLabel {release}"
html_favicon = "_static/icon.svg"
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["tables.css"]
nitpicky = True
# Types of NumPy, xarray and dask in signatures, and of ITK in C++, have no pages here.
nitpick_ignore_regex = [(r"py:.*", r".*"), (r"cpp:.*", r".*")]

myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath"]
nb_execution_mode = "off"  # the notebook is executed by the tests, and holds its pictures

breathe_default_project = project
breathe_default_members = ("members",)
breathe_show_include = False

# Docstrings are read from the source: nothing is built or installed for them.
autodoc_mock_imports = ["itk", "dask", "xarray"]
autodoc_typehints = "none"
autodoc_preserve_defaults = True
sys.path.insert(0, str(ROOT / "python"))
with mock.patch("importlib.metadata.version", return_value=release), mock_imports(autodoc_mock_imports):
    import itk_neighborhoodargmaxlabel  # noqa: F401


def as_restructured_text(app, what, name, obj, options, lines):
    """Docstrings are plain text, to be read in a terminal: mark their code, and what would be marks."""
    is_code = False
    for number, line in enumerate(lines):
        starts = line.startswith("    ") and number > 0 and not lines[number - 1].strip() and not is_code
        if starts and not any(one.startswith("---") for one in lines[:number]):
            lines[number - 1] = "\n::\n"
            is_code = True
        elif line.strip() and not line.startswith("    "):
            is_code = False
        if not is_code:
            lines[number] = re.sub(r"(?<![`\w])([|])|(?<!\w)\*(?=\w)", r"\\\g<0>", lines[number])
    lines[:] = "\n".join(lines).split("\n")


def setup(app):
    app.connect("autodoc-process-docstring", as_restructured_text, priority=1)
