"""The metadata of a DataArray that results keep: its place, but nothing about the values of the image."""

from __future__ import annotations

from typing import Any

# The name of the variable that holds the CRS, the CRS itself, and how cells and axes lie in it.
_PLACE = {"grid_mapping", "crs", "crs_wkt", "transform", "res", "AREA_OR_POINT", "direction", "coordinates"}


def at_place_of(image: Any, data: Any, name: str, no_value: Any = None) -> Any:
    """A DataArray of other data at the place of an image, with `no_value` as its fill value."""
    result = image.copy(data=data)
    result.name = name
    result.attrs = {key: value for key, value in image.attrs.items() if key in _PLACE}
    result.encoding = {key: value for key, value in image.encoding.items() if key in _PLACE}
    if no_value is not None:
        result.attrs["_FillValue"] = result.dtype.type(no_value)
    return result
