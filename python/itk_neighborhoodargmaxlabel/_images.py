"""What is handed over, and given back, as itk.Image."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._given import Given, mask_of
from ._itk import is_image, load_itk, update


def mask_for_image(mask_image: Any, image: Any) -> Any:
    """A mask, an itk.Image as well or an array in the axes of numpy.asarray(image), at the place of the image."""
    itk = load_itk()
    if mask_image is None or isinstance(mask_image, itk.Image[itk.UC, image.GetImageDimension()]):
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
    given = Given("the image", image, np.broadcast_to(np.uint8(0), shape))
    itk.array_view_from_image(mask)[...] = mask_of(mask_image, given)
    return mask


def outputs_of(made: Any, outputs: list[Any]) -> Any:
    """The outputs of a filter, but for those that are None; they let go of it and its input."""
    update(made)
    outputs = [output for output in outputs if output is not None]
    for output in outputs:
        output.DisconnectPipeline()
    return tuple(outputs) if len(outputs) > 1 else outputs[0]
