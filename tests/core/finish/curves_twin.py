"""Curves in time for the slow twin of the foot lock, value by value; None marks what is not known."""

from itertools import pairwise

import numpy as np

from core.finish import correction_gaps


def ease(progress: float) -> float:
    """Minimum-jerk rise from 0 to 1."""
    u = min(max(progress, 0.0), 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def soft_limit(value: float, free: float, most: float) -> float:
    """Unchanged up to `free`, then bending towards `most`."""
    return value if value <= free else free + (most - free) * np.tanh((value - free) / (most - free))


def gaussian(values, sigma: float, radius: int | None = None) -> list[float]:
    """Every value's weighted mean over its neighbours; the ends go on for ever."""
    radius = int(4 * sigma + 0.5) if radius is None else radius
    out = []
    for frame in range(len(values)):
        total = weights = 0.0
        for offset in range(-radius, radius + 1):
            weight = np.exp(-0.5 * (offset / sigma) ** 2)
            total += weight * values[min(max(frame + offset, 0), len(values) - 1)]
            weights += weight
        out.append(total / weights)
    return out


def envelope(values, width_s: float, fps: float) -> list[float]:
    """A smooth curve nowhere below the values."""
    half = max(1, round(width_s * fps))
    highest = [max(values[max(frame - half, 0) : frame + half + 1]) for frame in range(len(values))]
    return gaussian(highest, half / 3, half)


def ranges(flags) -> list[tuple[int, int]]:
    """Half-open ranges of frames in which flags are true."""
    out, start = [], None
    for frame, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = frame
        elif not flag and start is not None:
            out.append((start, frame))
            start = None
    return out


def fill(values: list, fps: float, size: int) -> list[np.ndarray]:
    """Values (size,) with the unknown ones filled: held at open ends, eased across gaps, slopes spent soon."""
    known = [frame for frame, value in enumerate(values) if value is not None]
    if not known:
        return [np.zeros(size) for _ in values]
    out = [value if value is None else value.copy() for value in values]
    for frame in range(len(values)):
        if frame < known[0]:
            out[frame] = values[known[0]].copy()
        elif frame > known[-1]:
            out[frame] = values[known[-1]].copy()
    for a, b in pairwise(known):
        soon = min(_soon(fps), b - a)
        for frame in range(a + 1, b):
            rise = ease((frame - a) / (b - a)) * (values[b] - values[a])
            leaving = _spent(frame - a, soon) * _slope(values, a - 1, a)
            arriving = _spent(b - frame, soon) * _slope(values, b, b + 1)
            out[frame] = values[a] + rise + leaving - arriving
    return out


def fade(values: list, fps: float) -> list[float]:
    """Numbers with the unknown ones filled: from each known end they fade to zero, along its slope at first."""
    known = ranges([value is not None for value in values])
    soon, out = _soon(fps), []
    for frame, value in enumerate(values):
        if value is not None:
            out.append(value)
            continue
        total = 0.0
        for start, end in known:
            edge, inner = (end - 1, end - 2) if frame >= end else (start, start + 1)
            away = abs(frame - edge)
            slope = values[edge] - values[inner] if start <= inner < end else 0.0
            if away < soon:
                total += (1 - away / soon) ** 2 * ((1 + 2 * away / soon) * values[edge] + away * slope)
        out.append(total)
    return out


def _soon(fps: float) -> int:
    return max(2, round(correction_gaps._SPENT_S * fps))


def _spent(away: int, soon: int) -> float:
    return away * max(1 - away / soon, 0.0) ** 2


def _slope(values: list, first: int, second: int):
    """The step from one value to the next; zero where either is not known."""
    if first < 0 or second >= len(values) or values[first] is None or values[second] is None:
        return 0.0
    return values[second] - values[first]
