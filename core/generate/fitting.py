"""The decoded body fitted to its speech: strokes end on stress, hands are held in pauses, the jaw follows the voice.

The network gestures with the voice, but its strokes land some frames beside the syllables, in every pause it drops the
hands to lift them again at once, and in noise it opens the mouth by the phones alone. Weights declare how much of each
is set right (`stress_s`, `pause_hold` and `jaw_gain` in model.json).
"""

import numpy as np

from ..body.motion import Motion
from ..body.parts import ARKIT_NAMES
from ..body.skeleton import JOINT
from .held_hands import hold_hands
from .moments import Moments
from .network import NetworkInfo
from .stress import on_stress

# The loudness of speech at which a jaw opens as decoded.
_USUAL_LOUDNESS = 0.8
_JAW = JOINT["jaw"]
# Lips that are closed over an open jaw stay closed.
_SHAPES = [ARKIT_NAMES.index(name) for name in ("jawOpen", "mouthClose")]


def fit_to_speech(motion: Motion, moments: Moments, info: NetworkInfo) -> Motion:
    """Return a decoded motion that fits its speech, as far as the weights ask for it."""
    fitted = hold_hands(on_stress(motion, moments.stressed_s, info.stress_s), moments.spoken_s, info.pause_hold)
    return follow_with_jaw(fitted, moments.loudness, info.jaw_gain)


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
