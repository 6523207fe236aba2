"""The motion that finishing starts from: a take's raw motion, or the keys of another action on an SMPL-X armature.

Finishing must not start from its own result, or a second run would smooth twice. A take stores its raw motion.
For another action, a copy of it is made before the first run; the action refers to the copy in a custom property.
"""

from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.parts import EXPRESSION_WIDTHS
from ...core.body.skeleton import JOINT_NAMES
from ...core.errors import GestureError
from ..blender import fcurves, paths, sequencer, versions
from ..character.bone_space import RestSpace
from ..rig import performer
from ..rig.rotation_modes import quaternions_at, rotation_path
from ..take import info as take_info
from ..take import performed
from ..take import store as take_store

# Custom property of a finished action: the copy that was made before finishing.
SOURCE_KEY = "mambatalk_unfinished"


@dataclass(frozen=True)
class Unfinished:
    """A motion before finishing.

    Attributes:
        motion: with the rest joints that it was made for.
        start_frame: the scene frame of its first frame.
        key_fps: frames per second of the keys on the character now.
        take: whether it is the motion of a take; other actions are read without their face.
    """

    motion: Motion
    start_frame: float
    key_fps: float
    take: bool

    @property
    def frames(self) -> np.ndarray:
        """Return the scene frames (T,) of the motion's frames; they are whole when both frame rates are equal."""
        return self.start_frame + np.arange(self.motion.frame_count) / self.motion.fps * self.key_fps


def find(scene: bpy.types.Scene, armature: bpy.types.Object) -> Unfinished:
    """Read the motion of an armature's action as it was before any finishing.

    Raises:
        GestureError: there is no action, or its keys cannot be read as a motion of SMPL-X.
    """
    action = take_info.performed(armature)
    if action is None:
        raise GestureError(f"{armature.name} has no animation.", remedy="Generate a take, or assign an action.")
    if take_info.active(armature) is not None:
        info = performed.of(armature).info
        return Unfinished(take_store.load(action).raw, info.start_frame, info.fps, take=True)
    if not performer.of(armature).can_read_keys:
        raise GestureError(
            f"The keys of {action.name} are on a mapped rig, and it is no take: they cannot be read back.",
            remedy="Finish it on the character it was made on, then Retarget it.",
        )
    source = action.get(SOURCE_KEY) or action
    return read_action(scene, armature, source)


def keep_source(armature: bpy.types.Object) -> None:
    """Copy the armature's action before its first finishing, so that the next finishing finds the unfinished keys."""
    action = versions.action_of(armature)
    if action.get(SOURCE_KEY) is not None:
        return
    copy = action.copy()
    copy.name = f"{action.name} unfinished"
    action[SOURCE_KEY] = copy


def read_action(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> Unfinished:
    """Read the keys of an action as a motion on the armature's own skeleton, one frame per scene frame.

    The face is not read: the expression is zero.

    Raises:
        GestureError: the action keys no bone of SMPL-X.
    """
    space = RestSpace.of(armature)
    first, last = (round(frame) for frame in action.frame_range)
    frames = np.arange(first, last + 1)
    root = armature.pose.bones[JOINT_NAMES[0]]
    if not any(fcurves.has(action, armature, rotation_path(armature, name)) for name in JOINT_NAMES):
        raise GestureError(
            f"{action.name} does not animate the bones of {armature.name}.", remedy="Choose an SMPL-X action."
        )
    basis = np.stack([quaternions_at(armature, action, name, frames) for name in JOINT_NAMES], axis=1)
    location = fcurves.read(action, armature, f"{paths.bone_path(root.name)}.location", frames, root.location)
    motion = Motion(
        rotations=space.rotvecs(basis),
        translation=space.root_translation(location),
        expression=np.zeros((len(frames), EXPRESSION_WIDTHS["arkit52"])),
        rest_joints=space.rest_joints,
        fps=float(sequencer.scene_fps(scene)),
    )
    return Unfinished(motion, first, motion.fps, take=False)
