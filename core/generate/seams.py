"""Seams, where kept motion meets new motion, and the length of their blends, so that no joint turns abruptly.

Where old and new motion differ, the joints make up for the difference within the blend. The shorter the blend, the more
abruptly they turn. The measure is the *velocity jump*: how much the angular velocity of a joint changes from one frame
to the next. A blend covers the margin, and reaches into the range as far as the limit needs:

    share of new   1              ╭─────────────────╮
                   0 ────────────╯                   ╰──────────
                         margin┊ reach         reach ┊margin
                             start                  end

    reach 0, 3, 6, ...   until no velocity jump is above the limit, first at the start, then at the end
    share 1, 0.8, ...    if the range is too short for that, the motion goes only a part of the way to the new one

The limit at a seam: the take's 99th percentile, and a little more; or what the kept motion itself does there.
"""

from dataclasses import dataclass

import numpy as np

from ..body.blend import blend_quats
from ..body.motion import Motion
from ..body.parts import Area
from ..body.rotation import quat_conjugate, quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..take.span import Span

# Seams turn joints no more abruptly than the take's 99th percentile times this, or than the kept motion does there.
_MOST_JUMP = 1.15
# Blended motion may be this much more abrupt than both motions that are blended.
_SLACK = 1.04
# Frames before and behind a blend whose velocity jumps depend on it.
_LEAD_FRAMES = 2
_REACH_STEP = 3
_MOST_REACH = 60
_SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.02, 0.0)
# Nobody sees a velocity jump below this, radians per frame, per frame, even in a still take.
LEAST_JUMP = np.radians(0.05)


@dataclass(frozen=True)
class Turns:
    """An area's turns in the kept and in the new motion, around a span.

    Attributes:
        old, new: unit quaternions (N, J, 4) with continuous signs.
        first: the take's frame that is the first of the N.
        span: where the new motion goes.
        limit: limit of velocity jumps at seams, radians per frame, per frame.
    """

    old: np.ndarray
    new: np.ndarray
    first: int
    span: Span
    limit: float

    @classmethod
    def of(cls, kept: Motion, new: Motion, area: Area, span: Span) -> "Turns":
        """Take the turns of two motions of the same take."""
        first, stop = max(span.first - _LEAD_FRAMES, 0), min(span.stop + _LEAD_FRAMES, span.frames)
        joints = list(area.joints)
        old, other = (quat_continuous(rotvec_to_quat(motion.rotations[first:stop, joints])) for motion in (kept, new))
        return cls(old, other, first, span, _usual_limit(velocity_jumps(kept.rotations[:, joints])))

    def blended(self, weights: np.ndarray) -> np.ndarray:
        """Return quaternions (span.stop - span.first, J, 4), mixed by weights (T,) of the new turns."""
        turned = _blend(self.old, self.new, weights[self.first : self.first + len(self.old)])
        before = self.span.first - self.first
        return turned[before : before + self.span.stop - self.span.first]

    def excess(self, weights: np.ndarray, seam: int, zone: slice | None = None) -> tuple[float, float]:
        """Return how far a blend goes beyond what is allowed near a seam, and elsewhere; 1 is just allowed.

        Near the seam the jumps may be as large as the limit, or as the old motion's jumps there; elsewhere, also as
        large as the new motion's.

        Args:
            weights: (T,) of the new turns.
            seam: frame of the take.
            zone: frames of the take to look at; None for all N.
        """
        zone = zone or slice(self.first, self.first + len(self.old))
        rows = slice(zone.start - self.first, zone.stop - self.first)
        old, new = self.old[rows], self.new[rows]
        before, after, mixed = _jumps(old), _jumps(new), _jumps(_blend(old, new, weights[zone]))
        near = _near(seam, self.span, np.arange(zone.start + 1, zone.stop - 1))
        at_seam = max(self.limit, _SLACK * before[near].max(initial=0))
        elsewhere = max(self.limit, _SLACK * max(before.max(initial=0), after.max(initial=0)))
        return mixed[near].max(initial=0) / at_seam, mixed[~near].max(initial=0) / elsewhere


def calm_weights(turns: Turns) -> np.ndarray:
    """Return weights (T,) of the new turns that let no joint turn abruptly at the seams."""
    span, last = turns.span, turns.first + len(turns.old)
    most = min(max(span.end - span.start - 1, 0) // 2, _MOST_REACH)
    reaches = [*range(0, most, _REACH_STEP), most]
    around = span.margin + _LEAD_FRAMES
    rise = fall = 0
    if _is_seam(span.start, span):
        zone = slice(max(span.start - around, turns.first), min(span.start + around + 1 + most, last))
        rise, _ = _calmest(turns, span.start, zone, [(reach, 0) for reach in reaches])
    if _is_seam(span.end - 1, span):
        zone = slice(max(span.end - 1 - around - most, turns.first), min(span.end + around, last))
        _, fall = _calmest(turns, span.end - 1, zone, [(rise, reach) for reach in reaches])
    return _share(turns, span.weights((rise, fall))) * span.weights((rise, fall))


def calm_at_seams(kept: Motion, new: Motion, area: Area, span: Span) -> bool:
    """Whether the seams of the new motion turn no joint of an area more abruptly than the kept motion usually does."""
    if span.frames < 3:
        return True
    before, after = (velocity_jumps(motion.rotations[:, list(area.joints)]) for motion in (kept, new))
    limit = _usual_limit(before)
    for seam in (span.start, span.end - 1):
        near = _near(seam, span, np.arange(1, span.frames - 1))
        if _is_seam(seam, span) and after[near].max() > max(limit, _SLACK * before[near].max()):
            return False
    return True


def velocity_jumps(rotations: np.ndarray) -> np.ndarray:
    """Return how much the angular velocity of each joint changes from frame to frame.

    Args:
        rotations: (T, J, 3) rotation vectors.

    Returns:
        (T - 2, J) radians per frame, per frame.
    """
    return _jumps(quat_continuous(rotvec_to_quat(rotations)))


def _jumps(turns: np.ndarray) -> np.ndarray:
    """Return the velocity jumps (T - 2, J) of quaternions (T, J, 4) with continuous signs."""
    velocity = quat_to_rotvec(quat_multiply(quat_conjugate(turns[:-1]), turns[1:]))
    return np.linalg.norm(np.diff(velocity, axis=0), axis=-1)


def _usual_limit(jumps: np.ndarray) -> float:
    """Return how abrupt a seam may be in a take with these velocity jumps (N, J); a take of two frames has none."""
    return max(_MOST_JUMP * np.percentile(jumps, 99) if len(jumps) else 0.0, LEAST_JUMP)


def _is_seam(frame: int, span: Span) -> bool:
    """Whether kept motion meets new motion at an end of the span; at an end of the take there is none to meet."""
    return frame not in (0, span.frames - 1)


def _near(seam: int, span: Span, frames: np.ndarray) -> np.ndarray:
    """Return which frames (N,) lie within the margin of a seam."""
    return np.abs(frames - seam) <= span.margin + 1


def _calmest(turns: Turns, seam: int, zone: slice, reaches: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the first reaches (at the start, at the end) that are within the limits; if none are, the calmest ones."""
    excess: list[float] = []
    for each in reaches:
        excess.append(max(turns.excess(turns.span.weights(each), seam, zone)))
        if excess[-1] <= 1:
            break
    return reaches[int(np.argmin(excess))]


def _share(turns: Turns, weights: np.ndarray) -> float:
    """Return the largest share of weights (T,) with which the seams are within the limits."""
    seams = [seam for seam in (turns.span.start, turns.span.end - 1) if _is_seam(seam, turns.span)]
    for share in _SHARES:
        if all(turns.excess(share * weights, seam)[0] <= 1 for seam in seams):
            break
    return share


def _blend(old: np.ndarray, new: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mix quaternions (T, J, 4) from old to new and back by weights (T,), along one arc at each end.

    The arc may be another one at the other end only where nothing is left of the old motion between them.
    """
    middle = int(np.argmax(weights)) if weights.max() >= 1 else len(weights)
    halves = (slice(0, middle), slice(middle, None))
    return np.concatenate([blend_quats(old[half], new[half], weights[half]) for half in halves])
