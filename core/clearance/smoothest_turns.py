"""The smallest and smoothest course of some numbers over time that satisfies inequalities in single frames.

    minimise  Σ |x|² + smoothness · Σ |Δ³x|²     so that     levers · x ≥ missing     in every frame

Each inequality has a force, at least 0. Forces f have the course x = K · leversᵀ · f, where K smooths over time:
it is a filter with the frequency response 1 / (1 + smoothness · (2 - 2 cos ω)³). The forces that are right grow where
an inequality is missed and fall where it is more than met: projected gradient steps with Nesterov's momentum
(accelerated dual ascent, Beck and Teboulle 2009), restarted where it overshoots.

    force ▁▁▁█▁▁▁   ──K──▶   x ▁▂▅█▅▂▁
"""

from collections.abc import Sequence

import numpy as np

# Steps of the first round, and of each later one that begins with the forces of the round before.
FIRST_STEPS, NEXT_STEPS = 60, 80
# Share of an inequality that a force may leave unmet where inequalities contradict each other.
_SOFT = 0.02
# Frames after which a filter is no longer felt, as a multiple of the rise.
_FELT = 6
# A force that is steady for this many frames of the rise has no stronger effect.
_RISE = 2.5


class Courses:
    """Courses of C numbers in several stretches of frames, which do not influence each other.

    Args:
        lengths: frames of each stretch; all arrays hold one stretch after the other, T frames in all.
        rise: frames within which a course rises and falls.

    Attributes:
        rise: the same, in whole frames.
    """

    def __init__(self, lengths: Sequence[int], rise: float):
        self.rise, felt = round(rise), int(np.ceil(_FELT * rise))
        starts = np.concatenate([[0], np.cumsum(np.array(lengths)[:-1] + felt)]).astype(int)
        self._slots = np.concatenate([start + np.arange(n) for start, n in zip(starts, lengths, strict=True)])
        self._size = _round_size(int(self._slots[-1]) + 1 + felt)
        turn = 2 * np.pi * np.arange(self._size // 2 + 1) / self._size
        self._response = 1.0 / (1.0 + (rise / _RISE) ** 6 * (2 - 2 * np.cos(turn)) ** 3)

    def smoothed(self, values: np.ndarray) -> np.ndarray:
        """Return K · values (T, C)."""
        line = np.zeros((values.shape[1], self._size))
        line[:, self._slots] = values.T
        line = np.fft.irfft(np.fft.rfft(line) * self._response, self._size)
        return line[:, self._slots].T

    def solve(
        self, rows: np.ndarray, levers: np.ndarray, missing: np.ndarray, force: np.ndarray, steps: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Solve the problem that the module states.

        Args:
            rows: (N,) frames that have inequalities.
            levers: (N, I, C) of the inequalities; rows of zeros are none.
            missing: (N, I).
            force: (N, I) to begin with.
            steps: how many to take.

        Returns:
            The numbers (T, C), and the forces (N, I) that have this course.
        """
        size = np.linalg.norm(levers, axis=-1)
        scale = np.where(size > 1e-6, 1.0 / np.maximum(size, 1e-6), 0.0)
        levers, missing, force = levers * scale[..., None], missing * scale, force * size
        # No filter of the frames has a gain above 1, so the inequalities of one frame bound the length of a step.
        step = 1.0 / (_SOFT + np.abs(levers @ levers.transpose(0, 2, 1)).sum(-1).max(-1, initial=1.0, keepdims=True))
        course = np.zeros((len(self._slots), levers.shape[-1]))
        before, ahead, momentum = force, force, 1.0
        for _ in range(steps):
            course[rows] = (levers.transpose(0, 2, 1) @ ahead[..., None])[..., 0]
            met = (levers @ self.smoothed(course)[rows][..., None])[..., 0]
            slope = missing - met - _SOFT * ahead
            force = np.maximum(ahead + step * slope, 0.0)
            way = force - before
            if (way * slope).sum() < 0:
                momentum = 1.0
            following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            ahead = force + (momentum - 1) / following * way
            before, momentum = force, following
        course[rows] = (levers.transpose(0, 2, 1) @ force[..., None])[..., 0]
        return self.smoothed(course), force * scale


def _round_size(least: int) -> int:
    """Return an even size of at least `least` that a fast Fourier transform takes quickly."""
    size = 16
    while size < least:
        size *= 2
    for odd in (5, 3):
        smaller = size // 8 * odd if odd == 5 else size // 4 * odd
        if smaller >= least:
            return smaller
    return size
