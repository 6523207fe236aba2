"""Single precision for losses, even where the networks compute in half precision."""

from collections.abc import Callable
from functools import wraps

import torch
from torch import Tensor


def single_precision(function: Callable) -> Callable:
    """Make a function or method receive float32 tensors and compute in float32, even inside autocast."""

    @wraps(function)
    def run(*arguments):
        device = next(value.device.type for value in arguments if isinstance(value, Tensor))
        with torch.autocast(device, enabled=False):
            return function(*(_single(value) for value in arguments))

    return run


def _single(value):
    return value.float() if isinstance(value, Tensor) and value.is_floating_point() else value
