"""The pose that a take starts from, found in the data: the pose of people who do not gesture."""

import numpy as np

from core.body.motion import Motion
from core.body.parts import CONTACT_WIDTH, Part
from training.data.dataset import Corpus
from training.stages.log_metrics import take_motion, wrist_motion

FRAMES = 4
STRIDE = 5
QUIET_SHARE = 0.1  # share of the frames that count as quiet: those with the slowest wrists
SHOWN_TAKES = 40


def neutral_of(corpus: Corpus) -> Motion:
    """Return the recorded pose nearest to the mean of the quiet ones, as four frames on the corpus' skeleton.

    The root stands at x = z = 0 at its own height, with both feet on the ground.
    """
    takes = corpus.takes[:: max(len(corpus.takes) // SHOWN_TAKES, 1)]
    poses, speeds, places = [], [], []
    for number, take in enumerate(takes):
        speed, _ = wrist_motion(take_motion(take, corpus))
        for frame in range(0, take.frames - 1, STRIDE):
            poses.append(np.concatenate([take.channels[part][frame] for part in (Part.UPPER, Part.LOWER)]))
            speeds.append(speed[frame].max())
            places.append((number, frame))
    quiet = np.argsort(speeds)[: max(int(QUIET_SHARE * len(speeds)), 1)]
    shown = np.stack([poses[i] for i in quiet])
    number, frame = places[quiet[np.argmin(np.square(shown - shown.mean(0)).sum(1))]]
    motion = take_motion(takes[number], corpus)
    height = motion.translation[frame] * np.array([0, 1, 0])
    return Motion(
        rotations=np.repeat(motion.rotations[frame : frame + 1], FRAMES, 0),
        translation=np.repeat(height[None], FRAMES, 0),
        expression=np.zeros((FRAMES, motion.expression.shape[1])),
        face_basis=corpus.face_basis,
        contacts=np.ones((FRAMES, CONTACT_WIDTH)),
        rest_joints=corpus.rest_joints,
    )
