"""From a motion to channels on a rig: in each bone's own rotation mode, with the switches of its controls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ...core.body.motion import Motion
from ...core.body.rotation import matrix_to_euler, quat_to_matrix
from ...core.body.skeleton import JOINT, JOINT_COUNT, JOINT_NAMES, PARENTS
from ...core.errors import GestureError
from ..blender import fcurves
from ..blender.fcurves import Channel
from ..character import armature as character_armature
from ..character import bone_space
from . import mapping as rig_mapping
from .presets import BoneMap, joints_of
from .read import Rig, driven_bones, read_rig
from .retarget import NEXT, Alignment, Keys, align, retarget

# A bone that ends up this far from where its keys put it is held by something else.
_HELD = np.radians(3.0)
_CHECKED_FRAMES = 3


@dataclass(frozen=True)
class Performance:
    """A motion as keys of one rig.

    Attributes:
        channels: rotations of its bones and the location of the one that carries the path.
        keys: the same as numbers.
        rig: the bones.
    """

    channels: list[Channel]
    keys: Keys
    rig: Rig


def perform(
    motion: Motion,
    armature: bpy.types.Object,
    mapping: BoneMap,
    left_out: Collection[str] = (),
    joints: Sequence[int] = range(JOINT_COUNT),
) -> Performance:
    """What to key on a rig so that it performs a motion.

    Args:
        motion: of any skeleton.
        armature: the rig.
        mapping: its bones.
        left_out: parts that are not keyed.
        joints: keys only bones that these joints move.

    Raises:
        GestureError: the rig cannot be keyed; nothing was changed.
    """
    refuse(armature, mapping)
    alignment = alignment_of(armature, mapping, left_out)
    keys, rig = retarget(motion, alignment), alignment.rig
    moved = moved_bones(rig, joints)
    channels = []
    if 0 in joints:
        channels.append(Channel(f"{path_of(rig.carrier)}.location", keys.location, rig.carrier))
    for bone, name in enumerate(rig.names):
        if bone in moved:
            prop, values = in_mode(keys.quaternions[:, bone], armature.pose.bones[name].rotation_mode)
            channels.append(Channel(f"{path_of(name)}.{prop}", values, name))
    return Performance(channels, keys, rig)


def moved_bones(rig: Rig, joints: Sequence[int]) -> set[int]:
    """The bones of a rig that joints move; twist bones go with their limb and what hangs on it.

    A bone that does not turn with its parent must be turned against it: it goes with every joint that carries it.
    """
    if not all(rig.inherits):
        moving = set(joints)
        for joint, parent in enumerate(PARENTS):
            if parent in moving:
                moving.add(joint)
        joints = sorted(moving)
    moved = {bone for part, bones in rig.parts.items() if set(joints_of(part)) & set(joints) for bone in bones}
    for twist in rig.twists:
        end = rig.parts.get(NEXT[twist.part], ())
        if moved & {*rig.parts[twist.part], *end}:
            moved.add(twist.bone)
    return moved


def alignment_of(armature: bpy.types.Object, mapping: BoneMap, left_out: Collection[str] = ()) -> Alignment:
    """How an armature's bones follow the joints.

    Raises:
        GestureError: parts are missing or hang together wrongly.
    """
    return align(read_rig(armature, mapping, left_out))


def skeleton_of(armature: bpy.types.Object) -> np.ndarray:
    """The proportions of an armature as rest joints (55, 3), SMPL-X axes; a mapped rig's as tall as a person.

    Raises:
        GestureError: the rig is not mapped well enough.
    """
    if rig_mapping.is_direct(armature):
        heads = character_armature.rest_heads(armature)
        return heads @ bone_space.armature_axes(heads)
    return alignment_of(armature, rig_mapping.mapping_of(armature)).rest_joints


def jaw_bones(armature: bpy.types.Object) -> tuple[str, ...]:
    """The bones that open the mouth of an armature that can be keyed; none where it has none."""
    if rig_mapping.is_direct(armature):
        return (JOINT_NAMES[JOINT["jaw"]],)
    return rig_mapping.mapping_of(armature).bones.get("jaw", ())


def refuse(armature: bpy.types.Object, mapping: BoneMap | None = None) -> None:
    """Say why an armature cannot get keys, before anything is changed; without a mapping SMPL-X's own bones count.

    Raises:
        GestureError: it is linked, or drivers hold bones that would be keyed.
    """
    character_armature.require_editable(armature)
    if held := sorted(set(driven_bones(armature)) & set(JOINT_NAMES if mapping is None else mapping.names)):
        raise GestureError(
            f"Drivers move {', '.join(held[:5])} of {armature.name}: keys there would do nothing.",
            remedy="Remove the drivers, or map the bones that they follow.",
        )


def path_of(name: str) -> str:
    """The data path of a pose bone."""
    return f'pose.bones["{bpy.utils.escape_identifier(name)}"]'


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


def write_switches(action: bpy.types.Action, armature: bpy.types.Object, frame: float) -> None:
    """Key once what switches a rig's controls to forward kinematics, so that other actions keep their inverse ones."""
    for bone, name, value in _switches(armature):
        channel = Channel(f'{path_of(bone)}["{bpy.utils.escape_identifier(name)}"]', np.array([[value]]), bone)
        fcurves.write(action, armature, np.array([frame]), [channel], kind="CONSTANT")


def switch(armature: bpy.types.Object) -> None:
    """Set the switches themselves, too."""
    for bone, name, value in _switches(armature):
        pose = armature.pose.bones[bone]
        pose[name] = type(pose[name])(value)


def _switches(armature: bpy.types.Object) -> list[tuple[str, str, float]]:
    """(bone, custom property, value) of an armature's controls."""
    if rig_mapping.is_direct(armature):
        return []
    poses = armature.pose.bones
    return [
        (bone, name, value)
        for bone, values in rig_mapping.mapping_of(armature).settings.items()
        for name, value in values.items()
        if bone in poses and name in poses[bone]
    ]


def held_note(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> list[str]:
    """A line on the bones that do not follow an action's keys, since something else holds them."""
    free = rig_mapping.is_direct(armature) and not any(len(bone.constraints) for bone in armature.pose.bones)
    held = [] if free else disobedient(scene, armature, action)
    if not held:
        return []
    names = ", ".join(held[:4]) + (f" and {len(held) - 4} more" if len(held) > 4 else "")
    return [f"Constraints or drivers hold {names}: mute them, or map the bones that they follow."]


def disobedient(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> list[str]:
    """Bones of a rig that did not turn as an action's keys say, at a few frames."""
    rig = read_rig(armature, rig_mapping.mapping_of(armature))
    first, last = action.frame_range
    frames = np.linspace(first, last, _CHECKED_FRAMES).round()
    keyed = [name for name in rig.names if _keyed_turns(armature, action, name, frames) is not None]
    now, off = scene.frame_current, set()
    for row, frame in enumerate(frames):
        scene.frame_set(int(frame))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        turns: list[Quaternion] = []
        for bone, name in enumerate(rig.names):
            rest = posed.data.bones[name].matrix_local.to_quaternion()
            found = posed.pose.bones[name].matrix.to_quaternion() @ rest.inverted()
            turns.append(found)
            if name not in keyed:
                continue
            parent = rig.parents[bone]
            carried = turns[parent] @ Quaternion(rig.between[bone]) if parent >= 0 else Quaternion(rig.between[bone])
            if not rig.inherits[bone]:
                carried = Quaternion()
            local = Quaternion(_keyed_turns(armature, action, name, frames)[row])
            angle = found.rotation_difference(carried @ rest @ local @ rest.inverted()).angle
            if min(angle, 2 * np.pi - angle) > _HELD:
                off.add(name)
    scene.frame_set(now)
    return [name for name in rig.names if name in off]


def _keyed_turns(armature, action, name: str, frames: np.ndarray) -> np.ndarray | None:
    """Rotations (K, 4) that an action keys on a bone; None where it keys none."""
    bone = armature.pose.bones[name]
    prop = property_of(bone.rotation_mode)
    if not fcurves.has(action, armature, f"{path_of(name)}.{prop}"):
        return None
    values = fcurves.read(action, armature, f"{path_of(name)}.{prop}", frames, getattr(bone, prop))
    if prop == "rotation_euler":
        return np.array([Euler(value, bone.rotation_mode).to_quaternion() for value in values])
    if prop == "rotation_axis_angle":
        return np.array([Quaternion(value[1:], value[0]) for value in values])
    return values / np.linalg.norm(values, axis=1, keepdims=True)
