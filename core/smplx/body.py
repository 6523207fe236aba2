"""A person's body from an SMPL-X model file as plain arrays: the worker writes them, and Blender builds the body."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError
from ..files import DAMAGED, save_arrays
from ..inputs import Npz

# Each joint but the pelvis has nine corrective shapes, weighted by its rotation matrix less the identity, row by row.
CORRECTIVE_COUNT = 9 * (JOINT_COUNT - 1)


@dataclass(frozen=True)
class SmplxBody:
    """One body, in metres and SMPL-X axes.

    Attributes:
        template: (V, 3) the model's mean person at rest.
        faces: (F, 3) triangles.
        weights: (V, 55) of the joints, summing to one.
        betas: (B,) the person's shape coefficients.
        shapes: (B, V, 3) displacement for one of each coefficient.
        rest_joints: (55, 3) of the person at rest.
        expressions: (E, V, 3) displacement for one of each coefficient of the expression.
        expression_joints: (E, 55, 3) displacement of the joints at rest for one of each coefficient of the expression.
        correctives: (486, V, 3) displacement for one of each corrective.
        uv: (F, 3, 2) texture coordinates of the faces' corners; (0, 3, 2) when the file has none.
        gender: "neutral", "male" or "female".
    """

    template: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    betas: np.ndarray
    shapes: np.ndarray
    rest_joints: np.ndarray
    expressions: np.ndarray
    expression_joints: np.ndarray
    correctives: np.ndarray
    uv: np.ndarray
    gender: str

    @property
    def vertices(self) -> np.ndarray:
        """Return the person (V, 3) at rest, without expression."""
        return self.template + np.tensordot(self.betas, self.shapes, 1)

    def skinned_expressions(self) -> np.ndarray:
        """Return the displacements (E, V, 3) that a skeleton with fixed rest joints needs.

        In the model an expression moves the joints at rest along with the face. Bones cannot move at rest, so their
        pose moves instead, and a moved pose carries the skin along. The part of a displacement that the pose causes is
        subtracted, or the skin would move twice.
        """
        carried = np.einsum("vj,ejc->evc", self.weights, self.expression_joints)
        return self.expressions - carried


def save_body(body: SmplxBody, path: Path) -> None:
    """Write a body as npz, in single precision.

    Raises:
        GestureError: the disk is full or the folder cannot be written.
    """
    arrays = {}
    for each in fields(SmplxBody):
        value = np.asarray(getattr(body, each.name))
        arrays[each.name] = value.astype(np.float32) if value.dtype.kind == "f" else value
    save_arrays(path, arrays, compress=False)


def load_body(path: Path) -> SmplxBody:
    """Read a file that `save_body` wrote.

    Raises:
        GestureError: the file is missing or damaged.
    """
    try:
        data = Npz(path)
        values: dict[str, Any] = {each.name: data.read(each.name) for each in fields(SmplxBody)}
    except DAMAGED as error:
        raise GestureError(
            f"The body in {path.name} is missing or damaged.", remedy="Add the body again.", detail=str(error)
        ) from error
    values["gender"] = str(values["gender"])
    return SmplxBody(**values)
