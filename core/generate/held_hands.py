"""Hands in pauses: they sink a share of the way only, and rise by as much less, as people hold their hands.

    words      ▇▇▇▇▇              ▇▇▇▇▇
    decoded    ─────╲          ╱──────     down to the rest pose, and up in a third of a second
                     ╲________╱
    shown      ─────╲__      __╱──────     half of the way; small movements of the hold stay, half as large
                       ‾‾‾‾‾‾

Between the pose at the start of a pause and that at its end lies a slow move (the hold). Arms and hands are blended
into it. In a long pause they sink as decoded.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..body.blend import blend_quats
from ..body.curves import min_jerk
from ..body.joints import SIDES
from ..body.motion import Motion
from ..body.parts import AREAS
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat

JOINTS = tuple(joint for side in SIDES for area in ("arm", "hand") for joint in AREAS[f"{side}_{area}"].joints)
# The shortest pause in which hands are held, and the shortest one at the end of a take, seconds.
_LEAST_S, _LEAST_LAST_S = 1.0, 0.5
# Hands are held as much as they can be in pauses up to the first length, and not at all from the second one on.
_HELD_S, _SINKS_S = 4.0, 7.0
# Seconds from the last word to the hold, and in which the hold sets in and ends.
_LAG_S, _RAMP_S = 0.05, 0.25


def hold_hands(motion: Motion, spoken_s: Sequence[tuple[float, float]], share: float) -> Motion:
    """Let hands sink less far in pauses.

    Args:
        motion: as decoded; frames outside of pauses keep their values to the bit.
        spoken_s: starts and ends of the stretches of speech, ascending seconds.
        share: of the way that hands do not sink, 0-1.
    """
    spans = _pauses(spoken_s, motion.frame_count, motion.fps)
    if share <= 0 or not spans:
        return motion
    rotations = motion.rotations.copy()
    for first, last, is_end in spans:
        turns = quat_continuous(rotvec_to_quat(motion.rotations[first : last + 1, JOINTS]))
        rows = np.arange(len(turns))
        end = turns[0] if is_end else turns[-1]
        start, goal = (np.broadcast_to(pose, turns.shape) for pose in (turns[0], end))
        hold = blend_quats(start, goal, min_jerk(rows / rows[-1]))
        ramp = _RAMP_S * motion.fps
        held = min_jerk(rows / ramp) * (1 if is_end else min_jerk(rows[::-1] / ramp))
        long = (len(rows) / motion.fps - _HELD_S) / (_SINKS_S - _HELD_S)
        held = share * held * (1 - np.clip(long, 0, 1))
        changed = np.flatnonzero(held)
        blended = blend_quats(turns, hold, held)
        rotations[np.ix_(changed + first, np.array(JOINTS))] = quat_to_rotvec(blended[changed])
    return motion.replace(rotations=rotations)


def _pauses(spoken_s: Sequence[tuple[float, float]], frame_count: int, fps: float) -> list[tuple[int, int, bool]]:
    """Return the pauses of a take: their first and last frames, and whether a pause lasts until the take's end."""
    found = []
    for (_, end), (start, _) in pairwise([*spoken_s, (np.inf, np.inf)]):
        last = min(start * fps, frame_count - 1.0)
        is_end = start * fps > frame_count - 1
        least = _LEAST_LAST_S if is_end else _LEAST_S
        first = round((end + _LAG_S) * fps)
        if first >= 0 and last - end * fps > least * fps:
            found.append((first, int(last), is_end))
    return found
