"""The true skeleton of a person, from the user's own SMPL-X model file; the project ships nothing of such a file."""

from pathlib import Path

import numpy as np

from ..body.skeleton import JOINT_COUNT
from ..inputs import Npz
from .model_errors import MOST_METRES, not_a_model, other_joint_count, reading


def smplx_rest_joints(path: Path | str, betas: np.ndarray) -> np.ndarray:
    """Compute rest joints (55, 3), metres, of a body shape by the model's own joint regressor.

    Args:
        path: SMPLX_NEUTRAL.npz or another of its kind (`v_template`, `shapedirs`, `J_regressor`).
        betas: (B,) shape coefficients; missing ones are zero.

    Raises:
        GestureError: no such file, or not an SMPL-X model.
    """
    path = Path(path)
    with reading(path):
        data = Npz(path)
        template, directions, regressor = (data.numbers(key) for key in ("v_template", "shapedirs", "J_regressor"))
        # The first 300 directions are body shape, the last 100 facial expression.
        count = min(len(betas), max(directions.shape[2] - 100, 10), directions.shape[2])
        joints = regressor @ (template + directions[:, :, :count] @ np.asarray(betas, np.float64)[:count])
    if joints.shape != (JOINT_COUNT, 3):
        raise other_joint_count(path, len(joints))
    if not np.abs(joints).max() <= MOST_METRES:
        raise not_a_model(path, "joints that are not numbers, or far away")
    return joints
