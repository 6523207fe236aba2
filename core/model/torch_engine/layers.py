"""The convolutional and fully connected layers of MambaTalk; sequences enter and leave as (B, T, C)."""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...stops import check_stop
from .packed import Linear
from .wav_block import WAV_KERNEL, WavBlock

SLOPE = 0.2
WAV_PAD = 1600  # samples of silence before and after the sound, in the first block


class Mlp(nn.Module):
    """Two linear layers with a LeakyReLU between them."""

    def __init__(self, width: int, inner: int, out: int):
        super().__init__()
        self.mlp = nn.Sequential(Linear(width, inner), nn.LeakyReLU(SLOPE), Linear(inner, out))

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., out)."""
        return self.mlp(x)


class PositionTable(nn.Module):
    """Sines and cosines that repeat every `period` frames (Vaswani et al. 2017; the period is FaceFormer's)."""

    pe: Tensor

    def __init__(self, width: int, period: int = 64, repeats: int = 2):
        super().__init__()
        self.period = period
        self.register_buffer("pe", torch.zeros(1, repeats * period, width))
        self.reset()

    def reset(self) -> None:
        """Compute the table from the sizes; files do not hold it."""
        _, length, width = self.pe.shape
        position = torch.arange(self.period, dtype=torch.float32)[:, None]
        frequency = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(1e4) / width))
        table = torch.zeros(self.period, width)
        table[:, 0::2] = torch.sin(position * frequency)
        table[:, 1::2] = torch.cos(position * frequency)
        self.pe.copy_(table.repeat(length // self.period, 1)[None])

    def forward(self, frames: int) -> Tensor:
        """Return the first positions (1, frames, width)."""
        return self.pe[:, :frames]


class WavEncoder(nn.Module):
    """An encoder of features per sample to features per frame, at three time scales.

    Args:
        channels: audio channels.
        widths: channels of blocks 0-2, 3-4 and 5.
        out: features per frame.
    """

    def __init__(self, channels: int, widths: tuple[int, int, int], out: int):
        super().__init__()
        a, b, c = widths
        self.feat_extractor = nn.ModuleList(
            [
                WavBlock(channels, a, 5, WAV_PAD, True),
                WavBlock(a, a, 6, 0, True),
                WavBlock(a, a, 1, WAV_KERNEL // 2, False),
                WavBlock(a, b, 6, 0, True),
                WavBlock(b, b, 1, WAV_KERNEL // 2, False),
                WavBlock(b, c, 3, 0, True),
            ]
        )
        self.multi_scale = nn.ModuleList(
            [
                nn.Sequential(WavBlock(a, b, 6, 0, True), WavBlock(b, c, 3, 0, True)),
                nn.Sequential(WavBlock(b, c, 3, 0, True)),
            ]
        )
        self.out = Linear(3 * c, out)

    def forward(self, audio: Tensor) -> Tensor:
        """Map (B, S, channels) to (B, about S / 540 + 6, out)."""
        x = audio.transpose(1, 2)
        branches = []
        for index, block in enumerate(self.feat_extractor):
            check_stop()
            x = block(x)
            if index in (2, 4):
                branches.append(self.multi_scale[index // 2 - 1](x))
        return self.out(torch.cat([*branches, x], 1).transpose(1, 2))


class FrameEncoder(nn.Module):
    """An encoder of features per frame with their surroundings: the reach of its convolutions doubles each time.

    Args:
        channels: features in.
        width: features out.
        context: frames on both sides of the window that its frames depend on; they are cut off at the end.
    """

    def __init__(self, channels: int, width: int, context: int):
        super().__init__()
        self.context = context
        self.enter = Linear(channels, width)
        self.layers = nn.ModuleList(
            nn.Conv1d(width, width, 3, dilation=2**i) for i in range(max(context, 1).bit_length() - 1)
        )
        self.out = Linear(width, width)

    def forward(self, audio: Tensor) -> Tensor:
        """Map (B, context + T + context, channels) to (B, T, width)."""
        x, cut = self.enter(audio).transpose(1, 2), self.context
        for number, layer in enumerate(self.layers):
            assert isinstance(layer, nn.Conv1d)
            # Frames that the window's own ones no longer depend on are left out.
            reach = 2**number
            x = x[..., reach:-reach] + F.conv1d(F.gelu(x), layer.weight, layer.bias, dilation=reach)
            cut -= reach
        x = x[..., cut : x.shape[-1] - cut]
        return self.out(F.gelu(x).transpose(1, 2))


class ResBlock(nn.Module):
    """Two convolutions over time, added to their input; works on (B, C, T)."""

    def __init__(self, width: int):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv1d(width, width, 3, padding=1), nn.LeakyReLU(SLOPE), nn.Conv1d(width, width, 3, padding=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, width, T) to (B, width, T)."""
        return x + self.model(x)


class ConvEncoder(nn.Module):
    """Stages of convolution, LeakyReLU and ResBlock; one latent per frame.

    Args:
        width: channels in.
        inner: channels of all stages but the last.
        out: channels of the last stage.
        depth: number of stages.

    Attributes:
        reach: frames to either side that one frame depends on.
    """

    def __init__(self, width: int, inner: int, out: int, depth: int):
        super().__init__()
        self.reach = 3 * depth
        widths = [width] + [inner] * (depth - 1) + [out]
        stages: list[nn.Module] = []
        for before, after in itertools.pairwise(widths):
            stages += [nn.Conv1d(before, after, 3, padding=1), nn.LeakyReLU(SLOPE), ResBlock(after)]
        self.main = nn.Sequential(*stages)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, T, width) to (B, T, out)."""
        return self.main(x.transpose(1, 2)).transpose(1, 2)


class ConvDecoder(nn.Module):
    """Two ResBlocks, stages of convolution and LeakyReLU, and a last convolution; the mirror of ConvEncoder.

    Args:
        width: channels in.
        inner: channels of all stages but the last.
        out: channels of the last stage.
        depth: number of stages.

    Attributes:
        reach: frames to either side that one frame depends on.
    """

    def __init__(self, width: int, inner: int, out: int, depth: int):
        super().__init__()
        self.reach = 5 + depth
        widths = [width] + [inner] * (depth - 1) + [out]
        stages: list[nn.Module] = [ResBlock(width), ResBlock(width)]
        for before, after in itertools.pairwise(widths):
            stages += [nn.Conv1d(before, after, 3, padding=1), nn.LeakyReLU(SLOPE)]
        self.main = nn.Sequential(*stages, nn.Conv1d(out, out, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, T, width) to (B, T, out)."""
        return self.main(x.transpose(1, 2)).transpose(1, 2)
