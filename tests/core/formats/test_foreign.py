"""Motion of other makers: whatever the keys, joints, rotation form, frame rate or up axis, the same poses come out."""

import os
import pickle
import zipfile

import numpy as np
import pytest

from core.body import rotation
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, load_motion, save_motion
from core.body.skeleton import JOINT, default_rest_joints
from core.cli.parser import main
from core.errors import GestureError
from core.formats.foreign import read_foreign
from core.formats.user_choices import UserChoices

from ..smplx_model import write_smplx

Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
FRAMES = 40


@pytest.fixture
def walk():
    """Someone upright who walks off and turns; rotations (T, 55, 3) and path (T, 3), Y up, feet near Y = 0."""
    rng = np.random.default_rng(3)
    time = np.arange(FRAMES)[:, None, None] / 30
    rotations = rng.normal(0, 0.2, (1, 55, 3)) * np.sin(time * rng.uniform(1, 5, (1, 55, 3)))
    rotations[:, 0] = [0.05, 0.6, 0]
    path = np.linspace([0, 0, 0], [0.4, 0, 1.2], FRAMES)
    return rotations, path


def turned(walk, axes):
    """The same in a world with other axes."""
    rotations, path = walk
    rotations = rotations.copy()
    rotations[:, 0] = rotation.matrix_to_rotvec(axes @ rotation.rotvec_to_matrix(rotations[:, 0]))
    return rotations, path @ axes.T


def angles(a, b):
    """Degrees between rotations (..., 3)."""
    difference = np.swapaxes(rotation.rotvec_to_matrix(a), -1, -2) @ rotation.rotvec_to_matrix(b)
    return np.degrees(np.linalg.norm(rotation.matrix_to_rotvec(difference), axis=-1))


def write(tmp_path, **arrays):
    path = tmp_path / "theirs.npz"
    np.savez(path, **arrays)
    return path


def assert_same(foreign, walk, joints=range(55), tolerance=1e-3):
    rotations, path = walk
    motion = foreign.motion
    assert angles(motion.rotations[:, list(joints)], rotations[:, list(joints)]).max() < tolerance
    moved = motion.translation - motion.translation[0]
    assert np.allclose(moved, path - path[0], atol=1e-5)


def forms(rotvec):
    """Every form in which files store rotations (T, J, 3)."""
    matrix = rotation.rotvec_to_matrix(rotvec)
    columns = np.swapaxes(matrix, -1, -2)[..., :2, :].reshape(*matrix.shape[:2], 6)
    return {
        "axis-angle": (rotvec, "rows"),
        "6D rows": (rotation.matrix_to_rot6d(matrix), "rows"),
        "6D columns": (columns, "columns"),
        "6D interleaved": (matrix[..., :2].reshape(*matrix.shape[:2], 6), "interleaved"),
        "matrices": (matrix, "rows"),
    }


@pytest.mark.parametrize("count", [55, 52, 24, 22])
@pytest.mark.parametrize("form", ["axis-angle", "6D rows", "6D columns", "6D interleaved", "matrices"])
def test_every_joint_count_and_form_gives_the_same_poses(tmp_path, walk, count, form):
    rotations, path = walk
    stored = {55: rotations, 52: np.delete(rotations, [22, 23, 24], 1), 22: rotations[:, :22]}
    stored[24] = np.concatenate([rotations[:, :22], np.ones((FRAMES, 2, 3))], axis=1)
    values, order = forms(stored[count])[form]
    kept = {55: range(55), 52: [*range(22), *range(25, 55)]}.get(count, range(22))
    for shaped in (values, values.reshape(FRAMES, -1), values.reshape(1, FRAMES, -1)):
        file = write(tmp_path, poses=shaped.astype(np.float32), trans=path, mocap_framerate=30)
        foreign = read_foreign(file, UserChoices(order6d=order))
        assert_same(foreign, walk, kept, tolerance=0.01)
        assert f"{count} joints as {form.split()[0]}" in foreign.summary
    left_out = sorted(set(range(55)) - set(kept))
    assert not foreign.motion.rotations[:, left_out].any()
    assert any("fingers" in note for note in foreign.notes) == (count < 52)


@pytest.mark.parametrize("axes", [np.eye(3), Z_UP, np.diag([1.0, -1, -1])], ids=["y", "z", "-y"])
def test_the_up_axis_is_found(tmp_path, walk, axes):
    rotations, path = turned(walk, axes)
    foreign = read_foreign(write(tmp_path, poses=rotations.reshape(FRAMES, -1), trans=path, fps=30))
    assert_same(foreign, walk)
    assert foreign.motion.frame_count == FRAMES


def test_someone_who_lies_is_taken_as_the_files_maker_would_and_the_user_is_told(tmp_path, walk):
    lying = turned(walk, rotation.rotvec_to_matrix(np.array([0, 0, np.pi / 2])))
    foreign = read_foreign(write(tmp_path, poses=lying[0], trans=lying[1], mocap_framerate=60))
    assert any("up" in note for note in foreign.notes)
    assert "Z up" in foreign.summary
    chosen = read_foreign(write(tmp_path, poses=lying[0], trans=lying[1], mocap_framerate=60), UserChoices(up="y"))
    assert_same(chosen, lying)


def test_feet_stand_on_the_floor_and_the_path_begins_at_the_origin(tmp_path, walk):
    rotations, path = walk[0], walk[1] + np.array([5, 1.3, -2])
    file = write(tmp_path, poses=rotations, trans=path, fps=30)
    motion = read_foreign(file).motion
    joints, _ = forward_kinematics(motion.rotations, motion.translation, default_rest_joints())
    toes = joints[:, [JOINT["left_foot"], JOINT["right_foot"]], 1].min(1)
    assert np.percentile(toes, 2) == pytest.approx(default_rest_joints()[10, 1], abs=1e-6)
    assert np.allclose(joints[0, 0, [0, 2]], 0, atol=1e-9)
    kept = read_foreign(file, UserChoices(at_origin=False)).motion
    pelvis = kept.translation + default_rest_joints()[0]
    assert np.allclose(pelvis[:, [0, 2]], path[:, [0, 2]], atol=1e-9)


@pytest.mark.parametrize(("key", "rate"), [("mocap_framerate", 120.0), ("mocap_frame_rate", 30), ("fps", 24.5)])
def test_the_frame_rate_is_the_files_or_the_users(tmp_path, walk, key, rate):
    file = write(tmp_path, poses=walk[0], trans=walk[1], **{key: rate})
    assert read_foreign(file).motion.fps == rate
    assert read_foreign(file, UserChoices(fps=50)).motion.fps == 50


def test_a_missing_frame_rate_is_said(tmp_path, walk):
    foreign = read_foreign(write(tmp_path, poses=walk[0], trans=walk[1]))
    assert foreign.motion.fps == 30
    assert any("frame rate" in note for note in foreign.notes)


def test_amass_smplx_with_parts_beside_the_whole(tmp_path, walk):
    rotations, path = turned(walk, Z_UP)
    flat = rotations.reshape(FRAMES, -1)
    file = write(
        tmp_path,
        poses=flat,
        root_orient=flat[:, :3],
        pose_body=flat[:, 3:66],
        pose_jaw=flat[:, 66:69],
        pose_eye=flat[:, 69:75],
        pose_hand=flat[:, 75:],
        trans=path,
        betas=np.ones(16),
        num_betas=16,
        surface_model_type="smplx",
        gender="male",
        mocap_frame_rate=120.0,
    )
    foreign = read_foreign(file)
    assert_same(foreign, walk)
    assert foreign.motion.betas.shape == (16,)
    assert foreign.notes == ()
    without = dict(np.load(file))
    del without["poses"]
    assert_same(read_foreign(write(tmp_path, **without)), walk)


def test_beat2_keeps_its_expression_and_betas(tmp_path, walk):
    face = np.random.default_rng(0).normal(size=(FRAMES, 100))
    file = write(
        tmp_path,
        betas=np.arange(300.0),
        poses=walk[0].reshape(FRAMES, -1).astype(np.float32),
        expressions=face,
        trans=walk[1],
        model="smplx2020",
        gender="neutral",
        mocap_frame_rate=30,
    )
    motion = read_foreign(file).motion
    assert motion.face_basis == "flame100"
    assert np.array_equal(motion.expression, face)
    assert np.array_equal(motion.betas, np.arange(300.0))


def test_gvhmr_takes_the_world_not_the_camera(tmp_path, walk):
    rotations, path = walk
    camera = turned(walk, np.diag([1.0, -1, -1]))
    body = rotations[:, 1:22].reshape(FRAMES, -1)
    betas = np.random.default_rng(0).normal(size=(FRAMES, 10))
    arrays = {
        "smpl_params_global/body_pose": body,
        "smpl_params_global/global_orient": rotations[:, 0],
        "smpl_params_global/transl": path,
        "smpl_params_global/betas": betas,
        "smpl_params_incam/body_pose": body,
        "smpl_params_incam/global_orient": camera[0][:, 0],
        "smpl_params_incam/transl": camera[1],
    }
    for order in (arrays, dict(reversed(arrays.items()))):
        foreign = read_foreign(write(tmp_path, **order))
        assert_same(foreign, walk, range(22))
    assert np.allclose(foreign.motion.betas, np.median(betas, axis=0))


def test_wham_takes_the_world_pose(tmp_path, walk):
    rotations, path = walk
    smpl = np.concatenate([rotations[:, :22], np.zeros((FRAMES, 2, 3))], axis=1).reshape(FRAMES, -1)
    camera = np.random.default_rng(0).normal(size=smpl.shape)
    file = write(
        tmp_path, pose=camera, trans=camera[:, :3], pose_world=smpl, trans_world=path, frame_ids=np.arange(FRAMES)
    )
    assert_same(read_foreign(file), walk, range(22))


def test_smplx_package_names_with_matrices_and_frames_of_one_person(tmp_path, walk):
    rotations, path = walk
    matrix = rotation.rotvec_to_matrix(rotations)
    file = write(
        tmp_path,
        global_orient=matrix[:, :1],
        body_pose=matrix[:, 1:22],
        jaw_pose=matrix[:, 22:23],
        leye_pose=matrix[:, 23:24],
        reye_pose=matrix[:, 24:25],
        left_hand_pose=matrix[:, 25:40],
        right_hand_pose=matrix[:, 40:],
        transl=path[None],
        expression=np.zeros((FRAMES, 10)),
        fps=30,
    )
    assert_same(read_foreign(file), walk, tolerance=0.01)


def test_hand_coefficients_are_left_out_and_said(tmp_path, walk):
    rotations, path = walk
    file = write(
        tmp_path,
        global_orient=rotations[:, 0],
        body_pose=rotations[:, 1:22],
        left_hand_pose=np.ones((FRAMES, 12)),
        right_hand_pose=np.ones((FRAMES, 12)),
        transl=path,
        fps=30,
    )
    foreign = read_foreign(file)
    assert not foreign.motion.rotations[:, 25:].any()
    assert any("coefficients" in note for note in foreign.notes)


def test_our_own_files_come_back_whole(tmp_path, walk):
    rotations, path = walk
    ours = Motion(
        rotations=rotations,
        translation=path,
        expression=np.random.default_rng(0).random((FRAMES, 52)),
        contacts=np.ones((FRAMES, 4)),
        rest_joints=default_rest_joints() * 1.1,
    )
    save_motion(ours, tmp_path / "ours.npz")
    motion = read_foreign(tmp_path / "ours.npz", UserChoices(on_floor=False, at_origin=False)).motion
    assert np.allclose(motion.rotations, rotations, atol=1e-6)
    assert np.allclose(motion.translation, path, atol=1e-6)
    assert np.allclose(motion.expression, ours.expression, atol=1e-6)
    assert motion.face_basis == "arkit52"
    assert np.array_equal(motion.contacts, ours.contacts)
    assert np.array_equal(motion.rest_joints, ours.rest_joints)


def test_the_true_bones_place_a_z_up_recording_exactly(tmp_path, walk):
    write_smplx(tmp_path / "SMPLX_NEUTRAL.npz")
    rotations, path = turned(walk, Z_UP)
    choices = UserChoices(on_floor=False, at_origin=False, model=tmp_path / "SMPLX_NEUTRAL.npz")
    motion = read_foreign(write(tmp_path, poses=rotations, trans=path, fps=30), choices).motion
    theirs, _ = forward_kinematics(rotations, path, motion.rest_joints)
    joints, _ = forward_kinematics(motion.rotations, motion.translation, motion.rest_joints)
    assert np.allclose(joints, theirs @ Z_UP, atol=1e-9)


class Bomb:
    """Runs a command when unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("name", ["x.pkl", "x.pt", "x.npz"])
def test_a_pickle_is_never_opened(tmp_path, walk, name):
    marker, path = tmp_path / "ran", tmp_path / name
    path.write_bytes(pickle.dumps(Bomb(marker)))
    with pytest.raises(GestureError, match="may run any program") as error:
        read_foreign(path)
    assert "numpy.savez" in error.value.remedy
    boxed = tmp_path / "boxed.npz"
    np.savez(boxed, smpl_params_global=np.array(Bomb(marker), dtype=object), fps=30)
    with pytest.raises(GestureError, match="smpl_params_global"):
        read_foreign(boxed)
    # What can be read without them is read.
    np.savez(boxed, poses=walk[0], trans=walk[1], meta=np.array(Bomb(marker), dtype=object), fps=30)
    assert_same(read_foreign(boxed), walk)
    assert not marker.exists()


def test_a_pytorch_file_is_told_from_an_npz(tmp_path):
    # Its layout: a zip like an npz, with a pickle and raw numbers inside.
    with zipfile.ZipFile(tmp_path / "hmr4d_results.npz", "w") as archive:
        archive.writestr("hmr4d_results/data.pkl", pickle.dumps(Bomb(tmp_path / "ran")))
        archive.writestr("hmr4d_results/data/0", bytes(12))
    with pytest.raises(GestureError, match="PyTorch"):
        read_foreign(tmp_path / "hmr4d_results.npz")
    assert not (tmp_path / "ran").exists()


def bad_files():
    poses = np.zeros((8, 165))
    yield "no_rotations", {"joints": np.zeros((8, 22, 3))}, "no SMPL rotations"
    yield "several", {"poses": np.zeros((2, 8, 72)), "trans": np.zeros((2, 8, 3))}, "several people"
    yield "lengths", {"poses": poses, "trans": np.zeros((7, 3))}, "different lengths"
    yield "nan", {"poses": poses * np.nan, "trans": np.zeros((8, 3))}, "not numbers"
    yield "words", {"poses": np.full((8, 165), "x"), "trans": np.zeros((8, 3))}, "texts"
    yield "width", {"global_orient": np.zeros((8, 3)), "body_pose": np.zeros((8, 64))}, "64 columns"
    yield "rest", {"poses": poses, "trans": np.zeros((8, 3)), "rest_joints": np.zeros((24, 3))}, "55 points"
    yield "empty", {"poses": poses[:0], "trans": np.zeros((0, 3))}, "no frames"


@pytest.mark.parametrize(("arrays", "match"), [each[1:] for each in bad_files()], ids=[e[0] for e in bad_files()])
def test_a_bad_file_says_what_is_wrong_and_what_to_do(tmp_path, arrays, match):
    with pytest.raises(GestureError, match=match) as error:
        read_foreign(write(tmp_path, **arrays))
    assert error.value.remedy


def test_a_missing_or_broken_file_says_so(tmp_path):
    with pytest.raises(GestureError, match="no motion file"):
        read_foreign(tmp_path / "none.npz")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(GestureError, match="not an npz"):
        read_foreign(tmp_path / "cut.npz")


@pytest.mark.parametrize("fps", [0.0, -30.0, float("nan"), float("inf")])
def test_what_is_no_frame_rate_is_refused(tmp_path, walk, fps):
    rotations, path = walk
    with pytest.raises(GestureError, match="no frame rate"):
        read_foreign(write(tmp_path, poses=rotations.reshape(FRAMES, -1), trans=path), UserChoices(fps=fps))


def test_import_from_a_shell(tmp_path, walk, capsys):
    rotations, path = turned(walk, Z_UP)
    smplh = np.delete(rotations, [22, 23, 24], 1).reshape(FRAMES, -1)
    file = write(tmp_path, poses=smplh, trans=path, mocap_framerate=60.0, betas=np.zeros(16))
    assert main(["import", str(file), str(tmp_path / "out.npz")]) == 0
    assert "52 joints as axis-angle, Z up, 60 fps" in capsys.readouterr().out
    motion = load_motion(tmp_path / "out.npz")
    assert motion.fps == 60
    assert angles(motion.rotations[:, :22], walk[0][:, :22]).max() < 0.01
    assert main(["import", str(tmp_path / "none.npz"), str(tmp_path / "out.npz")]) == 2


def test_recorded_and_released_motion_is_recognised(real_dir):
    for stem in ("gt_2_scott_0_2_2", "res_2_scott_0_2_2"):
        foreign = read_foreign(real_dir / f"{stem}.npz")
        assert foreign.notes == ()
        assert "55 joints as axis-angle, Y up, 30 fps" in foreign.summary
