"""Hand edits and locks stay through whatever is made anew, without a seam."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.blend import keep_quats, keep_values, mask_weights
from core.body.parts import AREAS, SPECS, Part
from core.body.rotation import quat_continuous, rotvec_to_quat
from core.body.skeleton import JOINT
from core.direct.kept_motion import Kept, keep_motion
from core.errors import GestureError

from .speakers import same, speaker, turn_angles, wander


def test_weights_rise_and_fall_within_the_margin():
    mask = np.zeros(40, bool)
    mask[15:20] = True
    share = mask_weights(mask, 4)
    assert (share[mask] == 1).all()
    assert (share[:11] == 0).all()
    assert (share[24:] == 0).all()
    assert (np.diff(share[10:16]) > 0).all()
    assert np.allclose(share[11:15], share[20:24][::-1])
    assert (mask_weights(np.zeros(9, bool)) == 0).all()
    assert (mask_weights(mask, 0) == mask).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 119), st.integers(1, 60), st.integers(0, 20), st.integers(0, 99))
def test_what_is_kept_stays_to_the_bit_and_the_rest_is_new(start, length, margin, seed):
    old, new = wander(120, 3, seed), wander(120, 3, seed + 500)
    mask = np.zeros(120, bool)
    mask[start : start + length] = True
    result = keep_values(old, new, mask, margin)
    assert np.array_equal(result[mask], old[mask])
    far = mask_weights(mask, margin) == 0
    assert np.array_equal(result[far], new[far])
    assert np.array_equal(keep_values(old, old, mask, margin), old)
    span = np.abs(old - new).max()
    assert np.abs(np.diff(result - new, axis=0)).max() <= max(span, 1e-9) * (2.0 / (margin + 1) + 0.6)


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 100), st.integers(1, 40), st.integers(0, 99))
def test_kept_turns_join_the_new_ones_along_one_arc(start, length, seed):
    old = quat_continuous(rotvec_to_quat(0.4 * wander(120, 3, seed)))
    new = quat_continuous(rotvec_to_quat(0.4 * wander(120, 3, seed + 500)))
    mask = np.zeros(120, bool)
    mask[start : start + length] = True
    result = keep_quats(-old, new, mask)
    assert np.allclose(np.linalg.norm(result, axis=1), 1)
    assert np.abs((old[mask] * result[mask]).sum(1)) == pytest.approx(1, abs=1e-12)
    assert ((result[1:] * result[:-1]).sum(1) > 0).all(), "signs go on"
    far = mask_weights(mask) == 0
    assert np.array_equal(result[far], new[far])


def test_a_locked_hand_and_an_edited_head_survive_a_new_take():
    old, new = speaker(150, 1), speaker(150, 2)
    kept = Kept.areas(old, ["left_hand"])
    kept.joints[60:90, JOINT["head"]] = True
    result = keep_motion(new, kept)
    hand = list(AREAS["left_hand"].joints)
    assert np.array_equal(result.rotations[:, hand], old.rotations[:, hand])
    assert np.array_equal(result.rotations[60:90, JOINT["head"]], old.rotations[60:90, JOINT["head"]])
    free = np.ones((150, 55), bool)
    free[:, hand] = False
    free[52:98, JOINT["head"]] = False
    assert np.array_equal(result.rotations[free], new.rotations[free])
    steps = turn_angles(result.rotations[:-1, JOINT["head"]], result.rotations[1:, JOINT["head"]])
    assert steps.max() < 0.2
    assert np.array_equal(result.translation, new.translation)


@pytest.mark.parametrize("part", list(Part))
def test_a_locked_part_keeps_all_its_channels_in_the_range(part):
    old, new = speaker(100, 3), speaker(100, 4)
    kept = Kept.areas(old, [part.value])
    for mask in (kept.joints, kept.translation, kept.expression, kept.contacts):
        mask[:30] = mask[60:] = False
    result = keep_motion(new, kept)
    joints = list(SPECS[part].joints)
    assert np.array_equal(result.rotations[30:60][:, joints], old.rotations[30:60][:, joints])
    source = old if part is Part.LOWER else new
    assert np.array_equal(result.translation[30:60], source.translation[30:60])
    assert np.array_equal(result.contacts[30:60], source.contacts[30:60])
    source = old if part is Part.FACE else new
    assert np.array_equal(result.expression[30:60], source.expression[30:60])
    assert np.array_equal(result.rotations[:20], new.rotations[:20])


def test_nothing_kept_changes_nothing():
    new = speaker(40)
    assert same(keep_motion(new, Kept.areas(speaker(40, 9), [])), new)


def test_edits_of_another_length_and_unknown_parts_are_refused():
    with pytest.raises(GestureError, match="frames"):
        keep_motion(speaker(40), Kept.areas(speaker(50), ["hands"]))
    with pytest.raises(GestureError, match="tail"):
        Kept.areas(speaker(40), ["tail"])
