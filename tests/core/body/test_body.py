"""Rotations, kinematics and motion files."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.body import rotation
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, load_motion, resample, save_motion
from core.body.parts import ARKIT_NAMES, SPECS, Part, part_width
from core.body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS
from core.errors import GestureError

REST = np.random.default_rng(5).normal(size=(JOINT_COUNT, 3))


def random_motion(frames=20, seed=0, **changes) -> Motion:
    rng = np.random.default_rng(seed)
    motion = Motion(
        rotations=rng.normal(scale=0.5, size=(frames, 55, 3)),
        translation=rng.normal(size=(frames, 3)),
        expression=rng.random((frames, 52)),
        contacts=rng.random((frames, 4)),
        rest_joints=REST,
    )
    return motion.replace(**changes)


def test_rotations_agree_with_scipy_in_every_representation():
    rotvec = np.random.default_rng(0).normal(size=(500, 3)) * 2
    truth = Rotation.from_rotvec(rotvec).as_matrix()
    assert np.allclose(rotation.rotvec_to_matrix(rotvec), truth, atol=1e-12)
    assert np.allclose(rotation.rotvec_to_matrix(rotation.matrix_to_rotvec(truth)), truth, atol=1e-12)
    assert np.allclose(rotation.rot6d_to_matrix(rotation.matrix_to_rot6d(truth)), truth, atol=1e-12)


def test_half_turns_and_zero_survive_the_round_trip():
    for rotvec in ([0, 0, 0], [np.pi, 0, 0], [0, np.pi, 0], [0, 0, np.pi - 1e-9], [1e-12, 0, 0]):
        matrix = Rotation.from_rotvec(rotvec).as_matrix()
        assert np.allclose(rotation.rotvec_to_matrix(rotation.matrix_to_rotvec(matrix)), matrix, atol=1e-7)


def test_slerp_half_way_is_half_the_angle():
    a = rotation.rotvec_to_quat(np.array([[0.0, 0, 0]]))
    b = rotation.rotvec_to_quat(np.array([[0.0, 1.2, 0]]))
    middle = rotation.quat_to_rotvec(rotation.quat_slerp(a, -b, 0.5))
    assert np.allclose(middle, [[0, 0.6, 0]], atol=1e-9)


def test_forward_kinematics_equals_the_chain_walked_one_joint_at_a_time():
    motion = random_motion(3)
    positions, world = forward_kinematics(motion.rotations, motion.translation, REST)
    for frame in range(3):
        for joint in range(55):
            chain = [joint]
            while PARENTS[chain[-1]] >= 0:
                chain.append(PARENTS[chain[-1]])
            turn = Rotation.identity()
            where = REST[0] + motion.translation[frame]
            for child in reversed(chain):
                if PARENTS[child] >= 0:
                    where = where + turn.apply(REST[child] - REST[PARENTS[child]])
                turn = turn * Rotation.from_rotvec(motion.rotations[frame, child])
            assert np.allclose(positions[frame, joint], where)
            assert np.allclose(world[frame, joint], turn.as_matrix())


def test_parts_cover_every_joint_but_the_eyes_exactly_once():
    joints = sorted(j for spec in SPECS.values() for j in spec.joints)
    assert [JOINT_NAMES[j] for j in range(55) if j not in joints] == ["left_eye_smplhf", "right_eye_smplhf"]
    assert len(joints) == len(set(joints))
    assert [part_width(part, "flame100") for part in Part] == [106, 78, 180, 61]
    assert len(set(ARKIT_NAMES)) == 52


def test_a_motion_file_keeps_everything(tmp_path):
    motion = random_motion()
    save_motion(motion, tmp_path / "m.npz")
    loaded = load_motion(tmp_path / "m.npz")
    for name in ("rotations", "translation", "expression", "contacts", "rest_joints"):
        assert np.allclose(getattr(loaded, name), getattr(motion, name), atol=1e-6), name
    assert loaded.face_basis == "arkit52"
    assert [p.name for p in tmp_path.iterdir()] == ["m.npz"]


def test_a_pickle_in_a_motion_file_is_refused(tmp_path):
    np.savez(tmp_path / "bad.npz", poses=np.array([{"a": 1}], dtype=object), trans=np.zeros((1, 3)))
    with pytest.raises(GestureError) as caught:
        load_motion(tmp_path / "bad.npz")
    assert caught.value.remedy


def test_a_motion_file_with_a_wrong_byte_is_read_or_refused(tmp_path):
    path = tmp_path / "motion.npz"
    save_motion(Motion(np.zeros((2, 55, 3)), np.zeros((2, 3)), np.zeros((2, 52))), path)
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            load_motion(path)
        except GestureError:
            refused += 1
    assert refused > 100


def test_values_that_are_not_numbers_are_refused():
    with pytest.raises(GestureError, match="not numbers"):
        random_motion(translation=np.full((20, 3), np.nan))


@pytest.mark.parametrize("fps", [24, 25, 30 / 1.001, 60])
def test_resampling_meets_the_original_at_common_times_and_stays_between_neighbours(fps):
    motion = random_motion(31)
    out = resample(motion, np.arange(int(fps) + 1) / fps)
    assert out.fps == pytest.approx(fps)
    assert np.allclose(out.translation[0], motion.translation[0])
    exact = resample(motion, np.arange(31) / 30)
    turned = rotation.rotvec_to_matrix(exact.rotations)
    assert np.allclose(turned, rotation.rotvec_to_matrix(motion.rotations), atol=1e-9)
