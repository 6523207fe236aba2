"""From a motion to channels on a rig: in each bone's own rotation mode, with the switches of its controls."""

from dataclasses import dataclass

import bpy
import numpy as np

from ..core.body.motion import Motion
from ..core.body.rotation import quaternion_to_matrix
from ..core.errors import GestureError
from . import keyframes, rig_detect
from .bone_map import BoneMap
from .keyframes import Channel
from .retarget import Alignment, Keys, align, retarget
from .rig import Rig, driven_bones, read_rig

# A bone that ends up this far from where its keys put it is held by something else.
_HELD = np.radians(3.0)
_CHECKED_FRAMES = 3


@dataclass(frozen=True)
class Performance:
    """A motion as keys of one rig.

    Attributes:
        channels: rotations of its bones and the location of the one that carries the path.
        switches: bone → custom property → value, keyed once.
        keys: the same as numbers.
        rig: the bones.
    """

    channels: list[Channel]
    switches: dict[str, dict[str, float]]
    keys: Keys
    rig: Rig


def perform(motion: Motion, armature: bpy.types.Object, mapping: BoneMap, face_bones: bool = True) -> Performance:
    """What to key on a rig so that it performs a motion.

    Raises:
        GestureError: the rig cannot be keyed; nothing was changed.
    """
    refuse(armature, mapping)
    alignment = alignment_of(armature, mapping, face_bones)
    keys, rig = retarget(motion, alignment), alignment.rig
    channels = [Channel(f"{path_of(rig.carrier)}.location", keys.location, rig.carrier)]
    for bone, name in enumerate(rig.names):
        mode = armature.pose.bones[name].rotation_mode
        prop, values = in_mode(keys.quaternions[:, bone], mode)
        channels.append(Channel(f"{path_of(name)}.{prop}", values, name))
    return Performance(channels, rig.settings, keys, rig)


def alignment_of(armature: bpy.types.Object, mapping: BoneMap, face_bones: bool = True) -> Alignment:
    """How an armature's bones follow the joints.

    Raises:
        GestureError: parts are missing or hang together wrongly.
    """
    return align(read_rig(armature, mapping, face_bones))


def refuse(armature: bpy.types.Object, mapping: BoneMap) -> None:
    """Say why an armature cannot get keys, before anything is changed.

    Raises:
        GestureError: it is linked, or drivers hold bones of the mapping.
    """
    if armature.library is not None:
        raise GestureError(
            f"{armature.name} is linked from {bpy.path.basename(armature.library.filepath)}: it cannot get keys.",
            remedy="Make a library override of it: Object > Library Override > Make.",
        )
    if armature.override_library is not None and armature.override_library.is_system_override:
        raise GestureError(
            f"{armature.name} is an override that is not editable.",
            remedy="Make it editable: Object > Library Override > Make.",
        )
    if held := sorted(set(driven_bones(armature)) & set(mapping.names)):
        raise GestureError(
            f"Drivers move {', '.join(held[:5])} of {armature.name}: keys there would do nothing.",
            remedy="Remove the drivers, or map the bones that they follow.",
        )


def path_of(name: str) -> str:
    """The data path of a pose bone."""
    return f'pose.bones["{bpy.utils.escape_identifier(name)}"]'


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
    sign = 1.0 if (i, j, k) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1.0
    m = quaternion_to_matrix(quaternions)
    cosine = np.hypot(m[:, i, i], m[:, j, i])
    angles = np.empty((len(m), 3))
    locked = cosine < 1e-6
    angles[:, i] = np.where(
        locked, np.arctan2(-sign * m[:, j, k], m[:, j, j]), np.arctan2(sign * m[:, k, j], m[:, k, k])
    )
    angles[:, j] = np.arctan2(-sign * m[:, k, i], cosine)
    angles[:, k] = np.where(locked, 0.0, np.arctan2(sign * m[:, j, i], m[:, i, i]))
    # The same rotation has a second set of angles; the nearer one keeps curves from jumping.
    for frame in range(1, len(angles)):
        other = np.array(angles[frame])
        other[[i, k]] += np.pi
        other[j] = np.pi - other[j]
        options = np.stack([angles[frame], other])
        options += 2 * np.pi * np.round((angles[frame - 1] - options) / (2 * np.pi))
        angles[frame] = options[np.argmin(np.abs(options - angles[frame - 1]).sum(1))]
    return angles


def write(action: bpy.types.Action, armature: bpy.types.Object, frames: np.ndarray, performance: Performance) -> None:
    """Key a performance at scene frames (T,), ascending, and the switches of its controls once."""
    keyframes.write(action, armature, frames, performance.channels)
    for bone, name, value in _switches(armature, performance):
        channel = Channel(f'{path_of(bone)}["{bpy.utils.escape_identifier(name)}"]', np.array([[value]]), bone)
        keyframes.write(action, armature, frames[:1], [channel], kind="CONSTANT")


def switch(armature: bpy.types.Object, performance: Performance) -> None:
    """Set the switches themselves, so that they hold outside the keys, too."""
    for bone, name, value in _switches(armature, performance):
        pose = armature.pose.bones[bone]
        pose[name] = type(pose[name])(value)


def _switches(armature, performance: Performance):
    for bone, values in performance.switches.items():
        for name, value in values.items():
            if name in armature.pose.bones[bone]:
                yield bone, name, value


def disobedient(scene: bpy.types.Scene, armature: bpy.types.Object, frames: np.ndarray, performance: Performance):
    """Bones that did not follow their keys at a few frames, because constraints or drivers of the rig hold them."""
    from mathutils import Quaternion

    now = scene.frame_current
    off: dict[str, float] = {}
    for row in np.linspace(0, len(frames) - 1, _CHECKED_FRAMES).astype(int):
        scene.frame_set(int(frames[row]))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for bone, name in enumerate(performance.rig.names):
            wanted = Quaternion(performance.keys.turns[row, bone])
            rest = posed.data.bones[name].matrix_local.to_quaternion()
            found = posed.pose.bones[name].matrix.to_quaternion() @ rest.inverted()
            angle = found.rotation_difference(wanted).angle
            off[name] = max(off.get(name, 0.0), min(angle, 2 * np.pi - angle))
    scene.frame_set(now)
    return [name for name, angle in off.items() if angle > _HELD]


def detected(armature: bpy.types.Object) -> rig_detect.Detection | None:
    """What kind of rig an armature is."""
    bones = list(armature.data.bones)
    number = {bone.name: index for index, bone in enumerate(bones)}
    return rig_detect.detect(
        [bone.name for bone in bones], [number[bone.parent.name] if bone.parent else -1 for bone in bones]
    )
