"""Which basins join at which depth: by the C++ filter, on arrays of NumPy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._itk import image_of, load_itk, new_filter, rows_of, table_image, update
from ._options import number_of
from ._pixels import c_ordered, cleared, float64_of, slabs

# The pixel types of values that the filter is wrapped for, by NumPy's names.
_TYPES = {"uint8": "UC", "int16": "SS", "uint16": "US", "float32": "F", "float64": "D"}


class Merging(NamedTuple):
    """The options of `basins` for merging."""

    depth: float | None
    ascent: bool
    fully_connected: bool
    periodic: tuple[bool, ...]
    hierarchy: bool
    neighbors: bool


class Found(NamedTuple):
    """What basins join, as GetHierarchy() of the filter has it, and their passes, as GetPasses() has them."""

    rows: np.ndarray
    passes: np.ndarray


def depth_of(value: Any) -> float:
    depth = number_of("depth", value)
    if depth < 0:
        raise ValueError(f"depth is {value!r}: give 0 or more, in the unit of the values")
    return depth


def type_of(values: Any, is_masked: bool) -> np.dtype:
    """The narrowest type of the filter for values; masked ones are NaN."""
    names = [name for name in _TYPES if not is_masked or name.startswith("float")]
    return np.dtype(next((name for name in names if np.can_cast(values.dtype, name)), "float64"))


def pixels_of_values(values: np.ndarray, numbers: np.ndarray, *, pixel_type: np.dtype | None = None) -> np.ndarray:
    """The values in a type of the filter, where there are basins."""
    mask = np.ma.getmask(values)
    is_masked = mask is not np.ma.nomask
    values = np.ma.getdata(values)
    pixel_type = type_of(values, is_masked) if pixel_type is None else pixel_type
    if pixel_type == np.float64 and (values.dtype.kind in "iu" or values.dtype.itemsize > 8):
        values = float64_of(cleared(values, (numbers != 0) & ~mask), "values")
    pixels = c_ordered(values, pixel_type)
    return np.where(mask, pixel_type.type(np.nan), pixels) if is_masked else pixels


def find(
    numbers: np.ndarray, pixels: np.ndarray, merging: Merging, merged: np.ndarray | None = None, work_units: int | None = None
) -> Found:
    """How basins join, with passes if neighbors are asked for; the basins that are left go to an array."""
    options = {
        "depth": merging.depth,
        "ascent": merging.ascent,
        "fully_connected": merging.fully_connected,
        "periodic": merging.periodic,
        "number_of_work_units": work_units,
    }
    made = new_filter("NeighborhoodBasinMergeImageFilter", image_of(numbers), _TYPES[pixels.dtype.name], options, "labels")
    made.SetValueImage(image_of(pixels))
    if merged is not None:
        made.GraftOutput(image_of(merged))
    update(made)
    return Found(rows_of(made.GetHierarchy()), rows_of(made.GetPasses()) if merging.neighbors else np.empty((0, 4)))


def is_empty(numbers: np.ndarray, pixels: np.ndarray) -> bool:
    """Whether there is no value where basins are."""
    return pixels.dtype.kind == "f" and bool(np.isnan(pixels[numbers != 0]).all())


def check_values(rows: np.ndarray, no_values: bool) -> None:
    if len(rows) and no_values:
        raise ValueError("values is NaN or masked wherever there is a basin: give the image that the labels were made of")


def merge_array(numbers: np.ndarray, values: Any, merging: Merging, work_units: int | None = None) -> tuple[np.ndarray, Found]:
    """Basins that are left at the depth of `merging`, and how all join."""
    pixels = pixels_of_values(values, numbers)
    merged = np.empty_like(numbers)
    found = find(numbers, pixels, merging, merged, work_units)
    # Looking at the pixels takes a while.
    check_values(found.rows, not np.isfinite(found.rows[:, 0]).any() and is_empty(numbers, pixels))
    return numbers if merging.depth is None else merged, found


def hierarchy_from(passes: np.ndarray, lowest: np.ndarray, ascent: bool) -> np.ndarray:
    """The rows of a hierarchy of an image in parts: of their passes, and the lowest value of each basin."""
    return rows_of(_static().MakeHierarchy(table_image(passes), table_image(lowest[:, np.newaxis]), ascent))


def numbers_after(depths: np.ndarray, joins: np.ndarray, depth: float) -> np.ndarray:
    """The numbers of basins that are left at a depth, at the numbers of before; 0 stays 0."""
    rows = np.zeros((depths.size, 5))
    rows[:, 1], rows[:, 3] = depths, joins
    numbers = np.zeros(depths.size + 1, np.uint32)
    numbers[1:] = rows_of(_static().Cut(table_image(rows), depth)).ravel()
    return numbers


class Renumbering(NamedTuple):
    """From numbers of before to those of the basins that are left."""

    numbers: np.ndarray  # all basins of a group have one
    sinks: np.ndarray  # only the deepest one of a group has one, the others have 0


def renumbering_of(found: Found, depth: float) -> Renumbering:
    rows = found.rows
    numbers = numbers_after(rows[:, 1], rows[:, 3], depth)
    is_left = np.concatenate([[False], (rows[:, 3] == 0) | (rows[:, 1] > depth)])
    return Renumbering(numbers, np.where(is_left, numbers, np.uint32(0)))


def found_after(found: Found, renumbering: Renumbering, ascent: bool) -> Found:
    """The hierarchy and the passes of the basins that are left."""
    numbers = renumbering.numbers
    sinks = renumbering.sinks[1:]
    is_left = sinks > 0
    rows = found.rows[is_left][np.argsort(sinks[is_left])]
    rows[:, 3] = numbers[rows[:, 3].astype(np.int64)]
    passes = found.passes.copy()
    passes[:, :2] = np.sort(numbers[passes[:, :2].astype(np.int64)], axis=1)
    return Found(rows, lowest_of_pairs(passes[passes[:, 0] != passes[:, 1]], ascent))


def lowest_of_pairs(passes: np.ndarray, ascent: bool) -> np.ndarray:
    """Of several passes of two basins the lowest one, and of equal ones the one at the first voxel; in the order of pairs."""
    first, second, value, voxel = passes.T
    passes = passes[np.lexsort((voxel, -value if ascent else value, second, first))]
    is_first = np.ones(len(passes), bool)
    is_first[1:] = (passes[1:, :2] != passes[:-1, :2]).any(axis=1)
    return passes[is_first]


def tables_of(found: Found, shape: tuple[int, ...], merging: Merging) -> list[dict[str, np.ndarray]]:
    """The tables that the options ask for, of the basins that are left."""
    if merging.depth is not None:
        found = found_after(found, renumbering_of(found, merging.depth), merging.ascent)
    tables = []
    if merging.hierarchy:
        lowest, depths, passes, joins, voxels = found.rows.T.copy()
        numbers = np.arange(1, lowest.size + 1)
        columns = {"basin": numbers, "lowest": lowest, "depth": depths, "joins": joins.astype(np.int64), "pass": passes}
        tables.append(columns | _places(voxels, shape))
    if merging.neighbors:
        first, second, passes, voxels = found.passes.T.copy()
        columns = {"basin": first.astype(np.int64), "neighbor": second.astype(np.int64), "pass": passes}
        tables.append(columns | _places(voxels, shape))
    return tables


def _places(voxels: np.ndarray, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    voxels = voxels.astype(np.int64)
    index = np.unravel_index(np.maximum(voxels, 0), shape)
    return {f"pass_{axis}": np.where(voxels < 0, -1, i) for axis, i in enumerate(index)}


def look_up(numbers: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The numbers of before, by a table, as those that are left."""
    result = np.empty(numbers.shape, np.uint32)
    for slab in slabs(numbers.shape):
        for wrong in numbers[slab].min(initial=0), numbers[slab].max(initial=0):
            if not 0 <= wrong < table.size:
                raise ValueError(
                    f"numbers has the number {wrong}, but hierarchy has the basins 1 to {table.size - 1}: "
                    "give the basins and the hierarchy of one call of basins()"
                )
        result[slab] = table[numbers[slab]]
    return result


def _static() -> Any:
    """The filter for its static methods, which are the same for all types."""
    itk = load_itk()
    return itk.NeighborhoodBasinMergeImageFilter[itk.Image[itk.UI, 2], itk.Image[itk.D, 2]]
