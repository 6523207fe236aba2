"""Differentiable rotations and forward kinematics in PyTorch; `core.body` has these functions in NumPy."""

import numpy as np
import torch
from torch import Tensor, nn

from core.body.parts import SPECS, Part
from core.body.skeleton import JOINT, PARENTS

_FINGERS = ("index", "middle", "pinky", "ring", "thumb")
_FINGERTIP_REACH = 0.8


def _unit(vector: list[Tensor]) -> list[Tensor]:
    scale = torch.rsqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2] + 1e-8)
    return [component * scale for component in vector]


def rot6d_to_matrix(rot6d: Tensor) -> Tensor:
    """Convert two rows (..., 6), not necessarily orthonormal, to matrices (..., 3, 3) by Gram-Schmidt."""
    # component by component: three times faster on a CPU than reductions over a last axis of three
    x = rot6d.unbind(-1)
    a = _unit(list(x[:3]))
    along = a[0] * x[3] + a[1] * x[4] + a[2] * x[5]
    b = _unit([x[3 + i] - along * a[i] for i in range(3)])
    c = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return torch.stack([*a, *b, *c], -1).unflatten(-1, (3, 3))


def orthonormal(rot6d: Tensor) -> Tensor:
    """Replace every rot6d in channels (..., 6 J) by the two rows of its rotation matrix."""
    matrix = rot6d_to_matrix(rot6d.unflatten(-1, (-1, 6)))  # (..., J, 3, 3)
    return matrix[..., :2, :].flatten(-3)


def _tips(part: Part, rest: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """List points beyond the last joints, (joint, offset at rest), so that rotations of these joints move a point."""
    if part is Part.UPPER:
        tips = [(JOINT["head"], np.array([0.0, 0.08, 0.12])), (JOINT["head"], np.array([0.1, 0.08, 0.0]))]
        for side in ("left", "right"):
            wrist = JOINT[f"{side}_wrist"]
            tips += [(wrist, rest[JOINT[f"{side}_{finger}3"]] - rest[wrist]) for finger in ("middle", "thumb")]
        return tips
    if part is Part.HANDS:
        joints = [JOINT[f"{side}_{finger}3"] for side in ("left", "right") for finger in _FINGERS]
        return [(joint, _FINGERTIP_REACH * (rest[joint] - rest[PARENTS[joint]])) for joint in joints]
    if part is Part.LOWER:
        tips = [(JOINT[f"{side}_foot"], np.array([0.0, 0.0, 0.07])) for side in ("left", "right")]
        return [*tips, (JOINT["pelvis"], np.array([0.0, 0.5, 0.0]))]
    return [(JOINT["jaw"], np.array([0.0, -0.03, 0.08])), (JOINT["jaw"], np.array([0.04, -0.02, 0.05]))]


class PartKinematics(nn.Module):
    """Forward kinematics of one body part, in the frame of the joint above it.

    Hands are placed relative to their wrists, the upper body relative to the pelvis, the jaw relative to the head; the
    lower body includes the pelvis' own rotation and is placed relative to the pelvis' position.

    Args:
        part: which body part.
        rest_joints: (55, 3) metres.
    """

    offsets: Tensor

    def __init__(self, part: Part, rest_joints: np.ndarray):
        super().__init__()
        rest = np.asarray(rest_joints, np.float64)
        self.joints = SPECS[part].joints
        place = {joint: index for index, joint in enumerate(self.joints)}
        tips = _tips(part, rest)
        parents = [place.get(PARENTS[joint], -1) for joint in self.joints] + [place[joint] for joint, _ in tips]
        offsets = [
            rest[joint] - rest[PARENTS[joint]] if PARENTS[joint] >= 0 else np.zeros(3) for joint in self.joints
        ] + [offset for _, offset in tips]
        self.point_parents = tuple(parents)
        self.register_buffer("offsets", torch.tensor(np.array(offsets), dtype=torch.float32), persistent=False)

    @property
    def point_count(self) -> int:
        """Joints of the part plus its tips."""
        return len(self.point_parents)

    def index(self, name: str) -> int:
        """Return the index of a joint among the part's points."""
        return self.joints.index(JOINT[name])

    def forward(self, local: Tensor) -> Tensor:
        """Map parent-local matrices (..., J, 3, 3) to points (..., P, 3), metres: the part's joints, then its tips."""
        batch = local.shape[:-3]
        # joints first: every joint's matrices are then one contiguous batch, and no slow indexing is differentiated
        turns = local.movedim(-3, 0).reshape(len(self.joints), -1, 3, 3).unbind(0)
        worlds: list[Tensor] = []
        positions: list[Tensor] = []
        for point, parent in enumerate(self.point_parents):
            offset = self.offsets[point]
            if parent < 0:
                positions.append(offset.expand(turns[0].shape[0], 3))
            else:
                positions.append(positions[parent] + worlds[parent] @ offset)
            if point < len(self.joints):
                worlds.append(turns[point] if parent < 0 else torch.bmm(worlds[parent], turns[point]))
        return torch.stack(positions, 1).reshape(*batch, self.point_count, 3)
