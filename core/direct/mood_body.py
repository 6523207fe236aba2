"""The body of a mood: strokes in its tempo, chest, head and shoulders held as it asks, hands nearer or farther out.

    own arms ──▶ tempo ──▶ chest, neck, head, collars turned ──▶ wrists placed ──▶ arms kept out of the body

The pelvis and the legs never change. A wrist is placed, not an angle scaled: its way from the trunk's axis is measured
in the chest's frame and made longer or shorter, and shoulder and elbow follow (`body.reach`). So a hand that is near
the body stays near it, an arm that hangs keeps hanging, and hands keep their direction. All of that depends on the arm
alone: making the other arm, the torso or the legs anew leaves an arm as it is.

    from above      trunk ( + )┄┄┄┄┄┄┄● wrist         the way beyond the trunk's surface, times `reach`
                              surface
"""

import numpy as np

from ..body.curves import min_jerk
from ..body.joints import ARM_CHAINS, COLLARS
from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.reach import reach_rotations
from ..body.rotation import quat_continuous, quat_multiply, quat_to_rotvec, rotvec_to_matrix, rotvec_to_quat
from ..body.segments import length, way_from_segment
from ..body.skeleton import JOINT
from .arm_clearance import Limits, keep_clear
from .mood import FELT, MOODS
from .mood_tempo import retime, shown_frames
from .posed_arms import Arms
from .stroke_statistics import HAND
from .strokes import find_strokes, wrist_speeds

_SPINE, _HEAD = list(AREAS["torso"].joints), list(AREAS["head"].joints)
# Metres from the trunk's axis within which the way of a wrist is not scaled, on the bundled character.
_SURFACE_M = 0.15
# Metres from where an arm hangs straight down within which a wrist is not moved at all, growing to fully.
_HANGS_M = 0.3
# Shares of the arm's length: an arm whose wrist is farther than the first from its shoulder has less room to reach
# farther, and none from the second on.
_FREE, _STRAIGHT = 0.6, 1.0
# A wrist that is less than this far from its place, metres, stays: it is a rounding error.
_NOTHING_M = 1e-6
# Iterations of placing a wrist.
_STEPS = 6


def _row(name: str) -> np.ndarray:
    """Return an attribute of every mood of `FELT`: (M,)."""
    return np.array([getattr(MOODS[mood], name) for mood in FELT])


def lay_over_body(motion: Motion, weights: np.ndarray, limits: Limits) -> np.ndarray:
    """Lay a mood's body over a motion.

    Args:
        motion: finished, with its levels.
        weights: (T, M) strengths of the moods `FELT`.
        limits: how near the motion's own hands may come to the body.

    Returns:
        rotation vectors (T, 55, 3), radians; pelvis, legs, jaw and eyes are the motion's own.
    """
    rotations = motion.rotations.copy()
    own = _in_chest(rotations, motion)
    _retime_arms(rotations, own, motion.fps, weights @ _row("sharpness"))
    timed = _in_chest(rotations, motion)
    _turn(rotations, _offsets(weights))
    turned = _in_chest(rotations, motion)
    _place_wrists(rotations, timed, turned, _targets(timed, turned, weights, motion.skeleton))
    return keep_clear(rotations, motion, limits)


def _in_chest(rotations: np.ndarray, motion: Motion) -> Arms:
    """Return the arms in the chest's frame: as they would be in the pelvis' frame if the spine were straight."""
    straight = rotations.copy()
    straight[:, _SPINE] = 0.0
    return Arms.of(straight, motion.skeleton)


def _retime_arms(rotations: np.ndarray, own: Arms, fps: float, sharpness: np.ndarray) -> None:
    """Make the strokes of each arm, with its fingers, sharper or softer (T,)."""
    if not sharpness.any():
        return
    strokes, speeds = find_strokes(own.wrist, fps), wrist_speeds(own.wrist, fps)
    for side in (0, 1):
        shown = shown_frames([stroke for stroke in strokes if stroke.side == side], speeds[:, side], sharpness)
        rows = np.flatnonzero(shown != np.arange(len(shown)))
        joints = [*ARM_CHAINS[side], *HAND[side]]
        turns = retime(quat_continuous(rotvec_to_quat(rotations[:, joints])), shown)
        rotations[np.ix_(rows, np.array(joints))] = quat_to_rotvec(turns[rows])


def _offsets(weights: np.ndarray) -> dict[int, np.ndarray]:
    """Return by how much moods turn each joint about its parent's axes: rotation vectors (T, 3)."""
    chest, head, up, forward = (
        np.radians(weights @ _row(name))
        for name in ("chest_deg", "head_deg", "shoulders_up_deg", "shoulders_forward_deg")
    )
    still = np.zeros_like(chest)
    pitch = {joint: chest / len(_SPINE) for joint in _SPINE} | {joint: (head - chest) / len(_HEAD) for joint in _HEAD}
    offsets = {joint: np.stack([angle, still, still], 1) for joint, angle in pitch.items()}
    for joint, sign in zip(COLLARS, (1, -1), strict=True):
        offsets[joint] = np.stack([still, -sign * forward, sign * up], 1)
    return offsets


def _turn(rotations: np.ndarray, offsets: dict[int, np.ndarray]) -> None:
    """Turn joints by rotation vectors (T, 3) about their parents' axes; frames without an offset stay to the bit."""
    for joint, offset in offsets.items():
        rows = np.flatnonzero(offset.any(1))
        turned = quat_multiply(rotvec_to_quat(offset[rows]), rotvec_to_quat(rotations[rows, joint]))
        rotations[rows, joint] = quat_to_rotvec(turned)


def _place_wrists(rotations: np.ndarray, own: Arms, turned: Arms, target: np.ndarray) -> None:
    """Bring wrists to targets (T, 2, 3) in the chest's frame; hands keep their direction there.

    Args:
        rotations: (T, 55, 3), whose arms change.
        own: the arms in the chest's frame, before their collars turned.
        turned: the same arms, afterwards.
        target: metres.
    """
    rows = np.flatnonzero((np.abs(target - turned.wrist) > _NOTHING_M).any((1, 2)))
    if not len(rows):
        return
    for side in (0, 1):
        joints = tuple(place[rows, side] for place in (turned.shoulder, turned.elbow, turned.wrist))
        world = tuple(turn[rows, side] for turn in (turned.collar_turn, turned.upper_turn, turned.lower_turn))
        solved = reach_rotations(joints, (*world, own.hand_turn[rows, side]), target[rows, side], _STEPS)
        rotations[np.ix_(rows, np.array(ARM_CHAINS[side][1:]))] = solved


def _targets(own: Arms, turned: Arms, weights: np.ndarray, skeleton: np.ndarray) -> np.ndarray:
    """Return where the wrists (T, 2, 3) shall be, in the chest's frame.

    A raised wrist is nearer to the trunk or farther out. One that hangs goes on hanging straight down when the chest
    leans. The trunk's axis is taken to go on below the pelvis: at its end the way to it would bend, and so would paths.
    """
    reach, chest = 1 + weights @ (_row("reach") - 1), np.radians(weights @ _row("chest_deg"))
    high = skeleton[JOINT["neck"]] - skeleton[JOINT["pelvis"]]
    way = way_from_segment(own.wrist, -high, high)
    distance = length(way)
    arm = length(own.elbow - own.shoulder) + length(own.wrist - own.elbow)
    along = own.wrist - own.shoulder
    raised = min_jerk(length(along + arm[..., None] * [0.0, 1.0, 0.0]) / (_HANGS_M * own.thick))
    room = np.where(reach[:, None] > 1, 1 - min_jerk((length(along) / arm - _FREE) / (_STRAIGHT - _FREE)), 1.0)
    beyond = np.maximum(distance - _SURFACE_M * own.thick, 0.0)
    longer = (reach[:, None] - 1) * beyond * raised * room / np.maximum(distance, 1e-9)
    back = np.zeros((*raised.shape, 3))
    back[..., 0] = -chest[:, None] * (1 - raised)
    hung = np.einsum("tsij,tsj->tsi", rotvec_to_matrix(back), along)
    return turned.shoulder + hung + longer[..., None] * way
