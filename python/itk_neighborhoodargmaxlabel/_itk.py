"""The filters of the itk package on NumPy arrays in C order. Sizes, spacing and radius are in the order of array axes."""

from __future__ import annotations

import functools
import math
import re
import sys
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ._distances import Distances, RowSpacing
from ._label_parts import label_bordered, label_rows

# The pixel types that the filter is wrapped for, by NumPy's names.
PIXEL_TYPES = ("uint8", "int16", "uint16", "int32", "uint32", "uint64", "float32", "float64")

_FILTERS = (
    "NeighborhoodArgmaxLabelImageFilter",
    "NeighborhoodLabelAccumulateImageFilter",
    "NeighborhoodLabelToBasinImageFilter",
)
_loading = threading.Lock()


@functools.cache
def load_itk() -> Any:
    """The itk package, loaded at first use. A thread of its own loads it, as threads get no signals: an interruption would
    leave itk half loaded for good."""
    return ThreadPoolExecutor(1).submit(_load_itk).result()


def _load_itk() -> Any:
    # itk must load in one thread. If warnings are errors, warnings of its types crash it while it loads.
    with _loading, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import itk

        for name in _FILTERS:
            image = itk.image_view_from_array(np.ones((1, 2, 2), np.uint8))
            itk.array_view_from_image(getattr(itk, name).New(image, background_value=255).GetOutput())
        return itk


def is_image(value: Any) -> bool:
    return isinstance(value, load_itk().DataObject) and hasattr(value, "GetImageDimension")


def image_of(array: np.ndarray, spacing: Sequence[float] | None = None, lattice: np.ndarray | None = None) -> Any:
    """An image that uses the memory of an array, which must outlive it. The rows of a lattice are the steps of the axes."""
    image = load_itk().image_view_from_array(array)
    # Arrays with a single long axis are also in Fortran order, which ITK reads as transposed.
    image.SetRegions(array.shape[::-1])
    if spacing is not None:
        image.SetSpacing([float(distance) for distance in spacing[::-1]])
    if lattice is not None:  # column i of ITK's matrix is the step of axis i, x first; the unit of length is free
        unit = 2.0 ** round(math.log2(np.abs(lattice).max()))
        image.SetSpacing([unit] * array.ndim)
        image.SetDirection(np.ascontiguousarray(lattice[::-1, ::-1].T / unit))
    return image


def table_image(rows: np.ndarray) -> Any:
    """A table of the filters, of their types, as an image that uses the memory of an array, which must outlive it."""
    if rows.size:
        return image_of(np.ascontiguousarray(rows))
    itk = load_itk()  # whose images of arrays are not empty
    sizes = itk.ULL if sys.platform == "win32" else itk.UL
    image = itk.Image[{"uint32": itk.UI, "uint64": sizes, "float64": itk.D}[rows.dtype.name], 2].New()
    image.SetRegions(rows.shape[::-1])
    image.Allocate()
    return image


def rows_of(image: Any) -> np.ndarray:
    """A table of the filters as an array, a row for each row of the image."""
    return load_itk().array_from_image(image).reshape(tuple(image.GetLargestPossibleRegion().GetSize())[::-1])


def new_filter(name: str, image: Any, output_type: str, options: dict[str, Any], what: str = "image") -> Any:
    """A filter on an image, with options named in snake case. The radius, and tuples of one value for each axis, are in the
    order of array axes. `what` is the user's name of the image, for error messages."""
    itk = load_itk()
    template = getattr(itk, name)
    types = (type(image), itk.Image[getattr(itk, output_type), image.GetImageDimension()])
    if types not in template.keys():
        pixels = sorted({itk.template(of)[1][0].name for of, _ in template.keys()})
        raise TypeError(
            f"{what} is an {type(image).__name__}: give an itk.Image of 2, 3 or 4 dimensions and {', '.join(pixels)}; "
            "itk.cast_image_filter converts"
        )
    made = template[types].New()
    made.SetInput(image)
    for option, value in options.items():
        setter = "Set" + option.title().replace("_", "")
        if option == "radius":
            made.SetRadius(list(value)[::-1])
        elif isinstance(value, tuple) and len(set(value)) > 1:
            for axis, one in enumerate(value[::-1]):
                getattr(made, setter + "OfAxis")(axis, one)
        elif value is not None:
            getattr(made, setter)(value[0] if isinstance(value, tuple) else value)
    return made


def update(made: Any) -> None:
    """Runs a filter and turns its exceptions into errors of one line."""
    try:
        made.Update()
    except RuntimeError as error:
        text = re.sub(r"^.*?ERROR: (\w+\(0x\w+\): )?", "", str(error), flags=re.DOTALL)
        raise ValueError(" ".join(text.split())) from None


def label_array(
    array: np.ndarray,
    mask: np.ndarray | None,
    *,
    distances: Distances,
    borders: Sequence[int],
    radius: tuple[int, ...],
    background_value: int,
    **options: Any,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Labels and scores of an array of one of the PIXEL_TYPES; the mask is uint8. Borders of the axes by their numbers."""
    options |= {"radius": radius, "background_value": background_value}
    rows = distances.rows
    if rows is None or rows.axis == array.ndim - 2:  # the axis along which the filter accepts spacing by row
        return _label(array, mask, distances=distances, border=tuple(borders), **options)

    def label(array: np.ndarray, mask: np.ndarray | None, border: int) -> tuple[np.ndarray, np.ndarray | None]:
        wrapped = array.shape[rows.axis] - len(rows.spacing)
        axes = [(wrapped // 2, wrapped // 2), (0, 0)]
        padded = RowSpacing(rows.axis, np.pad(rows.spacing, axes, mode="wrap"))
        one = functools.partial(_label, border=border, **options)
        return label_rows(one, array, mask, padded, radius)

    return label_bordered(label, array, mask, borders, radius, background_value)


def _label(
    array: np.ndarray, mask: np.ndarray | None, *, distances: Distances, generate_score_image: bool, **options: Any
) -> tuple[np.ndarray, np.ndarray | None]:
    place = distances.spacing, distances.lattice
    made = new_filter("NeighborhoodArgmaxLabelImageFilter", image_of(array, *place), "UC", options)
    if distances.rows is not None:
        for axis, spacing in enumerate(distances.rows.spacing.T[::-1]):
            made.SetSpacingOfRows(axis, _vector_of(spacing))
    if mask is not None:
        made.SetMaskImage(image_of(mask, *place))
    # ITK writes into our own arrays.
    labels = np.empty(array.shape, np.uint8)
    made.GraftOutput(image_of(labels))
    scores = None
    if generate_score_image:
        scores = np.empty(array.shape, np.float64 if array.dtype == np.float64 else np.float32)
        made.GenerateScoreImageOn()
        made.GetScoreImage().Graft(image_of(scores))
    update(made)
    return labels, scores


def _vector_of(numbers: np.ndarray) -> Any:
    vector = load_itk().VariableLengthVector[load_itk().D]()
    vector.SetSize(len(numbers))
    for i, number in enumerate(numbers.tolist()):
        vector[i] = number
    return vector


def basin_array(
    labels: np.ndarray, mask: np.ndarray | None, *, generate_sink_image: bool = False, **options: Any
) -> tuple[np.ndarray, np.ndarray | None]:
    """Basins and sinks of labels of uint8 or uint16; the mask is uint8."""
    made = new_filter("NeighborhoodLabelToBasinImageFilter", image_of(labels), "UI", options)
    if mask is not None:
        made.SetMaskImage(image_of(mask))
    basins = np.empty(labels.shape, np.uint32)
    made.GraftOutput(image_of(basins))
    sinks = None
    if generate_sink_image:
        sinks = np.empty(labels.shape, np.uint32)
        made.GenerateSinkImageOn()
        made.GetSinkImage().Graft(image_of(sinks))
    update(made)
    return basins, sinks
