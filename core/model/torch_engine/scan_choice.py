"""The choice of the scan and of the causal convolution: per device, and by whether a gradient is wanted.

| device | without gradient | with gradient |
|---|---|---|
| CUDA | our own kernel (`kernels`), else mamba-ssm, else doublings | mamba-ssm, else steps |
| processor | steps | steps |

A kernel is used after it has given the numbers of the plain operators on the device; otherwise the log says why not.

The rule for the processor was measured, on a server, with PyTorch 2.13 and one thread: for 64 frames, steps and
doublings take 0.31 and 0.37 ms with 82,000 states (the bundled weights), 2.8 and 19 ms with 1.6 million (the released
architecture).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from .fused import causal_conv_fused, selective_scan_fused
from .kernels import causal_conv_own, selective_scan_own
from .scan import convolve, scan_by_doublings, scan_in_steps

MOST_STATES = 2**28  # more would need gigabytes for doublings
TOLERANCE = 1e-4  # relative, of a kernel against plain operators
_log = logging.getLogger(__name__)

Scan = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
Convolution = Callable[[Tensor, Tensor, Tensor | None], Tensor]


@dataclass(frozen=True)
class Ways:
    """The functions that compute scan and convolution on a device.

    Attributes:
        scan: the scan by a kernel; None for plain operators, chosen by size.
        convolution: the convolution.
        name: the name of the scan's kernel, "" without one.
    """

    scan: Scan | None = None
    convolution: Convolution = convolve
    name: str = ""


def selective_scan(x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor) -> Tensor:
    """Run the scan in the fastest way for the device; see `scan` for the arguments."""
    given = (x, step, a, b, c, d, step_bias)
    wants_gradient = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in given)
    found = ways(x.device, wants_gradient)
    if found.scan is not None:
        return found.scan(*given)
    if wants_gradient or not doubles(x.device, x.numel() * a.shape[1]):
        return scan_in_steps(*given)
    return scan_by_doublings(*given)


def causal_conv(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve in the fastest way for the device; see `scan.convolve` for the arguments."""
    wants_gradient = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
    return ways(x.device, wants_gradient).convolution(x, weight, bias)


def doubles(device: torch.device, states: int) -> bool:
    """Return whether plain operators compute a scan of so many states (B L D N) by doublings on a device."""
    return device.type != "cpu" and states <= MOST_STATES


def scan_name(device: torch.device, states: int) -> str:
    """Name the scan that generating uses on a device, for scans of so many states (B L D N)."""
    return ways(device, False).name or ("doublings" if doubles(device, states) else "steps")


@cache
def ways(device: torch.device, wants_gradient: bool) -> Ways:
    """Find what runs on a device; kernels are tried once."""
    if device.type != "cuda":
        return Ways()
    scans, convolutions = _KERNELS[wants_gradient]
    name, scan = next(
        ((n, k) for n, k in scans.items() if _works(n, k, _scan_trial, device, wants_gradient)), ("", None)
    )
    found = (k for n, k in convolutions.items() if _works(n, k, _convolution_trial, device, wants_gradient))
    return Ways(scan, next(found, convolve), name)


# Kernels that can be tried, best first, by their name for people: without and with a gradient.
_KERNELS: dict[bool, tuple[dict[str, Scan], dict[str, Convolution]]] = {
    False: (
        {"own kernel": selective_scan_own, "mamba-ssm": selective_scan_fused},
        {"own kernel": causal_conv_own, "causal-conv1d": causal_conv_fused},
    ),
    True: ({"mamba-ssm": selective_scan_fused}, {"causal-conv1d": causal_conv_fused}),
}


def _works(name: str, kernel: Callable, trial: Callable, device: torch.device, wants_gradient: bool) -> bool:
    """Return whether a kernel gives the numbers of the plain operators; the log says what it does instead."""
    try:
        with (
            torch.inference_mode(False),
            torch.autocast(device.type, enabled=False),
            torch.set_grad_enabled(wants_gradient),
        ):
            plain, given = trial(device, wants_gradient)
            results = [_with_gradients(function, given, wants_gradient) for function in (kernel, plain)]
    except ImportError:
        return False
    except Exception as error:  # another version or a broken build raises anything; plain operators always work
        _log.warning("%s does not run on this card, so PyTorch's own operators are used: %s", name, error)
        return False
    if all(_close(value, wanted) for value, wanted in zip(*results, strict=True)):
        return True
    _log.warning("%s gives other numbers on this card than PyTorch, so PyTorch's own operators are used.", name)
    return False


def _with_gradients(function: Callable, given: tuple[Tensor, ...], wants_gradient: bool) -> list[Tensor]:
    """Return a function's result and, where they are wanted, the gradients of the sum of its squares."""
    result = function(*given)
    return [result, *(torch.autograd.grad(result.square().sum(), given) if wants_gradient else ())]


def _close(value: Tensor, wanted: Tensor) -> bool:
    error = float((value - wanted).abs().max() / wanted.abs().max())
    return error <= TOLERANCE  # not for NaN


def _scan_trial(device: torch.device, wants_gradient: bool) -> tuple[Scan, tuple[Tensor, ...]]:
    """Return the plain scan and small inputs for it, of an odd width and 4 states."""
    sizes = ((2, 9, 66), (2, 9, 66), (66, 4), (2, 9, 4), (2, 9, 4), (66,), (66,))
    x, step, a, b, c, d, bias = _drawn(sizes, device)
    given = (x, step, -a.abs(), b, c, d, bias)
    return scan_in_steps, tuple(tensor.requires_grad_(wants_gradient) for tensor in given)


def _convolution_trial(device: torch.device, wants_gradient: bool) -> tuple[Convolution, tuple[Tensor, ...]]:
    """Return the plain convolution and small inputs for it, of 4 taps."""
    given = _drawn(((2, 9, 64), (64, 1, 4), (64,)), device)
    return convolve, tuple(tensor.requires_grad_(wants_gradient) for tensor in given)


def _drawn(sizes: tuple[tuple[int, ...], ...], device: torch.device) -> list[Tensor]:
    """Draw tensors that are the same on every device."""
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(size, generator=generator).to(device) for size in sizes]
