"""Hips that go along with strokes: the pelvis turns with the trunk above it, as it does in people who gesture.

The network turns the pelvis where weight shifts and where steps lead, and hardly where hands strike; all the turning of
a stroke is made by the spine.

    spine, its turn against its own slow trend    ──╱╲────╲╱──
    pelvis turns further by a share of it         ──╱╲────╲╱──      and carries the trunk along
    thighs                                        ────────────      stay as they are in the world, and the feet nearly
"""

import numpy as np

from ..body.curves import gaussian
from ..body.joints import HIPS
from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.rotation import (
    quat_conjugate,
    quat_continuous,
    quat_multiply,
    quat_to_matrix,
    quat_to_rotvec,
    rotvec_to_quat,
)
from ..body.skeleton import JOINT

_SPINE = list(AREAS["torso"].joints)
_PELVIS = JOINT["pelvis"]
# Frames (sigma): what is slower is no stroke, and what is quicker a pelvis does not follow.
_SLOW_FRAMES, _QUICK_FRAMES = 15.0, 2.0


def turn_hips(motion: Motion, share: float) -> Motion:
    """Turn the pelvis along with the strokes of the trunk, about the middle between the hip joints, over still legs.

    Args:
        motion: as decoded.
        share: of the spine's turn that the pelvis makes as well; 0 leaves the motion as it is.
    """
    if share <= 0 or motion.frame_count < 2:
        return motion
    along = rotvec_to_quat(share * _strokes(motion.rotations[:, _SPINE]))
    pelvis, *hips = (rotvec_to_quat(motion.rotations[:, joint]) for joint in (_PELVIS, *HIPS))
    turned = {_PELVIS: quat_multiply(pelvis, along)}
    turned |= {joint: quat_multiply(quat_conjugate(along), turn) for joint, turn in zip(HIPS, hips, strict=True)}
    rotations = motion.rotations.copy()
    for joint, turn in turned.items():
        rotations[:, joint] = quat_to_rotvec(turn)
    middle = motion.skeleton[HIPS].mean(0) - motion.skeleton[_PELVIS]
    moved = (quat_to_matrix(pelvis) - quat_to_matrix(turned[_PELVIS])) @ middle
    return motion.replace(rotations=rotations, translation=motion.translation + moved)


def _strokes(spine: np.ndarray) -> np.ndarray:
    """Return the turn (T, 3) of the chest against its slow trend, from the turns (T, 3, 3) of the spine, as rotvecs."""
    lower, middle, upper = np.moveaxis(rotvec_to_quat(spine), 1, 0)
    chest = quat_continuous(quat_multiply(quat_multiply(lower, middle), upper))
    slow, smooth = (gaussian(chest, frames) for frames in (_SLOW_FRAMES, _QUICK_FRAMES))
    return quat_to_rotvec(quat_multiply(smooth, quat_conjugate(slow)))
