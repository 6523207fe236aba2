"""Rotations in the rotation mode of a bone: quaternion, axis and angle, or Euler angles in one of six orders."""

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ...core.body.rotation import matrix_to_euler, quat_to_matrix
from ..blender import fcurves
from ..blender.paths import bone_path


def property_of(mode: str) -> str:
    """The property that a rotation mode animates."""
    return {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(mode, "rotation_euler")


def in_mode(quaternions: np.ndarray, mode: str) -> tuple[str, np.ndarray]:
    """The property that a rotation mode animates and its values over time, from quaternions (T, 4), w first."""
    if mode == "QUATERNION":
        return "rotation_quaternion", quaternions
    if mode == "AXIS_ANGLE":
        angle = 2 * np.arctan2(np.linalg.norm(quaternions[:, 1:], axis=1), quaternions[:, 0])
        axis = quaternions[:, 1:] / np.maximum(np.linalg.norm(quaternions[:, 1:], axis=1, keepdims=True), 1e-12)
        axis[np.abs(angle) < 1e-6] = [0.0, 1.0, 0.0]
        return "rotation_axis_angle", np.concatenate([angle[:, None], axis], axis=1)
    return "rotation_euler", euler(quaternions, mode)


def euler(quaternions: np.ndarray, order: str) -> np.ndarray:
    """Euler angles (T, 3), x y z, radians, of rotations (T, 4) in one of Blender's orders, continuous in time.

    `order` names the axes as they are turned about, the first one first: "XYZ" is Rz Ry Rx.
    """
    i, j, k = ("XYZ".index(letter) for letter in order)
    angles = np.empty((len(quaternions), 3))
    # Blender names the axes from the right end of the product.
    angles[:, [k, j, i]] = matrix_to_euler(quat_to_matrix(quaternions), order[::-1])
    # The same rotation has a second set of angles; the nearer one keeps curves from jumping.
    other = np.array(angles)
    other[:, [i, k]] += np.pi
    other[:, j] = np.pi - other[:, j]
    return np.unwrap(_nearest_in_turn(angles, other), axis=0)


def _nearest_in_turn(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Rows (T, 3) of one array or the other, each the nearer to the row before, full turns aside."""
    turn, chosen = 2 * np.pi, np.array(first)
    # Plain numbers: each row depends on the choice before it.
    rows = zip(first.tolist(), second.tolist(), strict=True)
    before = next(rows)[0]
    for frame, (one, two) in enumerate(rows, 1):
        distances = [
            sum(abs((a - b + np.pi) % turn - np.pi) for a, b in zip(row, before, strict=True)) for row in (one, two)
        ]
        before = one if distances[0] <= distances[1] else two
        chosen[frame] = before
    return chosen


def rotation_path(armature: bpy.types.Object, name: str) -> str:
    """Return the data path of the property that rotates a pose bone in its rotation mode."""
    return f"{bone_path(name)}.{property_of(armature.pose.bones[name].rotation_mode)}"


def quaternions_at(armature, action, name: str, frames: np.ndarray) -> np.ndarray:
    """Return the rotation of a pose bone at frames (T,) as unit quaternions (T, 4), w first, in any rotation mode.

    A bone that the action does not key keeps the rotation it has now.
    """
    bone = armature.pose.bones[name]
    prop = property_of(bone.rotation_mode)
    values = fcurves.read(action, armature, f"{bone_path(name)}.{prop}", frames, getattr(bone, prop))
    if prop == "rotation_euler":
        values = np.array([Euler(value, bone.rotation_mode).to_quaternion() for value in values])
    elif prop == "rotation_axis_angle":
        values = np.array([Quaternion(value[1:], value[0]) for value in values])
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


def keyed_quaternions(armature, action, name: str, frames: np.ndarray) -> np.ndarray | None:
    """Return the rotations (T, 4) that an action keys on a bone; None where it keys none."""
    if not fcurves.has(action, armature, rotation_path(armature, name)):
        return None
    return quaternions_at(armature, action, name, frames)
