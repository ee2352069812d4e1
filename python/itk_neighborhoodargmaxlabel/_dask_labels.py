"""labels() for dask arrays, in ITK's order of axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._kinds import is_a
from ._labels import labels
from ._options import for_each_axis

if TYPE_CHECKING:
    import dask.array


def dask_labels(
    array: "dask.array.Array",
    *,
    spacing: Sequence[float] | None = None,
    radius: int | Sequence[int] = 1,
    **options: Any,
) -> Any:
    """labels() of a dask array, with spacing and radius in ITK's order: x, the last axis, first."""
    if not is_a(array, "dask.array", "Array"):
        raise TypeError(f"array is a {type(array).__name__}: dask_labels takes a dask array, labels() any")
    return labels(array, spacing=_reversed(spacing), radius=for_each_axis("radius", radius, array.ndim)[::-1], **options)


def _reversed(values: Any) -> Any:
    return list(values)[::-1] if hasattr(values, "__len__") and not isinstance(values, str) else values
