"""The meaning of labels: offsets, the codes of D8 programs, colors."""

import functools
import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._codes import Kind, codes_of, codes_of_labels, labels_of_codes, labels_of_receivers, outlets_of, receivers_of_labels
from ._coordinates import plane_of
from ._given import Given, take, whole_numbers
from ._kinds import is_a
from ._missing import DECLARED, declares_nodata
from ._options import for_each_axis, integer_of, names_are_checked
from ._pairs import check_codes

if TYPE_CHECKING:
    from matplotlib.colors import ListedColormap


def offsets(ndim: int = 3, radius: int | Sequence[int] = 1) -> np.ndarray[Any, Any]:
    """The offset of each label, an array of shape (labels, axes) in the order of array axes.

    `offsets(2)[labels]` is the field of directions. radius: an integer, or one for each axis.
    """
    ndim = integer_of("ndim", ndim, 1, 32)
    radii = [integer_of("radius", r, 0, 2**15) for r in for_each_axis("radius", radius, ndim)]
    return np.indices([2 * r + 1 for r in radii]).reshape(ndim, -1).T - radii


@names_are_checked
def to_d8(labels: Any, kind: Kind = "esri", *, background_value: int = 255) -> Any:
    """Converts labels of two axes to the codes of a D8 program; with more axes, each slice, such as a band or time.

    | kind | for | sinks | no label |
    |---|---|---|---|
    | "esri" | ArcGIS, WhiteboxTools with --esri_pntr, TopoToolbox | 0 | 255 |
    | "taudem" | TauDEM | 0 | -32768 |
    | "pysheds" | pysheds | -2 | 0 |
    | "pyflwdir" | pyflwdir "d8", HydroMT | 0 | 247 |
    | "xrspatial" | xarray-spatial from 0.10 on, float64 | 0 | NaN |
    | "grass" | GRASS r.watershed, r.stream.*; outlets are negative | 0 | -32768 |
    | "saga" | SAGA, QGIS with SAGA | -1 | -99999 |
    | "ldd" | PCRaster, pyflwdir "ldd", LISFLOOD, wflow | 5 | 255 |
    | "whitebox" | WhiteboxTools | 0 | -32768 |
    | "landlab" | landlab's flow__receiver_node, in the rows of the array | itself | itself |

    A label that leads out of the raster, or to a voxel without label, is an outlet: a sink in PCRaster, SAGA, WhiteboxTools
    and landlab, negative in GRASS, the direction elsewhere. The first row of the array is the north. Voxels with the
    background_value and masked or missing ones have no label. Lazy for dask. A DataArray gets the program's nodata.
    """
    table = codes_of(kind)
    given = take("labels", labels, "translated")
    background = integer_of("background_value", background_value, 9, 2**16 - 1)
    plane = plane_of("labels", given, table.is_compass)
    check_codes(given.array)
    array = _without_border(given, np.moveaxis(_known(given, background), plane, (-2, -1)), background)
    arrays, options = [array], {"name": "labels", "background": background}
    if table.outlet != "direction":
        arrays.append(_outlets(given, array, background))
    if kind == "landlab":
        arrays.append(_nodes(given, array))
        codes = _each(receivers_of_labels, given, arrays, table.dtype, columns=array.shape[-1], **options)
    else:
        codes = _each(codes_of_labels, given, arrays, table.dtype, kind=kind, **options)
    return given.like(np.moveaxis(codes, (-2, -1), plane), "d8", table.nodata)


@names_are_checked
def from_d8(
    codes: Any, kind: Kind = "esri", *, nodata: float | Literal["declared"] | None = DECLARED, background_value: int = 255
) -> Any:
    """Converts the codes of a D8 program to labels of uint8: the reverse of to_d8().

    nodata: the code that means no label. "declared": that of a DataArray, otherwise that of to_d8(); None: none. NaN is never
    a code. ArcGIS's sums of directions (also 255, if it is not nodata) and other sinks of programs become sinks.
    """
    table = codes_of(kind)
    given = take("codes", codes, "translated", nodata)
    background = integer_of("background_value", background_value, 9, 255)
    plane = plane_of("codes", given, table.is_compass)
    is_known = nodata != DECLARED or (is_a(codes, "xarray", "DataArray") and declares_nodata(codes))
    own = None if is_known or table.nodata is None or math.isnan(table.nodata) else table.nodata
    array = np.moveaxis(given.array, plane, (-2, -1))
    arrays = [array]
    if kind == "landlab":
        arrays.append(_nodes(given, array))
        labels = _each(labels_of_receivers, given, arrays, "uint8", name="codes", columns=array.shape[-1])
    else:
        if given.is_missing is not None:
            arrays.append(np.moveaxis(given.is_missing, plane, (-2, -1)))
        options = {"kind": kind, "nodata": own, "background": background}
        labels = _each(labels_of_codes, given, arrays, "uint8", name="codes", **options)
    return given.like(np.moveaxis(labels, (-2, -1), plane), "labels", background)


def _known(given: Given, background: int) -> Any:
    """The labels as integers; missing ones become background."""
    array = whole_numbers("labels", given, background)
    if given.is_missing is None:
        return array
    module = sys.modules["dask.array"] if given.is_lazy else np
    return module.where(given.is_missing, np.uint16(background), array)


def _without_border(given: Given, array: Any, background: int) -> Any:
    """Labels that are 0 on the whole border mean background there: no border drains only to the north-west."""
    is_border = np.zeros(array.shape[-2:], bool)
    is_border[[0, -1], :] = is_border[:, [0, -1]] = True
    module = sys.modules["dask.array"] if given.is_lazy else np
    ends = [array[..., place, :] for place in (0, -1)] + [array[..., place] for place in (0, -1)]
    is_zero_around = functools.reduce(module.logical_and, [(end == 0).all() for end in ends])
    return module.where(is_border & is_zero_around, np.uint16(background), array)


def _outlets(given: Given, array: Any, background: int) -> Any:
    widths = [(0, 0)] * (array.ndim - 2) + [(1, 1)] * 2
    if not given.is_lazy:
        return outlets_of(np.pad(array, widths, constant_values=background), background)[..., 1:-1, 1:-1]
    depth = {axis: width for axis, (width, _) in enumerate(widths)}
    return sys.modules["dask.array"].map_overlap(
        outlets_of, array, depth=depth, boundary=dict.fromkeys(depth, background), dtype=bool, background=background
    )


def _nodes(given: Given, array: Any) -> Any:
    """The number of each voxel in its plane."""
    rows, columns = array.shape[-2:]
    if columns < 3:
        raise ValueError(f"{given.name} has {columns} columns: landlab's receivers are told apart from 3 on")
    if not given.is_lazy:
        return np.broadcast_to(np.arange(rows * columns).reshape(rows, columns), array.shape)
    module = sys.modules["dask.array"]
    nodes = module.arange(rows * columns, chunks=-1).reshape(rows, columns).rechunk(array.chunks[-2:])
    return module.broadcast_to(nodes, array.shape, chunks=array.chunks)


def _each(function: Any, given: Given, arrays: list[Any], dtype: str, **options: Any) -> Any:
    if not given.is_lazy:
        return function(*arrays, **options)
    name_of_result = options.pop("name")
    meta = np.empty((0,) * arrays[0].ndim, dtype)
    arrays = [array.rechunk(arrays[0].chunks) for array in arrays]
    return sys.modules["dask.array"].map_blocks(functools.partial(function, name=name_of_result), *arrays, meta=meta, **options)


def direction_colors(ndim: int = 3, radius: int | Sequence[int] = 1) -> np.ndarray[Any, Any]:
    """The color of each label, an array of uint8 of shape (labels, 3), as in the program's previews.

    Red grows along the last axis (x), green along y, blue along z. Opposite directions have complementary colors; the center
    is white.
    """
    steps = offsets(integer_of("ndim", ndim, 1, 4), radius)[:, ::-1].astype(np.float64)
    axis_colors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, -0.3, 0.4]])[: steps.shape[1]]
    lengths = np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1)
    shares = 120 * (steps @ axis_colors) / lengths
    colors = 128 + np.trunc(shares + np.copysign(0.5, shares))  # rounded as std::lround does
    colors[(steps == 0).all(axis=1)] = 255
    return colors.astype(np.uint8)


def direction_colormap(ndim: int = 3, radius: int | Sequence[int] = 1) -> "ListedColormap":
    """direction_colors() for matplotlib: `imshow(direction_colormap(2)(labels))`. Other values are black."""
    from matplotlib.colors import ListedColormap

    colormap = ListedColormap(direction_colors(ndim, radius) / 255.0, "directions")
    return colormap.with_extremes(over="black", under="black", bad="black")
