"""From a take, or any motion, to the scene: keys on the armature and the face, the sound strip, the frame range."""

import math
from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np

from ..core.body.motion import Motion, resample
from ..core.body.rotation import continuous
from ..core.body.skeleton import JOINT_NAMES
from ..core.errors import GestureError
from . import character, contacts, face, keyframes, rig_keys, rig_map, smplx_character, sound, takes, versions
from .keyframes import Channel

# A frame that begins this close before the end of the motion is not worth a key of its own.
_TOLERANCE = 1e-6


def key_times_s(motion: Motion, fps: float) -> np.ndarray:
    """Seconds (K,) of the scene frames that cover a motion, from its start, without drift."""
    count = max(1, math.ceil(motion.frame_count / motion.fps * fps - _TOLERANCE))
    return np.arange(count) / fps


def body_channels(motion: Motion, armature: bpy.types.Object) -> list[Channel]:
    """Rotations of all bones and the location of the root, at the motion's own frames."""
    motion = face.with_bones(motion, armature)
    if not rig_map.is_direct(armature):
        # Jaw and eye bones beside shape keys that do the same would move the face twice.
        face_bones = not face.face_keys(armature)
        return rig_keys.perform(motion, armature, rig_map.mapping_of(armature), face_bones).channels
    quaternions, location = character.pose_basis(motion, armature)
    quaternions = continuous(quaternions)
    channels = [
        Channel(f'pose.bones["{bpy.utils.escape_identifier(name)}"].rotation_quaternion', quaternions[:, joint], name)
        for joint, name in enumerate(JOINT_NAMES)
    ]
    root = JOINT_NAMES[0]
    moved = smplx_character.joint_moves(motion, armature)
    moved[root] = location + moved.get(root, 0.0)
    return [*(Channel(f"{rig_keys.path_of(name)}.location", values, name) for name, values in moved.items()), *channels]


def face_channels(motion: Motion, keys: bpy.types.Key, shapes: Sequence[int] | None = None) -> list[Channel]:
    """Values of the shape keys that a motion's expression reaches; with `shapes`, of those that play these alone."""
    return face.channels(motion, keys, shapes)


def apply_take(scene: bpy.types.Scene, armature: bpy.types.Object, folder: Path, clip: sound.Clip) -> bpy.types.Action:
    """Key a take onto an armature and make the scene play it; on a failure the scene stays as it was.

    Raises:
        GestureError: the take cannot be read, or Blender cannot read its sound.
    """
    description, motion = takes.read(folder)
    strip, strip_is_new = sound.place(scene, clip)
    try:
        info = takes.info_of(folder, description, clip.start_frame)
        body_action = apply_motion(scene, armature, motion, folder.name, clip.start_frame, info)
    except Exception:
        if strip_is_new:
            sound.remove(scene, strip)
        raise
    if scene.sync_mode == "NONE":
        # Otherwise a slow viewport plays the gestures late.
        scene.sync_mode = "AUDIO_SYNC"
    return body_action


def apply_motion(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    motion: Motion,
    name: str,
    start_frame: int,
    info: takes.TakeInfo | None = None,
) -> bpy.types.Action:
    """Key any motion onto an armature, in a new action; on a failure the scene stays as it was.

    Args:
        scene: gives the frame rate, and gets the motion's range.
        armature: an SMPL-X armature, or one whose bones are mapped.
        motion: of any skeleton and frame rate.
        name: of the action.
        start_frame: the scene frame of its first frame.
        info: where it came from, when it is a take's.
    """
    motion = resample(motion, key_times_s(motion, sound.scene_fps(scene)))
    frames = start_frame + np.arange(motion.frame_count)
    body = body_channels(motion, armature)
    faces = [(keys, face_channels(motion, keys)) for keys in face.face_keys(armature) if face.is_editable(keys)]
    faces = [(keys, channels) for keys, channels in faces if channels]

    actions = []
    try:
        body_action = _new_action(name, actions)
        keyframes.write(body_action, armature, frames, body)
        rig_keys.write_switches(body_action, armature, frames[0])
        if before := armature.animation_data and armature.animation_data.action:
            keyframes.keep_others(body_action, armature, before, {keyframes.bone_of(channel.path) for channel in body})
        if motion.contacts is not None:
            contacts.write(body_action, armature, frames, motion.contacts)
        # One action holds all where Blender can: they are renamed, copied and exported together.
        face_action = body_action
        if faces and not versions.has_slots():
            face_action = _new_action(f"{name} face", actions)
        for keys, channels in faces:
            keyframes.write(face_action, keys, frames, channels)
        if info is not None:
            for action in actions:
                takes.store(action, info)
    except Exception:
        for action in actions:
            bpy.data.actions.remove(action)
        raise
    use_quaternions(armature)
    versions.assign_action(armature, body_action)
    for keys, _ in faces:
        versions.assign_action(keys, face_action)
    scene.frame_start, scene.frame_end = int(frames[0]), int(frames[-1])
    scene.frame_set(int(frames[0]))
    return body_action


def replace_keys(
    scene: bpy.types.Scene, armature: bpy.types.Object, motion: Motion, start_frame: float, with_face: bool
) -> None:
    """Key a motion into the actions that animate an armature, and its face, already.

    Args:
        scene: gives the frame rate.
        armature: has an action.
        motion: on the armature's skeleton.
        start_frame: the scene frame of its first frame.
        with_face: whether the motion's expression is keyed too.
    """
    motion = resample(motion, key_times_s(motion, sound.scene_fps(scene)))
    frames = start_frame + np.arange(motion.frame_count)
    action = armature.animation_data.action
    keyframes.write(action, armature, frames, body_channels(motion, armature))
    if motion.contacts is not None:
        contacts.write(action, armature, frames, motion.contacts)
    use_quaternions(armature)
    for keys in face.face_keys(armature) if with_face else ():
        if keys.animation_data is not None and keys.animation_data.action is not None:
            keyframes.write(keys.animation_data.action, keys, frames, face_channels(motion, keys))
    scene.frame_set(scene.frame_current)


def use_quaternions(armature: bpy.types.Object) -> None:
    """Let the bones turn by the keys that takes have; mapped rigs keep their modes, and their controls are switched."""
    if not rig_map.is_direct(armature):
        rig_keys.switch(armature)
        return
    for name in JOINT_NAMES:
        armature.pose.bones[name].rotation_mode = "QUATERNION"


def target(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature that gets the keys: the one chosen in the panel, else the active object or its armature."""
    chosen = context.scene.mambatalk.character
    candidates = [chosen, context.object, context.object and context.object.find_armature()]
    return next((o for o in candidates if rig_map.is_performer(o)), None)


def require_target(context: bpy.types.Context) -> bpy.types.Object:
    """The same.

    Raises:
        GestureError: there is none.
    """
    armature = target(context)
    if armature is None:
        raise GestureError(NO_CHARACTER + ".", remedy="Then try again.")
    return armature


NO_CHARACTER = "Add a character, or select an armature whose bones are a body's (see Rig)"


def _new_action(name: str, made: list[bpy.types.Action]) -> bpy.types.Action:
    action = bpy.data.actions.new(name)
    # Earlier takes stay in the file when a later one replaces them.
    action.use_fake_user = True
    made.append(action)
    return action
