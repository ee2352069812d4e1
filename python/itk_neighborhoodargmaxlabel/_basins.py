"""Basins of labels, of whatever array a user has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

import numpy as np

from ._basin_table import table_of
from ._followed import narrow_array, narrow_chunks, options_of_image, take_labels
from ._given import Given, mask_of, values_of
from ._images import mask_for_image, outputs_of
from ._itk import basin_array, is_image, load_itk, new_filter
from ._label_errors import wrong_label, zero_border
from ._options import integer_of, names_are_checked, switch_of

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
    labels: Sequence[Any], *, generate_sink_image: bool = ..., table: bool = ..., **options: "Unpack[BasinOptions]"
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
    number_of_work_units: int | None = None,
) -> Any:
    """Follows the labels of `labels` and numbers the basins that they drain to.

        directions = labels(image, center_score=0, background_value=255)
        numbers = basins(directions)
        numbers, properties = basins(directions, table=True, values=image)

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
        With table: `sum`, `min` and `max` of them over each basin (a Bader charge is the sum of the density, times the
        volume of a voxel). What is masked does not count: basins of nothing else have a masked `min` and `max`. NaN does,
        and makes NaN, but in a DataArray it is missing.
    number_of_work_units : int, default None
        As of `labels`. Of dask arrays, always one for each task.

    Returns
    -------
    The like of the labels, of uint32 (of dask arrays uint64 from 2^32 basins on): basins, or a tuple of basins, sinks (with generate_sink_image) and the table (with
    table=True). Of a dask array: the first of two passes over the labels is made in the call, the second with what is
    returned; the table is computed by `dask.compute(properties)`.

    Raises
    ------
    TypeError, ValueError
        Before any work is done, with the parameter, its value and the remedy: a background_value that is a label, values
        that are no labels (with the first of them and its index), and labels that are 0 all over the border, which labels
        with the default background look like.

    Notes
    -----
    The whole contract: documentation/contract.md and python.md of the source, and the C++ header itkNeighborhoodLabelToBasinImageFilter.h.
    """
    options: dict[str, Any] = {}
    generate_sink_image = switch_of("generate_sink_image", generate_sink_image)
    table = switch_of("table", table)
    if values is not None and not table:
        raise ValueError("values is given, but table is False: set table=True")
    if number_of_work_units is not None:
        options["number_of_work_units"] = integer_of("number_of_work_units", number_of_work_units, 1, 2**31)
    if is_image(labels):
        options |= options_of_image(labels, radius, background_value, periodic)
        return _of_image(labels, mask_image, generate_sink_image, table, values, options)

    given, followed = take_labels(labels, radius, background_value, periodic, mask_image)
    options |= followed
    mask = mask_of(mask_image, given)
    if values is not None:
        values = values_of(values, given)
    needs_sinks = generate_sink_image or table
    follow = _of_chunks if given.is_lazy else _of_array
    numbers, sinks = follow(given, mask, needs_sinks, options)
    results = [given.like(numbers, "basins", 0)]
    if generate_sink_image:
        results.append(given.like(sinks, "sinks", 0))
    if table:
        results.append(table_of(numbers, sinks, values))
    return tuple(results) if len(results) > 1 else results[0]


def _of_array(given: Given, mask: Any, needs_sinks: bool, options: dict[str, Any]) -> Any:
    radius, background = options["radius"], options["background_value"]
    found = narrow_array(given.array, mask, options)
    try:
        return basin_array(found, mask, generate_sink_image=needs_sinks, **options)
    except ValueError as error:
        if "which is neither one" in str(error):
            raise wrong_label(found, mask, radius, background) or error from None
        if "0 all over" in str(error):
            raise zero_border(background) from None
        raise


def _of_chunks(given: Given, mask: Any, needs_sinks: bool, options: dict[str, Any]) -> Any:
    from ._dask_basins import dask_basins

    outputs = dask_basins(
        narrow_chunks(given.array, mask, options),
        radius=options["radius"][::-1],
        background_value=options["background_value"],
        mask_image=mask,
        periodic=options["periodic"][::-1],
        generate_sink_image=needs_sinks,
    )
    return outputs if needs_sinks else (outputs, None)


def _of_image(
    labels: Any,
    mask_image: Any,
    generate_sink_image: bool,
    table: bool,
    values: Any,
    options: dict[str, Any],
) -> Any:
    itk = load_itk()
    made = new_filter("NeighborhoodLabelToBasinImageFilter", labels, "UI", options, "labels")
    made.SetMaskImage(mask_for_image(mask_image, labels))
    made.SetGenerateSinkImage(generate_sink_image or table)
    outputs = outputs_of(made, [made.GetOutput(), made.GetSinkImage()])
    if not table:
        return outputs
    if values is not None:
        values = values_of(values, Given("labels", labels, itk.array_view_from_image(labels)))
    numbers, sinks = (itk.array_view_from_image(output) for output in outputs)
    properties = table_of(numbers, sinks, values)
    return (*outputs, properties) if generate_sink_image else (outputs[0], properties)
