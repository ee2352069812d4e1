"""The kind of a value, found without loading modules that are not loaded yet."""

from __future__ import annotations

import sys
from typing import Any


def is_a(value: Any, module: str, name: str) -> bool:
    return module in sys.modules and isinstance(value, getattr(sys.modules[module], name, ()))


def is_on_gpu(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return False
    if hasattr(value, "__cuda_array_interface__"):
        return True
    on_cpu = 1, 3  # DLPack's kDLCPU and kDLCUDAHost
    try:
        return hasattr(value, "__dlpack_device__") and value.__dlpack_device__()[0] not in on_cpu
    except Exception:
        return False  # the error of numpy.asarray says more
