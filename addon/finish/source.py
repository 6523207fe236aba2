"""The motion that finishing starts from: a take's raw motion, or the keys of any action on an SMPL-X armature."""

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
from ..take import playback
from ..take import store as take_store

# On an action: the copy of it that was made before its keys were finished.
SOURCE_KEY = "mambatalk_unfinished"


@dataclass(frozen=True)
class Unfinished:
    """A motion before finishing.

    Attributes:
        motion: with the rest joints it was made for.
        start_frame: the scene frame of its first frame.
        key_fps: of the keys that stand for it now.
        take: whether it is a take's, whose face belongs to it.
    """

    motion: Motion
    start_frame: float
    key_fps: float
    take: bool

    @property
    def frames(self) -> np.ndarray:
        """Scene frames (T,) of the motion's frames; whole only where the frame rates agree."""
        return self.start_frame + np.arange(self.motion.frame_count) / self.motion.fps * self.key_fps


def find(scene: bpy.types.Scene, armature: bpy.types.Object) -> Unfinished:
    """What the armature's action was before any finishing, so that finishing twice never adds up.

    Raises:
        GestureError: there is no action, or it does not key the armature's bones.
    """
    action = versions.action_of(armature)
    if action is None:
        raise GestureError(f"{armature.name} has no animation.", remedy="Generate a take, or assign an action.")
    if take_info.active(armature) is not None:
        info = playback.of(armature).info
        return Unfinished(take_store.load(action).raw, info.start_frame, info.fps, take=True)
    if not performer.of(armature).can_read_keys:
        raise GestureError(
            f"The keys of {action.name} are on a mapped rig, and it is no take: they cannot be read back.",
            remedy="Finish it on the character it was made on, then Retarget it.",
        )
    source = action.get(SOURCE_KEY) or action
    return read_action(scene, armature, source)


def keep_source(armature: bpy.types.Object) -> None:
    """Copy the action, before its first finishing, to where the next one finds it."""
    action = versions.action_of(armature)
    if action.get(SOURCE_KEY) is not None:
        return
    copy = action.copy()
    copy.name = f"{action.name} unfinished"
    action[SOURCE_KEY] = copy


def read_action(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> Unfinished:
    """The keys of an action as a motion on the armature's own skeleton, one frame per scene frame.

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
