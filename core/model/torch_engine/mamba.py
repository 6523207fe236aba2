"""Mamba blocks, as mamba_ssm 2.2 defines them, and the two stacks of them that MambaTalk uses."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import encoder_stack
from .packed import Linear
from .scan_choice import causal_conv, selective_scan

EXPAND = 2
TAPS = 4
STEP_RANGE = (1e-3, 1e-1)  # of delta at the start of training, as in the paper
HEADS = 8


class MambaMixer(nn.Module):
    """One selective state space layer (version 1).

    Args:
        width: channels in and out.
        states: states per inner channel.
    """

    def __init__(self, width: int, states: int):
        super().__init__()
        inner = EXPAND * width
        self.rank = math.ceil(width / 16)
        self.states = states
        self.in_proj = Linear(width, 2 * inner, bias=False)
        self.conv1d = nn.Conv1d(inner, inner, TAPS, groups=inner, padding=TAPS - 1)
        self.x_proj = Linear(inner, self.rank + 2 * states, bias=False)
        self.dt_proj = Linear(self.rank, inner)
        self.A_log = nn.Parameter(torch.log(torch.arange(1, states + 1, dtype=torch.float32)).repeat(inner, 1))
        self.D = nn.Parameter(torch.ones(inner))
        self.out_proj = Linear(inner, width, bias=False)
        self._start_steps(inner)

    def _start_steps(self, inner: int) -> None:
        """Spread the steps softplus(bias) evenly in their logarithm."""
        low, high = (math.log(limit) for limit in STEP_RANGE)
        step = torch.exp(torch.rand(inner) * (high - low) + low)
        nn.init.uniform_(self.dt_proj.weight, -(self.rank**-0.5), self.rank**-0.5)
        with torch.no_grad():
            self.dt_proj.bias.copy_(step + torch.log(-torch.expm1(-step)))

    def forward(self, u: Tensor) -> Tensor:
        """Map (B, L, width) to (B, L, width)."""
        x, z = self.in_proj(u).chunk(2, -1)  # (B, L, inner) each
        x = causal_conv(x, self.conv1d.weight, self.conv1d.bias)
        step, b, c = self.x_proj(x).split((self.rank, self.states, self.states), -1)
        step = F.linear(step, self.dt_proj.weight)  # the scan adds the bias before its softplus
        y = selective_scan(x, step, -torch.exp(self.A_log), b, c, self.D, self.dt_proj.bias)
        return self.out_proj(y * F.silu(z))


class GatedMlp(nn.Module):
    """A gated layer, y · SiLU(gate), between two linear layers without bias."""

    def __init__(self, width: int, inner: int):
        super().__init__()
        self.fc1 = Linear(width, 2 * inner, bias=False)
        self.fc2 = Linear(inner, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, L, width) to (B, L, width)."""
        y, gate = self.fc1(x).chunk(2, -1)
        return self.fc2(y * F.silu(gate))


class MambaBlock(nn.Module):
    """A mixer and a gated MLP on a residual stream that is kept beside the hidden state."""

    def __init__(self, width: int, inner: int, states: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mixer = MambaMixer(width, states)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = GatedMlp(width, inner)

    def forward(self, h: Tensor, residual: Tensor | None) -> tuple[Tensor, Tensor]:
        """Compute the next hidden state and residual, (B, L, width) each; the first block has no residual yet."""
        residual = h if residual is None else h + residual
        residual = self.mixer(self.norm(residual)) + residual
        return self.mlp(self.norm2(residual)), residual


def _run(layers: nn.ModuleList, x: Tensor) -> Tensor:
    h: Tensor = x
    residual: Tensor | None = None
    for block in layers:
        h, residual = block(h, residual)
    return h if residual is None else h + residual


class MambaScan(nn.Module):
    """A stack of Mamba blocks with a norm and a linear layer at its end.

    Args:
        width: channels in.
        inner: width of the gated MLP.
        out: channels out.
        blocks: how many.
        states: states per channel.
    """

    def __init__(self, width: int, inner: int, out: int, blocks: int, states: int):
        super().__init__()
        self.layers = nn.ModuleList(MambaBlock(width, inner, states) for _ in range(blocks))
        self.norm_f = nn.LayerNorm(width)
        self.out = Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, L, width) to (B, L, out)."""
        return self.out(self.norm_f(_run(self.layers, x)))


class MambaModel(nn.Module):
    """One self-attention layer, then Mamba blocks and a norm; the arguments are those of `MambaScan`."""

    def __init__(self, width: int, inner: int, blocks: int, states: int, dropout: float):
        super().__init__()
        self.attention = encoder_stack(width, width, HEADS, dropout)
        self.layers = nn.ModuleList(MambaBlock(width, inner, states) for _ in range(blocks))
        self.norm_f = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, L, width) to (B, L, width)."""
        return self.norm_f(_run(self.layers, self.attention(x)))
