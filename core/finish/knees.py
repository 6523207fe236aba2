"""How knees bend where the motion's own steps are kept: on the side where the motion has them, without snapping."""

import numpy as np

from ..body.curves import envelope
from ..filters import gaussian_filter1d

# Recorded knees cross straight all the time. Within about this angle of straight a kept leg follows the motion's bend,
# not its exact length, lest the knee snaps from one side to the other; the price is a millimetre of the ankle's height.
_CROSSING = np.radians(3.0)
# A knee whose bend must grow by more than this goes to the bent side, whichever side it was on.
_BENT_ANYWAY = np.radians(4.0)
_NEARLY_STRAIGHT, _CLEARLY_BENT = np.radians(2.0), np.radians(8.0)
_UNSNAP_S, _NEAR_S = 0.06, 0.8


def near_bend(flexion: np.ndarray, before: np.ndarray, fps: float) -> np.ndarray:
    """The signed bend (T, 2), radians, that gives a leg its length: on the side where the motion has it.

    Args:
        flexion: (T, 2) the bend that the length asks for, not negative.
        before: (T, 2) the motion's own bend, negative beyond straight.
        fps: frames per second.
    """
    grown = np.maximum(flexion - np.abs(before) - _BENT_ANYWAY, 0.0)
    side = np.tanh((before + 2 * grown) / _CROSSING)
    bend = side * flexion + (1 - side**2) * (before - side * np.abs(before))
    # Where the motion's knee is straight or beyond, changes of the bend are made smooth; elsewhere the length is exact.
    smooth = before + gaussian_filter1d(bend - before, _UNSNAP_S * fps, axis=0, mode="nearest")
    near = np.clip((_CLEARLY_BENT - before) / (_CLEARLY_BENT - _NEARLY_STRAIGHT), 0.0, 1.0)
    return bend + envelope(near, max(1, round(_NEAR_S * fps))) * (smooth - bend)
