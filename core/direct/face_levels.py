"""Levels of the face: how much it does, where the eyes look, how often they blink."""

import numpy as np

from ..body.curves import gaussian, runs
from .clip_statistics import BLINK_SHAPES, GAZE_SHAPES, ClipStatistics
from .levels import Levels

# Seconds (sigma) of the Gaussian of full smoothing: shorter than the body's, because the face is quicker.
_SMOOTHING_S = 0.05
# A blink closes the lids beyond the first value (1 is shut); it lasts as long as they are above the second.
_CLOSED, _OPEN = 0.5, 0.1
# Seconds that a blink closes, is shut and opens where a take has none to copy, and blinks per minute then.
_CLOSING_S, _SHUT_S, _OPENING_S = 0.1, 0.03, 0.17
_PER_MINUTE = 15.0
# Seconds at least between blinks.
_APART_S = 0.5
# Multiples of the golden ratio, without their whole part, spread blinks that stay or are added evenly over the take.
_GOLDEN = 0.6180339887498949


def level_expression(clip: ClipStatistics, levels: Levels) -> np.ndarray:
    """Return the expression (T, N) at these levels; channels that no level changes are the motion's own, to the bit."""
    values = clip.motion.expression
    arkit = clip.motion.face_basis == "arkit52"
    out = values.copy()
    for column in range(values.shape[1]):
        if arkit and column in BLINK_SHAPES:
            continue
        amount = levels.gaze if arkit and column in GAZE_SHAPES else levels.face
        if levels.smoothing > 0:
            out[:, column] = gaussian(out[:, column], levels.smoothing * _SMOOTHING_S * clip.motion.fps)
        if amount != 1:
            rest = clip.rest_expression[column]
            out[:, column] = rest + amount * (out[:, column] - rest)
            if arkit:
                out[:, column] = np.clip(out[:, column], 0.0, 1.0)
    if arkit and levels.blink_rate != 1:
        out[:, BLINK_SHAPES] = change_blinks(values[:, BLINK_SHAPES], levels.blink_rate, clip.motion.fps)
    return out


def find_blinks(lids: np.ndarray) -> list[tuple[int, int]]:
    """Return half-open ranges of frames in which lids (T, 2) close and open again."""
    shut = lids.max(axis=1)
    return [(start, end) for start, end in runs(shut > _OPEN) if shut[start:end].max() > _CLOSED]


def change_blinks(lids: np.ndarray, rate: float, fps: float) -> np.ndarray:
    """Return lids (T, 2) that blink `rate` times as often, or less often where there is no room for more.

    The same rate always takes away, or adds, the same blinks.
    """
    found = find_blinks(lids)
    out = lids.copy()
    if rate < 1:
        for number, (start, end) in enumerate(found):
            # a blink that goes at some rate is also gone at every lower one
            if (number * _GOLDEN + 0.5) % 1.0 >= rate:
                out[start:end] = _opened(lids, start, end)
        return out
    usual = len(found) or round(_PER_MINUTE * len(lids) / fps / 60)
    for middle in _free_middles(found, len(lids), round((rate - 1) * usual), fps):
        shape = _shape(lids, found, fps)
        start = middle - len(shape) // 2
        out[start : start + len(shape)] = np.maximum(out[start : start + len(shape)], shape)
    return out


def _opened(lids: np.ndarray, start: int, end: int) -> np.ndarray:
    """Return lids that go straight from the frame before a blink to the frame after it."""
    before, after = lids[max(start - 1, 0)], lids[min(end, len(lids) - 1)]
    before, after = (np.minimum(value, _OPEN) for value in (before, after))
    share = (np.arange(1, end - start + 1) / (end - start + 1))[:, None]
    return before + share * (after - before)


def _shape(lids: np.ndarray, found: list[tuple[int, int]], fps: float) -> np.ndarray:
    """Return lids (N, 2) of one blink: the take's own blink of middle length, or a plain one."""
    if found:
        start, end = sorted(found, key=lambda span: (span[1] - span[0], span))[len(found) // 2]
        return lids[start:end]
    times_s = np.arange(1, round((_CLOSING_S + _SHUT_S + _OPENING_S) * fps)) / fps
    knots = np.cumsum([0.0, _CLOSING_S, _SHUT_S, _OPENING_S])
    return np.repeat(np.interp(times_s, knots, [0.0, 1.0, 1.0, 0.0])[:, None], 2, 1)


def _free_middles(found: list[tuple[int, int]], frames: int, count: int, fps: float) -> list[int]:
    """Return frames for `count` more blinks: each in the longest stretch without one, not quite in its middle."""
    apart = round(_APART_S * fps)
    edges = [0, *(frame for span in found for frame in span), frames]
    gaps = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
    middles = []
    for number in range(count):
        start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
        if end - start < 2 * apart + 2:
            break
        share = 0.35 + 0.3 * ((number + 1) * _GOLDEN % 1.0)
        middle = int(np.clip(round(start + share * (end - start)), start + apart, end - apart))
        gaps.remove((start, end))
        gaps += [(start, middle), (middle, end)]
        middles.append(middle)
    return middles
