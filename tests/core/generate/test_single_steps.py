"""A foot rests between its steps, or steps once, and what is far apart stays."""

import numpy as np
import pytest

from core.body.curves import min_jerk, runs
from core.body.rotation import matrix_to_yaw, yaw_to_matrix
from core.generate.single_steps import FootPath, gone, with_rests

FRAMES, STEP = 200, 24


def walked(*steps: tuple[int, float]) -> FootPath:
    """A foot that steps ahead from some frames on, by metres, and turns by a radian for each metre."""
    ahead, height = np.zeros(FRAMES), np.full(FRAMES, 0.02)
    phase = np.arange(STEP) / (STEP - 1)
    for start, way in steps:
        ahead[start : start + STEP] += way * min_jerk(phase)
        ahead[start + STEP :] += way
        height[start : start + STEP] += 0.05 * np.sin(np.pi * phase)
    place = np.stack([0.1 * ahead, ahead], 1)
    return FootPath(place, height, yaw_to_matrix(ahead), [(start, start + STEP - 1) for start, _ in steps])


def free(until: int) -> np.ndarray:
    return np.arange(FRAMES) < until


def air(path: FootPath) -> list[tuple[int, int]]:
    return runs(path.height > 0.021)


def test_a_second_step_waits_while_the_other_leg_carries_the_weight():
    path = walked((40, 0.2), (67, -0.1))
    rested = with_rests(path, free(150))
    (_, landed), (lifted, _) = air(rested)
    assert lifted - landed >= 20
    assert rested.steps[0] == path.steps[0]
    later = rested.steps[1][0] - path.steps[1][0]
    np.testing.assert_allclose(rested.place[67 + later : 91 + later], path.place[67:91])
    np.testing.assert_allclose(rested.place[91 + later :], path.place[91 + later :])
    assert np.array_equal(rested.place[:67], path.place[:67])


@pytest.mark.parametrize(("second", "until"), [(-0.1, 92), (0.15, 92), (-0.19, 150)])
def test_without_time_or_reason_for_a_second_step_the_foot_steps_once(second, until):
    path = walked((40, 0.2), (67, second))
    once = with_rests(path, free(until))
    assert once.steps == [path.steps[1]]
    assert len(air(once)) == 1
    assert np.ptp(once.place[:67], axis=0).max() == 0
    np.testing.assert_allclose(once.place[91:], path.place[91:])
    np.testing.assert_allclose(once.turn[91:], path.turn[91:], atol=1e-9)
    assert np.abs(np.diff(once.place[:, 1])).max() < 0.04
    yaw = np.unwrap(matrix_to_yaw(once.turn))
    assert np.abs(np.diff(yaw)).max() < 0.04
    np.testing.assert_allclose(
        once.turn @ np.swapaxes(once.turn, 1, 2), np.broadcast_to(np.eye(3), (FRAMES, 3, 3)), atol=1e-9
    )


def test_a_third_step_is_waited_for_too():
    rested = with_rests(walked((20, 0.2), (46, 0.2), (73, 0.2)), free(FRAMES))
    gaps = np.diff(np.array(rested.steps).ravel())[1::2]
    assert len(rested.steps) >= 2
    assert (gaps >= 13).all()


def test_steps_that_are_far_apart_keep_every_value():
    path = walked((30, 0.2), (100, -0.2))
    same = with_rests(path, free(FRAMES))
    assert same.steps == path.steps
    for name in ("place", "height", "turn"):
        assert np.array_equal(getattr(same, name), getattr(path, name))


def test_a_take_that_ends_in_a_step_is_no_longer():
    path = walked((140, 0.2), (176, -0.1))
    rested = with_rests(path, free(FRAMES))
    assert len(rested.place) == FRAMES
    assert rested.steps[-1][1] < FRAMES


def test_a_foot_goes_its_way_in_the_middle_of_a_step():
    share = gone(24)
    assert share[0] == 0
    assert share[-1] == 1
    assert (np.diff(share) >= 0).all()
    assert share[12] == pytest.approx(0.5, abs=0.05)
    assert gone(1).tolist() == [0.0]
