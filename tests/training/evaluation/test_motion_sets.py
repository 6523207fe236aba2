"""Sets of motions: names, bones, frame rates, and means over clips."""

import numpy as np
import pytest

from core.body.motion import save_motion
from core.body.skeleton import default_rest_joints
from core.errors import GestureError
from training.evaluation.measures import weighted_means
from training.evaluation.motion_sets import PREDICTED, REAL, find_motions
from training.evaluation.skeletons import at_our_rate, bones
from training.evaluation.smplx_face import load_smplx

from ...core.smplx_model import write_smplx
from ..random_motion import wander


def test_files_pair_by_name_whatever_stands_in_front(tmp_path):
    for name in ("gt_a", "res_a", "b", "take/motion"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        save_motion(wander(0, 5), tmp_path / f"{name}.npz")
    real, predicted = find_motions(tmp_path, REAL), find_motions(tmp_path, PREDICTED)
    assert list(real) == list(predicted) == ["a", "b", "take"]
    assert (real["a"].stem, predicted["a"].stem) == ("gt_a", "res_a")
    with pytest.raises(GestureError, match="no motions"):
        find_motions(tmp_path / "nowhere", REAL)


def test_bones_come_from_the_file_then_from_the_users_model(tmp_path):
    arrays = write_smplx(tmp_path / "model.npz")
    model = load_smplx(tmp_path / "model.npz")
    motion = wander(0, 5)
    assert bones(motion.replace(rest_joints=default_rest_joints() * 2), model)[1] == "its own"
    rest, source = bones(motion, model)
    assert source == "the SMPL-X file"
    assert rest == pytest.approx(arrays["v_template"][:55])


def test_everything_is_measured_at_thirty_frames_a_second():
    motion = wander(0, 120).replace(fps=60.0)
    slower = at_our_rate(motion)
    assert (slower.frame_count, slower.fps) == (60, pytest.approx(30))
    assert slower.rotations[10] == pytest.approx(motion.rotations[20], abs=1e-9)


def test_means_of_clips_go_by_length_and_leave_out_what_is_unknown():
    rows = [{"a": 1.0, "b": float("nan")}, {"a": 4.0, "b": 2.0}]
    assert weighted_means(rows, np.array([2.0, 1.0])) == {"a": 2.0, "b": 2.0}
