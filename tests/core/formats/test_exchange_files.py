"""BVH, Live Link Face and .smpl files, read back by their own definitions."""

import csv

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.body.motion import Motion
from core.body.parts import ARKIT_NAMES
from core.body.rotation import matrix_to_euler
from core.errors import GestureError
from core.formats.bvh import BvhSkeleton, write_bvh
from core.formats.foreign import read_foreign
from core.formats.livelink import COLUMNS, timecode, write_livelink
from core.formats.smpl import save_archive
from core.formats.user_choices import UserChoices


def test_euler_angles_agree_with_scipy():
    matrices = Rotation.random(500, random_state=0).as_matrix()
    assert np.allclose(Rotation.from_euler("ZXY", matrix_to_euler(matrices, "ZXY")).as_matrix(), matrices, atol=1e-9)
    assert np.allclose(Rotation.from_euler("YXZ", matrix_to_euler(matrices, "YXZ")).as_matrix(), matrices, atol=1e-9)
    locked = Rotation.from_euler("ZXY", [[40, 90, 20], [10, -90, -70]], degrees=True).as_matrix()
    assert np.allclose(Rotation.from_euler("ZXY", matrix_to_euler(locked, "ZXY")).as_matrix(), locked, atol=1e-6)


def test_a_bvh_file_states_the_skeleton_and_every_frame(tmp_path):
    skeleton = BvhSkeleton(
        names=("hip bone", "left", "right", "end"),
        parents=(-1, 0, 0, 1),
        heads=np.array([[0, 1.0, 0], [0.1, 1, 0], [-0.1, 1, 0], [0.1, 0.5, 0]]),
        tails=np.array([[0, 1.1, 0], [0.1, 0.5, 0], [-0.1, 0.5, 0], [0.1, 0.1, 0]]),
    )
    turns = Rotation.random(12, random_state=1).as_matrix().reshape(3, 4, 3, 3)
    root = np.array([[0, 1.0, 0], [0, 1.1, 0.2], [0.3, 1, 0]])
    # One bone leaves its place on its parent.
    away = np.array([[0, 0, 0], [0, 0.05, 0], [0, 0.1, 0.02]])
    heads = np.repeat(root[:, None], 4, axis=1)
    for bone, parent in ((1, 0), (2, 0), (3, 1)):
        offset = skeleton.heads[bone] - skeleton.heads[parent] + (away if bone == 2 else 0)
        heads[:, bone] = heads[:, parent] + np.einsum("tij,tj->ti", turns[:, parent], np.broadcast_to(offset, (3, 3)))
    write_bvh(tmp_path / "x.bvh", skeleton, turns, heads, 25)
    lines = (tmp_path / "x.bvh").read_text().splitlines()
    start = lines.index("MOTION")
    assert lines[start + 1 : start + 3] == ["Frames: 3", "Frame Time: 0.04000000"]
    names = [line.split()[1] for line in lines if line.split()[0] in ("ROOT", "JOINT")]
    assert names == ["hip_bone", "left", "end", "right"]
    assert lines[4].split() == "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation".split()
    values = np.array([line.split() for line in lines[start + 3 :]], float)
    assert values.shape == (3, 3 + 4 * 3 + 3)
    assert np.allclose(values[:, :3], root * 100)
    assert np.allclose(values[:, 12:15], (away + np.array([-0.1, 0, 0])) * 100)
    values = np.delete(values, [12, 13, 14], axis=1)
    local = Rotation.from_euler("ZXY", values[:, 3:].reshape(-1, 3), degrees=True).as_matrix().reshape(3, 4, 3, 3)
    assert np.allclose(local[:, 0], turns[:, 0], atol=1e-6)
    assert np.allclose(local[:, 0] @ local[:, 1] @ local[:, 2], turns[:, 3], atol=1e-6)
    assert np.allclose(local[:, 0] @ local[:, 3], turns[:, 2], atol=1e-6)


def test_two_roots_are_refused(tmp_path):
    points = np.zeros((2, 3))
    skeleton = BvhSkeleton(("a", "b"), (-1, -1), points, points)
    with pytest.raises(GestureError, match="several"):
        write_bvh(tmp_path / "x.bvh", skeleton, np.zeros((1, 2, 3, 3)), points[None], 30)
    assert not (tmp_path / "x.bvh").exists()


def test_live_link_face_columns_and_values(tmp_path):
    rng = np.random.default_rng(0)
    weights, turns = rng.random((5, 52)), rng.normal(size=(5, 3, 3))
    write_livelink(tmp_path / "face.csv", weights, turns, 60, start_frame=58)
    with (tmp_path / "face.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert list(rows[0])[:3] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft"]
    assert list(rows[0])[16:20] == ["JawForward", "JawRight", "JawLeft", "JawOpen"]
    assert list(rows[0])[-9:] == [
        *("HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll"),
        *("RightEyeYaw", "RightEyePitch", "RightEyeRoll"),
    ]
    assert len(COLUMNS) == 63
    assert [row["Timecode"] for row in rows[:3]] == ["00:00:00:58.000", "00:00:00:59.000", "00:00:01:00.000"]
    assert {row["BlendShapeCount"] for row in rows} == {"61"}
    for index, name in enumerate(ARKIT_NAMES):
        column = [float(row[name[0].upper() + name[1:]]) for row in rows]
        assert np.allclose(column, weights[:, index], atol=1e-9)
    assert float(rows[2]["LeftEyePitch"]) == pytest.approx(turns[2, 1, 1])


@pytest.mark.parametrize("basis", ["flame100", "arkit52"])
def test_an_archive_is_what_its_own_library_reads_and_comes_back(tmp_path, basis):
    codec = pytest.importorskip("smplcodec", reason="the extra `dev` is not installed")
    rng = np.random.default_rng(0)
    width = 100 if basis == "flame100" else 52
    motion = Motion(
        rotations=rng.normal(0, 0.2, (7, 55, 3)),
        translation=rng.normal(size=(7, 3)),
        expression=rng.random((7, width)),
        face_basis=basis,
        betas=np.arange(10.0),
        fps=25.0,
    )
    save_archive(motion, tmp_path / "take.smpl")
    theirs = codec.SMPLCodec.from_file(tmp_path / "take.smpl")
    assert theirs.smpl_version == codec.SMPLVersion.SMPLX
    assert np.allclose(theirs.full_pose, motion.rotations, atol=1e-6)
    assert np.allclose(theirs.body_translation, motion.translation, atol=1e-6)
    assert (theirs.frame_count, theirs.frame_rate) == (7, 25.0)
    theirs.write(tmp_path / "theirs.smpl")
    for name in ("take.smpl", "theirs.smpl"):
        back = read_foreign(tmp_path / name, UserChoices(up="y", at_origin=False)).motion
        assert np.allclose(back.rotations, motion.rotations, atol=1e-5)
        assert np.array_equal(back.betas, motion.betas)
        assert back.fps == 25
        assert np.allclose(back.expression, motion.expression if width == 100 else 0, atol=1e-6)


def test_timecodes_of_fractional_rates_count_whole_frames():
    assert timecode(30, 29.97) == "00:00:01:00.000"
    assert timecode(90061 * 24, 24) == "01:01:01:00.000"


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(GestureError, match="could not be written"):
        write_livelink(tmp_path / "none" / "face.csv", np.zeros((1, 52)), np.zeros((1, 3, 3)), 30)
