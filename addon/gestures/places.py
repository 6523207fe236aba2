"""Places in the scene as a take's motion has them: relative to the shoulders, so that any rig can point at them."""

import bpy
import numpy as np

from ...core.body.joints import SHOULDERS
from ...core.body.kinematics import chosen_joints
from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ..blender import timeline
from ..rig import performer

# Z is up in a scene, Y is up in a motion.
_SCENE_UP, _MOTION_UP = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])


def place_of(target: bpy.types.Object, scene: bpy.types.Scene, frame: int) -> np.ndarray:
    """Return where an object is at a frame (3,), in the scene; of one with a shape, the middle of it."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    with timeline.visiting(scene):
        scene.frame_set(frame)
        seen = target.evaluated_get(depsgraph)
        matrix, corners = np.array(seen.matrix_world), np.array([tuple(corner) for corner in seen.bound_box])
    middle = corners.mean(0) if target.type in {"MESH", "CURVE", "SURFACE", "META", "FONT"} else np.zeros(3)
    return matrix[:3, :3] @ middle + matrix[:3, 3]


def in_motion(
    place: np.ndarray, armature: bpy.types.Object, scene: bpy.types.Scene, frame: int, motion: Motion, row: int
) -> tuple[float, float, float]:
    """Convert a place in the scene to the world of a character's motion.

    Args:
        place: (3,) in the scene.
        armature: the character.
        scene: where it performs.
        frame: scene frame of its pose.
        motion: what it performs.
        row: frame of the motion that it shows there.

    Raises:
        GestureError: the character has no shoulders that could be found.
    """
    with timeline.visiting(scene):
        scene.frame_set(frame)
        ends = shoulders_of(armature)
        floor = armature.matrix_world.translation.z
    shown, _ = chosen_joints(
        motion.rotations[row : row + 1], motion.translation[row : row + 1], motion.skeleton, SHOULDERS
    )
    own = shown[0]
    scale = own.mean(0)[1] / max(float(ends.mean(0)[2]) - floor, 1e-3)
    away = _axes(ends, _SCENE_UP) @ (place - ends.mean(0))
    x, y, z = (own.mean(0) + scale * (_axes(own, _MOTION_UP).T @ away)).tolist()
    return x, y, z


def _axes(ends: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return axes (3, 3) as rows: to the left, up and forward, from the left and the right shoulder (2, 3)."""
    left = ends[0] - ends[1]
    left = left - (left @ up) * up
    left = left / max(float(np.linalg.norm(left)), 1e-9)
    return np.stack([left, up, np.cross(left, up)])


def shoulders_of(armature: bpy.types.Object) -> np.ndarray:
    """Return where the left and the right upper arm begin in the scene now (2, 3).

    Raises:
        GestureError: no bone is known to be one of them.
    """
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    ends = []
    for joint in SHOULDERS:
        names = performer.of(armature).bones_of([joint])
        if not names:
            side = "left" if joint == JOINT["left_shoulder"] else "right"
            raise GestureError(f"{armature.name} has no {side} upper arm.", remedy="Map the bone in the panel Rig.")
        heads = [posed.matrix_world @ posed.pose.bones[name].head for name in names]
        ends.append(np.mean(np.array(heads), axis=0))
    return np.array(ends)
