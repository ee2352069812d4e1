"""Basins at another depth, by their hierarchy."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._basin_merge import depth_of, look_up, numbers_after
from ._given import take, whole_numbers
from ._itk import is_image, load_itk
from ._kinds import is_a
from ._options import integer_of, names_are_checked


@names_are_checked
def cut(numbers: Any, hierarchy: Any, *, depth: float | None = None, n: int | None = None) -> Any:
    """Joins shallow basins by their hierarchy, without looking at the image again.

        numbers, hierarchy = basins(directions, values=image, hierarchy=True)
        deep = cut(numbers, hierarchy, depth=5)
        most = cut(numbers, hierarchy, n=20)

    The same as `basins(directions, values=image, depth=depth)`.

    Parameters
    ----------
    numbers : basins
        As `basins` returns them, of any kind of array.
    hierarchy : dict of arrays, or pandas.DataFrame
        That `basins` returned with them. If they are a dask array, also a dask.delayed object.
    depth : float, default None
        Basins of this depth or less join others.
    n : int, default None
        The number of basins: the least depth is taken that leaves no more. It leaves fewer where several have this depth.

    Returns
    -------
    The like of the numbers, of uint32: numbered 1, 2, ... by their first voxels; 0 stays 0. Lazy for a dask array.

    Raises
    ------
    TypeError, ValueError
        With the parameter, its value and the remedy: both or neither of depth and n, a negative or NaN depth, an n that is
        less than 1 or than the number of groups that never touch, numbers that the hierarchy does not have.
    """
    if (depth is None) == (n is None):
        raise ValueError(f"depth is {depth!r} and n is {n!r}: give one of them")
    depth = None if depth is None else depth_of(depth)
    n = None if n is None else integer_of("n", n, 1, 2**31)
    given = None if is_image(numbers) else take("numbers", numbers, "joined")
    is_delayed = is_a(hierarchy, "dask.delayed", "Delayed")
    if is_delayed and (given is None or not given.is_lazy):
        raise TypeError("hierarchy is a dask.delayed object, but numbers is no dask array: give hierarchy.compute()")
    table = None if is_delayed else _table_of(hierarchy, depth, n)
    if given is None:
        return _of_image(numbers, table)
    array = whole_numbers("numbers", given, 0)
    if not given.is_lazy:
        return given.like(look_up(array, table), "basins", 0)

    import dask

    from ._basin_merge_chunks import look_up_chunks

    table = dask.delayed(_table_of)(hierarchy, depth, n) if is_delayed else dask.delayed(table)
    return given.like(look_up_chunks(array, table), "basins", 0)


def _table_of(hierarchy: Any, depth: float | None, n: int | None) -> np.ndarray:
    """For each number of before, the one after."""
    try:
        numbers, joins = (np.asarray(hierarchy[name], np.int64) for name in ("basin", "joins"))
        depths = np.asarray(hierarchy["depth"], np.float64)
    except (KeyError, IndexError, TypeError, ValueError):
        kind = type(hierarchy).__name__
        raise TypeError(f"hierarchy is a {kind} without basin, joins and depth: give that of basins(hierarchy=True)") from None
    count = depths.size
    if not np.array_equal(numbers, np.arange(1, count + 1)) or joins.min(initial=0) < 0 or joins.max(initial=0) > count:
        raise ValueError(f"hierarchy has {count} rows, but not those of basins 1 to {count}: give all rows in their order")
    return numbers_after(depths, joins, _depth_that_leaves(n, depths[joins > 0], count) if depth is None else depth)


def _depth_that_leaves(n: Any, depths: np.ndarray, count: int) -> float:
    """The least depth; depths of the basins that join others, and the count of all."""
    least = count - depths.size
    if n < least:
        raise ValueError(f"n is {n}, but the basins are {least} groups that do not touch: give {least} or more")
    return float(np.sort(depths)[count - n - 1]) if n < count else -1.0


def _of_image(numbers: Any, table: Any) -> Any:
    itk = load_itk()
    numbers.Update()
    result = itk.Image[itk.UI, numbers.GetImageDimension()].New()
    result.CopyInformation(numbers)
    result.SetRegions(numbers.GetLargestPossibleRegion())
    result.Allocate()
    itk.array_view_from_image(result)[...] = look_up(itk.array_view_from_image(numbers), table)
    return result
