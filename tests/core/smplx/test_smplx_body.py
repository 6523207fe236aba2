"""The worker's SMPL-X body: what the research package makes of a file, layouts, and files that are none."""

import sys
from dataclasses import fields

import numpy as np
import pytest

from core.body.rotation import rotvec_to_matrix
from core.errors import GestureError
from core.smplx.body import SmplxBody, load_body, save_body
from core.smplx.package import gender_of, read_smplx_body

from ..smplx_model import body_by_definition, posed_by_definition, write_person, write_smplx

PACKAGE = "the package of the extra `smplx` is not installed"
BETAS = np.random.default_rng(5).normal(0, 1, 16)


@pytest.mark.parametrize("coefficients", [400, 20])
@pytest.mark.parametrize("count", [0, 3, 16, 320])
def test_the_body_is_what_the_file_defines(tmp_path, coefficients, count):
    pytest.importorskip("smplx", reason=PACKAGE)
    arrays = write_person(tmp_path / "SMPLX_NEUTRAL.npz", coefficients=coefficients)
    betas = np.random.default_rng(5).normal(0, 1, count)
    body = read_smplx_body(tmp_path / "SMPLX_NEUTRAL.npz", betas)
    wanted = body_by_definition(arrays, betas)
    for each in fields(SmplxBody):
        ours, theirs = getattr(body, each.name), getattr(wanted, each.name)
        assert np.shape(ours) == np.shape(theirs), each.name
        if each.name == "gender":
            assert ours == theirs
        else:
            assert np.abs(ours - theirs).max() < 2e-5, each.name


def test_the_definition_in_these_tests_is_the_packages(tmp_path):
    smplx = pytest.importorskip("smplx", reason=PACKAGE)
    import torch

    random = np.random.default_rng(3)
    arrays = write_person(tmp_path / "SMPLX_NEUTRAL.npz", vertices=10475)
    plain = {name: value for name, value in arrays.items() if value.dtype != object}
    np.savez(tmp_path / "SMPLX_NEUTRAL.npz", **plain)
    model = smplx.SMPLXLayer(
        str(tmp_path / "SMPLX_NEUTRAL.npz"), ext="npz", num_betas=16, num_expression_coeffs=100, use_pca=False,
        flat_hand_mean=True,
    )  # fmt: skip
    turns, expression = rotvec_to_matrix(random.normal(0, 0.4, (55, 3))), random.normal(0, 1, 100)
    given = {
        "betas": BETAS, "expression": expression, "transl": [0.3, 1.2, -0.4], "global_orient": turns[:1],
        "body_pose": turns[1:22], "jaw_pose": turns[22:23], "leye_pose": turns[23:24], "reye_pose": turns[24:25],
        "left_hand_pose": turns[25:40], "right_hand_pose": turns[40:55],
    }  # fmt: skip
    with torch.no_grad():
        output = model(**{name: torch.tensor(np.array([value]), dtype=torch.float32) for name, value in given.items()})
    joints, vertices = posed_by_definition(arrays, BETAS, expression, turns, np.array(given["transl"]))
    assert np.abs(output.joints[0, :55].numpy() - joints).max() < 1e-4
    assert np.abs(output.vertices[0].numpy() - vertices).max() < 1e-4


def test_an_expression_that_moves_joints_moves_the_skin_once(tmp_path):
    arrays = write_person(tmp_path / "SMPLX_NEUTRAL.npz")
    body = body_by_definition(arrays, BETAS)
    skinned = body.skinned_expressions()
    # On the tip of one joint alone the bone's own movement is all of the expression.
    assert np.allclose(skinned[:, 22], body.expressions[:, 22] - body.expression_joints[:, 22])
    assert np.abs(body.expression_joints[:, 22]).max() > 5e-4


def test_a_body_survives_its_file(tmp_path):
    body = body_by_definition(write_person(tmp_path / "model.npz"), BETAS)
    save_body(body, tmp_path / "body.npz")
    again = load_body(tmp_path / "body.npz")
    assert np.allclose(again.vertices, body.vertices, atol=1e-6)
    assert again.gender == "neutral"
    with pytest.raises(GestureError, match="missing or damaged"):
        load_body(tmp_path / "model.npz")


def test_the_gender_is_the_files():
    from pathlib import Path

    assert gender_of(Path("SMPLX_FEMALE.npz"), {}) == "female"
    assert gender_of(Path("SMPLX_MALE.npz"), {}) == "male"
    assert gender_of(Path("model.npz"), {}) == "neutral"
    assert gender_of(Path("SMPLX_MALE.npz"), {"gender": np.array("female")}) == "female"


def test_files_that_are_no_model_are_refused_before_any_package_is_asked(tmp_path):
    with pytest.raises(GestureError, match="no model file"):
        read_smplx_body(tmp_path / "SMPLX_NEUTRAL.npz", BETAS)
    (tmp_path / "SMPLX_NEUTRAL.pkl").write_bytes(b"\x80\x04N.")
    with pytest.raises(GestureError, match=r"pickle.*npz version"):
        read_smplx_body(tmp_path / "SMPLX_NEUTRAL.pkl", BETAS)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 and then nothing")
    np.savez(tmp_path / "other.npz", poses=np.zeros(3))
    np.savez(tmp_path / "objects.npz", v_template=np.array({"a": 1}, dtype=object))
    arrays = write_smplx(tmp_path / "smplh.npz")
    np.savez(tmp_path / "bad.npz", **{**arrays, "v_template": np.full((70, 3), np.nan)})
    np.savez(tmp_path / "short.npz", **{**arrays, "posedirs": arrays["posedirs"][:, :, :207]})
    np.savez(tmp_path / "holes.npz", **{**arrays, "f": np.array([[0, 1, 70]])})
    for name in ("broken", "other", "objects", "bad", "short", "holes"):
        with pytest.raises(GestureError, match="not an SMPL-X model file"):
            read_smplx_body(tmp_path / f"{name}.npz", BETAS)
    np.savez(tmp_path / "smplh.npz", **{**arrays, "J_regressor": np.zeros((52, 70))})
    with pytest.raises(GestureError, match="has 52 joints"):
        read_smplx_body(tmp_path / "smplh.npz", BETAS)


def test_without_the_package_the_user_is_told_how_to_get_it(tmp_path, monkeypatch):
    write_smplx(tmp_path / "SMPLX_NEUTRAL.npz")
    monkeypatch.setitem(sys.modules, "smplx", None)
    with pytest.raises(GestureError, match="pip install smplx"):
        read_smplx_body(tmp_path / "SMPLX_NEUTRAL.npz", BETAS)
