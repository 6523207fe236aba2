"""New keys continue those beside them, whatever their signs and turns, and lead over where they were not planned so."""

import numpy as np
import pytest

from ..conftest import load_extension

pytestmark = pytest.mark.any_blender

load_extension()
QUATERNION = 'pose.bones["a"].rotation_quaternion'
EULER = 'pose.bones["a"].rotation_euler'


def join(path, new, now, rows):
    from mambatalk_ext.addon.blender.fcurves import Channel
    from mambatalk_ext.addon.blender.key_seams import joined

    return joined(Channel(path, new, "a"), now.astype(np.float32), rows).values


def turns(frames, seed):
    """Smooth unit quaternions (T, 4)."""
    time = np.arange(frames)[:, None] / 30
    draw = np.random.default_rng(seed)
    values = np.array([1.0, 0, 0, 0]) + 0.4 * np.sin(time * draw.uniform(0.5, 2, 4) + draw.uniform(0, 6, 4))
    return values / np.linalg.norm(values, axis=1, keepdims=True)


@pytest.mark.parametrize(("start", "end"), [(20, 50), (0, 30), (40, 60), (10, 13)])
@pytest.mark.parametrize("sign", [1, -1])
def test_planned_keys_stay_but_for_their_sign(start, end, sign):
    new = turns(60, 1)
    rows = (np.arange(60) >= start) & (np.arange(60) < end)
    now = sign * new
    np.testing.assert_allclose(join(QUATERNION, new, now, rows)[rows], now[rows], atol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_what_moved_beside_the_rows_fades_out_within_them(sign):
    new, rows = turns(60, 1), np.zeros(60, bool)
    rows[20:50] = True
    other = turns(60, 2)
    now = sign * (0.9 * new + 0.1 * other)
    now /= np.linalg.norm(now, axis=1, keepdims=True)
    out = join(QUATERNION, new, now, rows)
    whole = np.where(rows[:, None], out, now)
    steps = np.linalg.norm(np.diff(whole, axis=0), axis=1)
    assert steps.max() < 1.5 * max(
        np.linalg.norm(np.diff(new, axis=0), axis=1).max(), np.linalg.norm(np.diff(now, axis=0), axis=1).max()
    )
    bends = lambda values: np.linalg.norm(np.diff(values, 2, axis=0), axis=1).max()  # noqa: E731
    assert bends(whole) < 1.5 * max(bends(new), bends(now)) + 2e-3
    np.testing.assert_allclose(np.abs((out[34:36] * new[34:36]).sum(1)), 1, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(out[rows], axis=1), 1, atol=1e-6)


def test_angles_keep_their_turns_and_lead_over():
    time = np.arange(60)[:, None] / 30
    new = np.sin(time * [1.0, 2.0, 3.0])
    rows = np.zeros(60, bool)
    rows[20:50] = True
    now = new + [2 * np.pi, 0.0, -4 * np.pi] + 0.05
    whole = np.where(rows[:, None], join(EULER, new, now, rows), now)
    assert np.abs(np.diff(whole, axis=0)).max() < 0.2
    np.testing.assert_allclose(whole[34:36], now[34:36] - 0.05, atol=1e-5)


def test_rows_that_are_all_stay():
    new = turns(60, 1)
    np.testing.assert_array_equal(join(QUATERNION, new, turns(60, 3), np.ones(60, bool)), new)
