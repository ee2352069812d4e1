"""Distances on the Earth: how long a degree is in each row of a raster."""

from __future__ import annotations

from typing import Any

import numpy as np

_WGS84 = 6378137.0, 298.257223563  # semi-major axis in meters, inverse flattening
_LATITUDE = {"degrees_north", "degree_north", "degree_N", "degrees_N", "degreeN", "degreesN"}  # of the CF conventions
_LONGITUDE = {"degrees_east", "degree_east", "degree_E", "degrees_E", "degreesE"}


def geographic_spacing(
    latitudes: np.ndarray, steps: tuple[float, float], ellipsoid: tuple[float, float] = _WGS84
) -> np.ndarray:
    """For each latitude, the meters of a step to the north and of a step to the east; latitudes and steps are in degrees.

    A step to the north is an arc of the meridian's curvature at that latitude, a step to the east an arc of the parallel. The
    ellipsoid is a semi-major axis and an inverse flattening (0: a sphere); the default is WGS 84.
    """
    axis, inverse_flattening = ellipsoid
    flattening = 1 / inverse_flattening if inverse_flattening else 0.0
    squared_eccentricity = flattening * (2 - flattening)
    radians = np.radians(np.asarray(latitudes, np.float64))
    root = np.sqrt(1 - squared_eccentricity * np.sin(radians) ** 2)
    to_north = axis * (1 - squared_eccentricity) / root**3 * np.radians(steps[0])
    to_east = axis / root * np.cos(radians) * np.radians(steps[1])
    return np.stack([to_north, to_east], axis=1)


def grid_mapping_of(image: Any) -> dict[str, Any]:
    """The attributes of the variable that holds the CRS of a DataArray."""
    name = image.encoding.get("grid_mapping", image.attrs.get("grid_mapping", "spatial_ref"))
    return dict(image.coords[name].attrs) if name in image.coords else {}


def geographic_axes(image: Any) -> tuple[int, int] | None:
    """The axes of latitude and longitude of a DataArray, if it declares them to be in degrees."""
    axes = [_axis_in(image, _LATITUDE, "latitude"), _axis_in(image, _LONGITUDE, "longitude")]
    if None in axes and _is_geographic(grid_mapping_of(image)):
        names = [str(dim).lower() for dim in image.dims]
        for place, known in enumerate((("y", "lat", "latitude"), ("x", "lon", "long", "longitude"))):
            axes[place] = next((axis for axis, name in enumerate(names) if name in known), axes[place])
    return None if axes[0] is None or axes[1] is None else (axes[0], axes[1])


def _axis_in(image: Any, units: set[str], standard_name: str) -> int | None:
    for axis, dim in enumerate(image.dims):
        attributes = image.coords[dim].attrs if dim in image.coords else {}
        if attributes.get("units") in units or attributes.get("standard_name") == standard_name:
            return axis
    return None


def _is_geographic(grid_mapping: dict[str, Any]) -> bool:
    text = str(grid_mapping.get("crs_wkt", grid_mapping.get("spatial_ref", ""))).lstrip().upper()
    return grid_mapping.get("grid_mapping_name") == "latitude_longitude" or text.startswith(("GEOGCS", "GEOGCRS"))


def ellipsoid_of(image: Any) -> tuple[float, float]:
    """The ellipsoid of the CRS of a DataArray; WGS 84 if it has none."""
    attributes = grid_mapping_of(image)
    if "earth_radius" in attributes:
        return float(attributes["earth_radius"]), 0.0
    if "semi_major_axis" not in attributes:
        return _WGS84
    axis = float(attributes["semi_major_axis"])
    if "inverse_flattening" in attributes:
        return axis, float(attributes["inverse_flattening"])
    minor = float(attributes.get("semi_minor_axis", axis))
    return axis, axis / (axis - minor) if axis != minor else 0.0
