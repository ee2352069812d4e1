"""The codes of D8 programs for flow directions, from each program's own documents and results."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import numpy as np

Kind = Literal["esri", "taudem", "pysheds", "pyflwdir", "xrspatial", "grass", "saga", "ldd", "whitebox", "landlab"]


class Codes(NamedTuple):
    """The codes of the labels 0 to 8, that is of NW N NE, W sink E, SW S SE. landlab has receivers instead."""

    codes: tuple[int, ...]
    nodata: float | None
    dtype: str
    other_sinks: tuple[int, ...] = ()  # from_d8() accepts these as well
    outlet: Literal["direction", "sink", "negative"] = "direction"  # for a label that leads out of the raster or to no label
    is_compass: bool = False  # the codes mean north and east, not rows and columns


_ESRI = 32, 64, 128, 16, 0, 1, 8, 4, 2
# In ArcGIS, the sum of several directions is an undefined direction: a sink.
_SUMS = tuple(code for code in range(3, 256) if code & (code - 1))
KINDS = {
    "esri": Codes(_ESRI, 255, "uint8", _SUMS, is_compass=True),
    "taudem": Codes((4, 3, 2, 5, 0, 1, 6, 7, 8), -32768, "int16", is_compass=True),
    "pysheds": Codes((*_ESRI[:4], -2, *_ESRI[5:]), 0, "int64", (-1,)),
    "pyflwdir": Codes(_ESRI, 247, "uint8", (255,)),
    "xrspatial": Codes(_ESRI, math.nan, "float64"),
    "grass": Codes((3, 2, 1, 4, 0, 8, 5, 6, 7), -32768, "int16", outlet="negative", is_compass=True),
    "saga": Codes((7, 0, 1, 6, -1, 2, 5, 4, 3), -99999, "int32", outlet="sink", is_compass=True),
    "ldd": Codes((7, 8, 9, 4, 5, 6, 1, 2, 3), 255, "uint8", outlet="sink", is_compass=True),
    "whitebox": Codes((64, 128, 1, 32, 0, 2, 16, 8, 4), -32768, "int16", outlet="sink", is_compass=True),
    "landlab": Codes((), None, "int64", outlet="sink"),
}


def codes_of(kind: Any) -> Codes:
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind is {kind!r}: give one of {', '.join(map(repr, KINDS))}")
    return KINDS[kind]


def outlets_of(labels: np.ndarray, background: int) -> np.ndarray:
    """Where a label of the last two axes leads to a voxel without label. The caller pads the raster with such voxels."""
    found = np.zeros(labels.shape, bool)
    rows, columns = labels.shape[-2:]
    inner = slice(1, rows - 1), slice(1, columns - 1)
    for label in (0, 1, 2, 3, 5, 6, 7, 8):
        row, column = label // 3 - 1, label % 3 - 1
        there = labels[..., 1 + row : rows - 1 + row, 1 + column : columns - 1 + column]
        found[..., *inner] |= (labels[..., *inner] == label) & (there == background)
    return found


def codes_of_labels(labels: np.ndarray, *outlets: np.ndarray, name: str, kind: str, background: int) -> np.ndarray:
    table = KINDS[kind]
    nodata = 0 if table.nodata is None else table.nodata
    codes = _look_up(name, labels, dict(enumerate(table.codes)) | {background: nodata}, table.dtype)
    for is_outlet in outlets:
        codes[is_outlet] = table.codes[4] if table.outlet == "sink" else -codes[is_outlet]
    return codes


def labels_of_codes(codes: np.ndarray, *missing: np.ndarray, name: str, kind: str, nodata: Any, background: int) -> np.ndarray:
    table = KINDS[kind]
    labels = dict.fromkeys(table.other_sinks, 4) | {code: label for label, code in enumerate(table.codes)}
    if table.outlet == "negative":
        labels |= {-code: label for code, label in labels.items()}
    if nodata is not None:
        labels[nodata] = background
    is_missing = np.logical_or.reduce([*missing, np.isnan(codes)])  # NaN is no code of any program
    return _look_up(name, np.where(is_missing, table.codes[4], codes), labels, "uint8", is_missing, background)


def receivers_of_labels(
    labels: np.ndarray, is_outlet: np.ndarray, nodes: np.ndarray, *, name: str, background: int, columns: int
) -> np.ndarray:
    """The nodes of landlab that nodes drain to; sinks and nodes without label drain to themselves."""
    steps = {label: (label // 3 - 1) * columns + label % 3 - 1 for label in range(9)} | {background: 0}
    return nodes + np.where(is_outlet, 0, _look_up(name, labels, steps, "int64"))


def labels_of_receivers(receivers: np.ndarray, nodes: np.ndarray, *, name: str, columns: int) -> np.ndarray:
    steps = {(label // 3 - 1) * columns + label % 3 - 1: label for label in range(9)}
    return _look_up(f"{name} minus the node", receivers.astype(np.int64) - nodes, steps, "uint8")


def _look_up(
    name: str, array: np.ndarray, table: dict[Any, Any], dtype: str, excepted: np.ndarray | None = None, other: int = 0
) -> np.ndarray:
    """The values of a table; excepted voxels get `other`."""
    keys = np.array(sorted(table))
    places = np.minimum(np.searchsorted(keys, array), keys.size - 1)
    is_unknown = keys[places] != array
    if is_unknown.any():
        index = tuple(int(i) for i in np.unravel_index(is_unknown.argmax(), array.shape))
        raise ValueError(f"{name} has the value {array[index]} at {index}: give only {', '.join(map(str, list(table)[:12]))}")
    found = np.array([table[key] for key in keys.tolist()], dtype)[places]
    if excepted is not None:
        found[excepted] = other
    return found
