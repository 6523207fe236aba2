"""Arms and hands live as people's do: both alike, never one shape for seconds; and the styles differ in numbers."""

import itertools

import numpy as np
import pytest

from core.audio.prosody import Accent, Prosody, Stretch
from core.body.kinematics import forward_kinematics
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.body.skeleton import JOINT
from core.clock import FPS
from core.generate.added_chance import changing
from core.generate.chance_curves import draw_chance
from training.evaluation.movement import relative_wrists
from training.evaluation.synchrony import stroke_ends
from training.gesture import STYLES
from training.gesture.curves import moves, spring
from training.gesture.gesture_plan import make_plan
from training.gesture.synthesis import perform

SIDES = ("left", "right")
FINGERS = [
    f"{side}_{finger}{i}" for side in SIDES for finger in ("index", "middle", "ring", "pinky") for i in (1, 2, 3)
]
THUMBS = [f"{side}_thumb{i}" for side in SIDES for i in (1, 2, 3)]
RAISED_M = -0.35
STILL_M_S = 0.05
FIRST_STYLES = ("calm", "lively", "presenter", "reserved")
# People differ in these by more than a third, or they do not differ to the eye.
THIRD = 4 / 3


def speech(seconds: int, seed: int) -> Prosody:
    """Syllables of about 0.2 s, an accent on every third or fourth, a pause of one second in every six."""
    random = np.random.default_rng(seed)
    times_s = np.arange(seconds * FPS) / FPS
    loudness, accents, phrases = np.zeros(len(times_s)), [], []
    for start in np.arange(0.6, seconds - 5, 6.0):
        phrases.append(Stretch(start, start + 5))
        loudness += 0.4 * np.clip(10 * np.minimum(times_s - start, start + 5 - times_s), 0, 1)
        following, order = 1, 0
        for number, moment in enumerate(start + np.cumsum(random.uniform(0.14, 0.3, 22))):
            accented = number == following
            loud = random.uniform(0.6, 1.0) if accented else random.uniform(0.4, 0.7)
            loudness = np.maximum(loudness, loud * np.exp(-0.5 * ((times_s - moment) / 0.09) ** 2))
            if accented:
                accents.append(Accent(moment, random.uniform(0.0, 0.9), loud, order=order))
                following, order = following + random.integers(3, 6), order + 1
    return Prosody(len(times_s), loudness, (), tuple(accents), tuple(phrases), tuple(phrases))


def moved(prosody: Prosody, style: str, seed: int):
    chance = draw_chance(prosody.frame_count, seed, prosody.moments_s)
    return perform(prosody, make_plan(prosody, STYLES[style]), style, chance)


@pytest.fixture(scope="module", params=list(STYLES))
def motion(request):
    return moved(speech(90, 0), request.param, 3)


def away(motion, name):
    """Rotation vectors (T, 3) of a joint about the middle of its movement."""
    turn = rotvec_to_matrix(motion.rotations[:, JOINT[name]])
    return matrix_to_rotvec(rotvec_to_matrix(motion.rotations[:, JOINT[name]].mean(0)).T @ turn)


def turn_and_speed(motion, names):
    """Root mean square turn, degrees, and mean speed, degrees per second, of the joints."""
    every = [np.degrees(away(motion, name)) for name in names]
    turn = np.mean([np.sqrt(np.square(one).sum(1).mean()) for one in every])
    return turn, FPS * np.mean([np.linalg.norm(np.diff(one, axis=0), axis=1).mean() for one in every])


def shares(motion, names):
    """Shares of the power of turning speed at 0.5-2, 2-5 and above 5 Hz."""
    speeds = np.concatenate([np.gradient(away(motion, name), axis=0) for name in names], 1)
    power = np.square(np.abs(np.fft.rfft(speeds - speeds.mean(0), axis=0))).sum(1)
    hertz = np.fft.rfftfreq(len(speeds), 1 / FPS)
    return [power[(hertz >= low) & (hertz < high)].sum() / power.sum() for low, high in ((0.5, 2), (2, 5), (5, 16))]


def heights(motion):
    """Height of the left and the right wrist over its shoulder, (T, 2) metres."""
    joints = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0]
    return np.stack([(joints[:, JOINT[f"{s}_wrist"]] - joints[:, JOINT[f"{s}_shoulder"]])[:, 1] for s in SIDES], 1)


def test_both_hands_mostly_move_alike(motion):
    up = heights(motion)
    assert np.corrcoef(up.T)[0, 1] > 0.15
    both, none = (up > RAISED_M).all(1).mean(), (up <= RAISED_M).all(1).mean()
    assert both > 0.2
    assert both > 0.7 * (1 - both - none)


def test_collars_wrists_fingers_and_thumbs_turn_as_far_and_as_fast_as_peoples(motion):
    for names, turns, speeds in (
        ([f"{side}_collar" for side in SIDES], (3.5, 9), (8, 24)),
        ([f"{side}_wrist" for side in SIDES], (14, 30), (32, 80)),
        (FINGERS, (9, 20), (24, 62)),
        (THUMBS, (5.5, 14), (16, 48)),
    ):
        turn, speed = turn_and_speed(motion, names)
        assert turns[0] < turn < turns[1]
        assert speeds[0] < speed < speeds[1]


def test_wrists_and_fingers_have_the_rhythm_of_strokes_and_syllables(motion):
    for names in ([f"{side}_wrist" for side in SIDES], FINGERS):
        slow, quick, tremor = shares(motion, names)
        assert 0.28 < slow < 0.7
        assert 0.2 < quick < 0.5
        assert tremor < 0.15


def test_hands_move_in_a_few_synergies(motion):
    spread = np.cov(np.concatenate([away(motion, name) for name in FINGERS + THUMBS], 1).T)
    values = np.linalg.eigvalsh(spread)
    assert 4 < values.sum() ** 2 / np.square(values).sum() < 9


def test_no_hand_keeps_one_shape_for_seconds_and_no_raised_hand_is_still(motion):
    middle = np.concatenate([away(motion, f"{side}_middle1") for side in SIDES], 1)
    windows = np.lib.stride_tricks.sliding_window_view(middle, 2 * FPS, axis=0)
    assert np.degrees(np.ptp(windows, axis=-1).max(1)).min() > 2
    speed = np.linalg.norm(np.diff(wrist_paths(motion), axis=0), axis=-1) * FPS
    raised = heights(motion)[1:] > RAISED_M
    assert (speed[raised] < STILL_M_S).mean() < 0.25


def test_no_finger_bends_backwards(motion):
    for side, curl in ((SIDES[0], -1), (SIDES[1], 1)):
        for finger in ("index", "middle", "ring", "pinky"):
            for i, most in ((1, 30), (2, 16), (3, 20)):
                bend = curl * motion.rotations[:, JOINT[f"{side}_{finger}{i}"], 2]
                assert np.degrees(bend.min()) > -most


def test_a_spring_goes_past_where_its_drive_stops_and_comes_to_rest_there():
    drive = np.where(np.arange(120) < 20, 0.0, 1.0)
    followed = spring(drive, 3.0, 0.4)
    assert 1.1 < followed.max() < 1.5
    assert abs(followed[-1] - 1) < 1e-3
    assert np.abs(followed[:20]).max() < 0.5


def test_quick_moves_equal_the_plain_sum_of_moves():
    from core.body.curves import steps

    times = np.arange(200) / FPS
    plan = [(-0.2, 0.4, [1.0, 0.0]), (0.3, 1.2, [0.5, 2.0]), (1.0, 1.0, [0.0, 1.0]), (6.0, 9.0, [3.0, 3.0])]
    np.testing.assert_allclose(moves(times, [0.2, -1.0], plan), steps(times, [0.2, -1.0], plan), atol=1e-12)


def test_a_changing_curve_arrives_on_accents_and_changes_in_pauses_as_well():
    draw = changing((0.4, 1.0), 0.5)
    curve = draw(30 * FPS, np.random.default_rng(1), [3.0, 3.6, 4.4, 5.2])
    assert np.abs(curve).max() <= 1
    holding = np.abs(np.diff(curve)) < 1e-4
    longest = max(len(list(run)) for still, run in itertools.groupby(holding) if still)
    assert longest < 2 * FPS


def wrist_paths(motion):
    return relative_wrists(forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0])


def figures(motion):
    """Stroke rate, height of the wrists, share of both hands, speed of the head, sway, share of still hands."""
    joints = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)[0]
    wrists, up = relative_wrists(joints), heights(motion)
    feet = joints[:, [JOINT["left_foot"], JOINT["right_foot"]]][..., [0, 2]].mean(1)
    return np.array(
        [
            len(stroke_ends(wrists)) / len(joints),
            wrists[..., 1].mean(),
            (up > RAISED_M).all(1).mean(),
            turn_and_speed(motion, ["neck", "head"])[1],
            np.linalg.norm((joints[:, 0][:, [0, 2]] - feet).std(0)),
            (np.linalg.norm(np.diff(wrists, axis=0), axis=-1) * FPS < STILL_M_S).mean(),
        ]
    )


def differences(measured: dict[str, np.ndarray]):
    """For each pair of styles, in how many figures the means (over the first axis) differ by a third."""
    for first, second in itertools.combinations(measured, 2):
        a, b = measured[first].mean(0), measured[second].mean(0)
        yield first, second, int((np.maximum(a, b) >= THIRD * np.minimum(a, b)).sum())


def test_lively_and_reserved_differ_on_two_sentences():
    sentences = [speech(30, seed) for seed in (1, 2)]
    measured = {s: np.array([figures(moved(one, s, 0)) for one in sentences]) for s in ("lively", "reserved")}
    assert next(differences(measured))[2] >= 3


@pytest.mark.slow
def test_every_two_of_the_first_four_styles_differ_by_a_third_in_three_figures():
    sentences = [speech(40, seed) for seed in range(10)]
    measured = {
        style: np.array([[figures(moved(one, style, seed)) for one in sentences] for seed in range(4)]).mean(1)
        for style in FIRST_STYLES
    }
    for first, second, count in differences(measured):
        assert count >= 3, f"{first} and {second} differ in {count} figures"
