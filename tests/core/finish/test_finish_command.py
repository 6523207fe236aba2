"""`python -m core finish` with a picture, and on the true skeleton of a body model's file."""

import struct

import numpy as np
import pytest

from core.body.motion import load_motion, save_motion
from core.body.skeleton import default_rest_joints
from core.cli.parser import main
from core.errors import GestureError
from core.finish.plot import plot
from core.smplx.skeleton import smplx_rest_joints

from ..smplx_model import write_smplx
from ..talkers import talker

TALL = np.array([1.5, -0.5])


def finish_file(tmp_path, motion, *options):
    """Finish a motion from file to file; the exit status and the file."""
    save_motion(motion, tmp_path / "in.npz")
    out = tmp_path / "out.npz"
    return main(["finish", str(tmp_path / "in.npz"), str(out), *map(str, options)]), out


def write_shaped(path):
    """A stand-in model whose first two shapes make the joints farther from, and wider about, the origin."""
    arrays = write_smplx(path)
    rest = default_rest_joints()
    arrays["shapedirs"][:55, :, 0] = 0.1 * rest
    arrays["shapedirs"][:55, 0, 1] = 0.05 * rest[:, 0]
    np.savez(path, **arrays)
    return arrays


# The picture


def test_the_picture_is_a_png_of_sensible_size_that_is_not_blank(tmp_path):
    image = pytest.importorskip("matplotlib.image", reason="the drawing library of the extra `train` is not installed")
    path = tmp_path / "report.png"
    status, out = finish_file(tmp_path, talker(3, drift_m_s=0.05), "--plot", path)
    assert status == 0
    assert out.exists()
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (1760, 990)
    assert 20_000 < len(data) < 2_000_000
    pixels = image.imread(path)[..., :3]
    for colour in ((0xC0, 0x52, 0x2D), (0x20, 0x63, 0x9B)):  # before, after
        same = np.abs(pixels - np.array(colour) / 255).max(axis=-1) < 0.02
        assert same[:, : width // 2].sum() > 500
        assert same[:, 3 * width // 4 :].sum() > 50


def test_without_the_option_there_is_no_picture(tmp_path):
    finish_file(tmp_path, talker(1))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["in.npz", "out.npz"]


def test_a_picture_without_a_place_is_refused_and_leaves_nothing(tmp_path):
    pytest.importorskip("matplotlib", reason="the drawing library of the extra `train` is not installed")
    (tmp_path / "file").write_text("")
    with pytest.raises(GestureError, match="could not be written"):
        plot(talker(1), talker(1), tmp_path / "file" / "report.png")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_missing_for_the_picture_is_told_before_anything_is_written(tmp_path, capsys):
    save_motion(talker(1), tmp_path / "in.npz")
    options = [str(tmp_path / name) for name in ("in.npz", "out.npz")]
    assert main(["finish", *options, "--plot", str(tmp_path / "none" / "report.png")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.npz"]


# The model file


def test_rest_joints_follow_the_shape(tmp_path):
    write_shaped(tmp_path / "model.npz")
    rest = default_rest_joints()
    assert np.allclose(smplx_rest_joints(tmp_path / "model.npz", np.zeros(0)), rest)
    expected = (1 + 0.1 * TALL[0]) * rest
    expected[:, 0] += 0.05 * TALL[1] * rest[:, 0]
    for betas in (TALL, np.append(TALL, np.zeros(298))):
        assert np.allclose(smplx_rest_joints(tmp_path / "model.npz", betas), expected)


def test_expressions_are_no_shape(tmp_path):
    arrays = write_smplx(tmp_path / "model.npz")
    arrays["shapedirs"][:55, :, 300:] = 1.0
    np.savez(tmp_path / "model.npz", **arrays)
    betas = np.append(np.zeros(300), np.ones(100))
    assert np.allclose(smplx_rest_joints(tmp_path / "model.npz", betas), default_rest_joints())


def test_finishing_on_a_model_uses_the_files_own_shape(tmp_path):
    write_shaped(tmp_path / "model.npz")
    motion = talker(2, drift_m_s=0.05, rest_joints=None, betas=TALL)
    status, out = finish_file(tmp_path, motion, "--smplx", tmp_path / "model.npz")
    assert status == 0
    finished = load_motion(out)
    assert np.allclose(finished.rest_joints, smplx_rest_joints(tmp_path / "model.npz", TALL), atol=1e-6)
    assert np.abs(finished.rest_joints - default_rest_joints()).max() > 0.1


def test_what_is_no_smplx_model_is_refused(tmp_path, capsys):
    with pytest.raises(GestureError, match="no model file"):
        smplx_rest_joints(tmp_path / "missing.npz", TALL)
    (tmp_path / "text.npz").write_text("not a model")
    np.savez(tmp_path / "other.npz", v_template=np.zeros((5, 3)))
    for name in ("text.npz", "other.npz"):
        with pytest.raises(GestureError, match="not an SMPL-X model file"):
            smplx_rest_joints(tmp_path / name, TALL)
    arrays = write_smplx(tmp_path / "model.npz")
    arrays["J_regressor"] = arrays["J_regressor"][:24]
    np.savez(tmp_path / "smpl.npz", **arrays)
    with pytest.raises(GestureError, match="24 joints, not 55"):
        smplx_rest_joints(tmp_path / "smpl.npz", TALL)
    status, out = finish_file(tmp_path, talker(1), "--smplx", tmp_path / "smpl.npz")
    assert status != 0
    assert "24 joints" in capsys.readouterr().err
    assert not out.exists()
