"""The CUDA kernels of mamba-ssm and causal-conv1d, with gradients, where a user has installed these packages.

Only their extension modules `selective_scan_cuda` and `causal_conv1d_cuda` are imported. The packages themselves import
transformers and Triton, which takes seconds and can fail. Written for mamba-ssm 2.3.2 and causal-conv1d 1.7; other
versions take other arguments, so `scan_choice` tries the kernels before it uses them. Not run on a card yet.
"""

import importlib
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def selective_scan_fused(
    x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor
) -> Tensor:
    """Run the scan in single precision; see `scan` for the arguments.

    Raises:
        ImportError: mamba-ssm is not installed.
    """
    with torch.autocast(x.device.type, enabled=False):
        x, step, b, c = (tensor.float().transpose(1, 2).contiguous() for tensor in (x, step, b, c))  # (B, ·, L)
        y: Tensor = _Scan.apply(x, step, a.contiguous(), b[:, None], c[:, None], d, step_bias)
        return y.transpose(1, 2)


def causal_conv_fused(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve and apply SiLU, in single precision; see `scan.convolve` for the arguments.

    Raises:
        ImportError: causal-conv1d is not installed.
    """
    with torch.autocast(x.device.type, enabled=False):
        along = x.float().transpose(1, 2).contiguous()  # (B, D, L)
        bias = along.new_zeros(along.shape[1]) if bias is None else bias
        y: Tensor = _Convolution.apply(along, weight[:, 0].contiguous(), bias)
        return y.transpose(1, 2)


def _module(name: str) -> Any:
    return importlib.import_module(name)


class _Scan(torch.autograd.Function):
    """The scan of mamba-ssm without its gate; sequences are (B, D, L), weights over time (B, 1, N, L)."""

    @staticmethod
    def forward(ctx, x, step, a, b, c, d, step_bias):
        y, states, *_ = _module("selective_scan_cuda").fwd(x, step, a, b, c, d, None, step_bias, True)
        ctx.save_for_backward(x, step, a, b, c, d, step_bias, states)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        *given, step_bias, states = ctx.saved_tensors
        module = _module("selective_scan_cuda")
        return tuple(
            module.bwd(*given, None, step_bias, grad_y.contiguous(), states, None, None, True, False)[: len(given) + 1]
        )


class _Convolution(torch.autograd.Function):
    """The convolution of causal-conv1d with its SiLU; x is (B, D, L), weight (D, K), bias (D,)."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        y = torch.empty_like(x)
        _module("causal_conv1d_cuda").causal_conv1d_fwd(x, weight, bias, None, None, y, None, True)
        ctx.save_for_backward(x, weight, bias)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        x, weight, bias = ctx.saved_tensors
        # the kernel adds to the gradients of the parameters
        grads = torch.empty_like(x), torch.zeros_like(weight), torch.zeros_like(bias)
        _module("causal_conv1d_cuda").causal_conv1d_bwd(
            x, weight, bias, grad_y.contiguous(), None, None, None, *grads, None, True
        )
        return grads
