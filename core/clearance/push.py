"""Arms pushed out of the body: the smallest and smoothest turns after which no point is inside.

For every frame the few points that are deepest, or about to enter, give one inequality each: the numbers of the arms
(`arm_turns`) must move the point outwards by at least so much. Over all frames together this is a quadratic problem,
which `smoothest_turns` solves:

    minimise  Σ |x|² + smoothness · Σ |Δ³x|²     so that     levers · x ≥ missing     in every frame

Here x are the numbers in a measure of their own (`ArmPoses.eased`), in which moving a wrist costs more than lifting an
elbow: elbows give way before a stroke gets narrower. The inequalities are linear only for small turns, so points and
levers are measured again a few times, each after a step that is not too long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..body.curves import min_jerk, runs
from ..body.joints import ARM_CHAINS
from .arm_turns import BEND, PER_ARM, ArmPoses
from .gaps import Surroundings
from .partings import partings
from .skin import FOREARM, HAND
from .smoothest_turns import FIRST_STEPS, NEXT_STEPS, Courses
from .watched import POINTS, WATCH_M, depth_of, watched
from .ways import SIDE_OF_REGION

# Metres that hands keep from the surface. Skin gives way a little, so that a hand may touch.
_KEEP_M = 0.004
# Seconds within which a turn rises and falls; a slower one would move frames in which nothing is near.
_RISE_S = 0.3
# So many times as long a turn is felt: frames farther from all that were inside keep their rotations.
_REACH = 5
# How much less than shoulder and elbow the wrist shall turn.
_STIFF = np.array([1.0, 1.0, 1.0, 0.7, 2.0, 2.0, 2.0])
# How much it costs to move a wrist along each axis, 1 / m, where a turn costs 1 / rad. Were it cheaper forwards, hands
# beside a wide coat would lose a tenth of their range to the front.
_STILL = np.array([12.0, 12.0, 12.0])
# Rounds in which points are measured: so many until nothing is inside, more until nothing is seen to be inside.
_FINE_ROUNDS, _ROUNDS = 4, 12
# Metres: a hand that is deeper in the body than this is seen to be inside.
DEEP_M = 0.01
# After this round, arms that are deeper than that go the way on which they turn least, wherever their wrists come to.
_PLAIN_ROUND = 6
# Radians: no number changes by more in one round, because the inequalities hold for small turns only.
_STEP_RAD = 0.5
# What concerns some frames is felt in full for so many times the rise of a turn, and fades within so many more.
_BESIDE, _FADES = 1.0, 2.0
# Stretches are solved together until they have so many frames: few calls for short takes, little memory for long ones.
_TOGETHER = 2048
# Radians: frames in which an arm turns by less than this are not measured again. Nor are those in which no point moves
# by this share of its way to the surface: none of them can have entered it.
_FELT_RAD, _STAYS_OUT = 1e-3, 0.5
# Metres: with less than this inside, the motion is left alone.
_NOTHING_M = 0.003
# Metres: what is less deep inside is hardly seen.
_SEEN_M = 0.006
# Metres inside around which a motion is pushed, and what was pushed is pushed again: long stretches that are hard in
# some frames become short ones, which start where their arms are now.
_MOST_M = (_NOTHING_M, _SEEN_M, _SEEN_M)
# What is missing, metres, in an inequality that holds anyway.
_NOTHING = -1.0
# Metres, a length that makes the bend of an elbow comparable with the ways of points.
_FOREARM_M = 0.2
# With a smaller cosine between the way on which arms part and its own way out, a point goes through the other limb: at
# least so many metres in each round.
_AGREES, _THROUGH_M = 0.0, 0.015
# Radians that an elbow stays bent at least.
_LEAST_BEND = 0.05
_SEGMENT = np.zeros(7, int)
_SEGMENT[list(FOREARM)], _SEGMENT[list(HAND)] = 1, 2


@dataclass(frozen=True)
class Push:
    """A motion whose hands were pushed out.

    Attributes:
        rotations: (T, 55, 3), the same array where nothing was inside.
        before, after: (T,) how deep the deepest point was and is inside, metres.
    """

    rotations: np.ndarray
    before: np.ndarray
    after: np.ndarray


def push_out(rotations: np.ndarray, fps: float, body: Surroundings) -> Push:
    """Push hands and forearms out of the body and of each other.

    Only shoulders, elbows and wrists change, and only around frames in which something was inside.

    Args:
        rotations: (T, 55, 3) parent-local rotation vectors, radians.
        fps: frames per second.
        body: the body that performs the motion.
    """
    seen, reach = watched(rotations, body, with_ways=True), round(_REACH * _RISE_S * fps)
    before = after = depth_of(seen)
    out = rotations
    for most_m in _MOST_M:
        touched = np.zeros(len(rotations), bool)
        for frame in np.flatnonzero(after > most_m):
            touched[max(0, frame - reach) : frame + reach + 1] = True
        if not touched.any():
            break
        given, out, after = out, out.copy(), after.copy()
        for stretches in _groups(runs(touched)):
            chosen = np.concatenate([np.arange(start, end) for start, end in stretches])
            own = seen[chosen] if given is rotations else watched(given[chosen], body, with_ways=True)
            out[chosen], after[chosen] = _Stretches(given[chosen], stretches, fps, body).solve(own)
    return Push(out, before, after)


def depths(rotations: np.ndarray, body: Surroundings) -> np.ndarray:
    """Return how deep the deepest point of hands and forearms is inside, metres (T,); 0 where all is outside."""
    depth = np.zeros(len(rotations))
    for rows, deep in body.measured(rotations, 0.0, lambda seen: (seen.rows, seen.depth)):
        depth[rows] = deep
    return depth


def _groups(stretches: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Divide stretches, in their order, into groups that are solved together."""
    group: list[tuple[int, int]] = []
    for start, end in stretches:
        group.append((start, end))
        if sum(end - start for start, end in group) >= _TOGETHER:
            yield group
            group = []
    if group:
        yield group


class _Stretches:
    """Stretches of frames in which something is inside, or that are felt by it; solved together.

    Args:
        rotations: (T, 55, 3) of all stretches, one after the other.
        stretches: first frame and end of each stretch in the motion.
        fps: frames per second.
        body: the body that performs the motion.
    """

    def __init__(self, rotations: np.ndarray, stretches: list[tuple[int, int]], fps: float, body: Surroundings):
        self._rotations, self._body = rotations, body
        lengths = [end - start for start, end in stretches]
        self._number = np.repeat(np.arange(len(lengths)), lengths)
        self._own = ArmPoses.of(rotations, body.skin.rest_joints)
        self._eased = self._own.eased(_STIFF, np.tile(_STILL, (len(rotations), 1)))
        self._courses = Courses(lengths, _RISE_S * fps)
        # Which way the left arm leaves the right one; known after the first measurement.
        self._parting = np.zeros((len(rotations), 3))
        # How strongly each point of an arm, and last the bend of its elbow, is pushed: what the next round begins with.
        self._force = np.zeros((len(rotations), 2, body.region.shape[1] + 1))

    def solve(self, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rotations (T, 55, 3), pushed out, and how deep something is inside then, metres (T,).

        Args:
            seen: (T,) records (`watched`) of what was measured before; they are overwritten.
        """
        numbers, depth = np.zeros((len(self._number), 2 * PER_ARM)), depth_of(seen)
        measured_at = numbers.copy()
        rotations, arms, left = self._rotations, self._own, np.arange(len(numbers))
        best, best_depth, least = rotations.copy(), depth, self._deepest(depth)
        for number in range(_ROUNDS):
            if not number:
                self._parting = partings(seen["meet"], seen["lengths"], self._number, self._courses.rise)
            steps = NEXT_STEPS if number else FIRST_STEPS
            way = self._solved(seen, left, arms, measured_at, steps) - numbers
            numbers[left] += (self._share_of_step(way) * way)[left]
            arms, rotations = self._turned(numbers)
            again = left[self._may_enter(seen[left], numbers[left] - measured_at[left])]
            seen[again], measured_at[again] = watched(rotations[again], self._body), numbers[again]
            depth = depth_of(seen)
            deepest = self._deepest(depth)
            better = (deepest < least)[self._number]
            best[better], best_depth[better] = rotations[better], depth[better]
            least = np.minimum(least, deepest)
            left = np.flatnonzero((least > (_NOTHING_M if number < _FINE_ROUNDS else _SEEN_M))[self._number])
            if not len(left):
                break
            if number == _PLAIN_ROUND:
                is_deep = (depth > DEEP_M) & (least > DEEP_M)[self._number]
                self._eased = self._own.eased(_STIFF, (1 - self._felt(1.0 * is_deep))[:, None] * _STILL)
            again = left[np.abs(numbers[left] - measured_at[left]).max(1) > _FELT_RAD]
            seen[again], measured_at[again] = watched(rotations[again], self._body), numbers[again]
        return best, best_depth

    def _turned(self, numbers: np.ndarray) -> tuple[ArmPoses, np.ndarray]:
        """Return the arms turned by numbers (T, 14), and all rotations (T, 55, 3) with them."""
        arms, local = self._own.turned(numbers.reshape(-1, 2, PER_ARM))
        rotations = self._rotations.copy()
        for side, chain in enumerate(ARM_CHAINS):
            rotations[:, chain[1:]] = local[:, side]
        return arms, rotations

    def _may_enter(self, seen: np.ndarray, turned: np.ndarray) -> np.ndarray:
        """Return in which of N frames a point may have come inside since it was measured.

        Args:
            seen: (N,) what was measured.
            turned: (N, 14) by how much the arms were turned since then.
        """
        way = self._own.farthest_ways(turned.reshape(-1, 2, PER_ARM)).sum(1)
        clear = np.clip(seen["least"], 0.0, WATCH_M)
        return (np.abs(turned).max(1) > _FELT_RAD) & (way > _STAYS_OUT * clear)

    def _share_of_step(self, way: np.ndarray) -> np.ndarray:
        """Return the share (T, 1) of a step (T, 14) that is taken: less around frames in which it is too long."""
        return 1 - self._felt(np.maximum(1 - _STEP_RAD / np.maximum(np.abs(way).max(1), _STEP_RAD), 0.0))[:, None]

    def _felt(self, strengths: np.ndarray) -> np.ndarray:
        """Return how strongly something is felt (T,) that has strengths (T,): fully beside it, less farther away."""
        felt, frames = np.zeros(len(strengths)), np.arange(len(strengths))
        for frame in np.flatnonzero(strengths):
            away = (np.abs(frames - frame) / self._courses.rise - _BESIDE) / _FADES
            own = strengths[frame] * (1 - min_jerk(away))
            felt = np.maximum(felt, np.where(self._number == self._number[frame], own, 0.0))
        return felt

    def _deepest(self, depth: np.ndarray) -> np.ndarray:
        """Return the greatest depth of each stretch, for depths (T,)."""
        deepest = np.zeros(self._number[-1] + 1)
        np.maximum.at(deepest, self._number, depth)
        return deepest

    def _solved(
        self, seen: np.ndarray, left: np.ndarray, arms: ArmPoses, measured_at: np.ndarray, steps: int
    ) -> np.ndarray:
        """Return the numbers (T, 14) that satisfy the inequalities of frames.

        Args:
            seen: (T,) what was measured.
            left: the frames.
            arms: as they are turned now.
            measured_at: (T, 14) numbers of the arms that were measured.
            steps: of the search.
        """
        rows = left[seen["is_near"][left]]
        levers, missing, pick = self._inequalities(seen[rows], rows, arms, measured_at[rows])
        eased = levers.reshape(*levers.shape[:2], 2, PER_ARM).transpose(0, 2, 1, 3) @ self._eased[rows]
        levers = eased.transpose(0, 2, 1, 3).reshape(levers.shape)
        turns, force = self._courses.solve(rows, levers, missing, self._force[pick], steps)
        self._force[:] = 0.0
        self._force[pick] = force
        return (self._eased @ turns.reshape(-1, 2, PER_ARM, 1)).reshape(turns.shape)

    def _inequalities(
        self, seen: np.ndarray, rows: np.ndarray, arms: ArmPoses, measured_at: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
        """Return levers (N, I, 14), what is missing (N, I), and frame, side and point (N, I) of each inequality."""
        region = self._body.region
        levers = np.zeros((len(rows), 2 * POINTS + 2, 2, PER_ARM))
        missing = np.full(levers.shape[:2], _NOTHING)
        sides, points = np.zeros((2, *missing.shape), int)
        frame = np.repeat(rows, POINTS)
        for side in (0, 1):
            of_side = (seen[name][:, side] for name in ("point", "place", "gap", "outwards", "touched"))
            chosen, point, gap, way, hit = (each.reshape(len(frame), *each.shape[2:]) for each in of_side)
            segment, here = _SEGMENT[region[side, chosen]], np.full(len(frame), side)
            is_arm = np.equal(SIDE_OF_REGION[hit], 1 - side)
            parting = is_arm[:, None] * (1 - 2 * side) * self._parting[frame]
            way, gap = _apart(way, gap, parting)
            place = slice(side * POINTS, (side + 1) * POINTS)
            levers[:, place, side] = arms.levers(frame, here, point, way, segment).reshape(len(rows), POINTS, PER_ARM)
            against = arms.levers(frame, 1 - here, point - gap[:, None] * way, way, _SEGMENT[hit])
            against[~is_arm] = 0.0
            levers[:, place, 1 - side] = -against.reshape(len(rows), POINTS, PER_ARM)
            missing[:, place] = np.where(gap < WATCH_M, _KEEP_M - gap, _NOTHING).reshape(len(rows), POINTS)
            sides[:, place], points[:, place] = side, seen["point"][:, side]
        levers[missing == _NOTHING] = 0.0
        flat = levers.reshape(*levers.shape[:2], -1)
        missing += (flat * measured_at[:, None]).sum(-1)
        for side in (0, 1):
            # The elbow must not bend backwards.
            row = 2 * POINTS + side
            flat[:, row, side * PER_ARM + BEND] = _FOREARM_M
            missing[:, row] = _FOREARM_M * np.minimum(_LEAST_BEND - self._own.bend[rows, side], 0.0)
            sides[:, row], points[:, row] = side, region.shape[1]
        return flat, missing, (np.broadcast_to(rows[:, None], missing.shape), sides, points)


def _apart(way: np.ndarray, gap: np.ndarray, parting: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ways (K, 3) and gaps (K,) of points, so that both arms leave each other in one direction.

    A hand inside a hand has fingers on either side of it, whose own ways out contradict each other. They all go the
    way on which the arms part, also through the other limb as long as they are inside.

    Args:
        way: (K, 3) out, of each point alone.
        gap: (K,) on this way.
        parting: (K, 3) the way on which the arms part; zeros where a point has nothing to do with the other arm.
    """
    agrees, parts = (parting * way).sum(-1), np.abs(parting).max(-1) > 0
    through = np.where(gap < 0, np.minimum(gap, -_THROUGH_M), WATCH_M)
    apart = np.where(agrees < _AGREES, through, gap / np.maximum(agrees, 0.5))
    return np.where(parts[:, None], parting, way), np.where(parts, apart, gap)
