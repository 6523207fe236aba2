"""Both hands in one pose are never each other's exact mirror image: the hand that follows is later, higher and turned.

A gesture of the library has the same keys for both hands where both do the same. A person's hands differ by a few
centimetres, some degrees and a frame or two.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .library import Gesture, Key

# At an unevenness of 1: seconds by which the hand that follows is late; metres by which it is more outwards, higher and
# more forward; degrees by which its palm is turned. At -1 place and turn are the opposite ones.
LATE_S, MOVED_M, TURNED = 0.08, (0.015, 0.045, -0.03), 12.0
# Metres from the shoulder: hands that are farther in touch each other, and stay beside each other; hands that are at
# least so far out are moved by all of it, others by as much less as they are nearer to the middle.
_TOUCHING_M, _WHOLE_M, _MIDDLE_M = -0.1, 0.08, -0.17


def uneven(gesture: Gesture, amount: float) -> tuple[Key, ...]:
    """Return the keys of the hand that does not lead.

    Args:
        gesture: one of the library; where its hands touch or differ anyway, they stay as they are.
        amount: of the unevenness, -1 to 1.
    """
    keys = gesture.other
    if not amount or keys != gesture.main or any(_touches(key) for key in keys):
        return keys
    return tuple(
        replace(
            key,
            at_s=key.at_s + abs(amount) * LATE_S,
            wrist=_sum(key.wrist, amount * _share(key) * np.array(MOVED_M)),
            palm=_turned(key.palm, key.fingers, np.radians(amount * TURNED)),
        )
        for key in keys
    )


def _touches(key: Key) -> bool:
    return key.origin != "shoulder" or key.wrist[0] < _TOUCHING_M


def _share(key: Key) -> float:
    """Return by how much of a full move a hand is moved."""
    return float(np.clip((key.wrist[0] - _MIDDLE_M) / (_WHOLE_M - _MIDDLE_M), 0.0, 1.0))


def _turned(palm: Sequence[float], fingers: Sequence[float], angle: float) -> tuple[float, float, float]:
    """Turn the way that a palm faces about the fingers."""
    along, way = np.array(fingers), np.array(palm)
    return _sum(np.cos(angle) * way, np.sin(angle) * np.cross(along, way) + (1 - np.cos(angle)) * (along @ way) * along)


def _sum(first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    x, y, z = (np.array(first) + np.array(second)).tolist()
    return x, y, z
