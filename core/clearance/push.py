"""Arms pushed out of the body: the smallest and smoothest turns after which no point is inside.

For every frame the few points that are deepest, or about to enter, give one inequality each: the numbers of the arms
(`arm_turns`) must move the point outwards by at least so much. Over all frames together this is a quadratic problem:

    minimise  Σ |x|² + smoothness · Σ |Δ³x|²     so that     levers · x ≥ missing     in every frame

It is solved by turns (alternating directions, Boyd et al. 2011): one step smooths x over time, the other brings every
frame back behind its own inequalities. The inequalities are linear only for small turns, so points and levers are
measured again a few times.
"""

from dataclasses import dataclass

import numpy as np

from ..body.curves import runs
from ..body.joints import ARM_CHAINS
from ..body.segments import length, way_from_segment
from ..whittaker import solve_third_differences
from .arm_turns import BEND, PER_ARM, ArmPoses
from .gaps import Nearness, Surroundings
from .skin import FOREARM, HAND

# Metres that hands keep from the surface. Skin gives way a little, so that a hand may touch.
_KEEP_M = 0.002
# Metres: points that come nearer than this get an inequality, so that smoothing moves none of them inside.
_WATCH_M = 0.02
# Inequalities of one arm in one frame.
_POINTS = 8
# Seconds within which a turn rises and falls; a slower one would move frames in which nothing is near.
_RISE_S = 0.3
# How much less than shoulder and elbow the wrist shall turn.
_STIFF = np.array([1.0, 1.0, 1.0, 0.7, 2.0, 2.0, 2.0])
# Rounds in which points are measured, and steps of each round.
_ROUNDS, _STEPS, _SWEEPS = 5, 24, 4
_WEIGHT = 20.0
# Metres: with less than this inside, the motion is left alone.
_NOTHING_M = 0.003
# What is missing, metres, in an inequality that holds anyway.
_NOTHING = -1.0
# Metres, a length that makes the bend of an elbow comparable with the ways of points.
_FOREARM_M = 0.2
# Metres by which the left one of two hands that lie in each other counts as the upper one.
_UP_M = 0.004
# Radians that an elbow stays bent at least.
_LEAST_BEND = 0.05
_SEGMENT = np.zeros(7, int)
_SEGMENT[list(FOREARM)], _SEGMENT[list(HAND)] = 1, 2
_SIDE = np.array([-1, 0, 0, 0, 1, 1, 1])


def push_out(rotations: np.ndarray, fps: float, body: Surroundings) -> tuple[np.ndarray, np.ndarray]:
    """Push hands and forearms out of the body and of each other.

    Only shoulders, elbows and wrists change, and only around frames in which something was inside.

    Args:
        rotations: (T, 55, 3) parent-local rotation vectors, radians.
        fps: frames per second.
        body: the body that performs the motion.

    Returns:
        The rotations, the same array where nothing was inside; and how deep the deepest point was, metres (T,).
    """
    depth = np.zeros(len(rotations))
    rows = body.near(rotations)
    if not len(rows):
        return rotations, depth
    seen = body.of(rotations[rows])
    depth[rows] = np.maximum(-seen.gaps.min((1, 2)), 0.0)
    reach = round(4 * _RISE_S * fps)
    touched = np.zeros(len(rotations), bool)
    for frame in np.flatnonzero(depth > _NOTHING_M):
        touched[max(0, frame - reach) : frame + reach + 1] = True
    if not touched.any():
        return rotations, depth
    out = rotations.copy()
    for start, end in runs(touched):
        inside = (rows >= start) & (rows < end)
        stretch = _Stretch(rotations[start:end], rows[inside] - start, fps, body)
        out[start:end] = stretch.solve(_part(seen, inside))
    return out, depth


def _part(seen: Nearness, rows: np.ndarray) -> Nearness:
    return Nearness(seen.points[rows], seen.gaps[rows], seen.outwards[rows], seen.touched[rows])


@dataclass
class _Stretch:
    """Frames in a row that are solved together.

    Attributes:
        rotations: (T, 55, 3).
        rows: frames (N,) in which something is near.
        fps: frames per second.
        body: the body that performs the motion.
    """

    rotations: np.ndarray
    rows: np.ndarray
    fps: float
    body: Surroundings

    def solve(self, seen: Nearness) -> np.ndarray:
        """Return the rotations of the stretch, pushed out; `seen` is what was measured before."""
        own = ArmPoses.of(self.rotations, self.body.skin.rest_joints)
        numbers = np.zeros((len(self.rotations), 2 * PER_ARM))
        dual = np.zeros_like(numbers)
        rotations, arms = self.rotations, own
        for _ in range(_ROUNDS):
            levers, missing = self._inequalities(seen, arms, numbers, own)
            numbers, dual = _solve(levers, missing, self.rows, numbers, dual, _RISE_S * self.fps)
            arms, local = own.turned(numbers.reshape(-1, 2, PER_ARM))
            rotations = self.rotations.copy()
            for side, chain in enumerate(ARM_CHAINS):
                rotations[:, chain[1:]] = local[:, side]
            seen = self.body.of(rotations[self.rows])
            if seen.gaps.min() > -_NOTHING_M:
                break
        return rotations

    def _inequalities(
        self, seen: Nearness, arms: ArmPoses, numbers: np.ndarray, own: ArmPoses
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return levers (N, I, 14) and what is missing (N, I) of the turned arms, for all of their numbers."""
        frames, region = np.arange(len(self.rows)), self.body.region
        levers = np.zeros((len(frames), 2 * _POINTS + 2, 2, PER_ARM))
        missing = np.full(levers.shape[:2], _NOTHING)
        for side in (0, 1):
            chosen = np.argpartition(seen.gaps[:, side], _POINTS, axis=1)[:, :_POINTS]
            frame = np.repeat(frames, _POINTS)
            pick = (frame, side, chosen.ravel())
            point, way, gap, hit = seen.points[pick], seen.outwards[pick], seen.gaps[pick], seen.touched[pick]
            here = np.full(len(frame), side)
            rows = self.rows[frame]
            way, gap = self._apart(arms, rows, side, (point, way, gap), _SEGMENT[region[side, chosen.ravel()]], hit)
            own_lever = arms.levers(rows, here, point, way, _SEGMENT[region[side, chosen.ravel()]])
            place = slice(side * _POINTS, (side + 1) * _POINTS)
            levers[:, place, side] = own_lever.reshape(len(frames), _POINTS, PER_ARM)
            against = arms.levers(rows, 1 - here, point - gap[:, None] * way, way, _SEGMENT[hit])
            against[(_SIDE[hit] != 1 - side)] = 0.0
            levers[:, place, 1 - side] = -against.reshape(len(frames), _POINTS, PER_ARM)
            missing[:, place] = np.where(gap < _WATCH_M, _KEEP_M - gap, _NOTHING).reshape(len(frames), _POINTS)
        levers[missing == _NOTHING] = 0.0
        flat = levers.reshape(*levers.shape[:2], -1)
        missing += (flat * numbers[self.rows, None]).sum(-1)
        for side in (0, 1):
            # The elbow must not bend backwards.
            row = 2 * _POINTS + side
            flat[:, row, side * PER_ARM + BEND] = _FOREARM_M
            missing[:, row] = _FOREARM_M * np.minimum(_LEAST_BEND - own.bend[self.rows, side], 0.0)
        return flat, missing

    @staticmethod
    def _apart(
        arms: ArmPoses, rows: np.ndarray, side: int, near: tuple[np.ndarray, ...], segment: np.ndarray, hit: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return ways (K, 3) and gaps (K,) of one arm's points, so that both arms leave each other in one direction.

        A hand inside a hand has fingers on either side of it, whose own ways out contradict each other. They all go
        along the line between the middles of both limbs; points that this line leads farther in do not count.
        """
        point, way, gap = near
        other = _SIDE[hit] == 1 - side
        start, end = arms.segment(rows, side, segment)
        middle = np.where((segment == 2)[:, None], (start + end) / 2, point)
        line = way_from_segment(middle, *arms.segment(rows, 1 - side, _SEGMENT[hit]))
        line[:, 1] += (0.5 - side) * _UP_M
        line /= np.maximum(length(line), 1e-9)[:, None]
        agrees = (line * way).sum(-1)
        way = np.where(other[:, None], line, way)
        gap = np.where(other & (agrees < 0.2), _WATCH_M, np.where(other, gap / np.maximum(agrees, 0.5), gap))
        return way, gap


def _solve(
    levers: np.ndarray, missing: np.ndarray, rows: np.ndarray, numbers: np.ndarray, dual: np.ndarray, rise: float
) -> tuple[np.ndarray, np.ndarray]:
    """Solve the quadratic problem that the module states.

    Args:
        levers: (N, I, 14).
        missing: (N, I) metres.
        rows: frames (N,) of both.
        numbers: (T, 14) of the round before, to begin with.
        dual: (T, 14) of the round before.
        rise: frames.

    Returns:
        numbers and dual (T, 14).
    """
    stiff = np.tile(_STIFF, 2)
    levers = levers / stiff
    size = (levers**2).sum(-1)
    x, u = numbers * stiff, dual
    z = x.copy()
    smoothness = (rise / 2.5) ** 6
    fidelity = np.array([1.0 + _WEIGHT])
    penalty = np.full((1, max(len(x) - 3, 0)), smoothness)
    force = np.zeros(missing.shape)
    for _ in range(_STEPS):
        z = x + u
        force = _behind(levers, missing, size, z, rows, force)
        u = u + x - z
        wanted = _WEIGHT / (1.0 + _WEIGHT) * (z - u)
        x = solve_third_differences(wanted[None], fidelity, penalty)[0] if len(x) > 3 else wanted
    return x / stiff, u


def _behind(
    levers: np.ndarray, missing: np.ndarray, size: np.ndarray, z: np.ndarray, rows: np.ndarray, force: np.ndarray
) -> np.ndarray:
    """Bring z (T, 14), in place, to the nearest numbers that satisfy the inequalities (Hildreth 1957)."""
    here = z[rows] + (levers * force[..., None]).sum(1)
    soft = size + 1e-4
    for _ in range(_SWEEPS):
        for number in range(missing.shape[1]):
            lever = levers[:, number]
            short = missing[:, number] - (lever * here).sum(-1)
            step = np.maximum(short / soft[:, number], -force[:, number])
            force[:, number] += step
            here += step[:, None] * lever
    z[rows] = here
    return force
