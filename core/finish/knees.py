"""How knees bend where the motion's own steps are kept: to the side to which the motion bends them, without jumps.

Recorded knees often go a little beyond straight. The length of a leg says how much its knee bends, but not to which
side. Near straight, a millimetre of length changes the bend by many degrees:

    bend that the length asks for    ╲  ╱         always positive: it turns round at zero
                                      ╲╱
    bend that the motion has         ╲            goes through zero
                                      ╲
"""

import numpy as np

from ..body.curves import envelope
from ..filters import gaussian_filter1d

# Radians. Within about this angle of straight a leg follows the motion's bend, not its exact length. So the knee does
# not jump from one side to the other, but the height of the ankle is wrong by up to a millimetre.
_CROSSING = np.radians(3.0)
# Radians. A knee whose bend must grow by more than this bends forward as usual, even if the motion has it beyond
# straight.
_BENT_ANYWAY = np.radians(4.0)
# Radians. Changes of the bend are smoothed wholly where the motion's knee is straighter than the first, and not at all
# where it is bent by more than the second.
_NEARLY_STRAIGHT, _CLEARLY_BENT = np.radians(2.0), np.radians(8.0)
# Seconds (sigma) of this smoothing: two frames, enough to remove a jump. It is blended in and out over the second
# value, which is longer than a step, so that nobody sees the blend.
_UNSNAP_S, _NEAR_S = 0.06, 0.8


def near_bend(flexion: np.ndarray, before: np.ndarray, fps: float) -> np.ndarray:
    """Return the signed bend (T, 2), radians, that gives a leg its length, on the side where the motion has it.

    Args:
        flexion: (T, 2) radians, the bend that the length asks for, not negative.
        before: (T, 2) radians, the motion's own bend, negative beyond straight.
        fps: frames per second.
    """
    grown = np.maximum(flexion - np.abs(before) - _BENT_ANYWAY, 0.0)
    side = np.tanh((before + 2 * grown) / _CROSSING)
    bend = side * flexion + (1 - side**2) * (before - side * np.abs(before))
    # Where the motion's knee is straight or beyond, changes of the bend are made smooth; elsewhere the length is exact.
    smooth = before + gaussian_filter1d(bend - before, _UNSNAP_S * fps, axis=0, mode="nearest")
    near = np.clip((_CLEARLY_BENT - before) / (_CLEARLY_BENT - _NEARLY_STRAIGHT), 0.0, 1.0)
    return bend + envelope(near, max(1, round(_NEAR_S * fps))) * (smooth - bend)
