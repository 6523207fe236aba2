"""Above which frequency vibration is removed from each body part, and from the head: the lower, the more it shakes.

People's heads and hands have a quarter to two fifths of their turning speed's power between 2 and 5 Hz. A motion whose
wrists jerk no more than people's keeps these quick movements; a shaky one loses them together with its shake. A steady
head is left alone: nothing that it does is as quick as what hands do, and people's heads nod faster than 5 Hz, too.
"""

import numpy as np

from ..body.joints import WRISTS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import AREAS, Part

# Hertz above which a steady vibration is removed, from motions that shake and from those that do not; hands and lips
# are quicker than torso and legs.
HEAD = "head"
HEAD_JOINTS = AREAS[HEAD].joints
SHAKY_HZ: dict[str, float] = {Part.UPPER: 2.6, Part.HANDS: 3.5, Part.LOWER: 2.6, Part.FACE: 6.0, HEAD: 2.6}
STEADY_HZ: dict[str, float] = {Part.UPPER: 9.0, Part.HANDS: 7.0, Part.LOWER: 3.2, Part.FACE: 6.0, HEAD: 15.0}
# Mean jerk of the wrists relative to the pelvis, m/s³, up to which a motion is steady, and from which on it is shaky.
# People have 44 to 60.
STEADY_JERK, SHAKY_JERK = 70.0, 130.0


def cutoffs_of(motion: Motion) -> dict[str, float]:
    """Return the hertz above which a steady vibration is removed from each part of a motion, and from its head."""
    places, _ = chosen_joints(motion.rotations, motion.translation, motion.skeleton, (0, *WRISTS))
    wrists = places[:, 1:] - places[:, :1]
    jerk = np.linalg.norm(np.diff(wrists, n=3, axis=0), axis=-1) * motion.fps**3
    mean = float(jerk.mean()) if jerk.size else 0.0
    shaky = float(np.clip((mean - STEADY_JERK) / (SHAKY_JERK - STEADY_JERK), 0, 1))
    return {name: steady_hz + shaky * (SHAKY_HZ[name] - steady_hz) for name, steady_hz in STEADY_HZ.items()}
