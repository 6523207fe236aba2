"""Lips made from the times of the spoken sounds, mixed into a take's own."""

import bpy
import numpy as np

from ..core.body.motion import Motion
from ..core.body.skeleton import JOINT
from ..core.body.visemes import blend_lips, speak
from ..core.errors import GestureError
from . import face, face_flame, takes

_JAW = JOINT["jaw"]


def why_not_key(armature: bpy.types.Object) -> str | None:
    """Why there is no take's face to key."""
    if takes.active(armature) is None:
        return f"{armature.name} performs no take"
    return None if face.face_keys(armature) else f"{armature.name} has no shape keys of a known face"


def with_phone_lips(motion: Motion, words: list[dict], amount: float) -> Motion:
    """The motion with a mouth made from the phones of its words mixed in, as far as `amount` says.

    Raises:
        GestureError: there are no phones; or its face is in SMPL-X's coefficients, and there is no SMPL-X file to read
            them with.
    """
    phones, times_s = phones_of(words), np.arange(motion.frame_count) / motion.fps
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


def phones_of(words: list[dict]) -> list[tuple[str, float, float]]:
    """Phones with their times (ARPABET, start, end), seconds, of the words of a take.

    Raises:
        GestureError: there are none.
    """
    phones = [(p["phone"], float(p["start_s"]), float(p["end_s"])) for word in words for p in word.get("phones", ())]
    if not phones:
        raise GestureError(
            "The words of this take have no speech sounds with times.",
            remedy="Generate it with a transcript, or set Phone Lips to 0.",
        )
    return phones
