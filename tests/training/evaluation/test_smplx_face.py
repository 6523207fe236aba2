"""The face's vertices of an SMPL-X file are those of the research package."""

import numpy as np
import pytest
import torch

from core.body.skeleton import JOINT
from core.errors import GestureError
from training.evaluation.smplx_face import load_smplx

from ...core.smplx_model import LIP, SKULL, write_smplx


def test_a_jaw_turned_by_a_right_angle_moves_the_lip_and_nothing_else(tmp_path):
    arrays = write_smplx(tmp_path / "model.npz")
    model = load_smplx(tmp_path / "model.npz")
    jaw = arrays["v_template"][JOINT["jaw"]]
    expression = np.zeros((2, 100))
    expression[1, 0] = 0.5
    vertices = model.vertices(np.array([[np.pi / 2, 0, 0], [0, 0, 0]]), expression, np.zeros(10))
    # about +x, forward (+z) becomes down (-y)
    assert vertices[0, LIP] == pytest.approx(jaw - np.array([0, 0.1, 0]))
    assert vertices[1, LIP] == pytest.approx(jaw + np.array([0, 0, 0.1]))
    assert vertices[1, SKULL] == pytest.approx(arrays["v_template"][SKULL] + [0, 0.01, 0])
    rest = np.delete(np.arange(55), JOINT["jaw"])
    assert vertices[0, rest] == pytest.approx(arrays["v_template"][rest])


def test_face_vertices_are_those_of_the_smplx_package(tmp_path):
    smplx = pytest.importorskip("smplx", reason="the package of the extra `smplx` is not installed")
    folder = tmp_path / "smplx"
    folder.mkdir()
    write_smplx(folder / "SMPLX_NEUTRAL.npz", vertices=10475)
    random = np.random.default_rng(1)
    jaw, expression, betas = random.normal(0, 0.3, (4, 3)), random.normal(size=(4, 100)), random.normal(size=300)
    body = smplx.create(
        str(tmp_path), "smplx", gender="neutral", ext="npz", use_pca=False, flat_hand_mean=True,
        num_betas=300, num_expression_coeffs=100, batch_size=4, dtype=torch.float64,
    )  # fmt: skip
    theirs = body(
        betas=torch.as_tensor(np.tile(betas, (4, 1))),
        jaw_pose=torch.as_tensor(jaw),
        expression=torch.as_tensor(expression),
    )
    ours = load_smplx(folder / "SMPLX_NEUTRAL.npz").vertices(jaw, expression, betas)
    assert np.abs(theirs.vertices.detach().numpy() - ours).max() < 1e-6


def test_a_file_that_is_no_smplx_model_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", v_template=np.zeros((3, 3)))
    with pytest.raises(GestureError, match="SMPL-X") as error:
        load_smplx(tmp_path / "other.npz")
    assert "SMPLX_NEUTRAL" in error.value.remedy
