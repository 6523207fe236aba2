"""The skeleton that a motion is finished on: its own, the neutral one, or one from a file."""

import math
from pathlib import Path

import numpy as np

from ..body.legs import Legs, Skeleton
from ..body.motion import Motion
from ..body.proportions import put_on, sole_height
from ..body.skeleton import JOINT_COUNT, default_rest_joints
from ..errors import GestureError
from ..files import DAMAGED
from ..inputs import Npz
from .contacts import find_ground


def with_skeleton(motion: Motion, floor_m: float | None = None) -> Motion:
    """Return the motion with `rest_joints`: its own, else the neutral ones.

    The neutral skeleton is the bundled character's, moved up or down so that the motion's feet stand at `floor_m`
    (0 when unknown). Joint rotations and the path stay.

    Raises:
        GestureError: the motion's own rest joints are not 55 finite points, or its legs have no length.
    """
    if motion.rest_joints is not None:
        _check(motion.rest_joints)
        return motion
    rest = default_rest_joints()
    neutral = motion.replace(rest_joints=rest)
    if motion.frame_count == 0:
        return neutral
    sole_m = sole_height(rest)
    low = find_ground(Legs.of(neutral).feet.toe, sole_m, None).height_m
    return motion.replace(rest_joints=rest - np.array([0.0, low - (floor_m or 0.0), 0.0]))


def on_skeleton(motion: Motion, rest_joints: np.ndarray) -> Motion:
    """Put a motion on other bones (55, 3): rotations stay, the hips' path is scaled by the ratio of leg lengths.

    Raises:
        GestureError: `rest_joints` are not 55 finite points, or its legs have no length.
    """
    _check(rest_joints)
    return put_on(motion, np.asarray(rest_joints, np.float64))


def _check(rest_joints: np.ndarray) -> None:
    remedy = "Use a motion file whose `rest_joints` are 55 points in metres, or one without them."
    if np.shape(rest_joints) != (55, 3) or not np.isfinite(rest_joints).all():
        raise GestureError("The skeleton's rest joints are not 55 finite points.", remedy=remedy)
    skeleton = Skeleton.of(np.asarray(rest_joints))
    if min(np.linalg.norm(skeleton.thigh, axis=1).min(), np.linalg.norm(skeleton.shin, axis=1).min()) < 1e-3:
        raise GestureError("The skeleton's legs have no length.", remedy=remedy)


def skeleton_of_file(path: Path) -> np.ndarray:
    """Read the rest joints (55, 3) that a motion file or a character file contains.

    Raises:
        GestureError: there is no such file, or it has no rest joints.
    """
    try:
        file = Npz(path)
        if math.prod(file.shape("rest_joints")) != JOINT_COUNT * 3:
            raise ValueError(f"rest_joints has the shape {file.shape('rest_joints')}")
        return file.numbers("rest_joints")
    except DAMAGED as error:
        raise GestureError(
            f"{path.name} holds no skeleton.", remedy="Choose an npz with `rest_joints` (55, 3).", detail=str(error)
        ) from error
