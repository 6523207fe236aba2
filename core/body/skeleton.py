"""The 55 joints of SMPL-X: names, parents, sides, and the rest pose of the bundled character."""

from functools import cache
from pathlib import Path

import numpy as np

_BODY = (
    "pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot "
    "neck left_collar right_collar head left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist "
    "jaw left_eye_smplhf right_eye_smplhf"
).split()
_FINGERS = ("index", "middle", "pinky", "ring", "thumb")

JOINT_NAMES: tuple[str, ...] = tuple(
    _BODY + [f"{side}_{finger}{i}" for side in ("left", "right") for finger in _FINGERS for i in (1, 2, 3)]
)
JOINT_COUNT = len(JOINT_NAMES)
JOINT = {name: index for index, name in enumerate(JOINT_NAMES)}


def _parents() -> tuple[int, ...]:
    body = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15]
    for wrist, first in ((20, 25), (21, 40)):
        for finger in range(5):
            base = first + 3 * finger
            body += [wrist, base, base + 1]
    return tuple(body)


PARENTS: tuple[int, ...] = _parents()

REST_JOINTS_FILE = Path(__file__).with_name("rest_joints.npy")


@cache
def default_rest_joints() -> np.ndarray:
    """Return rest positions (55, 3) of the bundled character, metres, in SMPL-X axes (Y up, facing +Z, left is +X).

    The origin lies on the floor between the feet: with a translation of zero the character stands on the floor.
    The array cannot be written to.
    """
    joints = np.load(REST_JOINTS_FILE, allow_pickle=False).astype(np.float64)
    joints.setflags(write=False)
    return joints
