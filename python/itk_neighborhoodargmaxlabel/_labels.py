"""Directions of steepest descent, for all kinds of arrays."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

import numpy as np

from ._coordinates import check_thickness, neighborhood_of
from ._distances import Distances, distances_of
from ._given import Given, mask_of, take
from ._images import mask_for_image, outputs_of
from ._itk import is_image, label_array, new_filter
from ._label_chunks import chunked_like, label_chunks
from ._missing import DECLARED
from ._options import (
    borders_of,
    integer_of,
    label_count,
    names_are_checked,
    number_of,
    radius_of,
    switch_of,
)
from ._pairs import remember
from ._pixels import cleared, float64_of, narrowest_of, pixels_of

Border = Literal["background", "inside", "periodic"]

if TYPE_CHECKING:
    import dask.array
    import numpy.typing as npt
    import xarray as xr

    Array = TypeVar("Array", np.ndarray[Any, Any], xr.DataArray, dask.array.Array)

    class SharedOptions(TypedDict, total=False):
        """The options of `labels` that the filter has as well, for type checkers."""

        center_score: float
        label_strict_extrema: bool
        ascent: bool
        use_image_spacing: bool
        fully_connected: bool
        radius: int | Sequence[int]
        background_value: int
        mask_image: Any

    class LabelOptions(SharedOptions, total=False):
        """The options of `labels`, for type checkers."""

        border: Border | int | Sequence[Border | int]
        spacing: float | Sequence[float] | Literal["geographic"] | None
        lattice: npt.ArrayLike | None
        nodata: float | Literal["declared"] | None
        number_of_work_units: int | None


@overload
def labels(image: "Array", *, generate_score_image: Literal[False] = ..., **options: "Unpack[LabelOptions]") -> "Array": ...
@overload
def labels(
    image: "Array", *, generate_score_image: Literal[True], **options: "Unpack[LabelOptions]"
) -> "tuple[Array, Array]": ...
@overload
def labels(
    image: "npt.ArrayLike", *, generate_score_image: Literal[False] = ..., **options: "Unpack[LabelOptions]"
) -> np.ndarray[Any, Any]: ...
@overload
def labels(
    image: "npt.ArrayLike", *, generate_score_image: Literal[True], **options: "Unpack[LabelOptions]"
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]: ...
@names_are_checked
def labels(
    image: Any,
    *,
    center_score: float = -100.0,
    label_strict_extrema: bool = False,
    ascent: bool = False,
    use_image_spacing: bool = True,
    fully_connected: bool = True,
    radius: int | Sequence[int] = 1,
    border: Border | int | Sequence[Border | int] = "background",
    background_value: int = 0,
    mask_image: Any = None,
    generate_score_image: bool = False,
    spacing: float | Sequence[float] | Literal["geographic"] | None = None,
    lattice: "npt.ArrayLike | None" = None,
    nodata: float | Literal["declared"] | None = DECLARED,
    number_of_work_units: int | None = None,
) -> Any:
    """Labels every voxel with the neighbor in whose direction the image falls most steeply.

        directions = labels(image, center_score=0, border="inside")
        directions, slopes = labels(image, center_score=0, generate_score_image=True)

    The score of the neighbor at offset o is (image[p] - image[p + o]) * (1 / |o * spacing|): the difference is multiplied by
    the reciprocal distance. The center competes with center_score. The label is the lowest one with the greatest score; NaN
    is greater than any number. Labels refer to array axes, whatever the coordinates: the last three are z, y, x, and the
    label of an offset is (oz + 1) * 9 + (oy + 1) * 3 + (ox + 1), 0 to 26, the center 13; in 2-D 0 to 8 and 4, in 4-D 0 to 80
    and 40. `offsets()` returns the offsets of all labels.

    Parameters
    ----------
    image : array of 2, 3 or 4 axes
        NumPy arrays in any layout and byte order, lists, masked arrays (masked voxels have no label), memory maps, and all
        that numpy.asarray accepts; xarray.DataArray; dask arrays, lazily; itk.Image. The values are bool, integers or floats;
        those of 64 bits and more are accepted if a type of the filter holds them exactly.
    center_score : float, default -100.0
        Score of the center, in values per unit of distance. 0: minima get its label, on plateaus only if no equal
        neighbor has a lower one.
    label_strict_extrema : bool, default False
        True: strict minima (maxima with ascent) get the label of the center.
    ascent : bool, default False
        True: the steepest ascent.
    use_image_spacing : bool, default True
        False: distances in voxels, whatever the spacing and coordinates.
    fully_connected : bool, default True
        False: only face neighbors compete.
    radius : int, or one for each axis of the array, default 1
        Radius of the neighborhood, in voxels. 0 leaves an axis out. At most 256 labels. One number is for the axes in space: a
        dimension of a DataArray that is a band, channel or time, or has names or dates, is left out if its length is 1, and
        otherwise an error; with (1, 1, 1), its indices are neighbors.
    border : "background", "inside" or "periodic", or one for each axis of the array, default "background"
        What happens where the neighborhood leaves the image: the voxel gets background_value, only the neighbors inside
        compete, or the image wraps round. Also a number of ITK's enum.
    background_value : int, 0 to 255, default 0
        The value of voxels without label. 0 is also the label of the first offset; 255 is not a label.
    mask_image : array of integers or bool in the shape of the image, default None
        Voxels where it is 0 have no label and do not compete.
    nodata : a number, nan, None, or "declared", default "declared"
        The value of missing voxels: they have no label and do not compete. Their label is background_value, or 255 if that is
        a label. "declared": in a DataArray, NaN and the missing values of its attributes or of rioxarray (`_FillValue`,
        `missing_value`, `rio.nodata`); in all other arrays nothing. None: nothing.
    generate_score_image : bool, default False
        True: a tuple of labels and scores.
    spacing : float, one for each axis of the array, or "geographic", default None
        Distances of voxels. None: the steps of a DataArray's coordinates, which must be even to a thousandth of a step
        (dates and names count in steps of 1), or those of its GeoTransform; 1 in other arrays. An itk.Image has its own.
        "geographic": for a DataArray in degrees, the meters of a cell in each row, on the ellipsoid of its CRS or WGS 84.
    lattice : matrix, default None
        Instead of spacing: the steps of the axes of the array in space, one row for each. For a crystal,
        `cell / np.array(density.shape)[:, np.newaxis]`. If a lattice is sheared so far that voxels which touch are
        not neighbors in the array, a warning names the lattice to resample to.
    number_of_work_units : int, default None
        The number of parts that threads share. None: ITK's choice; for a dask array, one in each task.

    Returns
    -------
    Labels of uint8 as the same kind as the image, with its axes: a new array in C order; a masked array with the mask, and a
    fill_value that is not a label; a DataArray with all coordinates and the CRS, named "labels" or "scores", whose
    `_FillValue` is the label of missing voxels; a dask array; an itk.Image. Scores are float32, or float64 if the image is
    float64 or wider.

    Raises
    ------
    TypeError, ValueError
        Before any work, with the parameter, its value and the remedy.

    Notes
    -----
    The full contract: documentation/contract.md and python.md, and the C++ header itkNeighborhoodArgmaxLabelImageFilter.h.
    """
    options = {
        "center_score": number_of("center_score", center_score),
        "label_strict_extrema": switch_of("label_strict_extrema", label_strict_extrema),
        "ascent": switch_of("ascent", ascent),
        "use_image_spacing": switch_of("use_image_spacing", use_image_spacing),
        "fully_connected": switch_of("fully_connected", fully_connected),
        "background_value": integer_of("background_value", background_value, 0, 255),
    }
    generate_score_image = switch_of("generate_score_image", generate_score_image)
    if number_of_work_units is not None:
        options["number_of_work_units"] = integer_of("number_of_work_units", number_of_work_units, 1, 2**31)
    if is_image(image):
        return _of_image(image, mask_image, generate_score_image, border, radius, spacing, lattice, nodata, options)

    given = take("image", image, "labeled", nodata)
    shape = given.array.shape
    radii = neighborhood_of("image", image, shape, radius)
    borders = borders_of(border, len(shape))
    check_thickness("image", shape, radius, radii, borders)
    mask = mask_of(mask_image, given)
    distances = distances_of(image, radii, spacing, lattice, use_image_spacing)
    options |= {"radius": radii, "borders": borders, "generate_score_image": generate_score_image}
    found, scores = (_of_chunks if given.is_lazy else _of_array)(given, mask, distances, options)
    if scores is not None and given.array.dtype.kind != "f":
        scores = scores.astype(np.float32, copy=False)  # integers have scores of float32, whatever type holds them
    is_label = options["background_value"] < label_count(radii)
    no_label = options["background_value"] if not is_label else 255 if given.may_miss else None
    if is_label and given.is_missing is not None and not given.is_masked:
        found = _with_missing(found, given, no_label)
    remember(found, radii, borders, is_label and mask_image is not None, options["ascent"], options["fully_connected"])
    results = [given.like(found, "labels", no_label)]
    if generate_score_image:
        results.append(given.like(scores, "scores"))
    return tuple(results) if generate_score_image else results[0]


def _with_missing(found: Any, given: Given, no_label: int | None) -> Any:
    if given.is_lazy:
        import dask.array

        return dask.array.where(given.is_missing, np.uint8(no_label), found)
    found[given.is_missing] = no_label
    return found


def _of_array(given: Given, mask: Any, distances: Distances, options: dict[str, Any]) -> Any:
    pixels = pixels_of("image", given.array, mask)
    return label_array(pixels, mask, distances=distances, **options)


def _of_chunks(given: Given, mask: Any, distances: Distances, options: dict[str, Any]) -> Any:
    array = given.array
    narrow = narrowest_of(array.dtype)
    if narrow is not None:
        array = array.astype(narrow)
    else:
        masks = [] if mask is None else [chunked_like(mask, array)]
        array = array.map_blocks(_wide_block, *masks, meta=np.empty((0,) * array.ndim, np.float64))
    return label_chunks(array, mask, distances=distances, **options)


def _wide_block(block: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    return float64_of(cleared(block, mask), "image")


def _of_image(
    image: Any,
    mask_image: Any,
    generate_score_image: bool,
    border: Any,
    radius: Any,
    spacing: Any,
    lattice: Any,
    nodata: Any,
    options: dict[str, Any],
) -> Any:
    if spacing is not None:
        raise ValueError(f"spacing is {spacing!r}: an itk.Image has its own, call its SetSpacing()")
    if lattice is not None:
        raise ValueError(f"lattice is {lattice!r}: an itk.Image has its own, call its SetDirection() and SetSpacing()")
    ndim = image.GetImageDimension()
    options["radius"] = radius_of(radius, ndim)
    options["border"] = tuple(borders_of(border, ndim))
    made = new_filter("NeighborhoodArgmaxLabelImageFilter", image, "UC", options)
    made.SetMaskImage(mask_for_image(mask_image, image, nodata))
    made.SetGenerateScoreImage(generate_score_image)
    return outputs_of(made, [made.GetOutput(), made.GetScoreImage()])
