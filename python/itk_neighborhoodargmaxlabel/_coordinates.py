"""The distances between the voxels of a DataArray, from its coordinates."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._given import is_a

# Where coordinates lie at most this part of a step beside evenly spaced ones, they are even.
TOLERANCE = 1e-3


def spacing_of_coordinates(image: Any) -> list[float] | None:
    """The steps of a DataArray's coordinates. Dates, names and axes without coordinates count in steps of 1."""
    return [_step_of(image, dim) for dim in image.dims] if is_a(image, "xarray", "DataArray") else None


def _step_of(image: Any, dim: Any) -> float:
    if dim not in image.coords or image.sizes[dim] < 2:
        return 1.0
    coordinates = np.asarray(image.coords[dim].values)
    is_date = coordinates.dtype.kind in "mM"
    if coordinates.dtype.kind not in "iufmM":
        return 1.0
    rounding = np.finfo(coordinates.dtype).eps if coordinates.dtype.kind == "f" else 0.0
    if coordinates.dtype.kind in "iu":  # whose differences may exceed their type, and float64 lose their last digits
        coordinates = coordinates.astype(object)
    values = (coordinates if rounding else coordinates - coordinates[0]).astype(np.float64)
    step = (values[-1] - values[0]) / (values.size - 1)
    apart = np.abs(values - (values[0] + step * np.arange(values.size)))
    if not (step != 0 and np.all(apart <= TOLERANCE * abs(step) + 2 * rounding * np.abs(values).max())):
        raise ValueError(
            f"the coordinates {dim} of the image are not evenly spaced, to {TOLERANCE:g} of a step: "
            "give spacing=, use_image_spacing=False, or interpolate the image"
        )
    return 1.0 if is_date else float(abs(step))
