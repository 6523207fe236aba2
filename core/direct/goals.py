"""Laying turns over turns: blended in and out along minimum-jerk weights, as slowly as keeps joints from hurrying."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..body.blend import same_arc, span_weights
from ..body.curves import gaussian, min_jerk
from ..body.rotation import quat_slerp
from .arm_clearance import Limits
from .stroke_statistics import ARM_COLUMNS, SIDE_COLUMNS, StrokeStatistics, pace

# Blends are tried from short to long, frames, until no joint turns more suddenly than this share of what is usual.
BLENDS = (4, 7, 11, 17, 25, 36)
_CALM = 0.6
# Softening begins beyond this.
MOST = 1.15
# What stays sudden is smoothed by a Gaussian of so many frames, reaching so far, so often at most.
_SOFT_SIGMA, _SOFT_FRAMES, _SOFTENINGS = 1.5, 6, 8
# Apexes stay with so many frames on either side.
_FIRM = 4


@dataclass(frozen=True)
class Goal:
    """What is laid over frames (N,).

    Attributes:
        turns: quaternions (N, J, 4) of `stroke_statistics.MOVED`.
        gaps, hand_gap: how near to the body, and to each other, hands may come, as in `arm_clearance.Limits`.
    """

    turns: np.ndarray
    gaps: np.ndarray
    hand_gap: np.ndarray


@dataclass(frozen=True)
class Part:
    """Saved frames of a draft.

    Attributes:
        rows: which.
        turns, gaps, hand_gap, changed: as in `Weave`.
    """

    rows: slice
    turns: np.ndarray
    gaps: np.ndarray
    hand_gap: np.ndarray
    changed: np.ndarray


_KEPT = ("turns", "gaps", "hand_gap", "changed")


class Draft:
    """Turns on their way from what they were to what is asked for.

    Attributes:
        turns: (T, J, 4) quaternions of `stroke_statistics.MOVED`, as they are so far.
        gaps, hand_gap: how near hands may come, as in `arm_clearance.Limits`.
        changed: (T,) whether a frame is not as it was.
    """

    def __init__(self, stroke_statistics: StrokeStatistics, limits: Limits):
        self._own = stroke_statistics
        self.turns = stroke_statistics.turns.copy()
        self.gaps, self.hand_gap = limits.gaps.copy(), limits.hand_gap.copy()
        self.changed = np.zeros(len(self.turns), bool)

    def at(self, frame: int) -> Callable[[np.ndarray], Goal]:
        """A goal that is what is there in one frame, all the time."""

        def goal(frames: np.ndarray) -> Goal:
            return Goal(
                *(
                    np.broadcast_to(values[frame], (len(frames), *values.shape[1:]))
                    for values in (self.turns, self.gaps, self.hand_gap)
                )
            )

        return goal

    def part(self, rows: slice) -> "Part":
        """What is there in some frames, to be put back when something else was tried."""
        return Part(rows, *(getattr(self, name)[rows].copy() for name in _KEPT))

    def put(self, part: "Part") -> None:
        """Have again what was there."""
        for name in _KEPT:
            getattr(self, name)[part.rows] = getattr(part, name)

    def lay(
        self,
        goal: Callable[[np.ndarray], Goal],
        shares: np.ndarray,
        first: int,
        last: int,
        before: int,
        after: int,
    ) -> float:
        """Put other turns over frames `first` to `last`, blended in before and out after.

        Args:
            goal: what is wanted in frames (N,).
            shares: (J,) how far each joint takes part.
            first: the first frame that has the goal alone.
            last: the last one.
            before: frames at most that blend in; some of them may lie before the take.
            after: frames at most that blend out.

        Returns:
            How sudden the seams are, beside what is usual.
        """
        frames = np.arange(max(first - before - 2, 0), min(last + after + 3, len(self.turns)))
        joints = np.flatnonzero(shares)
        aim = goal(frames)
        now, wanted = self.turns[np.ix_(frames, joints)], aim.turns[:, joints]
        middle = (frames >= first) & (frames <= last)
        wanted = same_arc(now, wanted, middle.astype(np.float64))
        arms = np.flatnonzero(np.isin(joints, ARM_COLUMNS))

        def laid(blend_in: int, blend_out: int, rows: slice = slice(None), columns=slice(None)) -> np.ndarray:
            weight = span_weights(frames[rows], first, last, blend_in, blend_out)
            return quat_slerp(
                now[rows, columns], wanted[rows, columns], weight[:, None] * shares[joints][columns], shorter=False
            )

        def own(rows: slice) -> float:
            return self._own.suddenness(now[rows, arms])

        split = int(np.searchsorted(frames, first)) + 2
        blend_in, sudden_in = self._fit(
            before, lambda blend: laid(blend, 1, slice(0, split), arms), own(slice(0, split))
        )
        split = max(int(np.searchsorted(frames, last)) - 2, 0)
        blend_out, sudden_out = self._fit(
            after, lambda blend: laid(1, blend, slice(split, None), arms), own(slice(split, None))
        )
        weight = span_weights(frames, first, last, blend_in, blend_out)
        rows = weight > 0
        self.turns[np.ix_(frames[rows], joints)] = laid(blend_in, blend_out)[rows]
        self.changed[frames[rows]] = True
        for side, columns in enumerate(SIDE_COLUMNS):
            if shares[columns].any():
                self._allow(self.gaps[:, side], aim.gaps[:, side], frames, weight)
        self._allow(self.hand_gap, aim.hand_gap, frames, weight)
        return max(sudden_in, sudden_out)

    @staticmethod
    def _allow(gaps: np.ndarray, wanted: np.ndarray, frames: np.ndarray, weight: np.ndarray) -> None:
        """Let hands come as near as the goal's, as far as that counts."""
        nearer = np.minimum(wanted - gaps[frames], 0.0)
        gaps[frames] += weight.reshape(-1, *[1] * (nearer.ndim - 1)) * nearer

    def soften(self, apexes: Sequence[int]) -> None:
        """Smooth what is changed where arms turn more suddenly than usual, and than they did; these frames stay."""
        own = np.maximum(self._own.jumps, self._own.most_jump) * MOST
        for _ in range(_SOFTENINGS):
            frames = _around(self.changed, _SOFT_FRAMES)
            if len(frames) < 3:
                return
            _, jump = pace(self.turns[np.ix_(frames, np.array(ARM_COLUMNS))])
            over = np.zeros(len(self.turns), bool)
            over[frames[1:-1]] = (jump.max(1) > own[frames[1:-1]]) & (np.diff(frames, n=2) == 0)
            if not over.any():
                return
            rows = _around(over, _SOFT_FRAMES)
            away = np.abs(rows[:, None] - np.flatnonzero(over)).min(1)
            smooth = gaussian(self.turns[rows.min() : rows.max() + 1], _SOFT_SIGMA)[rows - rows.min()]
            smooth /= np.linalg.norm(smooth, axis=-1, keepdims=True)
            share = 1 - min_jerk(away / (_SOFT_FRAMES + 1))
            for apex in apexes:
                share *= min_jerk((np.abs(rows - apex) - _FIRM) / _FIRM)
            self.turns[rows] = quat_slerp(self.turns[rows], smooth, share[:, None], shorter=False)
            self.changed[rows] = True

    def _fit(self, room: int, laid: Callable[[int], np.ndarray], own: float) -> tuple[int, float]:
        """The shortest blend that is calm, or as calm as what was there, else the calmest; and how sudden it is."""
        room = max(room, 1)
        best, calmest, enough = room, np.inf, np.clip(own, _CALM, MOST)
        for blend in [blend for blend in BLENDS if blend < room] + [min(room, BLENDS[-1])]:
            sudden = self._own.suddenness(laid(blend))
            if sudden < calmest:
                best, calmest = blend, sudden
            if sudden <= enough:
                break
        return best, calmest


def _around(flags: np.ndarray, reach: int) -> np.ndarray:
    """Frames at most so far from those that are set."""
    near = np.convolve(flags, np.ones(2 * reach + 1))[reach : reach + len(flags)]
    return np.flatnonzero(near > 0.5)
