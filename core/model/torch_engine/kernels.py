"""Our own CUDA kernels for scan and convolution (selective_scan.cu), started on PyTorch's current stream.

Without gradients, in single precision. What starts them is a `Launch`: on a card CUDA's driver. Not run on a card yet;
a test starts the same source, compiled for a processor, through the same functions.
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .nvrtc import machine_code

SOURCE = Path(__file__).with_name("selective_scan.cu")
SCAN_THREADS, CONVOLUTION_THREADS = 64, 128
MOST_ROWS = 65_535  # of a grid, in its second and third direction

Size = tuple[int, int, int]
# A kernel's name, its grid, the threads of a block, and its arguments: tensors (None for a null pointer) and integers.
Launch = Callable[[str, Size, int, Sequence[Tensor | int | None]], None]


def selective_scan_own(
    x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor
) -> Tensor:
    """Run the scan on a card; see `scan` for the arguments.

    Raises:
        RuntimeError: the kernels cannot be compiled or started.
    """
    return scan_by(_launch_on(x.device, a.shape[1]), x, step, a, b, c, d, step_bias)


def causal_conv_own(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve and apply SiLU on a card; see `scan.convolve` for the arguments.

    Raises:
        RuntimeError: the kernels cannot be compiled or started.
    """
    return convolve_by(_launch_on(x.device, 1), x, weight, bias)


def scan_by(
    launch: Launch, x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor
) -> Tensor:
    """Run the scan by a launch that was made for `a.shape[1]` states; see `scan` for the arguments."""
    batch, length, width = x.shape
    x, step, b, c = (_in_rows(tensor) for tensor in (x, step, b, c))
    a, d, step_bias = (tensor.float().contiguous() for tensor in (a, d, step_bias))
    y = torch.empty(batch, length, width, device=x.device)
    rows = [tensor.stride(1) for tensor in (x, step, b, c)]
    grid = (-(-width // SCAN_THREADS), batch, 1)
    launch("selective_scan", grid, SCAN_THREADS, [x, step, a, b, c, d, step_bias, y, length, width, *rows])
    return y


def convolve_by(launch: Launch, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve and apply SiLU by a launch; see `scan.convolve` for the arguments."""
    batch, length, width = x.shape
    x, weight = _in_rows(x), weight.float().contiguous()
    bias = None if bias is None else bias.float().contiguous()
    y = torch.empty(batch, length, width, device=x.device)
    grid = (-(-width // CONVOLUTION_THREADS), length, batch)
    taps = weight.shape[-1]
    launch("causal_conv", grid, CONVOLUTION_THREADS, [x, weight, bias, y, length, width, taps, x.stride(1)])
    return y


def _in_rows(tensor: Tensor) -> Tensor:
    """Return a tensor (B, L, C) in single precision whose rows lie equally far apart; a slice of channels stays."""
    tensor = tensor.float()
    dense = tensor.stride(2) == 1 and (len(tensor) == 1 or tensor.stride(0) == tensor.shape[1] * tensor.stride(1))
    return tensor if dense else tensor.contiguous()


@cache
def _launch_on(device: torch.device, states: int) -> Launch:
    """Compile the kernels for a card and a number of states, and return what starts them there."""
    with torch.cuda.device(device):
        torch.empty(1, device=device)  # makes PyTorch's context on the card current
        code = machine_code(
            SOURCE.read_text(encoding="utf-8"), torch.cuda.get_device_capability(), [f"-DSTATES={states}"]
        )
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        module = ctypes.c_void_p()
        _check(driver, driver.cuModuleLoadData(ctypes.byref(module), code))
        functions = {}
        for name in ("selective_scan", "causal_conv"):
            functions[name] = ctypes.c_void_p()
            _check(driver, driver.cuModuleGetFunction(ctypes.byref(functions[name]), module, name.encode()))

    def launch(name: str, grid: Size, threads: int, arguments: Sequence[Tensor | int | None]) -> None:
        if max(grid[1:]) > MOST_ROWS:
            raise RuntimeError(f"a grid of {grid} blocks is too large for a card")
        values, pointers = packed(arguments)
        with torch.cuda.device(device):
            stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
            _check(driver, driver.cuLaunchKernel(functions[name], *grid, threads, 1, 1, 0, stream, pointers, None))
        del values  # the driver has copied them

    return launch


def packed(arguments: Sequence[Tensor | int | None]) -> tuple[list[Any], Any]:
    """Return arguments as C values (pointers and 32-bit integers), and the array of their addresses."""
    values: list[Any] = [
        ctypes.c_int(argument) if isinstance(argument, int) else ctypes.c_void_p(_address(argument))
        for argument in arguments
    ]
    addresses = [ctypes.cast(ctypes.pointer(value), ctypes.c_void_p) for value in values]
    return values, (ctypes.c_void_p * len(values))(*addresses)


def _address(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()


def _check(driver: Any, result: int) -> None:
    if result:
        text = ctypes.c_char_p()
        driver.cuGetErrorString(result, ctypes.byref(text))
        raise RuntimeError(f"the driver refuses: {(text.value or b'').decode(errors='replace')} ({result})")
