"""The vertices of a user's SMPL-X body of which only the face moves, computed from the model file.

Only jaw and expression move. So each vertex has two weights: that of the jaw, and that of all other joints, which rest.
The file is read without unpickling. (The research package `smplx`, extra of the same name, gives the same vertices: the
tests compare.)
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.body.rotation import rotvec_to_matrix
from core.body.skeleton import JOINT, JOINT_COUNT
from core.errors import GestureError
from core.files import DAMAGED
from core.inputs import Npz

# In an SMPL-X file, shape directions 0-299 belong to the body and 300-399 to the expression.
EXPRESSION_FROM = 300
JAW = JOINT["jaw"]
_KEYS = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights")


@dataclass(frozen=True)
class SmplxFace:
    """The arrays of an SMPL-X file that the face needs.

    Attributes:
        template: (V, 3) metres.
        shapes: (V, 3, 300 or fewer) directions of the body's shape.
        expressions: (V, 3, 100 or fewer) directions of the expression.
        jaw_corrections: (V, 3, 9) directions of the jaw's rotation matrix minus identity.
        regressor: (55, V) joints from vertices.
        jaw_weights: (V,) how much a vertex follows the jaw.
    """

    template: np.ndarray
    shapes: np.ndarray
    expressions: np.ndarray
    jaw_corrections: np.ndarray
    regressor: np.ndarray
    jaw_weights: np.ndarray

    def rest_joints(self, betas: np.ndarray) -> np.ndarray:
        """Return the rest joints (55, 3) of a body shape."""
        return self.regressor @ self._body(betas)

    def vertices(self, jaw: np.ndarray, expression: np.ndarray, betas: np.ndarray) -> np.ndarray:
        """Return the vertices of the body at rest with a moving face.

        Args:
            jaw: (T, 3) rotation vectors.
            expression: (T, E) coefficients; those beyond the file's are left out.
            betas: (B,) of the body.

        Returns:
            (T, V, 3) metres.
        """
        body = self._body(betas)
        count = min(expression.shape[1], self.expressions.shape[2])
        shaped = body + np.einsum("vce,te->tvc", self.expressions[..., :count], expression[:, :count])
        # Joints follow the expression too, as in the model's definition.
        hinge = np.einsum("v,tvc->tc", self.regressor[JAW], shaped)[:, None]
        turn = rotvec_to_matrix(jaw)
        shaped = shaped + np.einsum("vck,tk->tvc", self.jaw_corrections, (turn - np.eye(3)).reshape(-1, 9))
        turned = np.einsum("tij,tvj->tvi", turn, shaped - hinge) + hinge
        weight = self.jaw_weights[:, None]
        return weight * turned + (1 - weight) * shaped

    def _body(self, betas: np.ndarray) -> np.ndarray:
        count = min(len(betas), self.shapes.shape[2])
        return self.template + self.shapes[..., :count] @ betas[:count]


def load_smplx(path: Path) -> SmplxFace:
    """Read SMPLX_NEUTRAL_2020.npz or one of its kind.

    Raises:
        GestureError: no such file, or not an SMPL-X model.
    """
    try:
        data = Npz(path)
        template, shapes, corrections, regressor, weights = (data.numbers(name) for name in _KEYS)
        if not all(np.isfinite(values).all() for values in (template, shapes, corrections, regressor, weights)):
            raise ValueError("values that are not numbers")
        if regressor.shape != (JOINT_COUNT, len(template)) or shapes.shape[2] <= EXPRESSION_FROM:
            raise ValueError(f"J_regressor {regressor.shape}, shapedirs {shapes.shape}")
    except DAMAGED as error:
        raise GestureError(
            f"{path} is not an SMPL-X model file.",
            remedy="Download SMPLX_NEUTRAL_2020.npz from smpl-x.is.tue.mpg.de and give its path.",
            detail=str(error),
        ) from error
    return SmplxFace(
        template=template,
        shapes=shapes[..., :EXPRESSION_FROM],
        expressions=shapes[..., EXPRESSION_FROM:],
        # posedirs: nine columns per joint, without the pelvis.
        jaw_corrections=corrections[..., 9 * (JAW - 1) : 9 * JAW],
        regressor=regressor,
        jaw_weights=weights[:, JAW],
    )
