"""Rotations in the rotation mode of a bone: quaternion, axis and angle, or Euler angles in one of six orders.

A motion holds quaternions. Blender animates one of three properties of a pose bone, whichever its rotation mode names:

    mode           property               columns
    QUATERNION     rotation_quaternion    w x y z
    AXIS_ANGLE     rotation_axis_angle    angle x y z
    XYZ, YZX, ...  rotation_euler         x y z, whatever the order of the mode
"""

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ...core.body.rotation import matrix_to_euler, quat_to_matrix
from ..blender import fcurves
from ..blender.paths import bone_path

# Rotations by less than this angle have no axis of their own, radians.
_NO_TURN = 1e-6


def property_of(mode: str) -> str:
    """Return the name of the property that a rotation mode animates."""
    return {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(mode, "rotation_euler")


def rotation_path(armature: bpy.types.Object, name: str) -> str:
    """Return the data path of the property that rotates a pose bone in its rotation mode."""
    return f"{bone_path(name)}.{property_of(armature.pose.bones[name].rotation_mode)}"


def in_mode(quaternions: np.ndarray, mode: str) -> tuple[str, np.ndarray]:
    """Convert rotations over time to a rotation mode.

    Args:
        quaternions: (T, 4), w first, continuous in sign.
        mode: as Blender names it.

    Returns:
        the property that the mode animates, and its values (T, 3) or (T, 4).
    """
    if mode == "QUATERNION":
        return "rotation_quaternion", quaternions
    if mode == "AXIS_ANGLE":
        sine = np.linalg.norm(quaternions[:, 1:], axis=1)
        angle = 2 * np.arctan2(sine, quaternions[:, 0])
        axis = quaternions[:, 1:] / np.maximum(sine[:, None], 1e-12)
        axis[np.abs(angle) < _NO_TURN] = [0.0, 1.0, 0.0]
        return "rotation_axis_angle", np.concatenate([angle[:, None], axis], axis=1)
    return "rotation_euler", euler(quaternions, mode)


def euler(quaternions: np.ndarray, order: str) -> np.ndarray:
    """Convert rotations over time to Euler angles without jumps.

    Every rotation has two sets of Euler angles, (a, b, c) and (a + π, π - b, c + π), and each angle may have full turns
    added. Each frame takes the set that is nearer to the frame before.

    Args:
        quaternions: (T, 4), w first.
        order: one of Blender's orders; it names the axes in the order of the turns: "XYZ" is Rz Ry Rx.

    Returns:
        (T, 3) angles about x, y and z, radians.
    """
    i, j, k = ("XYZ".index(letter) for letter in order)
    angles = np.empty((len(quaternions), 3))
    # `matrix_to_euler` names the axes as they stand in the product, which is the other way round.
    angles[:, [k, j, i]] = matrix_to_euler(quat_to_matrix(quaternions), order[::-1])
    other = np.array(angles)
    other[:, [i, k]] += np.pi
    other[:, j] = np.pi - other[:, j]
    return np.unwrap(_nearest_in_turn(angles, other), axis=0)


def _nearest_in_turn(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Choose for each row (3,) of two arrays (T, 3) the one that is nearer to the row chosen before.

    Full turns do not count as distance.
    """
    turn, chosen = 2 * np.pi, np.array(first)
    # Plain numbers are faster here than arrays: each row depends on the choice before it.
    rows = zip(first.tolist(), second.tolist(), strict=True)
    before = next(rows)[0]
    for frame, (one, two) in enumerate(rows, 1):
        distances = [
            sum(abs((a - b + np.pi) % turn - np.pi) for a, b in zip(row, before, strict=True)) for row in (one, two)
        ]
        before = one if distances[0] <= distances[1] else two
        chosen[frame] = before
    return chosen


def quaternions_at(armature: bpy.types.Object, action: bpy.types.Action, name: str, frames: np.ndarray) -> np.ndarray:
    """Read the rotations of a pose bone from an action, whatever the bone's rotation mode.

    A bone that the action does not key keeps the rotation it has now.

    Args:
        armature: armature of the bone.
        action: its curves are read.
        name: name of the bone.
        frames: (T,) scene frames, which need not be whole.

    Returns:
        (T, 4) unit quaternions, w first.
    """
    bone = armature.pose.bones[name]
    prop = property_of(bone.rotation_mode)
    values = fcurves.read(action, armature, rotation_path(armature, name), frames, getattr(bone, prop))
    if prop == "rotation_euler":
        values = np.array([Euler(value, bone.rotation_mode).to_quaternion() for value in values])
    elif prop == "rotation_axis_angle":
        values = np.array([Quaternion(value[1:], value[0]) for value in values])
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
