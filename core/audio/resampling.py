"""Sound of any sample rate at 16 kHz, in NumPy: a polyphase filter bank that can be fed piece by piece.

To go from rate R to 16000, both are divided by their greatest common divisor: output sample n lies at n · down / up
input samples. There are `up` different positions between input samples, and each has its own row of a windowed-sinc
low-pass filter (Kaiser window, 120 dB; passband 92 % of the lower Nyquist frequency):

    44100 → 16000: up = 160, down = 441
    output  0         1         2      ...   (row 0, row 121, row 82, ...)
    input   | · | · | · | · | · | · |  ...   (2.756 input samples per output sample)
"""

from math import gcd

import numpy as np

from ..clock import SAMPLE_RATE

ATTENUATION_DB = 120.0
_ROWS = 1024  # filters that are computed at a time, so that those of an odd rate take little memory
PASSBAND = 0.92  # share of the lower Nyquist frequency that passes unchanged


class Resampler:
    """Convert a stream of sound to 16 kHz: call `push` for each piece, then `finish`.

    The output does not depend on how the sound is divided into pieces. It has ceil(N · 16000 / rate) samples, and
    nothing is delayed.

    Args:
        rate: samples per second of the input, positive.
    """

    def __init__(self, rate: int):
        divisor = gcd(rate, SAMPLE_RATE)
        self._up, self._down = SAMPLE_RATE // divisor, rate // divisor
        self._same = rate == SAMPLE_RATE
        self._filters: np.ndarray
        self._filters, self._half = (np.ones((1, 1), np.float32), 0) if self._same else _filter_bank(rate, self._up)
        self._pending = np.zeros(self._half, np.float32)  # input from sample `_start - half` on
        self._start = 0  # the input sample that the next output needs as its centre
        self._received = 0
        self._made = 0

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Take the next piece (n,) and return the output (m,) float32 that is complete with it."""
        samples = np.asarray(samples, np.float32)
        self._received += len(samples)
        if self._same:
            return samples
        self._pending = np.concatenate([self._pending, samples])
        # The last output whose filter ends inside the input that was received.
        complete = self._received - self._half
        return self._make(max(0, -(-complete * self._up // self._down)))

    def finish(self) -> np.ndarray:
        """Return the rest of the output; past its end the sound is silent."""
        if self._same:
            return np.zeros(0, np.float32)
        self._pending = np.concatenate([self._pending, np.zeros(self._half + 1, np.float32)])
        return self._make(-(-self._received * self._up // self._down))

    def _make(self, count: int) -> np.ndarray:
        """Make output samples up to number `count`."""
        first, self._made = self._made, max(self._made, count)
        numbers = np.arange(first, self._made)
        out = np.empty(len(numbers), np.float32)
        centres, phases = numbers * self._down // self._up, numbers * self._down % self._up
        if len(numbers):
            windows = np.lib.stride_tricks.sliding_window_view(self._pending, 2 * self._half + 1)
            for offset in range(min(self._up, len(numbers))):
                # Every `up`-th output has the same filter and lies `down` input samples further.
                rows = windows[centres[offset] - self._start :: self._down][: len(out[offset :: self._up])]
                out[offset :: self._up] = np.einsum("ij,j->i", rows, self._filters[phases[offset]])
        following = self._made * self._down // self._up
        drop = min(following - self._start, len(self._pending))
        self._pending, self._start = self._pending[drop:], self._start + drop
        return out


def table_size(rate: int) -> int:
    """Return how many numbers the filters of a sample rate have."""
    return SAMPLE_RATE // gcd(rate, SAMPLE_RATE) * (2 * _half_length(rate) + 1)


def _half_length(rate: int) -> int:
    """Return the length of half a filter, in input samples, by Kaiser's formula (1974)."""
    transition = min(rate, SAMPLE_RATE) / 2 * (1 - PASSBAND)
    return int(np.ceil((ATTENUATION_DB - 7.95) / (2.285 * 2 * np.pi * transition / rate) / 2)) + 1


def _filter_bank(rate: int, up: int) -> tuple[np.ndarray, int]:
    """Return the low-pass filters (up, 2 · half + 1) float32 for the positions between input samples, and half."""
    cutoff = min(rate, SAMPLE_RATE) / 2 * (1 + PASSBAND) / 2
    half = _half_length(rate)
    # Kaiser's formula for the shape of the window.
    beta = 0.1102 * (ATTENUATION_DB - 8.7)
    bank = np.empty((up, 2 * half + 1), np.float32)
    for first in range(0, up, _ROWS):
        places = np.arange(first, min(first + _ROWS, up)) / up
        offsets = np.arange(-half, half + 1) - places[:, None]  # in input samples
        inside = np.clip(1 - (offsets / (half + 1)) ** 2, 0, None)
        filters = np.sinc(2 * cutoff / rate * offsets) * np.i0(beta * np.sqrt(inside))
        bank[first : first + len(places)] = filters / filters.sum(1, keepdims=True)
    return bank, half
