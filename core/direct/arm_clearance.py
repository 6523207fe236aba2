"""Arms clear of the body: where hands are, the capsules they must stay out of, and the push that keeps them there."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..body.curves import envelope
from ..body.joints import ARM_CHAINS, COLLARS, ELBOWS, HIPS, KNEES, KNUCKLES, SHOULDERS, WRISTS
from ..body.motion import Motion
from ..body.reach import reach_rotations
from ..body.rotation import quat_slerp, quat_to_rotvec, rotvec_to_matrix, rotvec_to_quat
from ..body.skeleton import JOINT

_PELVIS, _SPINE, _NECK, _HEAD = JOINT["pelvis"], [JOINT[f"spine{i}"] for i in (1, 2, 3)], JOINT["neck"], JOINT["head"]
# Joints whose rotations place the arms and what they could run into.
_ORDER = (*_SPINE, _NECK, *HIPS, *COLLARS, *SHOULDERS, *ELBOWS, *WRISTS)
POSED = frozenset(_ORDER)
# The bundled character from hips to neck, metres; other skeletons are taken to be that much thicker or thinner.
_TRUNK_M = 0.567
# Its trunk, on either side of the middle, as a capsule; half of its head; its thighs; half the thickness of its hands.
_TRUNK_RADIUS, _TRUNK_ASIDE, _TRUNK_AHEAD, _TRUNK_TOP = 0.105, 0.065, 0.04, 0.08
_HEAD_RADIUS, _HEAD_MIDDLE = 0.11, np.array([0.0, 0.05, 0.02])
_THIGH_RADIUS, _THIGH_AHEAD = 0.085, 0.02
_HAND_RADIUS = 0.025
# Hands are kept this far outside of the body, or where they were; differences below the second are none.
_CLEAR_M, _NOTHING_M = 0.012, 1e-6
# How far an arm may go back to its own motion, tried in these steps, and how gently it goes.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_EASE_S = 0.3
# Pushes set in over this distance from the body, or from where the hand was.
_SOFT_M, _LEAST_SOFT_M = 0.01, 0.004
_PASSES = 2
# Arms are solved to a fraction of a millimetre.
_STEPS = 6


@dataclass(frozen=True)
class Arms:
    """Both arms in the pelvis' frame, metres; pairs are left and right.

    Attributes:
        shoulder, elbow, wrist, knuckle: (T, 2, 3).
        collar_turn, upper_turn, lower_turn, hand_turn: (T, 2, 3, 3).
        thick: how thick the body is beside the bundled character's.
        body: capsules: both ends (T, 3) and radius.
    """

    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    knuckle: np.ndarray
    collar_turn: np.ndarray
    upper_turn: np.ndarray
    lower_turn: np.ndarray
    hand_turn: np.ndarray
    thick: float
    body: tuple[tuple[np.ndarray, np.ndarray, float], ...]

    @classmethod
    def of(cls, rotations: np.ndarray, rest_joints: np.ndarray) -> "Arms":
        """Pose trunk and arms.

        Args:
            rotations: (T, 55, 3) parent-local rotation vectors.
            rest_joints: (55, 3) metres.
        """
        turns = dict(zip(_ORDER, np.moveaxis(rotvec_to_matrix(rotations[:, _ORDER]), 1, 0), strict=True))
        rest = rest_joints - rest_joints[_PELVIS]
        turn, place = np.eye(3), rest[_PELVIS]
        for joint, parent in zip(_SPINE, (_PELVIS, *_SPINE), strict=False):
            place = place + turn @ (rest[joint] - rest[parent])
            turn = turn @ turns[joint]
        neck = place + turn @ (rest[_NECK] - rest[_SPINE[-1]])
        head = neck + turn @ turns[_NECK] @ (rest[_HEAD] - rest[_NECK])

        def both(joints):
            return np.stack([turns[joint] for joint in joints], 1)

        def bones(joints, parents):
            return rest[joints] - rest[parents]

        at, along = place[:, None], turn[:, None]
        at = at + _turned(along, bones(COLLARS, [_SPINE[-1]] * 2))
        collar_turn = along @ both(COLLARS)
        shoulder = at + _turned(collar_turn, bones(SHOULDERS, COLLARS))
        upper_turn = collar_turn @ both(SHOULDERS)
        elbow = shoulder + _turned(upper_turn, bones(ELBOWS, SHOULDERS))
        lower_turn = upper_turn @ both(ELBOWS)
        wrist = elbow + _turned(lower_turn, bones(WRISTS, ELBOWS))
        hand_turn = lower_turn @ both(WRISTS)
        knuckle = wrist + _turned(hand_turn, bones(KNUCKLES, WRISTS))

        thick = (rest[_NECK, 1] - rest[HIPS, 1].mean()) / _TRUNK_M
        hip = np.broadcast_to(rest[HIPS], (len(rotations), 2, 3))
        knee = hip + _turned(both(HIPS), bones(KNEES, HIPS))
        ahead = np.array([0.0, 0.0, _THIGH_AHEAD * thick])
        body = [(hip[:, side] + ahead, knee[:, side] + ahead, _THIGH_RADIUS * thick) for side in (0, 1)]
        for aside in (-_TRUNK_ASIDE, _TRUNK_ASIDE):
            low = np.array([aside, 0.0, _TRUNK_AHEAD]) * thick
            high = np.array([aside, _TRUNK_TOP, _TRUNK_AHEAD]) * thick
            body.append((np.broadcast_to(low, place.shape), place + turn @ high, _TRUNK_RADIUS * thick))
        middle = head + turn @ turns[_NECK] @ (_HEAD_MIDDLE * thick)
        body.append((middle, middle, _HEAD_RADIUS * thick))
        return cls(
            shoulder, elbow, wrist, knuckle, collar_turn, upper_turn, lower_turn, hand_turn, float(thick), tuple(body)
        )

    @cached_property
    def gaps(self) -> np.ndarray:
        """How far wrists and knuckles are outside of the body, metres (T, 2, 2, capsules); negative within."""
        points = np.stack([self.wrist, self.knuckle], 2)
        outside = _HAND_RADIUS * self.thick
        return np.stack(
            [
                _length(_away(points, a[:, None, None], b[:, None, None])) - radius - outside
                for a, b, radius in self.body
            ],
            -1,
        )

    @cached_property
    def hand_gap(self) -> np.ndarray:
        """How far the hands are apart, metres (T,); negative within each other."""
        return _length(_between(self.wrist, self.knuckle)) - 2 * _HAND_RADIUS * self.thick


@dataclass(frozen=True)
class Limits:
    """How near hands may come to the body and to each other: as near as in the motion's own frame, or at rest.

    Attributes:
        own: the arms of the motion as it is.
        gaps: (T, 2, 2, capsules) metres.
        hand_gap: (T,) metres.
    """

    own: Arms
    gaps: np.ndarray
    hand_gap: np.ndarray

    @classmethod
    def of(cls, own: Arms, rest: Arms) -> "Limits":
        """From the arms in all frames and the arms (one frame) of the rest pose."""
        return cls(own, np.minimum(own.gaps, rest.gaps), np.minimum(own.hand_gap, rest.hand_gap))


def keep_clear(rotations: np.ndarray, own: Motion, limits: Limits) -> np.ndarray:
    """Rotations (T, 55, 3) with arms whose hands stay out of the body, or come no further in than they may.

    Around the frames in which a hand would enter the body the arm goes back towards its own motion, smoothly, as far as
    is needed. What then is missing, because the trunk moves otherwise, is pushed.

    Args:
        rotations: of the changed motion; only arms change.
        own: the motion before it was changed.
        limits: how near hands may come.
    """
    arms = Arms.of(rotations, own.skeleton)
    back = _way_back(arms, rotations, own, limits)
    if back.any():
        rotations = _blended(rotations, own.rotations, back)
        arms = Arms.of(rotations, own.skeleton)
    rows, push = _pushes(arms, limits)
    return _reached(rotations, arms, rows, push) if len(rows) else rotations


def _way_back(arms: Arms, rotations: np.ndarray, own: Motion, limits: Limits) -> np.ndarray:
    """How far each arm has to go back to its own motion, (T, 2) from 0 to 1, smooth in time."""
    excess = _excess(arms, limits, slice(None))
    rows = np.flatnonzero(excess.max(1) > 0)
    back = np.zeros((len(rotations), 2))
    if not len(rows):
        return back
    last, needed = excess[rows], np.where(excess[rows] > 0, 1.0, 0.0)
    found = last <= 0
    for low, high in pairwise(_SHARES):
        share = np.full((len(rows), 2), high)
        tried = Arms.of(_blended(rotations[rows], own.rotations[rows], share), own.skeleton)
        excess = _excess(tried, limits, rows)
        passes = ~found & (excess <= 0)
        inside = last / np.maximum(last - excess, 1e-9)
        needed = np.where(passes, low + (high - low) * inside, needed)
        found, last = found | passes, excess
    back[rows] = needed
    radius = max(1, round(_EASE_S * own.fps))
    return np.stack([np.minimum(envelope(back[:, side], radius), 1.0) for side in (0, 1)], 1)


def _excess(arms: Arms, limits: Limits, rows: slice | np.ndarray) -> np.ndarray:
    """How much nearer to the body each hand is than it may be, metres (N, 2); negative where it is clear."""
    body = np.minimum(limits.gaps[rows], _CLEAR_M) - arms.gaps
    hands = np.minimum(limits.hand_gap[rows], _CLEAR_M) - arms.hand_gap
    return np.maximum(body.max((2, 3)), hands[:, None]) - _NOTHING_M


def _blended(rotations: np.ndarray, own: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rotations with shares (T, 2) of both arms' own ones."""
    out = rotations.copy()
    for side in (0, 1):
        rows = np.flatnonzero(share[:, side])
        chain = ARM_CHAINS[side]
        changed, back = (rotvec_to_quat(source[rows][:, chain]) for source in (rotations, own))
        out[np.ix_(rows, np.array(chain))] = quat_to_rotvec(quat_slerp(changed, back, share[rows, side, None]))
    return out


def _reached(rotations: np.ndarray, arms: Arms, rows: np.ndarray, push: np.ndarray) -> np.ndarray:
    """Rotations whose wrists are displaced by `push` (N, 2, 3) in these frames; hands keep their direction."""
    out = rotations.copy()
    for side in (0, 1):
        joints = tuple(part[rows, side] for part in (arms.shoulder, arms.elbow, arms.wrist))
        turns = (arms.collar_turn, arms.upper_turn, arms.lower_turn, arms.hand_turn)
        world = tuple(turn[rows, side] for turn in turns)
        solved = reach_rotations(joints, world, joints[-1] + push[:, side], _STEPS)
        out[np.ix_(rows, np.array(ARM_CHAINS[side][1:]))] = solved
    return out


def _pushes(arms: Arms, limits: Limits) -> tuple[np.ndarray, np.ndarray]:
    """Frames (N,) in which hands are kept clear, and the displacements (N, 2, 3) that do it."""
    before = limits.own
    near = (arms.gaps < np.minimum(limits.gaps, _SOFT_M)).any((1, 2, 3))
    rows = np.flatnonzero(near | (arms.hand_gap < np.minimum(limits.hand_gap, _SOFT_M)))
    hands = [(arms.wrist[rows], before.wrist[rows]), (arms.knuckle[rows], before.knuckle[rows])]
    push, outside = np.zeros((len(rows), 2, 3)), _HAND_RADIUS * arms.thick
    for _ in range(_PASSES):
        for number, ((*ends, radius), (*old_ends, _)) in enumerate(zip(arms.body, before.body, strict=True)):
            ends, old_ends = ([end[rows, None] for end in pair] for pair in (ends, old_ends))
            for point, (place, old_place) in enumerate(hands):
                offset, old_offset = _away(place + push, *ends), _away(old_place, *old_ends)
                push += _lift(offset, old_offset, radius + outside, limits.gaps[rows, :, point, number])
        offset = _between(*(place + push for place, _ in hands))
        old_offset = _between(*(old_place for _, old_place in hands))
        half = _lift(offset, old_offset, 2 * outside, limits.hand_gap[rows]) / 2
        push += np.stack([half, -half], 1)
    return rows, push


def _lift(offset: np.ndarray, before: np.ndarray, radius: float, gap: np.ndarray) -> np.ndarray:
    """Displacements (..., 3) that take a point out of a capsule, or as far out as it was before.

    They set in smoothly within a few centimetres, and nothing is done to a point as far away as before. A point deep
    within comes out on the side on which it was before.

    Args:
        offset: (..., 3) from the capsule's axis to the point.
        before: (..., 3) the same, before.
        radius: of the capsule, metres.
        gap: (...) how far outside it was before.
    """
    distance = _length(offset)
    soft = np.clip(gap, _LEAST_SOFT_M, _SOFT_M)
    least = radius + np.minimum(gap - soft, 0.0)
    over = (distance - least) / soft
    wanted = np.where(over < 1, least + soft * np.exp(np.minimum(over, 1.0) - 1), distance)
    side = offset + np.maximum(least - distance, 0.0)[..., None] * before / np.maximum(_length(before), 1e-9)[..., None]
    side /= np.maximum(_length(side), 1e-9)[..., None]
    along = (offset * side).sum(-1)
    way = np.sqrt(np.maximum(along**2 + wanted**2 - distance**2, 0.0)) - along
    return np.where(over < 1, way, 0.0)[..., None] * side


def _away(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """From the nearest points of segments to points (..., 3)."""
    along = end - start
    share = ((points - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
    return points - start - np.clip(share, 0.0, 1.0)[..., None] * along


def _between(wrist: np.ndarray, knuckle: np.ndarray) -> np.ndarray:
    """From the right hand's middle line to the left one's, where they are nearest, (T, 3)."""
    offsets = []
    for hand, other, sign in ((0, 1, 1), (1, 0, -1)):
        offsets += [sign * _away(end[:, hand], wrist[:, other], knuckle[:, other]) for end in (wrist, knuckle)]
    ways = np.stack(offsets, 1)
    nearest = np.argmin(_length(ways), axis=1)
    return ways[np.arange(len(ways)), nearest]


def _length(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt((vectors**2).sum(-1))


def _turned(turn: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return (turn @ vector[..., None])[..., 0]
