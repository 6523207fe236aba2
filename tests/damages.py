"""A take damaged on purpose: for each kind of finding of Check the Take, a change of a motion that makes one."""

import numpy as np

from core.body.parts import ARKIT_NAMES
from core.body.skeleton import JOINT


def turned(motion, joint: str, frames: slice, by):
    rotations = motion.rotations.copy()
    rotations[frames, JOINT[joint]] += by
    return motion.replace(rotations=rotations)


def slide(motion):
    translation = motion.translation.copy()
    translation[90:150, 2] += np.linspace(0, 0.15, 60)
    translation[150:, 2] += 0.15
    return motion.replace(translation=translation)


def sink(motion):
    translation = motion.translation.copy()
    translation[100:130, 1] -= 0.05 * np.sin(np.linspace(0, np.pi, 30))
    return motion.replace(translation=translation)


def enter(motion):
    rotations = motion.rotations.copy()
    share = np.sin(np.linspace(0, np.pi, 60))[:, None]
    for joint, goal in (("left_shoulder", (0.28, -0.91, -1.5)), ("left_elbow", (0.0, -1.6, 0.0))):
        here = rotations[100:160, JOINT[joint]]
        rotations[100:160, JOINT[joint]] = here + share * (np.array(goal) - here)
    return motion.replace(rotations=rotations)


def freeze(motion):
    rotations, translation = motion.rotations.copy(), motion.translation.copy()
    rotations[100:150], translation[100:150] = rotations[100], translation[100]
    return motion.replace(rotations=rotations, translation=translation)


def open_lips(motion):
    expression = motion.expression.copy()
    expression[:, ARKIT_NAMES.index("jawOpen")] = 0.5
    for name in ("mouthClose", "mouthPressLeft", "mouthPressRight"):
        expression[:, ARKIT_NAMES.index(name)] = 0.0
    return motion.replace(expression=expression)


def jump(motion):
    translation = motion.translation.copy()
    translation[120, 0] += 0.06
    return motion.replace(translation=translation)


def rise(motion):
    """The right hand rises by a quarter of a metre at 4 s: early where the next word comes seconds later."""
    rotations = motion.rotations.copy()
    lift = np.clip((np.arange(motion.frame_count) - 118) / 12, 0, 1)
    rotations[60:, JOINT["right_shoulder"]] = 0.0
    rotations[60:, JOINT["right_shoulder"], 2] = (1.2 - 0.8 * lift)[60:]
    rotations[60:, JOINT["right_elbow"]] = (0.0, 0.8, 0.0)
    return motion.replace(rotations=rotations)


_BACKWARDS = np.sin(np.linspace(0, np.pi, 60))[:, None] * [0.0, 2.6, 0.0]
# The kind that is found, and what is done: all of it begins between frames 90 and 120.
DAMAGES = {
    "slide": slide,
    "floor": sink,
    "inside": enter,
    "pop": lambda motion: turned(motion, "left_shoulder", slice(120, 121), 0.5),
    "jump": jump,
    "frozen": freeze,
    "bend": lambda motion: turned(motion, "left_elbow", slice(100, 160), _BACKWARDS),
    "lips": open_lips,
    "early": rise,
}
