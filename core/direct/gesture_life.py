"""Life in gestures: fingers keep a share of the quick turns that the take has there, and so do wrists and elbows.

A gesture of the library is a pose that is reached and held. Nobody holds a hand so still while speaking: fingers give
way and beat with the voice, and the take has these turns, because its own hands move with the same words.

    take's own finger   ∿∿∿╱╲∿╱╲∿∿       its turns about their slow course
    gesture             ────────────      one shape, as the library has it
    shown               ~~~╱╲~╱╲~~~      the shape, with a share of those turns

Arms stay where an animator put them: theirs are kept in gestures that words called for.
"""

import numpy as np

from ..body.curves import gaussian
from ..body.joints import ELBOWS, WRISTS
from ..body.parts import SPECS, Part
from ..body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat

# Turns that are slower (sigma, seconds) are no life.
_SLOW_S = 0.4
# Shares that are kept: a finger may differ from its shape, a hand from its place by a centimetre.
_FINGERS = dict.fromkeys(SPECS[Part.HANDS].joints, 0.5)
_WITH_ARMS = _FINGERS | dict.fromkeys(WRISTS, 0.2) | dict.fromkeys(ELBOWS, 0.1)


def enliven(gesture: np.ndarray, own: np.ndarray, joints: np.ndarray, fps: float, with_arms: bool) -> np.ndarray:
    """Add to the turns of a gesture a share of the take's own quick ones; other joints stay as they are.

    Args:
        gesture: (N, J, 4) unit quaternions.
        own: (N, J, 4) those of the take, with continuous signs.
        joints: (J,) which joints.
        fps: frames per second.
        with_arms: whether wrists and elbows keep a share, too.
    """
    kept = _WITH_ARMS if with_arms else _FINGERS
    shares = np.array([kept.get(joint, 0.0) for joint in joints.tolist()])
    live = np.flatnonzero(shares)
    if not len(live):
        return gesture
    slow = gaussian(own[:, live], _SLOW_S * fps)
    slow /= np.linalg.norm(slow, axis=-1, keepdims=True)
    quick = quat_to_rotvec(quat_multiply(quat_conjugate(slow), own[:, live]))
    out = gesture.copy()
    out[:, live] = quat_multiply(gesture[:, live], rotvec_to_quat(shares[live, None] * quick))
    return out
