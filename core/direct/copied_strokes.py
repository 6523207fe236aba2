"""Accents where no stroke is near: a stroke of the same take, copied with its arm and hand.

    take      ──╱╲─────────────╱╲──        two strokes, at frames 60 and 300
    marker             ▼                   an accent is asked for at frame 180
    result    ──╱╲────╱╲───────╱╲──        the stroke at 60 or 300 is shown again, 120 frames later or earlier

Every stroke of the take is a candidate. `_best_first` sorts them by what the copy would cost, in metres: how far the
arm is from where it was before and after the stroke, how unusual the stroke is, and how little room there is to blend
it in. The best few are tried, until one lands at the marker without a sudden turn.
"""

import numpy as np

from .clip_statistics import ClipStatistics
from .goal_blending import BLENDS, MOST, Draft, Goal, GoalAt
from .stroke_landing import LEAD, TOLERANCE, StrokeFrames, columns_of, lands
from .stroke_statistics import ARM, HAND, MOVED, arm_distance
from .strokes import Stroke

# Number of strokes that are tried for one marker.
_TRIES = 5
# Frames before and after a stroke in which the pose of the arm is compared: about where its blends begin and end.
_OUTSIDE = 8
# Cost, in metres, of each frame that is missing for a blend of `_OUTSIDE` frames.
_SHORT_M = 0.03
# Costs in metres: of a stroke that is twice, or half, as fast as the usual one; of one with the most sudden turn of the
# take; and of each frame that lies outside of the take.
_UNUSUAL_M = 0.1
# Frames on either side of its apex that a copy may change: half a second before the peak, a stroke and a blend.
_REACH = 80
# The other arm is copied, too, if its wrist travels at least this share of the stroke's way meanwhile.
_BOTH = 0.6


def copy_stroke(
    draft: Draft, clip: ClipStatistics, place: int, neighbours: list[StrokeFrames], rejected: list[Stroke]
) -> tuple[StrokeFrames, Stroke]:
    """Copy a stroke of the take to a place without one.

    Args:
        draft: gets the copy.
        clip: the take, which has at least one stroke.
        place: the frame for the apex.
        neighbours: strokes that were put in place already.
        rejected: strokes that did not land here before; they are tried only if there are no others.

    Returns:
        The frames of the copy, and the stroke that was copied.
    """
    last = clip.motion.frame_count - 1
    earliest = max((stroke.last for stroke in neighbours if stroke.apex < place), default=-BLENDS[-1])
    latest = min((stroke.first for stroke in neighbours if stroke.apex > place), default=last + BLENDS[-1])
    around = slice(max(place - _REACH, 0), place + _REACH)
    before, best, least = draft.save(around), None, (True, np.inf)
    candidates = _best_first(draft, clip, place, earliest)
    for stroke in ([stroke for stroke in candidates if stroke not in rejected] or candidates)[:_TRIES]:
        first = max(place - (stroke.apex - stroke.start) - LEAD, 0)
        copy = StrokeFrames(first, place, min(place + TOLERANCE + 1, last))
        draft.restore(before)
        sudden = draft.blend_goal(
            _arms_later(clip, stroke.apex - place),
            _copied_joints(clip, stroke),
            copy.first,
            copy.last,
            int(np.clip(copy.first - earliest, 1, BLENDS[-1])),
            int(np.clip(latest - copy.last, 1, BLENDS[-1])),
        )
        # That a stroke lands matters more than that it is calm.
        badness = (not lands(draft, clip, place), sudden)
        if badness < least:
            best, least = (draft.save(around), copy, stroke), badness
        if badness <= (False, MOST):
            break
    assert best is not None  # a take that gets accents has strokes to copy
    draft.restore(best[0])
    return best[1:]


def _arms_later(clip: ClipStatistics, delay: int) -> GoalAt:
    """Return a goal that shows the take's own arms of `delay` frames later."""

    def goal(frames: np.ndarray) -> Goal:
        rows = np.clip(frames + delay, 0, clip.motion.frame_count - 1)
        return Goal(clip.stroke_statistics.turns[rows], clip.limits.gaps[rows], clip.limits.hand_gap[rows])

    return goal


def _best_first(draft: Draft, clip: ClipStatistics, place: int, earliest: int) -> list[Stroke]:
    """Sort the take's strokes by what a copy at a place would cost, the best first.

    Args:
        draft: the turns so far.
        clip: the take.
        place: the frame for the apex.
        earliest: the last frame before it that must stay.
    """
    own, last = clip.stroke_statistics, clip.motion.frame_count - 1
    strokes = clip.gesture_strokes
    side, start, peak, apex = np.array([(s.side, s.start, s.peak, s.apex) for s in strokes]).T
    speed = np.array([stroke.speed_m_s for stroke in strokes])
    cost = _UNUSUAL_M * (np.abs(np.log2(speed / np.median(speed))) + own.jumps[peak] / own.most_jump)
    for frame in (start - _OUTSIDE, apex + _OUTSIDE):
        here, there = np.clip(frame - apex + place, 0, last), np.clip(frame, 0, last)
        distances = [arm_distance(draft.turns[here], own.turns[there], side) for side in (0, 1)]
        cost = cost + np.where(side == 0, *distances)
    missing = np.maximum(LEAD + apex - start - place, 0) + np.maximum(apex + _OUTSIDE - last, 0)
    cost = cost + _UNUSUAL_M * missing
    cost = cost + _SHORT_M * np.maximum(_OUTSIDE + earliest - (place - apex + start), 0)
    return [strokes[number] for number in np.argsort(cost, kind="stable")]


def _copied_joints(clip: ClipStatistics, stroke: Stroke) -> np.ndarray:
    """Return shares (J,): 1 for the arm and hand that strike, 1 for the other ones if they move too, else 0."""
    shares = np.zeros(len(MOVED))
    wrists = clip.stroke_statistics.wrists[stroke.start : stroke.apex + 1]
    travelled = np.linalg.norm(np.diff(wrists, axis=0), axis=-1).sum(0)
    for side in (0, 1):
        if side == stroke.side or travelled[side] > _BOTH * travelled[stroke.side]:
            shares[columns_of(ARM[side] + HAND[side])] = 1.0
    return shares
