"""New motion in a range: everything else to the bit as it was, and no joint turns abruptly at the seams."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from core.body.motion import Motion
from core.body.parts import AREAS, SPECS, Part
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.generate.seams import velocity_jumps
from core.generate.splice import splice
from core.take.span import Span

from .seam_checks import continuous_at_seams, untouched


def moving(frames: int, seed: int, size: float = 0.5) -> Motion:
    """A figure whose every joint wanders smoothly, and that walks about."""
    random = np.random.default_rng(seed)

    def wander(channels: int) -> np.ndarray:
        noise = gaussian_filter1d(random.normal(0, 1, (frames + 60, channels)), 6, axis=0)[30 : 30 + frames]
        return noise * 4.6

    return Motion(
        rotations=size * wander(165).reshape(frames, 55, 3),
        translation=0.2 * wander(3) + np.array([0, 1, 0]),
        expression=np.clip(0.5 + 0.2 * wander(52), 0, 1),
        contacts=np.clip(0.5 + 0.4 * wander(4), 0, 1),
    )


@st.composite
def spans(draw, frames: int):
    start = draw(st.integers(0, frames - 1))
    end = draw(st.integers(start + 1, frames))
    return Span(start, end, draw(st.sampled_from([0, 3, 8, 15])), frames)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(AREAS)), spans(300), st.integers(0, 1000))
def test_nothing_else_changes_by_a_bit_and_no_joint_turns_abruptly(area, span, seed):
    kept, new = moving(300, seed), moving(300, seed + 1)
    result = splice(kept, new, AREAS[area], span, walk=True)
    assert untouched(kept, result, area, span.first, span.stop)
    assert continuous_at_seams(kept, result, area, span)


def test_inside_a_long_range_the_new_motion_is_taken_whole():
    kept, new = moving(300, 1), moving(300, 2)
    result = splice(kept, new, AREAS["hands"], Span(50, 250, 8, 300))
    hands = list(SPECS[Part.HANDS].joints)
    inside = slice(120, 180)
    np.testing.assert_allclose(
        rotvec_to_matrix(result.rotations[inside, hands]), rotvec_to_matrix(new.rotations[inside, hands]), atol=1e-9
    )


def test_a_whole_take_is_replaced_without_blends():
    kept, new = moving(100, 1), moving(100, 2)
    result = splice(kept, new, AREAS["face"], Span(0, 100, 8, 100))
    np.testing.assert_allclose(result.expression, new.expression, atol=1e-12)


def test_turns_of_more_than_half_a_circle_blend_without_a_flip():
    frames = 120
    turn = np.linspace(0, 1.9 * np.pi, frames)
    kept = moving(frames, 3, size=0.0)
    rotations = kept.rotations.copy()
    about_y = np.stack([np.cos(turn), 0 * turn, np.sin(turn), 0 * turn, 0 * turn + 1, 0 * turn], 1).reshape(-1, 2, 3)
    matrices = np.stack([about_y[:, 0], about_y[:, 1], np.cross(about_y[:, 0], about_y[:, 1])], 1)
    rotations[:, 16] = matrix_to_rotvec(matrices)
    spinning = kept.replace(rotations=rotations)
    still = kept.replace(rotations=np.roll(rotations, 8, axis=0))
    result = splice(spinning, still, AREAS["left_arm"], Span(40, 80, 8, frames))
    assert velocity_jumps(result.rotations[20:100, [16]]).max() < 0.02


@pytest.mark.parametrize("end", [200, 300])
def test_a_new_walk_starts_on_the_kept_path_and_comes_back_to_it(end):
    kept, new = moving(300, 5), moving(300, 6)
    new = new.replace(translation=new.translation + np.array([3.0, 0.0, -2.0]))
    result = splice(kept, new, AREAS["lower"], Span(100, end, 8, 300), walk=True)
    path = result.translation
    assert np.abs(path[:, [0, 2]] - kept.translation[:, [0, 2]]).max() < 1.5
    speed = np.abs(np.diff(path, axis=0)).max()
    assert speed < 2.5 * max(np.abs(np.diff(m.translation, axis=0)).max() for m in (kept, new))
    assert path[: 100 - 8].tobytes() == kept.translation[: 100 - 8].tobytes()
    if end < 300:
        assert path[end + 8 :].tobytes() == kept.translation[end + 8 :].tobytes()
    else:
        assert np.abs(path[-1] - kept.translation[-1]).max() > 0.01
