"""Keying a take's face again, with lips made from the times of the spoken sounds mixed in."""

import json
from pathlib import Path

import bpy
import numpy as np

from ..core.body.motion import Motion, resample
from ..core.body.skeleton import JOINT, JOINT_NAMES
from ..core.body.visemes import blend_lips, speak
from ..core.errors import GestureError
from . import apply, face, face_flame, keyframes, sound, takes, unfinished, versions

_JAW = JOINT["jaw"]


def why_not_key(armature: bpy.types.Object) -> str | None:
    """Why there is no take's face to key."""
    action = unfinished.action_of(armature)
    if action is None or takes.stored(action) is None:
        return f"{armature.name} performs no take"
    return None if face.face_keys(armature) else f"{armature.name} has no shape keys of a known face"


def key_face(scene: bpy.types.Scene, armature: bpy.types.Object, amount: float) -> Motion:
    """Key the face of the take that a character performs.

    Args:
        scene: gives the frame rate.
        armature: performs a take.
        amount: 0-1, how much of the mouth comes from the take's phones.

    Returns:
        the motion whose face was keyed.

    Raises:
        GestureError: the take's folder is gone, its words have no phones, or its face cannot be known.
    """
    action = unfinished.action_of(armature)
    info = takes.stored(action)
    _, motion = takes.read(Path(info.folder))
    times_s = apply.key_times_s(motion, sound.scene_fps(scene))
    motion = resample(motion, times_s)
    if amount > 0:
        motion = with_phone_lips(motion, read_phones(Path(info.folder)), times_s, amount)
    frames = info.start_frame + np.arange(motion.frame_count)
    # The jaw's bone opens the mouth too, where the motion turns it.
    if np.abs(motion.rotations[:, _JAW]).max(initial=0.0) > 0:
        jaw = [channel for channel in apply.body_channels(motion, armature) if channel.group == JOINT_NAMES[_JAW]]
        keyframes.write(action, armature, frames, jaw)
    for keys in face.face_keys(armature):
        channels = face.channels(motion, keys) if face.is_editable(keys) else []
        if channels:
            own = versions.action_for(action, keys) or action
            keyframes.write(own, keys, frames, channels)
            versions.assign_action(keys, own)
    scene.frame_set(scene.frame_current)
    return motion


def with_phone_lips(
    motion: Motion, phones: list[tuple[str, float, float]], times_s: np.ndarray, amount: float
) -> Motion:
    """The motion with a mouth made from phones mixed in, as far as `amount` says.

    Raises:
        GestureError: its face is in SMPL-X's coefficients, and there is no SMPL-X file to read them with.
    """
    weights = face_flame.arkit_weights(motion)
    if weights is None:
        raise GestureError(
            "This take's face is in SMPL-X's coefficients.",
            remedy="Choose your SMPLX_*.npz in the extension's preferences, or set Phone Lips to 0.",
        )
    rotations = motion.rotations.copy()
    rotations[:, _JAW] *= 1 - amount
    blended = blend_lips(weights, speak(phones, times_s), amount)
    return motion.replace(expression=blended, face_basis="arkit52", rotations=rotations)


def read_phones(folder: Path) -> list[tuple[str, float, float]]:
    """Phones with their times (ARPABET, start, end), seconds, from a take's words.json.

    Raises:
        GestureError: there are none.
    """
    try:
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        phones = [(p["phone"], float(p["start_s"]), float(p["end_s"])) for word in words for p in word["phones"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GestureError(
            f"{folder} holds no readable words.json.", remedy="Set Phone Lips to 0.", detail=str(error)
        ) from error
    if not phones:
        raise GestureError(
            "The words of this take have no speech sounds with times.",
            remedy="Generate it with a transcript, or set Phone Lips to 0.",
        )
    return phones
