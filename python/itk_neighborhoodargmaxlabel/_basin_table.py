"""Properties of basins: their sinks, sizes and sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._kinds import is_a
from ._pixels import slabs

Columns = dict[str, np.ndarray]


def table_of(basins: Any, sinks: Any, values: Any = None) -> Any:
    """For each basin a row, as a dict of arrays. Of dask arrays that is a dask.delayed object."""
    if is_a(basins, "dask.array", "Array"):
        return _delayed_table(basins, sinks, values)
    columns = _new_columns(int(basins.max()) + 1, None if values is None else values.dtype)
    for slab in slabs(basins.shape):
        start = (slab.start,) + (0,) * (basins.ndim - 1)
        _count(columns, basins[slab], sinks[slab], None if values is None else values[slab], start, basins.shape)
    return _finish(columns, basins.shape)


def _new_columns(count: int, dtype: np.dtype | None) -> Columns:
    """For the basins 0 to count - 1; 0 is background."""
    columns = {"sink": np.zeros(count, np.int64), "size": np.zeros(count, np.int64)}
    if dtype is not None:
        low, high = (False, True) if dtype.kind == "b" else (-np.inf, np.inf)
        if dtype.kind in "iu":
            low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        wide = {"f": np.float64, "u": np.uint64}.get(dtype.kind, np.int64)
        columns |= {"sum": np.zeros(count, wide), "min": np.full(count, high, dtype), "max": np.full(count, low, dtype)}
        columns["valued"] = np.zeros(count, np.int64)  # voxels that are not masked
    return columns


def _count(columns: Columns, rows: Any, sinks: Any, values: Any, start: Any, shape: Any, numbers: Any = None) -> None:
    """Adds a block of an image. Rows: of each voxel; numbers: the basins of the rows, if these are others."""
    index = np.nonzero(sinks)
    sink_rows = sinks[index] if numbers is None else np.searchsorted(numbers, sinks[index])
    columns["sink"][sink_rows] = np.ravel_multi_index([i + s for i, s in zip(index, start)], shape)
    sizes = np.bincount(rows.ravel())
    columns["size"][: sizes.size] += sizes
    if values is not None:
        if isinstance(values, np.ma.MaskedArray):
            rows, values = rows[~np.ma.getmaskarray(values)], values.compressed()
        rows, values = rows.ravel(), np.ascontiguousarray(values).ravel()
        counts = np.bincount(rows)
        columns["valued"][: counts.size] += counts
        np.add.at(columns["sum"], rows, values.astype(columns["sum"].dtype, copy=False))
        with np.errstate(invalid="ignore"):  # NaN
            np.minimum.at(columns["min"], rows, values)
            np.maximum.at(columns["max"], rows, values)


def _finish(columns: Columns, shape: tuple[int, ...]) -> Columns:
    columns = {name: column[1:] for name, column in columns.items()}
    if "sum" in columns:
        valued = columns.pop("valued")
        _check_sums(columns, valued)
        if not valued.all():
            for name in "min", "max":
                columns[name] = np.ma.masked_array(columns[name], valued == 0)
    index = np.unravel_index(columns.pop("sink"), shape)
    sinks = {f"sink_{axis}": i for axis, i in enumerate(index)}
    return {"basin": np.arange(1, columns["size"].size + 1), **sinks, **columns}


def _check_sums(columns: Columns, valued: np.ndarray) -> None:
    """Of integers of 64 bits, which may not hold them."""
    dtype = columns["sum"].dtype
    if dtype.kind == "f":
        return
    greatest = np.maximum(np.abs(columns["min"].astype(np.float64)), np.abs(columns["max"].astype(np.float64)))
    if (greatest * valued >= float(np.iinfo(dtype).max)).any():
        raise ValueError(f"values has sums that {dtype} may not hold: give values.astype('float64')")


def _delayed_table(basins: Any, sinks: Any, values: Any) -> Any:
    import dask
    import dask.array

    arrays = [basins, sinks.rechunk(basins.chunks)]
    if values is not None:
        arrays.append(dask.array.asanyarray(values).rechunk(basins.chunks))
    starts = [np.cumsum((0, *lengths[:-1])).tolist() for lengths in basins.chunks]
    blocks = [array.to_delayed() for array in arrays]
    part = dask.delayed(_count_chunk)
    parts = [
        part([block[i] for block in blocks], [s[j] for s, j in zip(starts, i)], basins.shape)
        for i in np.ndindex(basins.numblocks)
    ]
    return dask.delayed(_join)(parts, basins.shape)


def _count_chunk(blocks: list[Any], start: list[int], shape: tuple[int, ...]) -> tuple[np.ndarray, Columns]:
    """Numbers of the basins in a chunk, and their columns."""
    basins, sinks, values = blocks if len(blocks) == 3 else (*blocks, None)
    numbers, rows = np.unique(basins, return_inverse=True)
    columns = _new_columns(numbers.size, None if values is None else values.dtype)
    columns["sink"][:] = -1
    _count(columns, rows.reshape(basins.shape), sinks, values, start, shape, numbers)
    return numbers, columns


def _join(parts: list[tuple[np.ndarray, Columns]], shape: tuple[int, ...]) -> Columns:
    dtype = parts[0][1]["min"].dtype if "min" in parts[0][1] else None
    columns = _new_columns(int(max(numbers[-1] for numbers, _ in parts)) + 1, dtype)
    for numbers, part in parts:
        has_sink = part["sink"] >= 0
        columns["sink"][numbers[has_sink]] = part["sink"][has_sink]
        columns["size"][numbers] += part["size"]
        if dtype is not None:
            columns["valued"][numbers] += part["valued"]
            columns["sum"][numbers] += part["sum"]
            columns["min"][numbers] = np.minimum(columns["min"][numbers], part["min"])
            columns["max"][numbers] = np.maximum(columns["max"][numbers], part["max"])
    return _finish(columns, shape)
