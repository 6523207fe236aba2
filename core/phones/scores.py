"""How well every state of every phone fits each frame of a recording: log likelihoods, computed on several threads.

The phones' own states are computed for every second frame; those between are their means. What a search adds up along
its path are differences to the best path without any text, so that 0 is as good as any sequence of phones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..parallel import in_order
from .acoustic_model import SILENCE, STATES, acoustic_model
from .cepstra import features
from .phone_loop import best_phones

HOP = 2
BLOCK = 250  # frames that are worked on at a time by one thread
SMALL_BLOCK = 64  # frames whose densities stay in the processor's cache
LOWEST = np.float32(-80.0)  # nats; a Gaussian so far below the best one counts for nothing
SMALLEST = np.float32(1e-30)


@dataclass(frozen=True)
class PhoneScores:
    """Scores of a whole recording.

    Attributes:
        own: (ceil(T / 2), 126) float32, log likelihood of each state of each phone, at every second frame.
        path: (T,) int16, the state that the best sequence of phones has in each frame.
        best: (T,) float32, its log likelihood.
    """

    own: np.ndarray
    path: np.ndarray
    best: np.ndarray

    @property
    def frame_count(self) -> int:
        """Return the number of 10 ms frames."""
        return len(self.best)

    def relative(self, start: int, end: int) -> np.ndarray:
        """Return the scores of the frames [start, end) above those of the best phones; (frames, 126) float32."""
        return at_every_frame(self.own, start, end) - self.best[start:end, None]


def at_every_frame(own: np.ndarray, start: int, end: int) -> np.ndarray:
    """Return the scores of frames [start, end) from those of every second frame; (frames, 126) float32."""
    places = np.arange(start, end)
    before, after = places // HOP, np.minimum(-(-places // HOP), len(own) - 1)
    return np.float32(0.5) * (own[before] + own[after])


def phone_scores(cepstra: np.ndarray, tell: Callable[[float], None]) -> PhoneScores:
    """Score all states of all phones on a whole recording.

    Args:
        cepstra: (T, 13), see `core.phones.cepstra`.
        tell: is called with the share done; what it raises stops the work.
    """
    count = len(cepstra)
    own = np.empty((-(-count // HOP), STATES * len(acoustic_model().phones)), np.float32)
    starts = range(0, count, BLOCK * HOP)

    def work(start: int) -> np.ndarray:
        return _own_states(features(cepstra, start, min(count, start + BLOCK * HOP), HOP))

    for start, block in zip(starts, in_order(work, starts), strict=True):
        own[start // HOP : start // HOP + len(block)] = block
        tell(start / count)
    path, best = best_phones(own, count, at_every_frame)
    return PhoneScores(own, path, best)


def _own_states(values: np.ndarray) -> np.ndarray:
    """Score the phones' own states on features (3, T, 13); (T, 126) float32."""
    model = acoustic_model()
    count = values.shape[1]
    out = np.empty((count, STATES * len(model.phones)), np.float32)
    for start in range(0, count, SMALL_BLOCK):
        part = values[:, start : start + SMALL_BLOCK]
        total = np.zeros((), np.float32)
        for stream in range(len(part)):
            density = _product(_terms(part[stream]), model.products[stream])
            total = total + _mixed(
                density.reshape(len(density), len(model.phones), -1), model.phone_weights[stream], "tpn,psn->tps"
            )
        out[start : start + SMALL_BLOCK] = total.reshape(len(total), -1)
    return out


def senone_scores(values: np.ndarray, phone: int, senones: np.ndarray) -> np.ndarray:
    """Score certain senones of one phone on features (3, T, 13); (T, senones) float32."""
    model = acoustic_model()
    size = model.weights.shape[-1]
    total = np.zeros((), np.float32)
    for stream in range(len(values)):
        products = model.products[stream][:, phone * size : (phone + 1) * size]
        density = _product(_terms(values[stream]), products)
        total = total + _mixed(density, model.weight_of_step[model.weights[stream, senones]], "tn,sn->ts")
    return total


def _terms(values: np.ndarray) -> np.ndarray:
    """Return x², x and 1 of features (T, 13); (T, 27)."""
    return np.concatenate([values * values, values, np.ones((len(values), 1), np.float32)], axis=1)


def _product(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Multiply matrices (T, K) and (K, N), by the library for linear algebra where this NumPy has one."""
    return values @ weights if _has_blas() else np.einsum("tk,kn->tn", values, weights)


@cache
def _has_blas() -> bool:
    """Return whether this NumPy was built with a library for linear algebra: without one, `@` is slower than `einsum`.

    The scores of both differ by rounding alone, which changes no time of a word.
    """
    try:
        return bool(np.show_config(mode="dicts")["Build Dependencies"]["blas"]["found"])
    except (TypeError, KeyError):  # NumPy before 1.26 does not say
        return False


def _mixed(density: np.ndarray, weights: np.ndarray, axes: str) -> np.ndarray:
    """Return the logarithm of weighted sums of densities, which are given as logarithms and are changed."""
    top = density.max(axis=-1, keepdims=True)
    density -= top
    np.maximum(density, LOWEST, out=density)
    np.exp(density, out=density)
    return np.log(_summed(density, weights, axes) + SMALLEST) + top


def _summed(density: np.ndarray, weights: np.ndarray, axes: str) -> np.ndarray:
    """Return weighted sums of densities, by the library for linear algebra where this NumPy has one."""
    if not _has_blas():
        return np.einsum(axes, density, weights)
    if density.ndim == 2:  # (T, N) and (S, N)
        return density @ weights.T
    return np.matmul(density.transpose(1, 0, 2), weights.transpose(0, 2, 1)).transpose(1, 0, 2)  # (T, P, S)


def silence_states() -> slice:
    """Return the columns of the states of silence."""
    first = STATES * acoustic_model().number(SILENCE)
    return slice(first, first + STATES)
