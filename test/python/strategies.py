"""Images and options for hypothesis."""

import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

PIXEL_TYPES = ["uint8", "int16", "uint16", "int32", "uint32", "uint64", "float32", "float64"]
BORDERS = ["Background", "Inside", "Periodic"]


@st.composite
def images(draw, dimensions=(2, 3, 4), longest=7):
    dtype = np.dtype(draw(st.sampled_from(PIXEL_TYPES)))
    dimension = draw(st.sampled_from(dimensions))
    shape = draw(hnp.array_shapes(min_dims=dimension, max_dims=dimension, max_side=4 if dimension == 4 else longest))
    any_value = hnp.from_dtype(dtype)  # including NaN and infinity
    if dtype == np.uint64:
        any_value = st.integers(0, 2**53).map(dtype.type)  # the filter refuses others
    few_values = st.integers(0, 3).map(dtype.type)
    return draw(hnp.arrays(dtype, shape, elements=draw(st.sampled_from([any_value, few_values]))))


@st.composite
def options(draw, image):
    """Keywords of the filter and of the definition; border is a name, mask_image an array of bool."""
    chosen = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "center_score": st.one_of(st.sampled_from([0.0, -0.5, -math.inf]), st.floats(allow_nan=False)),
                "label_strict_extrema": st.booleans(),
                "ascent": st.booleans(),
                "use_image_spacing": st.booleans(),
                "fully_connected": st.booleans(),
                "border": st.sampled_from(BORDERS),
                "background_value": st.integers(0, 255),
                "mask_image": hnp.arrays(bool, image.shape, elements=st.booleans()),
                "radius": st.lists(st.integers(0, 2), min_size=image.ndim, max_size=image.ndim).filter(
                    lambda radius: 1 < math.prod(2 * r + 1 for r in radius) <= 256
                ),
            },
        )
    )
    if draw(st.booleans()):
        chosen["spacing"] = draw(st.lists(st.floats(0.01, 100), min_size=image.ndim, max_size=image.ndim))
    return chosen


@st.composite
def chunks(draw, shape):
    """Uneven chunks: a list of lengths for each axis."""
    cuts = [draw(st.sets(st.integers(1, length - 1) if length > 1 else st.nothing())) for length in shape]
    return tuple(tuple(np.diff([0, *sorted(cut), length]).tolist()) for cut, length in zip(cuts, shape))
