"""Checks options. An error is one line with the option, its value and the remedy."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
import operator
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

BORDERS = ("background", "inside", "periodic")  # in the order of ITK's enum
BACKGROUND, INSIDE, PERIODIC = range(3)

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


# Names that options have in other programs, and the advice for them.
_ELSEWHERE = {
    "labels": dict.fromkeys(
        ("level", "h", "depth", "tolerance", "threshold", "markers", "minima"),
        "labels() treats every minimum alike: basins(values=image, depth=...) joins shallow ones",
    )
    | {
        "sampling": "spacing= has the distances of voxels",
        "connectivity": "fully_connected=False leaves face neighbors",
        "fill_value": "nodata= is the number that means missing, background_value= the label of such voxels",
    },
    "basins": dict.fromkeys(
        ("level", "h", "tolerance", "threshold", "persistence"),
        "depth=, with values=image, joins basins that are as deep or less",
    )
    | dict.fromkeys(
        ("markers", "seeds", "pour_points", "outlets"),
        "basins begin at sinks: give the center's label to the voxels that they shall drain to, and look up their numbers",
    )
    | {"connectivity": "the labels tell the neighbors: labels(fully_connected=False)"},
    "cut": dict.fromkeys(
        ("level", "h", "tolerance", "threshold", "persistence"), "depth= joins basins that are as deep or less"
    ),
}


def names_are_checked(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Raises an error for an option that does not exist, with the closest one that does."""
    names = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def checked(*arguments: _Parameters.args, **options: _Parameters.kwargs) -> _Result:
        for name in options:
            if name not in names:
                advice = _ELSEWHERE.get(function.__name__, {}).get(name)
                if advice:
                    raise TypeError(f"{function.__name__}() has no option {name}: {advice}")
                nearest = difflib.get_close_matches(name.lower(), names, 1, cutoff=0)[0]
                raise TypeError(f"{function.__name__}() has no option {name}: is {nearest} meant?")
        return function(*arguments, **options)

    return checked


def number_of(name: str, value: Any) -> float:
    try:
        if isinstance(value, (str, bytes, complex)):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {value!r}: give a number") from None
    except OverflowError:
        raise ValueError(f"{name} is {value!r}: give a number that float64 holds") from None
    if math.isnan(number):
        raise ValueError(f"{name} is {value!r}: give a number")
    return number


def integer_of(name: str, value: Any, low: int, high: int) -> int:
    try:
        integer = operator.index(value) if not isinstance(value, (float, np.floating)) or not value.is_integer() else int(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}: give an integer") from None
    if not low <= integer <= high:
        raise ValueError(f"{name} is {integer}: give an integer from {low} to {high}")
    return integer


def switch_of(name: str, value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)) and not (isinstance(value, (int, np.integer)) and value in (0, 1)):
        raise TypeError(f"{name} is {value!r}: give True or False")
    return bool(value)


def borders_of(value: Any, ndim: int) -> list[int]:
    """The border of each axis, from one word or one for each."""
    return [_border_of(border) for border in for_each_axis("border", value, ndim, "word")]


def _border_of(value: Any) -> int:
    if isinstance(value, str) and value.lower() in BORDERS:
        return BORDERS.index(value.lower())
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and 0 <= value < len(BORDERS):
        return int(value)
    raise ValueError(f"border is {value!r}: give one of {', '.join(map(repr, BORDERS))}")


def periodic_of(value: Any, ndim: int) -> tuple[bool, ...]:
    """Whether each axis is periodic, from one switch or one for each."""
    return tuple(switch_of("periodic", one) for one in for_each_axis("periodic", value, ndim, "switch"))


def for_each_axis(name: str, value: Any, ndim: int, kind: str = "number") -> list[Any]:
    """One value for all axes, or one for each."""
    if isinstance(value, str) or not hasattr(value, "__len__") or getattr(value, "ndim", 1) == 0:
        return [value] * ndim
    values = list(value)
    if len(values) != ndim:
        raise ValueError(f"{name} is {value!r}: give one {kind}, or one for each of the {ndim} axes")
    return values


def radius_of(value: Any, ndim: int, greatest: int = 2**8) -> tuple[int, ...]:
    """The checked radius of each axis. `greatest`: the number of values that a label can have."""
    radius = tuple(integer_of("radius", r, 0, 2**31) for r in for_each_axis("radius", value, ndim))
    count = label_count(radius)
    if count == 1:
        raise ValueError(f"radius is {value!r}: there is nothing to compare, give 1 or more for at least one axis")
    if count > greatest:
        raise ValueError(f"radius is {value!r}: it has {count} labels, give one with at most {greatest}")
    return radius


def background_of(value: int, radius: tuple[int, ...], greatest: int) -> int:
    """The checked background value: not one of the labels of this radius."""
    background = integer_of("background_value", value, 0, greatest)
    if background < label_count(radius):
        raise ValueError(
            f"background_value is {background}, which is a label of radius {radius}: give labels() and basins() one "
            f"that is none, from {label_count(radius)} to {greatest}"
        )
    return background


def label_count(radius: tuple[int, ...]) -> int:
    return math.prod(2 * r + 1 for r in radius)


def spacing_of(value: Any, ndim: int) -> list[float]:
    spacing = [abs(number_of("spacing", s)) for s in for_each_axis("spacing", value, ndim)]
    # ITK inverts a matrix whose determinant is the product.
    if not all(1e-300 <= s <= 1e300 for s in spacing) or math.prod(spacing) < 1e-300:
        raise ValueError(f"spacing is {value!r}: give distances from 1e-300 to 1e300 with a product of 1e-300 or more")
    return spacing
