"""From a motion to the scene: a new action with keys on the armature and the face, or keys in the present action."""

from dataclasses import replace

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.take.files import TakeFiles
from ..blender import fcurves, nla, paths, sequencer, timeline, versions
from ..character import contacts
from ..rig import performer
from . import channels as take_channels
from . import checksums, recording
from . import info as take_info
from . import store as take_store
from . import words as take_words


def apply_motion(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    motion: Motion,
    name: str,
    start_frame: int,
    origin: tuple[take_info.TakeInfo, TakeFiles] | None = None,
    with_face: bool = True,
    sound: str = "",
) -> bpy.types.Action:
    """Key any motion onto an armature, in a new action; after an error the scene is as it was before.

    Args:
        scene: gives the frame rate; its range becomes longer where the motion needs it.
        armature: an SMPL-X armature, or one whose bones are mapped.
        motion: motion of any skeleton and frame rate.
        name: name of the action.
        start_frame: the scene frame of its first frame.
        origin: the take that the motion belongs to; both are stored on the action.
        with_face: whether shape keys are keyed; if not, the face keeps its present action.
        sound: mark of the strip that plays with the motion; empty where the user made the strip, or there is none.
    """
    nla.require_assignable(armature)
    fps = sequencer.scene_fps(scene)
    motion = take_channels.at_frames(motion, fps)
    frames = start_frame + np.arange(motion.frame_count)
    (_, body), *faces = take_channels.of(motion, armature)
    faces = [(keys, found) for keys, found in faces if found and with_face]

    actions = []
    try:
        body_action = _new_action(name, actions)
        fcurves.write(body_action, armature, frames, body)
        performer.of(armature).key_switches(body_action, frames[0])
        if before := versions.action_of(armature):
            fcurves.keep_others(body_action, armature, before, {paths.bone_of(channel.path) for channel in body})
        if motion.contacts is not None:
            contacts.write(body_action, armature, frames, motion.contacts)
        # Where Blender can, one action holds body and face: they are renamed, copied and exported together.
        face_action = body_action
        if faces and not versions.has_slots():
            face_action = _new_action(f"{name} face", actions)
            versions.link_face(body_action, face_action)
        for keys, found in faces:
            fcurves.write(face_action, keys, frames, found)
        if origin is not None:
            stands = [] if motion.contacts is None else contacts.channels_of(motion.contacts)
            _store(body_action, armature, *origin, fps, [(armature, [*body, *stands]), *faces])
    # After any error at all, no action with half of the keys stays in the file.
    except Exception:
        for action in actions:
            bpy.data.actions.remove(action)
        raise
    performer.of(armature).prepare()
    versions.assign_action(armature, body_action)
    for keys, _ in faces:
        versions.assign_action(keys, face_action)
    body_action[sequencer.MARK_KEY] = sound
    _present(scene, frames)
    return body_action


def _present(scene: bpy.types.Scene, frames: np.ndarray) -> None:
    """Let a scene play and show what was keyed at `frames` (T,)."""
    recording.play_performed(scene)
    timeline.include(scene, frames[0], frames[-1])
    timeline.refresh(scene)


def replace_keys(scene: bpy.types.Scene, armature: bpy.types.Object, motion: Motion, start_frame: float) -> None:
    """Key a motion into the present action of an armature, which is no take; shape keys stay as they are.

    Args:
        scene: gives the frame rate.
        armature: has an action.
        motion: on the armature's skeleton.
        start_frame: the scene frame of its first frame.
    """
    motion = take_channels.at_frames(motion, sequencer.scene_fps(scene))
    frames = start_frame + np.arange(motion.frame_count)
    action = versions.action_of(armature)
    fcurves.write(action, armature, frames, take_channels.of_body(motion, armature))
    if motion.contacts is not None:
        contacts.write(action, armature, frames, motion.contacts)
    performer.of(armature).prepare()
    timeline.refresh(scene)


def _store(action, armature, info: take_info.TakeInfo, take: TakeFiles, fps: float, keyed) -> None:
    """Store a take, its info and the record of its keys on the action that was keyed from it."""
    count = len(keyed[0][1][0].values)
    info = replace(info, fps=fps, frame_count=count, character=take_info.identity(armature))
    take_info.store(action, info)
    take_store.save(action, take)
    take_words.fill(action, take)
    record = checksums.Record.new(count, fps)
    for id_block, found in keyed:
        for channel in found:
            record.note(checksums.name_of(action, id_block, channel.path), channel.values)
    checksums.save(action, record)


def _new_action(name: str, made: list[bpy.types.Action]) -> bpy.types.Action:
    action = bpy.data.actions.new(name)
    # Earlier takes stay in the file when a later one replaces them.
    action.use_fake_user = True
    made.append(action)
    return action
