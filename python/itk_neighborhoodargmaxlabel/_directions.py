"""What labels mean: offsets, the codes of D8 programs, colors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ._given import Given, take
from ._options import for_each_axis, integer_of, names_are_checked

if TYPE_CHECKING:
    from matplotlib.colors import ListedColormap

Kind = Literal["esri", "taudem", "pysheds", "pyflwdir"]


def offsets(ndim: int = 3, radius: int | Sequence[int] = 1) -> np.ndarray[Any, Any]:
    """The offset of each label, an array of (labels, axes) in the order of the axes of an array.

    `offsets(2)[labels]` is the field of directions. Radius: an integer, or one for each axis.
    """
    ndim = integer_of("ndim", ndim, 1, 32)
    radii = [integer_of("radius", r, 0, 2**15) for r in for_each_axis("radius", radius, ndim)]
    return np.indices([2 * r + 1 for r in radii]).reshape(ndim, -1).T - radii


class _Codes(NamedTuple):
    """Of the labels 0 to 8, that is of NW N NE, W sink E, SW S SE with the first row in the north; of no label."""

    codes: tuple[int, ...]
    background: int
    dtype: str
    other_sink: int | None = None  # which from_d8() takes as well


_ESRI = 32, 64, 128, 16, 0, 1, 8, 4, 2
_KINDS = {
    "esri": _Codes(_ESRI, 255, "uint8"),
    "taudem": _Codes((4, 3, 2, 5, 0, 1, 6, 7, 8), -32768, "int16"),
    "pysheds": _Codes((*_ESRI[:4], -2, *_ESRI[5:]), 0, "int64", -1),
    "pyflwdir": _Codes(_ESRI, 247, "uint8", 255),
}


def _codes_of(kind: str) -> _Codes:
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"kind is {kind!r}: give one of {', '.join(map(repr, _KINDS))}")
    return _KINDS[kind]


@names_are_checked
def to_d8(labels: Any, kind: Kind = "esri", *, background_value: int = 255) -> Any:
    """Labels of 2 axes as the codes of a D8 program; the first row of the array is its north.

    kind: "esri" (ArcGIS, QGIS, WhiteboxTools with --esri_pntr), "taudem", "pysheds" or "pyflwdir". Sinks get 0, those of
    pysheds -2. Voxels of the background_value get the program's own: 255, -32768, 0, 247.
    Result: as labels() gives back, an array of uint8, of int16 for taudem, of int64 for pysheds.
    """
    table = _codes_of(kind)
    given = _take_2d("labels", labels)
    background = integer_of("background_value", background_value, 9, 2**16 - 1)
    codes = dict(enumerate(table.codes)) | {background: table.background}
    return given.like(_translated(given, codes, background, table.dtype))


@names_are_checked
def from_d8(codes: Any, kind: Kind = "esri", *, background_value: int = 255) -> Any:
    """The codes of a D8 program as labels of 2 axes, of uint8: the way back from to_d8()."""
    table = _codes_of(kind)
    given = _take_2d("codes", codes)
    background = integer_of("background_value", background_value, 9, 255)
    labels = {code: label for label, code in enumerate(table.codes)} | {table.background: background}
    if table.other_sink is not None:
        labels[table.other_sink] = 4
    return given.like(_translated(given, labels, table.background, "uint8"))


def _take_2d(name: str, value: Any) -> Given:
    given = take(name, value, "translated")
    if given.is_lazy:
        raise TypeError(f"{name} is a dask array: use its map_blocks()")
    if given.array.ndim != 2 or given.array.dtype.kind not in "iu":
        raise ValueError(f"{name} has the shape {given.array.shape} and the type {given.array.dtype}: give integers of 2 axes")
    return given


def _translated(given: Given, table: dict[int, int], background: int, dtype: str) -> np.ndarray:
    """What is masked becomes background, whatever its value."""
    array = given.array
    if given.is_masked is not None and given.is_masked is not np.ma.nomask:
        array = np.where(given.is_masked, np.array(background), array)
    keys = np.array(sorted(table))
    places = np.minimum(np.searchsorted(keys, array), keys.size - 1)
    is_unknown = keys[places] != array
    if is_unknown.any():
        index = tuple(int(i) for i in np.unravel_index(is_unknown.argmax(), array.shape))
        raise ValueError(f"{given.name} has the value {array[index]} at {index}: give only {', '.join(map(str, table))}")
    return np.array([table[key] for key in keys.tolist()], dtype)[places]


def direction_colors(ndim: int = 3, radius: int | Sequence[int] = 1) -> np.ndarray[Any, Any]:
    """The color of each label, an array of (labels, 3) of uint8: those of the program's previews.

    Red grows along the last axis (x), green along y, blue along z; opposite directions have complementary colors, and the
    center is white.
    """
    steps = offsets(integer_of("ndim", ndim, 1, 4), radius)[:, ::-1].astype(np.float64)
    axis_colors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, -0.3, 0.4]])[: steps.shape[1]]
    lengths = np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1)
    shares = 120 * (steps @ axis_colors) / lengths
    colors = 128 + np.trunc(shares + np.copysign(0.5, shares))  # rounded as std::lround does
    colors[(steps == 0).all(axis=1)] = 255
    return colors.astype(np.uint8)


def direction_colormap(ndim: int = 3, radius: int | Sequence[int] = 1) -> "ListedColormap":
    """direction_colors() for matplotlib: `imshow(direction_colormap(2)(labels))`. What is no label is black."""
    from matplotlib.colors import ListedColormap

    colormap = ListedColormap(direction_colors(ndim, radius) / 255.0, "directions")
    return colormap.with_extremes(over="black", under="black", bad="black")
