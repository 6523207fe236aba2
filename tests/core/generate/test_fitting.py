"""The jaw follows the voice, closed lips stay closed, and a piece of a take has its own moments."""

import numpy as np

from core.body.motion import Motion
from core.body.parts import ARKIT_NAMES
from core.body.skeleton import JOINT, JOINT_COUNT
from core.generate.fitting import follow_with_jaw, scale_head
from core.generate.moments import Moments

OPEN, CLOSE = ARKIT_NAMES.index("jawOpen"), ARKIT_NAMES.index("mouthClose")


def test_the_jaw_opens_further_where_the_voice_is_loud_and_nothing_else_moves():
    rng = np.random.default_rng(0)
    motion = Motion(rng.normal(0, 0.1, (60, JOINT_COUNT, 3)), np.zeros((60, 3)), rng.uniform(0, 0.6, (60, 52)))
    motion.expression[:10, CLOSE] = motion.expression[:10, OPEN]
    loudness = rng.uniform(0, 1.2, 61)
    louder = follow_with_jaw(motion, loudness, 0.5)
    share = louder.expression[:, OPEN] / motion.expression[:, OPEN]
    assert np.corrcoef(share, loudness[:60])[0, 1] > 0.999
    assert 0.59 < share.min() < 0.7 < 1.1 < share.max() < 1.21
    assert np.allclose(louder.rotations[:, JOINT["jaw"]], motion.rotations[:, JOINT["jaw"]] * share[:, None])
    assert np.allclose(louder.expression[:10, CLOSE], louder.expression[:10, OPEN])
    others = [shape for shape in range(52) if shape not in (OPEN, CLOSE)]
    assert (louder.expression[:, others] == motion.expression[:, others]).all()
    for gain, too_short in ((0.0, loudness), (0.5, loudness[:30])):
        assert follow_with_jaw(motion, too_short, gain) is motion


def test_a_head_turns_further_from_the_neutral_pose_by_the_gain_of_its_style():
    rng = np.random.default_rng(2)
    neutral = Motion(rng.normal(0, 0.1, (4, JOINT_COUNT, 3)), np.zeros((4, 3)), np.zeros((4, 52)))
    motion = Motion(np.repeat(neutral.rotations[:1], 30, 0), np.zeros((30, 3)), np.zeros((30, 52)))
    assert np.allclose(scale_head(motion, 1.3, neutral).rotations, motion.rotations)
    neutral.rotations[:] = 0
    motion.rotations[:] = rng.normal(0, 0.1, motion.rotations.shape)
    further = scale_head(motion, 1.3, neutral).rotations
    head = [JOINT["neck"], JOINT["head"]]
    assert np.allclose(further[:, head], 1.3 * motion.rotations[:, head])
    assert np.array_equal(np.delete(further, head, 1), np.delete(motion.rotations, head, 1))
    assert scale_head(motion, 1.0, neutral) is motion


def test_moments_of_a_piece_are_counted_from_its_first_frame():
    moments = Moments((1.0, 3.5), ((0.0, 2.0), (3.0, 4.0)), np.arange(120.0)).since(30)
    assert moments.stressed_s == (0.0, 2.5)
    assert moments.spoken_s == ((-1.0, 1.0), (2.0, 3.0))
    assert moments.loudness[0] == 30
