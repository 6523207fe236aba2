"""The layers of MambaTalk in NumPy: single precision, sequences as (..., T, C), no gradients.

Every matrix product goes through `product` or `einsum`. Blender's own NumPy is built without a BLAS, and there `@` is
five times slower than `einsum`, whose loops use SIMD instructions with every build of NumPy. `einsum` also gives the
same bits with all of them. It must not be called with `optimize`, which would turn it into a product by BLAS again. A
test forbids both in this package.

Each class reads its weights from a `Parameters` view, under the names that its PyTorch twin
in `torch_engine` gives them.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

F32 = np.float32
EPSILON = F32(1e-5)
SLOPE = F32(0.2)
# Terms that are added one after the other: the sums of such blocks are added then. The rounding of sums grows with
# their length, and windows that hang on a fine difference show that in their scores.
_BLOCK = 128
# Rows from which on convolutions work on (C, ..., T).
_LONG = 256


class Parameters:
    """The tensors of a flat dictionary whose names begin with a prefix, read in single precision."""

    def __init__(self, tensors: Mapping[str, np.ndarray], prefix: str = ""):
        self._tensors, self._prefix = tensors, prefix

    def at(self, name: str) -> "Parameters":
        """Return the parameters of a layer inside this one."""
        return Parameters(self._tensors, f"{self._prefix}{name}.")

    def __getitem__(self, name: str) -> np.ndarray:
        return np.ascontiguousarray(self._tensors[self._prefix + name], F32)

    def get(self, name: str) -> np.ndarray | None:
        """Return a tensor, or None where there is none of that name."""
        return self[name] if self._prefix + name in self._tensors else None

    def numbers(self) -> list[int]:
        """Return the numbers of the layers right below, ascending."""
        inside = (name.removeprefix(self._prefix) for name in self._tensors if name.startswith(self._prefix))
        return sorted({int(name.partition(".")[0]) for name in inside})


def matrix(weight: np.ndarray) -> np.ndarray:
    """Turn a layer's weight (N, K) into the (K, N) that `product` takes.

    Its rows are contiguous in memory, so that `einsum` adds whole rows. This is faster than sums along columns, and the
    order of the sums is the same with every SIMD width.
    """
    return np.ascontiguousarray(weight.T)


def product(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Multiply sequences (..., T, K) with a matrix (K, N)."""
    rows = x.reshape(-1, x.shape[-1])
    y = np.einsum("ik,kj->ij", rows[:, :_BLOCK], weight[:_BLOCK])
    for first in range(_BLOCK, len(weight), _BLOCK):
        block = slice(first, first + _BLOCK)
        y += np.einsum("ik,kj->ij", rows[:, block], weight[block])
    return y.reshape(*x.shape[:-1], weight.shape[1])


def product_along_time(weight: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Multiply sequences (K, ..., T) with a matrix (K, N), to (N, ..., T); the bits are those of `product`."""
    columns = x.reshape(len(x), -1)
    y = np.einsum("kj,ki->ji", weight[:_BLOCK], columns[:_BLOCK])
    for first in range(_BLOCK, len(weight), _BLOCK):
        block = slice(first, first + _BLOCK)
        y += np.einsum("kj,ki->ji", weight[block], columns[block])
    return y.reshape(-1, *x.shape[1:])


def silu(x: np.ndarray) -> np.ndarray:
    """Return x · sigmoid(x)."""
    return x / (F32(1) + np.exp(-x))


def leaky_relu(x: np.ndarray) -> np.ndarray:
    """Return x where it is positive, else 0.2 · x."""
    return np.maximum(x, x * SLOPE)


def softplus(x: np.ndarray) -> np.ndarray:
    """Return log(1 + exp(x)); above 20 return x itself, as PyTorch does."""
    return np.where(x > F32(20), x, np.log1p(np.exp(np.minimum(x, F32(20)))))


# A rational approximation of erf on [-4, 4] (Eigen, generic_fast_erf_float), error below 4e-7: NumPy has no erf.
_ERF_NUMERATOR = (
    *(-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05),
    *(-7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02),
)
_ERF_DENOMINATOR = (
    *(-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03),
    -1.42647390514189e-02,
)


def _polynomial(coefficients: tuple[float, ...], x: np.ndarray) -> np.ndarray:
    value: np.ndarray | np.float32 = F32(coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * x + F32(coefficient)
    return np.asarray(value)


def erf(x: np.ndarray) -> np.ndarray:
    """Return the error function of x, with an error below 4e-7."""
    x = np.clip(x, F32(-4), F32(4))
    square = x * x
    return x * _polynomial(_ERF_NUMERATOR, square) / _polynomial(_ERF_DENOMINATOR, square)


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x · Φ(x), the Gaussian error linear unit in its exact form."""
    return F32(0.5) * x * (F32(1) + erf(x * F32(math.sqrt(0.5))))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the exponentials along the last axis, divided by their sum."""
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return weights


class Linear:
    """A linear layer: x · W + b."""

    def __init__(self, parameters: Parameters):
        self.weight = matrix(parameters["weight"])
        self.bias = parameters.get("bias")

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, K) to (..., T, N)."""
        y = product(x, self.weight)
        if self.bias is not None:
            y += self.bias
        return y


class Norm:
    """Layer normalisation over channels."""

    def __init__(self, parameters: Parameters):
        self.weight, self.bias = parameters["weight"], parameters["bias"]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, C)."""
        x = x - x.mean(-1, keepdims=True)
        x *= F32(1) / np.sqrt(np.square(x).mean(-1, keepdims=True) + EPSILON)
        return x * self.weight + self.bias


class Mlp:
    """Two linear layers with a LeakyReLU between them."""

    def __init__(self, parameters: Parameters):
        self.first, self.second = Linear(parameters.at("mlp.0")), Linear(parameters.at("mlp.2"))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, N)."""
        return self.second(leaky_relu(self.first(x)))


class Attention:
    """Attention with several heads (Vaswani et al. 2017)."""

    def __init__(self, parameters: Parameters, heads: int):
        weight, bias = parameters["in_proj_weight"].copy(), parameters["in_proj_bias"].copy()
        self.width, self.heads = weight.shape[1], heads
        scale = F32(1 / math.sqrt(self.width // heads))  # goes into the query's weights, once
        weight[: self.width] *= scale
        bias[: self.width] *= scale
        self.weight, self.bias = matrix(weight), bias
        self.out = Linear(parameters.at("out_proj"))

    def __call__(self, query: np.ndarray, memory: np.ndarray | None = None) -> np.ndarray:
        """Attend from a query (..., T, C) to a memory (..., S, C), or to the query itself; (..., T, C)."""
        n = self.width
        if memory is None:
            projected = product(query, self.weight) + self.bias
            q, k, v = projected[..., :n], projected[..., n : 2 * n], projected[..., 2 * n :]
        else:
            q = product(query, self.weight[:, :n]) + self.bias[:n]
            projected = product(memory, self.weight[:, n:]) + self.bias[n:]
            k, v = projected[..., :n], projected[..., n:]
        q, k, v = self._split(q), self._split(k), self._split(v)
        # The keys lie along the last axis, whose loops are longer than those along the channels of a head.
        weights = softmax(np.einsum("...hqd,...hdk->...hqk", q, np.ascontiguousarray(k.swapaxes(-1, -2))))
        mixed = np.einsum("...hqk,...hkd->...hqd", weights, v)
        return self.out(np.moveaxis(mixed, -3, -2).reshape(query.shape))

    def _split(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., heads, T, C / heads)."""
        return np.moveaxis(x.reshape(*x.shape[:-1], self.heads, -1), -2, -3)


class EncoderLayer:
    """Self-attention and a feed-forward layer, normalised after each."""

    def __init__(self, parameters: Parameters, heads: int):
        self.attention = Attention(parameters.at("self_attn"), heads)
        self.first, self.second = Linear(parameters.at("linear1")), Linear(parameters.at("linear2"))
        self.norm1, self.norm2 = Norm(parameters.at("norm1")), Norm(parameters.at("norm2"))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, C)."""
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.second(np.maximum(self.first(x), F32(0))))


class DecoderLayer:
    """Self-attention, cross-attention and a feed-forward layer, normalised after each."""

    def __init__(self, parameters: Parameters, heads: int):
        self.own = Attention(parameters.at("self_attn"), heads)
        self.cross = Attention(parameters.at("multihead_attn"), heads)
        self.first, self.second = Linear(parameters.at("linear1")), Linear(parameters.at("linear2"))
        self.norms = tuple(Norm(parameters.at(f"norm{number}")) for number in (1, 2, 3))

    def __call__(self, x: np.ndarray, memory: np.ndarray) -> np.ndarray:
        """Map (..., T, C) and a memory (..., S, C) to (..., T, C)."""
        x = self.norms[0](x + self.own(x))
        x = self.norms[1](x + self.cross(x, memory))
        return self.norms[2](x + self.second(np.maximum(self.first(x), F32(0))))


class Conv:
    """A convolution of three taps over time, with zeros beyond the ends.

    Three shifted copies of the input lie side by side, so that one product does it. Sequences are (..., T, C), and long
    ones (C, ..., T): the longer of both axes is the last one, which is faster and gives the same bits.
    """

    def __init__(self, parameters: Parameters, dilation: int = 1):
        weight = parameters["weight"]  # (out, in, 3)
        self.weight = matrix(weight.transpose(0, 2, 1).reshape(len(weight), -1))
        self.bias, self.dilation = parameters["bias"], dilation

    def __call__(self, x: np.ndarray, frames_last: bool = False) -> np.ndarray:
        """Map (..., T, C) to (..., T, N), or (C, ..., T) to (N, ..., T)."""
        axis, shift = -1 if frames_last else -2, self.dilation
        shape = list(x.shape)
        shape[axis] += 2 * shift
        padded = np.zeros(shape, F32)
        _part(padded, axis, shift, x.shape[axis])[:] = x
        return self.inside(padded, frames_last)

    def inside(self, x: np.ndarray, frames_last: bool = False) -> np.ndarray:
        """Return the frames that need nothing beyond the ends, which are 2 · dilation fewer."""
        axis = -1 if frames_last else -2
        frames = x.shape[axis] - 2 * self.dilation
        taps = [_part(x, axis, tap * self.dilation, frames) for tap in range(3)]
        if not frames_last:
            y = product(np.concatenate(taps, -1), self.weight)
            y += self.bias
            return y
        y = product_along_time(self.weight, np.concatenate(taps))
        y += self.bias.reshape(-1, *[1] * (y.ndim - 1))
        return y


def _part(x: np.ndarray, axis: int, first: int, count: int) -> np.ndarray:
    """Return `count` entries of the last axis (-1), or of the one before it (-2)."""
    return x[..., first : first + count] if axis == -1 else x[..., first : first + count, :]


def _with_long_axis_last(run: Callable[[np.ndarray, bool], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return run(x, False), or what is the same: run(x as (C, ..., T), True) as (..., T, C)."""
    if math.prod(x.shape[:-1]) < _LONG:
        return run(x, False)
    return np.ascontiguousarray(np.moveaxis(run(np.ascontiguousarray(np.moveaxis(x, -1, 0)), True), 0, -1))


class ResBlock:
    """Two convolutions added to their input."""

    reach = 2  # frames to either side that one frame depends on

    def __init__(self, parameters: Parameters):
        self.first, self.second = Conv(parameters.at("model.0")), Conv(parameters.at("model.2"))

    def __call__(self, x: np.ndarray, frames_last: bool = False) -> np.ndarray:
        """Map (..., T, C) to (..., T, C), or (C, ..., T) to (C, ..., T)."""
        return x + self.second(leaky_relu(self.first(x, frames_last)), frames_last)


class ConvEncoder:
    """Stages of convolution, LeakyReLU and ResBlock.

    Attributes:
        reach: frames to either side that one frame depends on.
    """

    def __init__(self, parameters: Parameters):
        main = parameters.at("main")
        starts = main.numbers()[::2]  # each stage has a convolution, an activation without weights, and a ResBlock
        self.stages = [(Conv(main.at(str(start))), ResBlock(main.at(str(start + 2)))) for start in starts]
        self.reach = (1 + ResBlock.reach) * len(self.stages)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, N)."""
        return _with_long_axis_last(self._run, x)

    def _run(self, x: np.ndarray, frames_last: bool) -> np.ndarray:
        for conv, block in self.stages:
            x = block(leaky_relu(conv(x, frames_last)), frames_last)
        return x


class ConvDecoder:
    """Two ResBlocks, stages of convolution and LeakyReLU, and a last convolution.

    Attributes:
        reach: frames to either side that one frame depends on.
    """

    def __init__(self, parameters: Parameters):
        main = parameters.at("main")
        first, second, *convs, last = main.numbers()
        self.blocks = [ResBlock(main.at(str(number))) for number in (first, second)]
        self.convs = [Conv(main.at(str(number))) for number in convs]
        self.last = Conv(main.at(str(last)))
        self.reach = ResBlock.reach * len(self.blocks) + len(self.convs) + 1

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., T, C) to (..., T, N)."""
        return _with_long_axis_last(self._run, x)

    def _run(self, x: np.ndarray, frames_last: bool) -> np.ndarray:
        for block in self.blocks:
            x = block(x, frames_last)
        for conv in self.convs:
            x = leaky_relu(conv(x, frames_last))
        return self.last(x, frames_last)


class FrameEncoder:
    """Features per frame with the frames around them: convolutions whose reach doubles from one to the next."""

    def __init__(self, parameters: Parameters, context: int):
        self.context = context
        self.enter, self.out = Linear(parameters.at("enter")), Linear(parameters.at("out"))
        count = max(context, 1).bit_length() - 1
        self.layers = [Conv(parameters.at(f"layers.{number}"), 2**number) for number in range(count)]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Map (..., context + T + context, C) to (..., T, N)."""
        # No frame is computed that only others beyond the ends would need.
        spare = self.context - sum(layer.dilation for layer in self.layers)
        x = self.enter(x[..., spare : x.shape[-2] - spare, :])
        return self.out(gelu(_with_long_axis_last(self._run, x)))

    def _run(self, x: np.ndarray, frames_last: bool) -> np.ndarray:
        axis = -1 if frames_last else -2
        for layer in self.layers:
            kept = _part(x, axis, layer.dilation, x.shape[axis] - 2 * layer.dilation)
            x = kept + layer.inside(gelu(x), frames_last)
        return x


@lru_cache(maxsize=8)
def position_table(width: int, frames: int, period: int = 64) -> np.ndarray:
    """Return sines and cosines (frames, width) that repeat every `period` frames, as PyTorch's `PositionTable`."""
    place = np.arange(period, dtype=F32)[:, None]
    frequency = np.exp(np.arange(0, width, 2, dtype=F32) * F32(-math.log(1e4) / width))
    table = np.zeros((period, width), F32)
    table[:, 0::2], table[:, 1::2] = np.sin(place * frequency), np.cos(place * frequency)
    return np.tile(table, (-(-frames // period), 1))[:frames]


def gaussian_over_time(channels: np.ndarray, sigma: float) -> np.ndarray:
    """Smooth channels (..., T, C) with a Gaussian of `sigma` frames; see `torch_engine.vqvae.smooth`.

    The first and the last frame are held beyond the ends.
    """
    reach = gaussian_reach(sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(F32)
    kernel = kernel / kernel.sum()
    frames = channels.shape[-2]
    padded = np.pad(channels, (*[(0, 0)] * (channels.ndim - 2), (reach, reach), (0, 0)), mode="edge")
    out = padded[..., :frames, :] * kernel[0]
    for tap in range(1, len(kernel)):
        out += padded[..., tap : tap + frames, :] * kernel[tap]
    return out


def gaussian_reach(sigma: float) -> int:
    """Return how many frames to either side the Gaussian of `gaussian_over_time` reaches."""
    return math.ceil(3 * sigma)
