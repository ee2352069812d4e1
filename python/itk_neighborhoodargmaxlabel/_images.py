"""Inputs and results that are itk.Image."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._given import Given, mask_of
from ._itk import is_image, load_itk, update
from ._missing import DECLARED, find_missing, missing_numbers


def mask_for_image(mask_image: Any, image: Any, nodata: Any = DECLARED) -> Any:
    """The mask as an itk.Image at the place of the image; given as an itk.Image or an array like numpy.asarray(image)."""
    itk = load_itk()
    is_missing = None
    if nodata is not None and nodata != DECLARED:
        image.Update()
        pixels = itk.array_view_from_image(image)
        is_missing = find_missing(pixels, missing_numbers(image, pixels, nodata))
    if is_missing is None and mask_image is None:
        return None
    if is_missing is None and isinstance(mask_image, itk.Image[itk.UC, image.GetImageDimension()]):
        return mask_image
    if is_image(mask_image):
        place = mask_image
        place.Update()
        mask_image = itk.array_view_from_image(mask_image)
    else:
        place = image
    image.UpdateOutputInformation()
    region = image.GetLargestPossibleRegion()
    shape = tuple(region.GetSize())[::-1]
    mask = itk.Image[itk.UC, len(shape)].New()
    mask.CopyInformation(place)
    mask.SetRegions(region)
    mask.Allocate()
    given = Given("the image", image, np.broadcast_to(np.uint8(0), shape), is_missing)
    itk.array_view_from_image(mask)[...] = mask_of(mask_image, given)
    return mask


def outputs_of(made: Any, outputs: list[Any]) -> Any:
    """The outputs of a filter that are not None, disconnected from it, so that it and its input can be freed."""
    update(made)
    outputs = [output for output in outputs if output is not None]
    for output in outputs:
        output.DisconnectPipeline()
    return tuple(outputs) if len(outputs) > 1 else outputs[0]
