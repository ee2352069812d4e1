"""Basins of labels, of whatever array a user has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

import numpy as np

from ._basin_merge import Merging, depth_of, merge_array, renumbering_of, tables_of
from ._basin_table import table_of
from ._followed import narrow_array, narrow_chunks, options_of_image, take_labels
from ._given import Given, mask_of, values_of
from ._images import mask_for_image, outputs_of
from ._itk import basin_array, is_image, load_itk, new_filter
from ._label_errors import error_of_labels
from ._options import integer_of, names_are_checked, switch_of
from ._pairs import check_sense

if TYPE_CHECKING:
    import dask.array
    import xarray as xr

    Array = TypeVar("Array", np.ndarray[Any, Any], xr.DataArray, dask.array.Array)

    class BasinOptions(TypedDict, total=False):
        """Those of `basins`, for type checkers."""

        radius: int | Sequence[int]
        background_value: int | None
        mask_image: Any
        periodic: bool | Sequence[bool]
        values: Any
        depth: float | None
        ascent: bool
        fully_connected: bool
        number_of_work_units: int | None

    Table = dict[str, np.ndarray[Any, Any]]


@overload
def basins(
    labels: "Array",
    *,
    generate_sink_image: Literal[False] = ...,
    table: Literal[False] = ...,
    **options: "Unpack[BasinOptions]",
) -> "Array": ...
@overload
def basins(
    labels: "Array",
    *,
    generate_sink_image: Literal[True],
    table: Literal[False] = ...,
    **options: "Unpack[BasinOptions]",
) -> "tuple[Array, Array]": ...
@overload
def basins(
    labels: "Array",
    *,
    generate_sink_image: Literal[False] = ...,
    table: Literal[True],
    **options: "Unpack[BasinOptions]",
) -> "tuple[Array, Table]": ...
@overload
def basins(
    labels: "Array", *, generate_sink_image: Literal[True], table: Literal[True], **options: "Unpack[BasinOptions]"
) -> "tuple[Array, Array, Table]": ...
@overload
def basins(
    labels: "Array",
    *,
    generate_sink_image: bool = ...,
    table: bool = ...,
    hierarchy: Literal[True],
    neighbors: bool = ...,
    **options: "Unpack[BasinOptions]",
) -> tuple[Any, ...]: ...
@overload
def basins(
    labels: "Array",
    *,
    generate_sink_image: bool = ...,
    table: bool = ...,
    hierarchy: Literal[False] = ...,
    neighbors: Literal[True],
    **options: "Unpack[BasinOptions]",
) -> tuple[Any, ...]: ...
@overload
def basins(
    labels: Sequence[Any],
    *,
    generate_sink_image: bool = ...,
    table: bool = ...,
    hierarchy: bool = ...,
    neighbors: bool = ...,
    **options: "Unpack[BasinOptions]",
) -> Any: ...
@names_are_checked
def basins(
    labels: Any,
    *,
    radius: int | Sequence[int] = 1,
    background_value: int | None = None,
    mask_image: Any = None,
    periodic: bool | Sequence[bool] = False,
    generate_sink_image: bool = False,
    table: bool = False,
    values: Any = None,
    depth: float | None = None,
    ascent: bool = False,
    fully_connected: bool = True,
    hierarchy: bool = False,
    neighbors: bool = False,
    number_of_work_units: int | None = None,
) -> Any:
    """Follows the labels of `labels` and numbers the basins that they drain to.

        directions = labels(image, center_score=0, background_value=255)
        numbers = basins(directions)
        numbers, properties = basins(directions, table=True, values=image)
        numbers = basins(directions, values=image, depth=5)  # shallow basins join deeper ones

    Voxels are in the same basin where following their labels ends in the same sink or in the same cycle. A voxel is a sink
    where its label is that of the center, leads out of the image, or leads to a voxel without label. Basins are numbered
    1, 2, ... in the order of their first voxels in the array; background is 0.

    Parameters
    ----------
    labels : array of 2, 3 or 4 axes
        As of `labels`, of integers: labels of the axes of the array. What is masked has no label, nor what a DataArray
        calls missing (`_FillValue`, `rio.nodata`, NaN); its labels may be integers in a floating point type, as masked files
        are read.
    radius : int, or one for each axis of the array, default 1
        That of the labels. One number is for the axes in space, as in `labels`.
    background_value : int, default None
        Of voxels without label. None: 255, or 65535 where the labels need 16 bits. The labels need the same, unless they
        were made without a mask and with another border than "background".
    mask_image : array of integers or bool in the shape of the labels, default None
        Where it is 0 there is no label.
    periodic : bool, or one for each axis of the array, default False
        True: a label that leads out of the image leads to its opposite side.
    generate_sink_image : bool, default False
        True: the sinks as well, the number of each basin at its sink, 0 elsewhere; the sink of a cycle is its first voxel.
    table : bool, default False
        True: a table of the basins as well, as a dict of arrays that pandas.DataFrame takes: `basin`, its number; `sink_0`,
        `sink_1`, ..., the index of its sink on each axis of the array; `size` in voxels.
    values : array of numbers in the shape of the labels, default None
        The image that the labels were made of. Depth, hierarchy and neighbors need it; what is masked or NaN is no pass and no
        lowest value. With table, of any image, also `sum`, `min` and `max` of each basin (a Bader charge is the sum of the
        density, times the volume of a voxel). What is masked does not count: basins of nothing else have a masked `min` and
        `max`. NaN does, and makes NaN, but in a DataArray it is missing.
    depth : float, default None
        In the unit of the values: basins of this depth or less join the one on the other side of their lowest pass, in the
        order of depth. The depth of a basin is how far one has to rise from its lowest value to reach a basin that is lower, or
        as low and earlier in number. 0 joins what a plateau divides. None: none join.
    ascent : bool, default False
        With depth, hierarchy or neighbors: that of the labels. True: the basins are those of maxima, and heights are depths.
    fully_connected : bool, default True
        With depth, hierarchy or neighbors: that of the labels. False: only voxels that share a face are neighbors.
    hierarchy : bool, default False
        True: how the returned basins join at greater depths, as a dict of arrays that pandas.DataFrame takes: `basin`;
        `lowest`, its lowest value (highest with ascent); `depth`, infinite if it joins none; `joins`, the basin that it joins,
        or 0; `pass`, the value of the pass to it; `pass_0`, `pass_1`, ..., the index of the pass on each axis of the array, or
        -1. `cut` takes it.
    neighbors : bool, default False
        True: all pairs of neighboring returned basins, likewise: `basin` and `neighbor`, the lower number first; `pass`,
        `pass_0`, `pass_1`, ...
    number_of_work_units : int, default None
        As of `labels`. Of dask arrays, always one for each task.

    Returns
    -------
    The like of the labels, of uint32 (of dask arrays uint64 from 2^32 basins on): basins, or a tuple of basins and, where
    asked for, sinks, table, hierarchy and neighbors, in this order. With depth, all are of the basins that are left: the sink
    of a basin is that of the deepest one in it.

    Of a dask array: the call makes the first of two passes over the labels (with depth, hierarchy or neighbors the first two of
    three), what is returned the last one; `dask.compute` computes the tables.

    Raises
    ------
    TypeError, ValueError
        Before any work is done, with the parameter, its value and the remedy: a background_value that is a label, values
        that are no labels (with the first of them and its index), labels that are 0 all over the border, which labels
        with the default background look like, and depth, hierarchy or neighbors that do not fit the labels or values.

    Notes
    -----
    The whole contract: documentation/contract.md and python.md of the source, and the C++ header itkNeighborhoodLabelToBasinImageFilter.h.
    """
    options: dict[str, Any] = {}
    generate_sink_image = switch_of("generate_sink_image", generate_sink_image)
    table = switch_of("table", table)
    merging = _merging_of(depth, ascent, fully_connected, hierarchy, neighbors, values)
    if values is not None and not table and merging is None:
        raise ValueError("values is given, but table is False and depth is None: set table=True, or a depth")
    if number_of_work_units is not None:
        options["number_of_work_units"] = integer_of("number_of_work_units", number_of_work_units, 1, 2**31)
    if is_image(labels):
        options |= options_of_image(labels, radius, background_value, periodic)
        return _of_image(labels, mask_image, generate_sink_image, table, values, merging, options)

    given, followed = take_labels(labels, radius, background_value, periodic, mask_image)
    options |= followed
    mask = mask_of(mask_image, given)
    if values is not None:
        values = values_of(values, given)
    if merging is not None:
        merging = _completed(merging, given.array.shape, options)
        check_sense(given.array, merging.ascent, merging.fully_connected)
    needs_sinks = generate_sink_image or table
    follow = _of_chunks if given.is_lazy else _of_array
    numbers, sinks = follow(given, mask, needs_sinks, options)
    tables: list[Any] = []
    if merging is not None:
        numbers, sinks, tables = _merged(numbers, sinks, values, merging, options.get("number_of_work_units"))
    results = [given.like(numbers, "basins", 0)]
    if generate_sink_image:
        results.append(given.like(sinks, "sinks", 0))
    if table:
        results.append(table_of(numbers, sinks, values))
    results += tables
    return tuple(results) if len(results) > 1 else results[0]


def _merging_of(depth: Any, ascent: Any, fully_connected: Any, hierarchy: Any, neighbors: Any, values: Any) -> Merging | None:
    merging = Merging(
        None if depth is None else depth_of(depth),
        switch_of("ascent", ascent),
        switch_of("fully_connected", fully_connected),
        (),
        switch_of("hierarchy", hierarchy),
        switch_of("neighbors", neighbors),
    )
    asked = {"depth": depth is not None, "hierarchy": merging.hierarchy, "neighbors": merging.neighbors}
    if not any(asked.values()):
        return None
    if values is None:
        name = next(name for name, is_asked in asked.items() if is_asked)
        raise ValueError(
            f"{name} is {getattr(merging, name)}, but values is None: set values to the image that the labels were made of"
        )
    return merging


def _completed(merging: Merging, shape: tuple[int, ...], options: dict[str, Any]) -> Merging:
    radius = options["radius"]
    if any(r == 0 and length > 1 for r, length in zip(radius, shape)):
        raise ValueError(f"radius is {radius}, but basins join along all axes: give each slice along an axis of radius 0 alone")
    return merging._replace(periodic=options["periodic"])


def _merged(numbers: Any, sinks: Any, values: Any, merging: Merging, work_units: int | None) -> tuple[Any, Any, list[Any]]:
    """Basins and sinks that are left at a depth, and the tables of hierarchy and neighbors."""
    if not isinstance(numbers, np.ndarray):
        from ._basin_merge_chunks import merge_chunks

        return merge_chunks(numbers, sinks, values, merging)
    numbers, found = merge_array(numbers, values, merging, work_units)
    if merging.depth is not None and sinks is not None:
        sinks = renumbering_of(found, merging.depth).sinks[sinks]
    return numbers, sinks, tables_of(found, numbers.shape, merging)


def _of_array(given: Given, mask: Any, needs_sinks: bool, options: dict[str, Any]) -> Any:
    found = narrow_array(given.array, mask, options)
    try:
        return basin_array(found, mask, generate_sink_image=needs_sinks, **options)
    except ValueError as error:
        raise error_of_labels(found, mask, options) or error from None


def _of_chunks(given: Given, mask: Any, needs_sinks: bool, options: dict[str, Any]) -> Any:
    from ._basin_chunks import dask_basins

    outputs = dask_basins(
        narrow_chunks(given.array, mask, options),
        mask,
        radius=options["radius"],
        background_value=options["background_value"],
        periodic=options["periodic"],
        generate_sink_image=needs_sinks,
    )
    return outputs if needs_sinks else (outputs, None)


def _of_image(
    labels: Any,
    mask_image: Any,
    generate_sink_image: bool,
    table: bool,
    values: Any,
    merging: Merging | None,
    options: dict[str, Any],
) -> Any:
    itk = load_itk()
    labels.Update()
    if values is not None:
        values = values_of(values, Given("labels", labels, itk.array_view_from_image(labels)))
    if merging is not None:
        shape = tuple(labels.GetLargestPossibleRegion().GetSize())[::-1]
        merging = _completed(merging, shape, options)
    made = new_filter("NeighborhoodLabelToBasinImageFilter", labels, "UI", options, "labels")
    made.SetMaskImage(mask_for_image(mask_image, labels))
    has_sinks = generate_sink_image or table
    made.SetGenerateSinkImage(has_sinks)
    outputs = outputs_of(made, [made.GetOutput(), made.GetSinkImage()])
    if not table and merging is None:
        return outputs
    results = list(outputs) if has_sinks else [outputs]
    numbers, sinks = (*(itk.array_view_from_image(output) for output in results), None)[:2]
    tables: list[Any] = []
    if merging is not None:
        *merged, tables = _merged(numbers, sinks, values, merging, options.get("number_of_work_units"))
        for view, array in zip((numbers, sinks), merged):
            if view is not None:
                view[...] = array
    if table:
        tables.insert(0, table_of(numbers, sinks, values))
    results = [*results[: 1 + generate_sink_image], *tables]
    return tuple(results) if len(results) > 1 else results[0]
