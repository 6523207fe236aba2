"""Phone lips: a mouth computed from the times of the spoken sounds, mixed into the mouth of a take."""

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ...core.face.jaw_and_eyes import with_face_joints
from ...core.face.visemes import blend_lips, speak
from ..face import channels as face_channels
from ..face import flame as face_flame
from ..rig import performer
from ..take import info as take_info

_JAW = JOINT["jaw"]


def why_not_key(armature: bpy.types.Object) -> str | None:
    """Return the reason why the face of a take cannot be keyed; None when it can."""
    if take_info.active(armature) is None:
        return f"{armature.name} performs no take"
    if face_channels.face_keys(armature) or performer.of(armature).jaw_bones():
        return None
    return f"{armature.name} has neither shape keys of a known face nor a jaw bone"


def with_phone_lips(motion: Motion, words: list[dict], amount: float, jaw_by_bone: bool = False) -> Motion:
    """Return a motion with a mouth computed from the phones of its words mixed in, and a jaw that fits.

    Args:
        motion: motion of a take.
        words: words of the take.
        amount: 0-1, share of the mouth that comes from phones.
        jaw_by_bone: whether only a jaw bone opens the character's mouth.

    Raises:
        GestureError: the words have no phones; or the face is in SMPL-X's coefficients, and no SMPL-X file is chosen
            to read them with.
    """
    phones, times_s = phones_of(words), np.arange(motion.frame_count) / motion.fps
    weights = face_flame.arkit_weights(motion)
    if weights is None:
        raise GestureError(
            "This take's face is in SMPL-X's coefficients.",
            remedy="Choose your SMPLX_*.npz in the extension's preferences, or set Phone Lips to 0.",
        )
    visemes = speak(phones, times_s)
    rotations = motion.rotations.copy()
    rotations[:, _JAW] *= 1 - amount
    if jaw_by_bone and np.abs(rotations[:, _JAW]).max(initial=0.0) > 0:
        # The take turns the jaw: its turn got the share 1 - amount above, and the spoken jaw gets the share amount.
        spoken = motion.replace(
            expression=blend_lips(weights, visemes, 1.0),
            face_basis="arkit52",
            rotations=np.zeros_like(rotations),
        )
        rotations[:, _JAW] += amount * with_face_joints(spoken, jaw=True, eyes=False).rotations[:, _JAW]
    return motion.replace(expression=blend_lips(weights, visemes, amount), face_basis="arkit52", rotations=rotations)


def phones_of(words: list[dict]) -> list[tuple[str, float, float]]:
    """Return the phones of the words of a take: ARPABET name, start and end, seconds.

    Raises:
        GestureError: the words have no phones.
    """
    phones = [(p["phone"], float(p["start_s"]), float(p["end_s"])) for word in words for p in word.get("phones", ())]
    if not phones:
        raise GestureError(
            "The words of this take have no speech sounds with times.",
            remedy="Generate it with a transcript, or set Phone Lips to 0.",
        )
    return phones
