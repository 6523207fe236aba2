"""Motions in few bytes: what lies on the grid comes back to the bit, whatever the motion, and a minute is small."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.motion import Motion, load_motion, save_motion
from core.errors import GestureError
from core.formats.packed import COARSE, FINE, Grid, pack_motion, pack_values, round_motion, unpack_motion, unpack_values


def motion_of(frames: int, seed: int = 0, scale: float = 1.0, **more) -> Motion:
    draw = np.random.default_rng(seed)
    return Motion(
        rotations=draw.normal(0, scale, (frames, 55, 3)),
        translation=draw.normal(0, scale, (frames, 3)),
        expression=draw.uniform(0, 1, (frames, 52)),
        contacts=draw.uniform(0, 1, (frames, 4)),
        **more,
    )


@settings(max_examples=40, deadline=None)
@given(
    frames=st.integers(1, 40),
    columns=st.integers(1, 9),
    digits=st.integers(0, 18),
    scale=st.sampled_from([0.0, 1e-6, 1.0, 50.0]),
    seed=st.integers(0, 999),
)
def test_values_come_back_rounded_to_the_grid_and_then_to_the_bit(frames, columns, digits, scale, seed):
    values = np.random.default_rng(seed).normal(0, scale, (frames, columns))
    once = unpack_values(pack_values(values, digits), frames, digits)
    assert np.abs(once - values).max() <= 0.5 / 2**digits
    np.testing.assert_array_equal(unpack_values(pack_values(once, digits), frames, digits), once)


@pytest.mark.parametrize("grid", [FINE, COARSE])
def test_a_packed_motion_survives_single_precision_and_another_packing(grid, tmp_path):
    first = unpack_motion(
        pack_motion(motion_of(30, scale=2.0, rest_joints=np.random.default_rng(1).normal(size=(55, 3))))
    )
    first = unpack_motion(pack_motion(first, grid))
    save_motion(first, tmp_path / "motion.npz")
    again = unpack_motion(pack_motion(load_motion(tmp_path / "motion.npz"), grid))
    for name in ("rotations", "translation", "expression", "contacts", "rest_joints", "betas"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert (again.fps, again.face_basis) == (first.fps, first.face_basis)


@pytest.mark.parametrize("grid", [FINE, COARSE])
def test_rounding_gives_what_packing_does(grid):
    motion = motion_of(20, seed=3, scale=0.7)
    rounded, packed = round_motion(motion, grid), unpack_motion(pack_motion(motion, grid))
    for name in ("rotations", "translation", "expression", "contacts"):
        np.testing.assert_array_equal(getattr(rounded, name), getattr(packed, name))
    assert pack_motion(rounded, grid) == pack_motion(motion, grid)


def test_what_a_motion_lacks_it_lacks_after_packing():
    plain = Motion(np.zeros((1, 55, 3)), np.zeros((1, 3)), np.zeros((1, 100)), face_basis="flame100", fps=24.0)
    again = unpack_motion(pack_motion(plain))
    assert again.contacts is None
    assert again.rest_joints is None
    assert (again.face_basis, again.fps, again.frame_count) == ("flame100", 24.0, 1)


def test_a_smooth_minute_takes_less_than_half_a_megabyte():
    time_s = np.arange(1800)[:, None, None] / 30
    draw = np.random.default_rng(0)
    waves = 0.3 * np.sin(time_s * draw.uniform(1, 9, (1, 55, 3)) + draw.uniform(0, 6, (1, 55, 3)))
    face = np.clip(np.sin(time_s[:, :, 0] * draw.uniform(1, 9, (1, 52))), 0, 1)
    assert len(pack_motion(Motion(waves, waves[:, 0], face))) < 500_000


@pytest.mark.parametrize("data", [b"", b"abc", pack_motion(motion_of(5))[:-20], bytes(200)])
def test_damaged_bytes_are_an_error_with_a_remedy(data):
    with pytest.raises(GestureError) as caught:
        unpack_motion(data)
    assert caught.value.remedy


def test_a_coarser_grid_is_smaller():
    motion = motion_of(60)
    assert len(pack_motion(motion, Grid(10, 10, 6, 4))) < len(pack_motion(motion, COARSE)) < len(pack_motion(motion))
