"""Accents where no stroke is near: one of the take's own, decoded from its own codes, copied with its arm and hand."""

from collections.abc import Callable

import numpy as np

from .clip_statistics import ClipStatistics
from .goals import BLENDS, MOST, Draft, Goal
from .stroke_landing import LEAD, TOLERANCE, Core, columns_of, lands
from .stroke_statistics import ARM, HAND, MOVED, apart
from .strokes import Stroke

# Strokes that are tried in places without one.
_TRIES = 5
# Poses are compared so many frames outside of the stroke; blends shorter than that cost metres per frame.
_OUTSIDE, _SHORT_M = 8, 0.03
# Copies should be like the take's usual stroke, and end clearly: metres that a misfit is worth.
_UNUSUAL_M = 0.1
# A copy changes fewer frames than this on either side of its apex: half a second, a stroke and a blend.
_REACH = 80
# A hand that moves this much at the same time belongs to the stroke.
_BOTH = 0.6


def copy_stroke(
    draft: Draft, clip: ClipStatistics, place: int, cores: list[Core], spoilt: list[Stroke]
) -> tuple[Core, Stroke]:
    """Copy a stroke of the take to a place without one."""
    last = clip.motion.frame_count - 1
    earliest = max((core.last for core in cores if core.apex < place), default=-BLENDS[-1])
    latest = min((core.first for core in cores if core.apex > place), default=last + BLENDS[-1])
    around = slice(max(place - _REACH, 0), place + _REACH)
    before, best, least = draft.part(around), None, (True, np.inf)
    fitting = _fitting(draft, clip, place, earliest)
    for stroke in ([stroke for stroke in fitting if stroke not in spoilt] or fitting)[:_TRIES]:
        core = Core(max(place - (stroke.apex - stroke.start) - LEAD, 0), place, min(place + TOLERANCE + 1, last))
        draft.put(before)
        sudden = draft.lay(
            _shown(clip, stroke.apex - place),
            _copied(clip, stroke),
            core.first,
            core.last,
            int(np.clip(core.first - earliest, 1, BLENDS[-1])),
            int(np.clip(latest - core.last, 1, BLENDS[-1])),
        )
        worth = (not lands(draft, clip, place), sudden)
        if worth < least:
            best, least = (draft.part(around), core, stroke), worth
        if worth <= (False, MOST):
            break
    assert best is not None  # a take that gets accents has strokes to copy
    draft.put(best[0])
    return best[1:]


def _shown(clip: ClipStatistics, source: int) -> Callable[[np.ndarray], Goal]:
    """The take's own arms so many frames later, as a goal."""

    def goal(frames: np.ndarray) -> Goal:
        rows = np.clip(frames + source, 0, clip.motion.frame_count - 1)
        return Goal(clip.stroke_statistics.turns[rows], clip.limits.gaps[rows], clip.limits.hand_gap[rows])

    return goal


def _fitting(draft: Draft, clip: ClipStatistics, place: int, earliest: int) -> list[Stroke]:
    """The take's strokes, the best to copy to a frame first.

    Args:
        draft: what is there so far.
        clip: the take.
        place: where an apex is wanted.
        earliest: the last frame that must stay.
    """
    own, last = clip.stroke_statistics, clip.motion.frame_count - 1
    strokes = clip.telling
    side, start, peak, apex = np.array([(s.side, s.start, s.peak, s.apex) for s in strokes]).T
    speed = np.array([stroke.speed_m_s for stroke in strokes])
    cost = _UNUSUAL_M * (np.abs(np.log2(speed / np.median(speed))) + own.jumps[peak] / own.most_jump)
    for frame in (start - _OUTSIDE, apex + _OUTSIDE):
        here, there = np.clip(frame - apex + place, 0, last), np.clip(frame, 0, last)
        distances = [apart(draft.turns[here], own.turns[there], side) for side in (0, 1)]
        cost = cost + np.where(side == 0, *distances)
    missing = np.maximum(LEAD + apex - start - place, 0) + np.maximum(apex + _OUTSIDE - last, 0)
    cost = cost + _UNUSUAL_M * missing
    cost = cost + _SHORT_M * np.maximum(_OUTSIDE + earliest - (place - apex + start), 0)
    return [strokes[number] for number in np.argsort(cost, kind="stable")]


def _copied(clip: ClipStatistics, stroke: Stroke) -> np.ndarray:
    """Shares (J,): the arm and hand that strike, or both where both do."""
    shares = np.zeros(len(MOVED))
    travelled = np.linalg.norm(
        np.diff(clip.stroke_statistics.wrists[stroke.start : stroke.apex + 1], axis=0), axis=-1
    ).sum(0)
    for side in (0, 1):
        if side == stroke.side or travelled[side] > _BOTH * travelled[stroke.side]:
            shares[columns_of(ARM[side] + HAND[side])] = 1.0
    return shares
