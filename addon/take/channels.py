"""Channels that a motion keys on a character: of bones and shape keys, all of them or those that changed."""

import math
from collections.abc import Iterator, Sequence

import bpy
import numpy as np

from ...core.body.motion import Motion, resample
from ...core.body.parts import EXPRESSION_WIDTHS, EYES
from ...core.body.skeleton import JOINT, JOINT_COUNT, JOINT_NAMES
from ...core.direct.chain import Changed
from ..blender.fcurves import Channel
from ..face import channels as face_channels
from ..face.smplx_joint_shifts import joint_moves
from ..rig import performer

# A frame that begins this close before the end of the motion is not worth a key of its own.
_TOLERANCE = 1e-6
_FACE_JOINTS = (JOINT["jaw"], *EYES)
_EVERY_SHAPE = tuple(range(max(EXPRESSION_WIDTHS.values())))
EVERYTHING = Changed(tuple(range(JOINT_COUNT)), True, _EVERY_SHAPE, True)

FACE = Changed(_FACE_JOINTS, False, _EVERY_SHAPE, False)


def key_times_s(motion: Motion, fps: float) -> np.ndarray:
    """Return the times (K,), seconds from the start of a motion, of the scene frames that cover it, without drift."""
    count = max(1, math.ceil(motion.frame_count / motion.fps * fps - _TOLERANCE))
    return np.arange(count) / fps


def at_frames(motion: Motion, fps: float) -> Motion:
    """Return a motion sampled at the scene frames that cover it."""
    times_s = key_times_s(motion, fps)
    if fps == motion.fps and len(times_s) == motion.frame_count:
        return motion
    return resample(motion, times_s)


def of(
    motion: Motion, armature: bpy.types.Object, changed: Changed = EVERYTHING
) -> Iterator[tuple[bpy.types.ID, list[Channel]]]:
    """Yield the armature and the shape keys of a character, each with the channels that a motion keys on it.

    The channels have a value for each frame of the motion.

    Args:
        motion: motion of any skeleton.
        armature: an SMPL-X armature, or one whose bones are mapped.
        changed: joints and shapes to key. A channel that also depends on others is keyed when one of them changed.

    Raises:
        GestureError: the armature cannot be keyed.
    """
    joints = set(changed.joints)
    if changed.translation:
        joints.add(0)
    if changed.shapes:
        # On a character without shape keys for the mouth or the look, the expression turns jaw and eyes.
        joints.update(_FACE_JOINTS)
        joints.update(JOINT_NAMES.index(name) for name in joint_moves(motion, armature))
    if joints:
        yield armature, of_body(motion, armature, sorted(joints))
    if changed.shapes:
        all_of_them = changed.shapes == _EVERY_SHAPE or motion.face_basis != "arkit52"
        for keys in face_channels.face_keys(armature):
            if face_channels.is_editable(keys):
                yield keys, face_channels.channels(motion, keys, None if all_of_them else changed.shapes)


def of_body(motion: Motion, armature: bpy.types.Object, joints: Sequence[int] = range(JOINT_COUNT)) -> list[Channel]:
    """Return rotations of the bones that joints move; with the first joint, also the location of the root.

    Raises:
        GestureError: the armature cannot be keyed.
    """
    motion = face_channels.with_bones(motion, armature)
    left_out, moves = face_channels.parts_by_keys(armature), joint_moves(motion, armature)
    return performer.of(armature).channels(motion, joints, left_out, moves)
