"""Phone lips: a mouth computed from the times of the spoken sounds, mixed into the mouth of a take."""

import json

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT
from ...core.errors import GestureError
from ...core.face.jaw_and_eyes import with_face_joints
from ...core.face.visemes import blend_lips, speak
from ...core.take import word_edits
from ..face import channels as face_channels
from ..face import flame as face_flame
from ..rig import performer
from ..take import info as take_info
from ..take.properties import MambaTalkTake

# Seconds in which the mouth leads over to that of words that were changed.
_BLEND_S = 0.1
_JAW = JOINT["jaw"]


def why_not_key(armature: bpy.types.Object) -> str | None:
    """Return the reason why the face of a take cannot be keyed; None when it can."""
    if take_info.active(armature) is None:
        return f"{armature.name} performs no take"
    if face_channels.face_keys(armature) or performer.of(armature).jaw_bones():
        return None
    return f"{armature.name} has neither shape keys of a known face nor a jaw bone"


def amounts(own: MambaTalkTake, words: list[dict], motion: Motion) -> np.ndarray | float:
    """Return how much of the mouth comes from phones, 0-1: for all frames, or (T,) where changed words have more.

    The mouth follows words that were changed, until it is generated again there.

    Args:
        own: properties of the take.
        words: words of the take.
        motion: motion of the take.
    """
    spans = spans_of(own) if own.lips_follow and own.lips < 1 else []
    is_readable = own.lips > 0 or motion.face_basis == "arkit52"
    if not spans or not is_readable or not any(word.get("phones") for word in words):
        return own.lips
    times_s = np.arange(motion.frame_count) / motion.fps
    outside_s = np.min([np.maximum(np.maximum(a - times_s, times_s - b), 0) for a, b in spans], axis=0)
    return np.maximum(own.lips, np.clip(1 - outside_s / _BLEND_S, 0, 1))


def spans_of(own: MambaTalkTake) -> list[list[float]]:
    """Return the spans, seconds, in which the mouth follows words that were changed; none where they are damaged."""
    try:
        spans = [(float(start_s), float(end_s)) for start_s, end_s in json.loads(own.spoken_anew or "[]")]
    except (ValueError, TypeError):
        return []
    return [[start_s, end_s] for start_s, end_s in spans if 0 <= start_s < end_s < np.inf]


def follow(own: MambaTalkTake, start_s: float, end_s: float) -> None:
    """Let the mouth follow the phones of the words in a span, because they were changed."""
    own.spoken_anew = json.dumps(word_edits.with_span(spans_of(own), start_s, end_s))


def follow_no_more(own: MambaTalkTake, start_s: float, end_s: float) -> None:
    """Let the mouth in a span be the generated one, because it was generated from the changed words."""
    spans = word_edits.without_span(spans_of(own), start_s, end_s)
    own.spoken_anew = json.dumps(spans) if spans else ""


def with_phone_lips(motion: Motion, words: list[dict], amount: np.ndarray | float, jaw_by_bone: bool = False) -> Motion:
    """Return a motion with a mouth computed from the phones of its words mixed in, and a jaw that fits.

    Args:
        motion: motion of a take.
        words: words of the take.
        amount: 0-1, share of the mouth that comes from phones: of all frames, or (T,) of each.
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
    share = np.broadcast_to(np.asarray(amount, np.float64), (motion.frame_count,))[:, None]  # (T, 1)
    rotations[:, _JAW] *= 1 - share
    if jaw_by_bone and np.abs(rotations[:, _JAW]).max(initial=0.0) > 0:
        # The take turns the jaw: its turn got the share 1 - amount above, and the spoken jaw gets the share amount.
        spoken = motion.replace(
            expression=blend_lips(weights, visemes, 1.0),
            face_basis="arkit52",
            rotations=np.zeros_like(rotations),
        )
        rotations[:, _JAW] += share * with_face_joints(spoken, jaw=True, eyes=False).rotations[:, _JAW]
    return motion.replace(expression=blend_lips(weights, visemes, share), face_basis="arkit52", rotations=rotations)


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
