"""A draft of a take's turns, into which goals are blended over as few frames as possible without sudden turns.

    take's own turns   ∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿∿      a goal: the turns of a copied stroke, of a pose that is
    goal                      ───────              held, or of the rest pose, over some joints
    draft              ∿∿∿∿∿∿╲───────╱∿∿∿∿∿∿∿
                           first   last            alone from `first` to `last`, minimum-jerk blends on either side

A short blend leaves more of the take as it is, but may jerk. So blends of 4, 7, 11 ... 36 frames are tried, and the
first that is calm enough is taken, at each end by itself. How sudden turns are is measured against the take itself, see
`StrokeStatistics.suddenness`. What is still sudden at the end is smoothed (`Draft.soften`).

A caller may save frames, try a goal, and restore them: that is how the best of several strokes to copy is found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..body.blend import same_arc, span_weights
from ..body.curves import gaussian, min_jerk
from ..body.rotation import quat_slerp
from .arm_clearance import Limits
from .stroke_statistics import ARM_COLUMNS, SIDE_COLUMNS, StrokeStatistics, pace

# Lengths of blends that are tried, frames, from short to long.
BLENDS = (4, 7, 11, 17, 25, 36)
# Suddenness at which a blend is calm enough, so that no longer blend is tried.
_CALM = 0.6
# Suddenness above which turns are smoothed.
MOST = 1.15
# Turns that are too sudden are smoothed by a Gaussian of this many frames (sigma), within this many frames around them,
# this often at most.
_SOFT_SIGMA, _SOFT_FRAMES, _SOFTENINGS = 1.5, 6, 8
# Smoothing leaves an apex alone, and this many frames on either side of it: smoothing would move it.
_FIRM = 4
# Frames on either side of a frame that its suddenness, a second difference, is measured from.
_NEIGHBOURS = 2


@dataclass(frozen=True)
class Goal:
    """Rotations that are wanted in some frames (N,).

    Attributes:
        turns: quaternions (N, J, 4) of the joints `stroke_statistics.MOVED`.
        gaps, hand_gap: how near hands may come to the body and to each other, as in `arm_clearance.Limits`.
    """

    turns: np.ndarray
    gaps: np.ndarray
    hand_gap: np.ndarray


# A function from frames (N,) to the goal in them.
GoalAt = Callable[[np.ndarray], Goal]


@dataclass(frozen=True)
class SavedFrames:
    """Frames of a draft, saved to be restored.

    Attributes:
        rows: which frames.
        turns, gaps, hand_gap, changed: as in `Draft`.
    """

    rows: slice
    turns: np.ndarray
    gaps: np.ndarray
    hand_gap: np.ndarray
    changed: np.ndarray


_SAVED = ("turns", "gaps", "hand_gap", "changed")


@dataclass(frozen=True)
class _Blend:
    """The blend of one goal into the draft, over N frames and the K joints that take part.

    Attributes:
        frames: (N,) frame numbers.
        joints: (K,) columns of `stroke_statistics.MOVED`.
        arms: which of the K joints belong to arms.
        first, last: frames between which the goal stands alone.
        now: (N, K, 4) turns of the draft so far.
        wanted: (N, K, 4) turns of the goal, with the signs of the quaternions in `now`.
        shares: (K,) how far each joint takes part, 0-1.
    """

    frames: np.ndarray
    joints: np.ndarray
    arms: np.ndarray
    first: int
    last: int
    now: np.ndarray
    wanted: np.ndarray
    shares: np.ndarray

    def turns(self, blend_in: int, blend_out: int) -> np.ndarray:
        """Return the turns (N, K, 4) blended over this many frames before and after."""
        weight = span_weights(self.frames, self.first, self.last, blend_in, blend_out)
        return quat_slerp(self.now, self.wanted, weight[:, None] * self.shares, shorter=False)

    def arm_turns(self, blend_in: int, blend_out: int, rows: slice) -> np.ndarray:
        """Return the blended turns, as `turns` does, of the arms alone and in some rows only."""
        weight = span_weights(self.frames[rows], self.first, self.last, blend_in, blend_out)
        now, wanted = self.now[rows, self.arms], self.wanted[rows, self.arms]
        return quat_slerp(now, wanted, weight[:, None] * self.shares[self.arms], shorter=False)


class Draft:
    """Turns of a take while markers are applied to them.

    Attributes:
        turns: (T, J, 4) quaternions of the joints `stroke_statistics.MOVED`, as they are so far.
        gaps, hand_gap: how near hands may come to the body and to each other, as in `arm_clearance.Limits`.
        changed: (T,) bool, frames that differ from the take's own.
    """

    def __init__(self, stroke_statistics: StrokeStatistics, limits: Limits):
        self._own = stroke_statistics
        self.turns = stroke_statistics.turns.copy()
        self.gaps, self.hand_gap = limits.gaps.copy(), limits.hand_gap.copy()
        self.changed = np.zeros(len(self.turns), bool)

    def pose_goal(self, frame: int) -> GoalAt:
        """Return a goal that holds the pose of one frame."""

        def goal(frames: np.ndarray) -> Goal:
            turns, gaps, hand_gap = (
                np.broadcast_to(values[frame], (len(frames), *values.shape[1:]))
                for values in (self.turns, self.gaps, self.hand_gap)
            )
            return Goal(turns, gaps, hand_gap)

        return goal

    def save(self, rows: slice) -> SavedFrames:
        """Save some frames, so that they can be restored after something was tried."""
        return SavedFrames(rows, *(getattr(self, name)[rows].copy() for name in _SAVED))

    def restore(self, saved: SavedFrames) -> None:
        """Restore frames saved by `save`."""
        for name in _SAVED:
            getattr(self, name)[saved.rows] = getattr(saved, name)

    def blend_goal(self, goal: GoalAt, shares: np.ndarray, first: int, last: int, before: int, after: int) -> float:
        """Put a goal over the frames `first` to `last`, blended in before them and out after them.

        Args:
            goal: function from frames to the turns that are wanted in them.
            shares: (J,) how far each joint takes part, 0-1.
            first: the first frame that has the goal alone.
            last: the last frame that has it alone.
            before: frames at most that blend in; some of them may lie before the take.
            after: frames at most that blend out.

        Returns:
            The suddenness of the blends: 1 is as much as is usual in the take.
        """
        start, end = max(first - before - _NEIGHBOURS, 0), min(last + after + _NEIGHBOURS + 1, len(self.turns))
        frames, joints = np.arange(start, end), np.flatnonzero(shares)
        aim = goal(frames)
        now, alone = self.turns[np.ix_(frames, joints)], (frames >= first) & (frames <= last)
        wanted = same_arc(now, aim.turns[:, joints], alone.astype(np.float64))
        arms = np.flatnonzero(np.isin(joints, ARM_COLUMNS))
        blend = _Blend(frames, joints, arms, first, last, now, wanted, shares[joints])

        blend_in, sudden_in = self._shortest_calm(blend, before, into=True)
        blend_out, sudden_out = self._shortest_calm(blend, after, into=False)
        weight = span_weights(frames, first, last, blend_in, blend_out)
        rows = weight > 0
        self.turns[np.ix_(frames[rows], joints)] = blend.turns(blend_in, blend_out)[rows]
        self.changed[frames[rows]] = True
        for side, columns in enumerate(SIDE_COLUMNS):
            if shares[columns].any():
                _let_nearer(self.gaps[:, side], aim.gaps[:, side], frames, weight)
        _let_nearer(self.hand_gap, aim.hand_gap, frames, weight)
        return max(sudden_in, sudden_out)

    def _shortest_calm(self, blend: _Blend, room: int, into: bool) -> tuple[int, float]:
        """Find the shortest blend that is calm, or as calm as the draft is already; if there is none, find the calmest.

        Args:
            blend: the goal.
            room: frames at most.
            into: True for the blend into the goal, False for the blend out of it.

        Returns:
            the length of the blend, frames, and its suddenness.
        """
        room = max(room, 1)
        if into:
            rows = slice(0, int(np.searchsorted(blend.frames, blend.first)) + _NEIGHBOURS)
        else:
            rows = slice(max(int(np.searchsorted(blend.frames, blend.last)) - _NEIGHBOURS, 0), None)
        own = self._own.suddenness(blend.now[rows, blend.arms])
        best, calmest, enough = room, np.inf, np.clip(own, _CALM, MOST)
        for length in [length for length in BLENDS if length < room] + [min(room, BLENDS[-1])]:
            lengths = (length, 1) if into else (1, length)
            sudden = self._own.suddenness(blend.arm_turns(*lengths, rows))
            if sudden < calmest:
                best, calmest = length, sudden
            if sudden <= enough:
                break
        return best, calmest

    def soften(self, apexes: Sequence[int]) -> None:
        """Smooth changed frames in which arms turn more suddenly than is usual, and more than they did before.

        Args:
            apexes: frames that stay as they are.
        """
        most = np.maximum(self._own.jumps, self._own.most_jump) * MOST
        for _ in range(_SOFTENINGS):
            sudden = self._too_sudden(most)
            if not sudden.any():
                return
            rows = _within(sudden, _SOFT_FRAMES)
            away = np.abs(rows[:, None] - np.flatnonzero(sudden)).min(1)
            smooth = gaussian(self.turns[rows.min() : rows.max() + 1], _SOFT_SIGMA)[rows - rows.min()]
            smooth /= np.linalg.norm(smooth, axis=-1, keepdims=True)
            share = 1 - min_jerk(away / (_SOFT_FRAMES + 1))
            for apex in apexes:
                share *= min_jerk((np.abs(rows - apex) - _FIRM) / _FIRM)
            self.turns[rows] = quat_slerp(self.turns[rows], smooth, share[:, None], shorter=False)
            self.changed[rows] = True

    def _too_sudden(self, most: np.ndarray) -> np.ndarray:
        """Return frames (T,) bool, near changed ones, in which an arm's turning changes by more than `most` (T,)."""
        sudden = np.zeros(len(self.turns), bool)
        frames = _within(self.changed, _SOFT_FRAMES)
        if len(frames) < 3:
            return sudden
        _, jump = pace(self.turns[np.ix_(frames, np.array(ARM_COLUMNS))])
        # jumps count only where the three frames that they are measured from follow one another
        sudden[frames[1:-1]] = (jump.max(1) > most[frames[1:-1]]) & (np.diff(frames, n=2) == 0)
        return sudden


def _let_nearer(gaps: np.ndarray, wanted: np.ndarray, frames: np.ndarray, weight: np.ndarray) -> None:
    """Lower the allowed gaps (T, ...) in frames (N,) towards the goal's, by the goal's weight."""
    nearer = np.minimum(wanted - gaps[frames], 0.0)
    gaps[frames] += weight.reshape(-1, *[1] * (nearer.ndim - 1)) * nearer


def _within(flags: np.ndarray, reach: int) -> np.ndarray:
    """Return the frames at most `reach` away from those whose flags (T,) are set."""
    near = np.convolve(flags, np.ones(2 * reach + 1))[reach : reach + len(flags)]
    return np.flatnonzero(near > 0.5)
