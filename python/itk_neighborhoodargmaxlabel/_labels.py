"""Directions of steepest descent, of whatever array a user has."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

import numpy as np

from ._coordinates import spacing_of_coordinates
from ._given import Given, mask_of, take
from ._images import mask_for_image, outputs_of
from ._itk import is_image, label_array, new_filter
from ._label_chunks import label_chunks
from ._options import border_of, integer_of, names_are_checked, number_of, radius_of, spacing_of, switch_of
from ._pixels import float64_of, narrowest_of, pixels_of

Border = Literal["background", "inside", "periodic"]

if TYPE_CHECKING:
    import dask.array
    import numpy.typing as npt
    import xarray as xr

    Array = TypeVar("Array", np.ndarray[Any, Any], xr.DataArray, dask.array.Array)

    class LabelOptions(TypedDict, total=False):
        """Those of `labels`, for type checkers."""

        center_score: float
        label_strict_extrema: bool
        ascent: bool
        use_image_spacing: bool
        fully_connected: bool
        radius: int | Sequence[int]
        border: Border | int
        background_value: int
        mask_image: Any
        spacing: float | Sequence[float] | None
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
    border: Border | int = "background",
    background_value: int = 0,
    mask_image: Any = None,
    generate_score_image: bool = False,
    spacing: float | Sequence[float] | None = None,
    number_of_work_units: int | None = None,
) -> Any:
    """Labels every voxel with the neighbor in whose direction the image falls most steeply.

        directions = labels(image, center_score=0, border="inside")
        directions, slopes = labels(image, center_score=0, generate_score_image=True)

    The score of the neighbor at offset o is (image[p] - image[p + o]) * (1 / |o * spacing|): the difference is multiplied by
    the reciprocal distance. The center competes with center_score. The label is the lowest one with the greatest score; NaN
    is greater than any number. Labels always mean the axes of the array, whatever its coordinates: the last three are z, y,
    x, and the label of an offset is (oz + 1) * 9 + (oy + 1) * 3 + (ox + 1), 0 to 26, the center 13; of 2 axes 0 to 8 and 4,
    of 4 axes 0 to 80 and 40. `offsets()` is the table of them.

    Parameters
    ----------
    image : array of 2, 3 or 4 axes
        NumPy arrays in any layout and byte order, lists, masked arrays (what is masked has no label), memory maps, and all
        that numpy.asarray takes; xarray.DataArray; dask arrays, lazily; itk.Image. Of bool, integers or floating point
        numbers; those of 64 bits and more where a type of the filter holds their values exactly.
    center_score : float, default -100.0
        Score of the center, in values per unit of distance. 0: minima get its label, on plateaus where no equal
        neighbor has a lower one.
    label_strict_extrema : bool, default False
        True: strict minima (maxima with ascent) get the label of the center.
    ascent : bool, default False
        True: the steepest ascent.
    use_image_spacing : bool, default True
        False: distances in voxels, whatever spacing and coordinates are.
    fully_connected : bool, default True
        False: only face neighbors compete.
    radius : int, or one for each axis of the array, default 1
        Of the neighborhood, in voxels. 0 leaves an axis out. At most 256 labels.
    border : "background", "inside" or "periodic", default "background"
        What happens where the neighborhood leaves the image: the voxel gets background_value, only the neighbors inside
        compete, or the image wraps round. Also a number of ITK's enum.
    background_value : int, 0 to 255, default 0
        Of voxels without label. 0 is also the label of the first offset; 255 is none.
    mask_image : array of integers or bool in the shape of the image, default None
        Where it is 0, the voxel has no label and does not compete for others.
    generate_score_image : bool, default False
        True: a tuple of labels and scores.
    spacing : float, or one for each axis of the array, default None
        Distances of voxels. None: the steps of a DataArray's coordinates, which have to be even to a thousandth of a step
        (dates too, but they count in steps of 1, as names do); 1 of other arrays. An itk.Image has its own.
    number_of_work_units : int, default None
        In how many parts threads share the work. None: ITK's choice; of a dask array, one for each task.

    Returns
    -------
    The like of the image, of uint8, in the axes of the image: an array of its own in C order; a masked array with the mask; a
    DataArray with all coordinates, attributes and the name; a dask array; an itk.Image. Scores are float32, or float64 where
    the image is (or is wider).

    Raises
    ------
    TypeError, ValueError
        Before any work is done, with the parameter, its value and the remedy.

    Notes
    -----
    The whole contract: documentation/contract.md and python.md of the source, and the C++ header itkNeighborhoodArgmaxLabelImageFilter.h.
    """
    options = {
        "center_score": number_of("center_score", center_score),
        "label_strict_extrema": switch_of("label_strict_extrema", label_strict_extrema),
        "ascent": switch_of("ascent", ascent),
        "use_image_spacing": switch_of("use_image_spacing", use_image_spacing),
        "fully_connected": switch_of("fully_connected", fully_connected),
        "border": border_of(border),
        "background_value": integer_of("background_value", background_value, 0, 255),
    }
    generate_score_image = switch_of("generate_score_image", generate_score_image)
    if number_of_work_units is not None:
        options["number_of_work_units"] = integer_of("number_of_work_units", number_of_work_units, 1, 2**31)
    if is_image(image):
        if spacing is not None:
            raise ValueError(f"spacing is {spacing!r}: an itk.Image has its own, call its SetSpacing()")
        options["radius"] = radius_of(radius, image.GetImageDimension())
        return _of_image(image, mask_image, generate_score_image, options)

    given = take("image", image, "labeled")
    options["radius"] = radius_of(radius, given.array.ndim)
    mask = mask_of(mask_image, given)
    if spacing is None and use_image_spacing:
        spacing = spacing_of_coordinates(image)
    distances = None if spacing is None else spacing_of(spacing, given.array.ndim)
    if given.is_lazy:
        outputs = _of_chunks(given, mask, distances, generate_score_image, options)
    else:
        outputs = _of_array(given, mask, distances, generate_score_image, options)
    results = [given.like(output) for output in outputs if output is not None]
    return tuple(results) if generate_score_image else results[0]


def _of_array(given: Given, mask: Any, spacing: Any, generate_score_image: bool, options: dict[str, Any]) -> Any:
    pixels = pixels_of("image", given.array)
    found, scores = label_array(pixels, mask, spacing=spacing, generate_score_image=generate_score_image, **options)
    if scores is not None and given.array.dtype.kind != "f":
        scores = scores.astype(np.float32, copy=False)  # of integers, whatever type holds them
    return found, scores


def _of_chunks(given: Given, mask: Any, spacing: Any, generate_score_image: bool, options: dict[str, Any]) -> Any:
    array = given.array
    narrow = narrowest_of(array.dtype)
    if narrow is not None:
        array = array.astype(narrow)
    else:
        array = array.map_blocks(float64_of, "image", meta=np.empty((0,) * array.ndim, np.float64))
    found, scores = label_chunks(array, mask, spacing=spacing, generate_score_image=generate_score_image, **options)
    if scores is not None and given.array.dtype.kind != "f":
        scores = scores.astype(np.float32)
    return found, scores


def _of_image(image: Any, mask_image: Any, generate_score_image: bool, options: dict[str, Any]) -> Any:
    made = new_filter("NeighborhoodArgmaxLabelImageFilter", image, "UC", options)
    made.SetMaskImage(mask_for_image(mask_image, image))
    made.SetGenerateScoreImage(generate_score_image)
    return outputs_of(made, [made.GetOutput(), made.GetScoreImage()])
