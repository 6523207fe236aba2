"""The decoded body fitted to its speech: strokes on stress, hips with strokes, hands in pauses, a jaw with the voice.

The network gestures with the voice, but it moves both arms alike (`own_arms`), its strokes land some frames beside the
syllables, hands seldom come to rest between them (`settled_arms`), in every pause it drops the hands to lift them again
at once, and in noise it opens the mouth by the phones alone. Heads and strokes of styles differ too little
(`head_gains`, `stroke_gains`), groups of joints turn too little or too much in quick turns (`quick_turns`), and the
pelvis does not go along with strokes (`hips`). Weights declare how much of each is set right: `own_arms`,
`stroke_gains`, `stress_s`, `settled`, `pause_hold`, `jaw_gain`, `head_gains`, `quick_turns`, `hips_share` in
model.json. Where a nod, a lean and a scaled head meet, the face would look at the feet, and in a shrug the shoulders
would rise to the ears: weights with `head_gains` get such nods and shrugs bounded.
"""

import numpy as np

from ..body.motion import Motion
from ..body.nods import bound_nods
from ..body.parts import AREAS, ARKIT_NAMES
from ..body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from ..body.shrugs import bound_shrugs
from ..body.skeleton import JOINT
from ..stops import check_stop
from .held_hands import hold_hands
from .hips import turn_hips
from .moments import Moments
from .network import NetworkInfo
from .own_arms import lateness, place_arms
from .quick_turns import with_quick_turns
from .settled_arms import settle_arms
from .stress import on_stress

# The loudness of speech at which a jaw opens as decoded.
_USUAL_LOUDNESS = 0.8
_JAW = JOINT["jaw"]
_HEAD = list(AREAS["head"].joints)
# Lips that are closed over an open jaw stay closed.
_SHAPES = [ARKIT_NAMES.index(name) for name in ("jawOpen", "mouthClose")]


def fit_to_speech(motion: Motion, moments: Moments, info: NetworkInfo, speaker: int) -> Motion:
    """Return the decoded motion of a style that fits its speech, as far as the weights ask for it."""
    late = lateness(moments.arms, info.own_arms)
    fitted = place_arms(motion, moments.arms, info.own_arms, info.stroke_gain(speaker))
    fitted = on_stress(fitted, moments.stressed_s, info.stress_s, late)
    fitted = settle_arms(fitted, info.settles(speaker))
    fitted = hold_hands(fitted, moments.spoken_s, info.pause_hold)
    check_stop()
    fitted = follow_with_jaw(fitted, moments.loudness, info.jaw_gain)
    check_stop()
    fitted = with_quick_turns(scale_head(fitted, info.head_gain(speaker), info.neutral), info.quick_turns)
    check_stop()
    fitted = turn_hips(fitted, info.hips_share)
    check_stop()
    return bound_shrugs(bound_nods(fitted), info.neutral) if info.head_gains else fitted


def scale_head(motion: Motion, gain: float, neutral: Motion) -> Motion:
    """Turn neck and head further away from the neutral pose, or less far: a style's own liveliness of the head.

    Args:
        motion: as decoded.
        gain: 1 leaves the head as it is.
        neutral: the pose that takes start from.
    """
    if gain == 1:
        return motion
    rest = rotvec_to_quat(neutral.rotations[0, _HEAD])
    away = quat_multiply(rotvec_to_quat(motion.rotations[:, _HEAD]), quat_conjugate(rest))
    rotations = motion.rotations.copy()
    rotations[:, _HEAD] = quat_to_rotvec(quat_multiply(rotvec_to_quat(gain * quat_to_rotvec(away)), rest))
    return motion.replace(rotations=rotations)


def follow_with_jaw(motion: Motion, loudness: np.ndarray, gain: float) -> Motion:
    """Open the jaw further where the voice is loud, and less far where it is soft.

    Args:
        motion: T frames; a face of another basis than ARKit's stays as it is.
        loudness: (T or more,) 0 in silence, about 1 at the loudest.
        gain: by how much further the jaw opens, as a share, for each 1 of loudness.
    """
    if gain <= 0 or motion.face_basis != "arkit52" or len(loudness) < motion.frame_count:
        return motion
    share = np.maximum(1 + gain * (loudness[: motion.frame_count, None] - _USUAL_LOUDNESS), 0)
    rotations, expression = motion.rotations.copy(), motion.expression.copy()
    rotations[:, _JAW] *= share
    expression[:, _SHAPES] = np.clip(expression[:, _SHAPES] * share, 0, 1)
    return motion.replace(rotations=rotations, expression=expression)
