"""Arms that are kept out of the body, or as far out as the motion itself has them, while directing chooses their way.

This is not what keeps hands out of a character's meshes: `core.clearance` does, last of all, and alone decides what is
seen. Both stay, because they answer different questions:

                    here                                         core.clearance
    question        may this arm go there?                       where must these arms go?
    body            capsules of the bundled character            the character's own meshes
    known before    levels, markers and moods choose strokes     all that moves the arms is done
    limit           never nearer than the motion itself was      outside, whatever the motion was
    way out         back towards the arm's own motion            the smallest turn that leads out

A stroke that is chosen here keeps its form; pushed out of the meshes alone it would be bent. And a take that is
directed without a character, in the worker or the shell, is directed in the same way as in Blender.

Levels and markers change arms without knowing where the body is. Two corrections follow:

1. Back: around frames in which a hand would enter the body, the arm goes back towards its own motion, smoothly, as far
   as is needed. The own motion is always allowed, so a share from 0 to 1 is found per frame:

       own motion ●┄┄┄┄┄┄┄┄┄○┄┄┄┄┄┄● changed          body ▒▒▒
                  share 1   0.4    0, within the body        ▒▒▒

2. Push: where even the arm's own rotations put the hand inside the body, because the trunk moves differently now, the
   wrist is pushed out of the capsules, and shoulder and elbow follow (`body.reach`). A push begins a centimetre before
   the surface, so that a hand glides along the body instead of bouncing off it.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.curves import envelope
from ..body.joints import ARM_CHAINS
from ..body.motion import Motion
from ..body.reach import reach_rotations
from ..body.rotation import quat_slerp, quat_to_rotvec, rotvec_to_quat
from ..body.segments import length, way_from_segment
from .posed_arms import HAND_RADIUS, Arms, way_between_hands

# Metres between hands and body at least, unless the motion itself has the hands nearer.
_CLEAR_M = 0.012
# A hand that is less than this far inside the body, metres, counts as outside: it is a rounding error.
_NOTHING_M = 1e-6
# Shares of its own motion that an arm goes back to, tried in this order; between two of them a share is interpolated.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
# Seconds over which an arm goes back to its own motion, and over which it returns to the changed one.
_EASE_S = 0.3
# Metres over which a push grows from nothing to its full size: at most, and at least.
_SOFT_M, _LEAST_SOFT_M = 0.01, 0.004
# Rounds of pushing: a push out of one capsule may move the hand into another.
_PASSES = 2
# Iterations of solving an arm: after 6 its wrist is at its target to a fraction of a millimetre.
_STEPS = 6


@dataclass(frozen=True)
class Limits:
    """How near hands may come to the body and to each other: as near as in the motion's own frame, or at rest.

    Attributes:
        own: the arms of the motion as it is.
        gaps: (T, 2, 2, capsules) metres, of wrists and knuckles as in `Arms.gaps`.
        hand_gap: (T,) metres, between the hands.
    """

    own: Arms
    gaps: np.ndarray
    hand_gap: np.ndarray

    @classmethod
    def of(cls, own: Arms, rest: Arms) -> "Limits":
        """Take the smaller gaps of the arms in all frames and the arms, one frame, of the rest pose."""
        return cls(own, np.minimum(own.gaps, rest.gaps), np.minimum(own.hand_gap, rest.hand_gap))


def keep_clear(rotations: np.ndarray, own: Motion, limits: Limits) -> np.ndarray:
    """Return rotations (T, 55, 3) whose hands stay out of the body, or come no further in than they may.

    Args:
        rotations: rotations of the changed motion; only arms change.
        own: the motion before it was changed.
        limits: how near hands may come.
    """
    arms = Arms.of(rotations, own.skeleton)
    back = _shares_back(arms, rotations, own, limits)
    if back.any():
        rotations = _blend_arms(rotations, own.rotations, back)
    return push_clear(rotations, own.skeleton, limits)


def push_clear(rotations: np.ndarray, rest_joints: np.ndarray, limits: Limits) -> np.ndarray:
    """Return rotations (T, 55, 3) whose wrists are pushed out of the body; `keep_clear` without its first correction.

    Args:
        rotations: rotations of the changed motion; only arms change.
        rest_joints: (55, 3) metres.
        limits: how near hands may come.
    """
    arms = Arms.of(rotations, rest_joints)
    rows, push = _pushes(arms, limits)
    return _push_wrists(rotations, arms, rows, push) if len(rows) else rotations


def _shares_back(arms: Arms, rotations: np.ndarray, own: Motion, limits: Limits) -> np.ndarray:
    """Return how far each arm has to go back to its own motion, (T, 2) from 0 to 1, smooth in time."""
    excess = _excess(arms, limits, slice(None))
    rows = np.flatnonzero(excess.max(1) > 0)
    back = np.zeros((len(rotations), 2))
    if not len(rows):
        return back
    last, needed = excess[rows], np.where(excess[rows] > 0, 1.0, 0.0)
    found = last <= 0
    for low, high in pairwise(_SHARES):
        share = np.full((len(rows), 2), high)
        tried = Arms.of(_blend_arms(rotations[rows], own.rotations[rows], share), own.skeleton)
        excess = _excess(tried, limits, rows)
        passes = ~found & (excess <= 0)
        inside = last / np.maximum(last - excess, 1e-9)
        needed = np.where(passes, low + (high - low) * inside, needed)
        found, last = found | passes, excess
    back[rows] = needed
    radius = max(1, round(_EASE_S * own.fps))
    return np.stack([np.minimum(envelope(back[:, side], radius), 1.0) for side in (0, 1)], 1)


def _excess(arms: Arms, limits: Limits, rows: slice | np.ndarray) -> np.ndarray:
    """Return how much nearer to the body each hand is than it may be, metres (N, 2); negative where it is clear."""
    body = np.minimum(limits.gaps[rows], _CLEAR_M) - arms.gaps
    hands = np.minimum(limits.hand_gap[rows], _CLEAR_M) - arms.hand_gap
    return np.maximum(body.max((2, 3)), hands[:, None]) - _NOTHING_M


def _blend_arms(rotations: np.ndarray, own: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return rotations (T, 55, 3) in which both arms go back to their own ones by shares (T, 2)."""
    out = rotations.copy()
    for side in (0, 1):
        rows, chain = np.flatnonzero(share[:, side]), np.array(ARM_CHAINS[side])
        changed, back = (rotvec_to_quat(source[rows][:, chain]) for source in (rotations, own))
        out[np.ix_(rows, chain)] = quat_to_rotvec(quat_slerp(changed, back, share[rows, side, None]))
    return out


def _push_wrists(rotations: np.ndarray, arms: Arms, rows: np.ndarray, push: np.ndarray) -> np.ndarray:
    """Return rotations whose wrists are displaced by `push` (N, 2, 3) in frames (N,); hands keep their direction."""
    out = rotations.copy()
    for side in (0, 1):
        joints = (arms.shoulder[rows, side], arms.elbow[rows, side], arms.wrist[rows, side])
        world = (
            arms.collar_turn[rows, side],
            arms.upper_turn[rows, side],
            arms.lower_turn[rows, side],
            arms.hand_turn[rows, side],
        )
        solved = reach_rotations(joints, world, joints[-1] + push[:, side], _STEPS)
        out[np.ix_(rows, np.array(ARM_CHAINS[side][1:]))] = solved
    return out


def _pushes(arms: Arms, limits: Limits) -> tuple[np.ndarray, np.ndarray]:
    """Return the frames (N,) in which hands are near the body, and displacements (N, 2, 3) that keep them clear."""
    before = limits.own
    near = (arms.gaps < np.minimum(limits.gaps, _SOFT_M)).any((1, 2, 3))
    rows = np.flatnonzero(near | (arms.hand_gap < np.minimum(limits.hand_gap, _SOFT_M)))
    hands = [(arms.wrist[rows], before.wrist[rows]), (arms.knuckle[rows], before.knuckle[rows])]
    push, outside = np.zeros((len(rows), 2, 3)), HAND_RADIUS * arms.thick
    for _ in range(_PASSES):
        for number, ((*ends, radius), (*old_ends, _)) in enumerate(zip(arms.body, before.body, strict=True)):
            ends, old_ends = ([end[rows, None] for end in pair] for pair in (ends, old_ends))
            for point, (place, old_place) in enumerate(hands):
                offset, old_offset = way_from_segment(place + push, *ends), way_from_segment(old_place, *old_ends)
                push += _push_out(offset, old_offset, radius + outside, limits.gaps[rows, :, point, number])
        offset = way_between_hands(*(place + push for place, _ in hands))
        old_offset = way_between_hands(*(old_place for _, old_place in hands))
        half = _push_out(offset, old_offset, 2 * outside, limits.hand_gap[rows]) / 2
        push += np.stack([half, -half], 1)
    return rows, push


def _push_out(offset: np.ndarray, before: np.ndarray, radius: float, gap: np.ndarray) -> np.ndarray:
    """Return displacements (..., 3) that take a point out of a capsule, or as far out as it was before.

    They set in smoothly within a centimetre, and a point as far away as it was before stays. A point deep within comes
    out on the side on which it was before:

        distance wanted      ╱            the distance itself beyond `least + soft`,
                           ╱              an exponential below, which ends at `least`
            least ┄┄┄____╱

    Args:
        offset: (..., 3) from the capsule's axis to the point.
        before: (..., 3) from the axis to the point before the motion was changed.
        radius: radius of the capsule, metres.
        gap: (...) how far outside the point was before, metres.
    """
    distance = length(offset)
    soft = np.clip(gap, _LEAST_SOFT_M, _SOFT_M)
    least = radius + np.minimum(gap - soft, 0.0)
    over = (distance - least) / soft
    wanted = np.where(over < 1, least + soft * np.exp(np.minimum(over, 1.0) - 1), distance)
    side = offset + np.maximum(least - distance, 0.0)[..., None] * before / np.maximum(length(before), 1e-9)[..., None]
    side /= np.maximum(length(side), 1e-9)[..., None]
    along = (offset * side).sum(-1)
    way = np.sqrt(np.maximum(along**2 + wanted**2 - distance**2, 0.0)) - along
    return np.where(over < 1, way, 0.0)[..., None] * side
