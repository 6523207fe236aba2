"""Mamba blocks in NumPy, and the two stacks of them that MambaTalk uses; sequences are (..., T, C)."""

import numpy as np

from .layers import F32, EncoderLayer, Linear, Norm, Parameters, matrix, product, silu, softplus

HEADS = 8


class MambaMixer:
    """One selective state space layer (Gu and Dao 2023), see `core.model.torch_engine.scan` for the recurrence."""

    def __init__(self, parameters: Parameters):
        self.enter, self.out = Linear(parameters.at("in_proj")), Linear(parameters.at("out_proj"))
        self.taps = np.ascontiguousarray(parameters["conv1d.weight"][:, 0].T)  # (K, D), the last one is the present
        self.tap_bias = parameters["conv1d.bias"]
        self.project = Linear(parameters.at("x_proj"))
        self.step, self.step_bias = matrix(parameters["dt_proj.weight"]), parameters["dt_proj.bias"]
        self.rates = np.ascontiguousarray(-np.exp(parameters["A_log"]).T)  # (N, D)
        self.direct = parameters["D"]

    def __call__(self, u: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, C)."""
        both = self.enter(u)
        inner = both.shape[-1] // 2
        x = silu(self._causal_conv(both[..., :inner]))
        rank, states = len(self.step), len(self.rates)
        projected = self.project(x)
        b, c = projected[..., rank : rank + states], projected[..., rank + states :]  # (..., T, N)
        delta = softplus(product(projected[..., :rank], self.step) + self.step_bias)  # (..., T, D)
        states_over_time = self._scan(delta, b, delta * x)
        y = (states_over_time * c[..., None]).sum(-2) + self.direct * x
        return self.out(y * silu(both[..., inner:]))

    def _causal_conv(self, x: np.ndarray) -> np.ndarray:
        """Convolve each channel over the present and earlier frames: (..., T, D) to (..., T, D)."""
        count, length = len(self.taps), x.shape[-2]
        past = np.zeros((*x.shape[:-2], count - 1 + length, x.shape[-1]), F32)
        past[..., count - 1 :, :] = x
        y = self.tap_bias + past[..., :length, :] * self.taps[0]
        for tap in range(1, count):
            y += past[..., tap : tap + length, :] * self.taps[tap]
        return y

    def _scan(self, delta: np.ndarray, b: np.ndarray, push: np.ndarray) -> np.ndarray:
        """Run h[t] = exp(delta[t] · A) · h[t-1] + b[t] · push[t]; the states h are (..., T, N, D)."""
        decay = np.exp(delta[..., None, :] * self.rates)
        h = b[..., None] * push[..., None, :]  # the input of each step, which becomes its state in place
        for t in range(1, h.shape[-3]):
            h[..., t, :, :] += decay[..., t, :, :] * h[..., t - 1, :, :]
        return h


class MambaBlock:
    """A mixer and a gated MLP on a residual stream that runs beside the hidden state."""

    def __init__(self, parameters: Parameters):
        self.norm, self.norm2 = Norm(parameters.at("norm")), Norm(parameters.at("norm2"))
        self.mixer = MambaMixer(parameters.at("mixer"))
        self.first, self.second = Linear(parameters.at("mlp.fc1")), Linear(parameters.at("mlp.fc2"))

    def __call__(self, hidden: np.ndarray, residual: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Map hidden state and residual (..., T, C) to the next ones; the first block has no residual."""
        residual = hidden if residual is None else hidden + residual
        residual = self.mixer(self.norm(residual)) + residual
        both = self.first(self.norm2(residual))
        half = both.shape[-1] // 2
        return self.second(both[..., :half] * silu(both[..., half:])), residual


def _run(blocks: list[MambaBlock], x: np.ndarray) -> np.ndarray:
    hidden, residual = x, None
    for block in blocks:
        hidden, residual = block(hidden, residual)
    return hidden + residual


def _blocks(parameters: Parameters) -> list[MambaBlock]:
    layers = parameters.at("layers")
    return [MambaBlock(layers.at(str(number))) for number in layers.numbers()]


class MambaScan:
    """Mamba blocks, a norm and a linear layer."""

    def __init__(self, parameters: Parameters):
        self.blocks = _blocks(parameters)
        self.norm, self.out = Norm(parameters.at("norm_f")), Linear(parameters.at("out"))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, N)."""
        return self.out(self.norm(_run(self.blocks, x)))


class MambaModel:
    """A self-attention layer, Mamba blocks and a norm."""

    def __init__(self, parameters: Parameters):
        self.attention = EncoderLayer(parameters.at("attention.layers.0"), HEADS)
        self.blocks = _blocks(parameters)
        self.norm = Norm(parameters.at("norm_f"))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, C)."""
        return self.norm(_run(self.blocks, self.attention(x)))
