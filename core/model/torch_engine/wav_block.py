"""A block of the encoder of samples: two convolutions with norms and a shortcut.

On a processor, without gradient, the norms are part of the convolutions' weights, the first convolution and the
shortcut, which have the same input, are one, and convolutions without stride run in blocks (`long_conv`).
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .long_conv import LongConv

WAV_KERNEL = 15
SLOPE = 0.01
LONG_SOUND = 2000  # samples


class _Folded(NamedTuple):
    """The weights of a block with its norms in them.

    Attributes:
        version: of the weights that they were made of.
        enter: weight and bias of the first convolution and the shortcut, one below the other; None without a shortcut.
        enter_long: the first convolution of a block without a shortcut, which has no stride.
        leave: the second convolution.
    """

    version: tuple[int, ...]
    enter: tuple[Tensor, Tensor] | None
    enter_long: LongConv | None
    leave: LongConv


class WavBlock(nn.Module):
    """Two convolutions over samples with a shortcut; works on (B, C, S)."""

    def __init__(self, width: int, out: int, stride: int, pad: int, shortcut: bool):
        super().__init__()
        self.conv1 = nn.Conv1d(width, out, WAV_KERNEL, stride=stride, padding=pad)
        self.bn1 = nn.BatchNorm1d(out)
        self.act = nn.LeakyReLU(SLOPE, inplace=True)
        self.conv2 = nn.Conv1d(out, out, WAV_KERNEL, padding=WAV_KERNEL // 2)
        self.bn2 = nn.BatchNorm1d(out)
        self.downsample = None
        if shortcut:
            conv = nn.Conv1d(width, out, WAV_KERNEL, stride=stride, padding=pad)
            self.downsample = nn.Sequential(conv, nn.BatchNorm1d(out))
        self._folded: _Folded | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, width, S) to (B, out, S / stride)."""
        if not self.training and not torch.is_grad_enabled() and x.device.type == "cpu":
            # One long sound after the other: memory for several of them would come from the system anew each time.
            sounds = x.split(1) if x.shape[-1] >= LONG_SOUND else [x]
            return torch.cat([self._forward_folded(each) for each in sounds])
        short = x if self.downsample is None else self.downsample(x)
        y = self.act(self.bn1(self.conv1(x)))
        return self.act(self.bn2(self.conv2(y)) + short)

    def _forward_folded(self, x: Tensor) -> Tensor:
        version = tuple(tensor._version for tensor in (*self.parameters(), *self.buffers()))
        if self._folded is None or self._folded.version != version:
            self._folded = self._fold(version)
        folded = self._folded
        if folded.enter is None:
            assert folded.enter_long is not None
            y, short = folded.enter_long(x), x
        else:
            y, short = F.conv1d(x, *folded.enter, self.conv1.stride, self.conv1.padding).chunk(2, 1)
        return F.leaky_relu_(folded.leave(F.leaky_relu(y, SLOPE)).add_(short), SLOPE)

    def _fold(self, version: tuple[int, ...]) -> _Folded:
        scale, bias = _scaled(self.conv1, self.bn1)
        leave = LongConv(self.conv2.weight, *_scaled(self.conv2, self.bn2))
        if self.downsample is not None:
            conv, norm = self.downsample
            assert isinstance(conv, nn.Conv1d)
            assert isinstance(norm, nn.BatchNorm1d)
            short_scale, short_bias = _scaled(conv, norm)
            weights = self.conv1.weight * scale[:, None, None], conv.weight * short_scale[:, None, None]
            return _Folded(version, (torch.cat(weights), torch.cat([bias, short_bias])), None, leave)
        return _Folded(version, None, LongConv(self.conv1.weight, scale, bias), leave)


def _scaled(conv: nn.Conv1d, norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """Return what a norm multiplies the weight of the convolution before it by, and the bias of both; (out,) each."""
    assert conv.bias is not None
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return scale, (conv.bias - norm.running_mean) * scale + norm.bias
