"""Steps of evenly spaced coordinates, without the noise of their rounding."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np


class Step(NamedTuple):
    value: float
    chance: float  # how many numbers as simple as this one such an interval has on average: the fewer, the surer it is
    low: float
    high: float


def step_of(values: np.ndarray, rounding: float) -> Step:
    """The step of even coordinates of float64; `rounding` is the relative rounding of their original type.

    Many steps lie within the rounding of the coordinates; the simplest one is meant. The two ends determine it best, unless
    the step itself was rounded and then multiplied, as numpy.arange does: so the rounding of one step is tried as well.
    """
    count = values.size - 1
    measured = abs(float(values[-1]) - float(values[0])) / count
    apart = min(2 * rounding * float(np.abs(values).max()) + 2**-52 * measured, measured / 2)
    numbers = [*_simple_numbers(measured, apart / count), *_simple_numbers(measured, apart)]
    value, chance = min(numbers, key=lambda pair: pair[1])
    return Step(value, chance, measured - apart, measured + apart)


def equal_steps(steps: list[Step]) -> list[float]:
    """The values of the steps. Steps that agree within their rounding get one value, the surest that all of them allow."""
    groups: list[list[Step]] = []
    for step in sorted(steps, key=lambda step: step.high - step.low):
        group = next((group for group in groups if all(step.low <= one.high and one.low <= step.high for one in group)), None)
        if group is None:
            groups.append([step])
        else:
            group.append(step)
    values = {step: _common(group) for group in groups for step in group}
    return [values[step] for step in steps]


def _common(group: list[Step]) -> float:
    low, high = max(step.low for step in group), min(step.high for step in group)
    common = [step for step in group if low <= step.value <= high]
    if common:
        return min(common, key=lambda step: step.chance).value
    return simple_number((low + high) / 2, (high - low) / 2)


def _simple_numbers(middle: float, apart: float) -> list[tuple[float, float]]:
    """The shortest decimal number, the simplest fraction and the float32 of an interval, each with its chance."""
    low, high = Fraction(middle) - Fraction(apart), Fraction(middle) + Fraction(apart)
    width = 2 * apart
    power = 1
    while math.ceil(low * power) > math.floor(high * power):
        power *= 10
    decimal = min(max(round(Fraction(middle) * power), math.ceil(low * power)), math.floor(high * power))
    fraction = _simplest_fraction(low, high)
    numbers = [(decimal / power, width * power), (float(fraction), width * fraction.denominator**2)]
    single = np.float32(middle)
    if low <= Fraction(float(single)) <= high:
        numbers.append((float(single), width / float(np.spacing(single))))
    return numbers


def _simplest_fraction(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the least denominator in a closed interval, by continued fractions."""
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    whole -= 1
    return whole + 1 / _simplest_fraction(1 / (high - whole), 1 / (low - whole))


def simple_number(middle: float, apart: float) -> float:
    """The simplest number that is at most `apart` from `middle`."""
    return min(_simple_numbers(middle, apart), key=lambda pair: pair[1])[0]
