"""Poses with their speeds, read off a character: as it stands now, at an end of an action, or at rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.parts import EXPRESSION_WIDTHS
from ...core.body.proportions import leg_length
from ...core.body.skeleton import JOINT_COUNT, JOINT_NAMES
from ...core.direct.joining import MovingPose, moving_pose
from ...core.errors import GestureError
from ..blender import nla, sequencer, timeline, versions
from ..character.bone_space import RestSpace
from ..rig import performer


def present(armature: bpy.types.Object) -> MovingPose:
    """Return the present pose of a character, standing still.

    Raises:
        GestureError: the pose of such a rig cannot be read.
    """
    pose, place = performer.of(armature).pose(), _place(armature)
    return moving_pose(np.stack([pose, pose]), 1.0, None if place is None else np.stack([place, place]))


def at_rest() -> MovingPose:
    """Return the rest pose of any character, with a face at rest."""
    none = np.zeros((JOINT_COUNT, 3))
    return MovingPose(none, none, expression=np.zeros(EXPRESSION_WIDTHS["arkit52"]))


def of_action(
    scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action, is_last: bool
) -> MovingPose:
    """Return the pose of a character at the last or the first frame of an action.

    Args:
        scene: its frame is set back afterwards.
        armature: the character.
        action: animates its bones.
        is_last: whether the last frame is meant.

    Raises:
        GestureError: the action has no keys for the character, or the character is being tweaked in the NLA.
    """
    nla.require_assignable(armature)
    first, last = action.frame_range
    frame = int(last) if is_last else int(first)
    frames = (frame - 1, frame) if is_last else (frame, frame + 1)
    poses, places = [], []
    with performing(scene, armature, action):
        for each in frames:
            scene.frame_set(each)
            poses.append(performer.of(armature).pose())
            places.append(_place(armature))
    known = None if places[0] is None else np.stack(places)
    return moving_pose(np.stack(poses), sequencer.scene_fps(scene), known, at=1 if is_last else 0)


@contextmanager
def performing(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> Iterator[None]:
    """Let a character perform an action alone for a moment; afterwards everything is as before."""
    before, data = versions.assigned_action(armature), armature.animation_data
    slot, use_nla = versions.current_slot(data) if before else None, data.use_nla if data else True
    if not versions.switch_action(armature, action):
        raise GestureError(
            f"{action.name} has no keys for {armature.name}.", remedy="Choose an action of this character."
        )
    armature.animation_data.use_nla = False
    with timeline.visiting(scene):
        try:
            yield
        finally:
            versions.animate(armature, before, slot)
            armature.animation_data.use_nla = use_nla


def for_take(pose: MovingPose, armature: bpy.types.Object, motion: Motion) -> MovingPose:
    """Return a pose with its root where the motion of a take has it: on the skeleton that the motion was made for.

    Args:
        pose: its root is on the armature's skeleton.
        armature: an SMPL-X armature, where the pose has a place of the root.
        motion: of the take.
    """
    if pose.translation is None:
        return pose
    own, source = RestSpace.of(armature).rest_joints, motion.skeleton
    scale = leg_length(own) / leg_length(source)
    travel = None if pose.travel is None else pose.travel / scale
    return replace(pose, translation=(pose.translation + own[0]) / scale - source[0], travel=travel)


def _place(armature: bpy.types.Object) -> np.ndarray | None:
    """Return the translation (3,) of an SMPL-X armature's root, metres; None on mapped rigs."""
    if not performer.of(armature).can_read_keys:
        return None
    location = np.array(armature.pose.bones[JOINT_NAMES[0]].location)
    return RestSpace.of(armature).root_translation(location[None])[0]
