"""Laying turns over turns: blended in and out along minimum-jerk weights, as slowly as keeps joints from hurrying."""

from collections.abc import Callable

import numpy as np

from ..body.curves import min_jerk
from ..body.rotation import slerp
from .gestures import ARM_COLUMNS, Gestures, pace

# Blends are tried from short to long, frames, until no joint turns more suddenly than this times what is usual.
BLENDS = (3, 5, 8, 11, 15, 20, 26, 34)
_MOST = 1.15


class Weave:
    """Turns on their way from what they were to what is asked for.

    Attributes:
        turns: (T, J, 4) quaternions of `gestures.MOVED`, as they are so far.
        changed: (T,) whether a frame is not as it was.
    """

    def __init__(self, gestures: Gestures):
        self._own = gestures
        self.turns = gestures.turns.copy()
        self.changed = np.zeros(len(self.turns), bool)

    def copy(self) -> "Weave":
        """One that can be thrown away."""
        other = Weave.__new__(Weave)
        other._own, other.turns, other.changed = self._own, self.turns.copy(), self.changed.copy()
        return other

    def lay(
        self,
        goal: Callable[[np.ndarray], np.ndarray],
        shares: np.ndarray,
        first: int,
        last: int,
        before: int,
        after: int,
    ) -> None:
        """Put other turns over frames `first` to `last`, blended in before and out after.

        Args:
            goal: quaternions (N, J, 4) for frames (N,).
            shares: (J,) how far each joint takes part.
            first, last: frames that have the goal alone.
            before, after: frames at most that blend in and out; at least one. Where the take begins, or ends, among them
                nothing needs to blend out to there.
        """
        frames = np.arange(max(first - before - 2, 0), min(last + after + 3, len(self.turns)))
        joints = np.flatnonzero(shares)
        now, wanted = self.turns[np.ix_(frames, joints)], goal(frames)[:, joints]
        middle = (frames >= first) & (frames <= last)
        side = np.where((now * wanted).sum(-1)[middle].sum(0) < 0, -1.0, 1.0)
        wanted = wanted * side[:, None]
        arms = np.flatnonzero(np.isin(joints, ARM_COLUMNS))

        def laid(blend_in: int, blend_out: int, rows: slice = slice(None), columns=slice(None)) -> np.ndarray:
            weight = weights(frames[rows], first, last, blend_in, blend_out)
            return slerp(
                now[rows, columns], wanted[rows, columns], weight[:, None] * shares[joints][columns], shorter=False
            )

        split = int(np.searchsorted(frames, first)) + 2
        blend_in = self._fit(before, lambda blend: laid(blend, 1, slice(0, split), arms))
        split = max(int(np.searchsorted(frames, last)) - 2, 0)
        blend_out = self._fit(after, lambda blend: laid(1, blend, slice(split, None), arms))
        rows = weights(frames, first, last, blend_in, blend_out) > 0
        self.turns[np.ix_(frames[rows], joints)] = laid(blend_in, blend_out)[rows]
        self.changed[frames[rows]] = True

    def _fit(self, room: int, laid: Callable[[int], np.ndarray]) -> int:
        """The shortest blend in which nothing is sudden, else the calmest."""
        room = max(room, 1)
        best, calmest = room, np.inf
        for blend in [blend for blend in BLENDS if blend < room] + [min(room, BLENDS[-1])]:
            turn, jump = pace(laid(blend))
            sudden = max(turn.max(initial=0) / self._own.most_turn, jump.max(initial=0) / self._own.most_jump)
            if sudden <= _MOST:
                return blend
            if sudden < calmest:
                best, calmest = blend, sudden
        return best


def weights(frames: np.ndarray, first: int, last: int, blend_in: int, blend_out: int) -> np.ndarray:
    """1 from `first` to `last`, minimum-jerk to 0 within so many frames before and after."""
    return min_jerk((frames - first + blend_in) / blend_in) * min_jerk((last + blend_out - frames) / blend_out)
