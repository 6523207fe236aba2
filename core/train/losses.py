"""What the training stages minimise: rotations, joints placed by forward kinematics, their motion, the root's path."""

import numpy as np
import torch
from torch import Tensor, nn

from ..body.parts import CONTACT_WIDTH, SPECS, TRANSLATION_WIDTH, Part
from ..clock import FPS
from .rotations import PartKinematics, rot6d_to_matrix

# How much a point counts, by part; unnamed joints 1. Tips are the points beyond the last joints.
POINT_WEIGHTS: dict[Part, dict[str, float]] = {
    Part.FACE: {"tips": 1.0},
    Part.UPPER: {
        "left_elbow": 2.0,
        "right_elbow": 2.0,
        "left_wrist": 4.0,
        "right_wrist": 4.0,
        "tips": 2.0,
    },
    Part.HANDS: {"tips": 3.0},
    Part.LOWER: {"left_ankle": 3.0, "right_ankle": 3.0, "left_foot": 4.0, "right_foot": 4.0, "tips": 3.0},
}
# metres and metres per frame against radians
PLACE, VELOCITY, ACCELERATION = 10.0, 30.0, 15.0
EXPRESSION, EXPRESSION_VELOCITY = 5.0, 10.0
CONTACT, ROOT = 0.3, 1.0


def geodesic(a: Tensor, b: Tensor) -> Tensor:
    """Angle (...) in radians between rotation matrices (..., 3, 3), smooth at zero.

    The chord |a - b| = 2 sqrt(2) sin(angle / 2) keeps its gradient where the arc cosine of the trace loses it.
    """
    chord = ((a - b) ** 2).sum((-2, -1))
    return 2 * torch.asin(torch.sqrt(chord / 8 + 1e-8).clamp(max=0.999))


def difference_l1(a: Tensor, b: Tensor, order: int) -> Tensor:
    """Absolute difference of the `order`-th differences over time, for a, b (B, T, ...)."""
    return torch.diff(a - b, n=order, dim=1).abs()


class PartLoss(nn.Module):
    """How far a part's decoded channels are from the true ones.

    Args:
        part: which body part.
        rest_joints: (55, 3) metres.
    """

    def __init__(self, part: Part, rest_joints: np.ndarray):
        super().__init__()
        self.part = part
        self.kinematics = PartKinematics(part, rest_joints)
        weights = torch.full((self.kinematics.point_count,), POINT_WEIGHTS[part]["tips"])
        weights[: len(self.kinematics.joints)] = 1.0
        for name, weight in POINT_WEIGHTS[part].items():
            if name != "tips":
                weights[self.kinematics.index(name)] = weight
        self.register_buffer("weights", (weights / weights.mean())[:, None], persistent=False)

    def matrices(self, channels: Tensor) -> Tensor:
        """Rotations (B, T, J, 3, 3) of channels (B, T, C)."""
        return rot6d_to_matrix(channels[..., : SPECS[self.part].rotation_width].unflatten(-1, (-1, 6)))

    def forward(self, decoded: Tensor, true: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss of channels (B, T, C), and its terms for the log."""
        rotations, target = self.matrices(decoded), self.matrices(true)
        points, wanted = self.kinematics(rotations), self.kinematics(target)  # (B, T, P, 3)
        place = ((points - wanted).abs() * self.weights).mean()
        terms = {
            "rotation": geodesic(rotations, target).mean(),
            "place": PLACE * place,
            "velocity": VELOCITY * (difference_l1(points, wanted, 1) * self.weights).mean(),
            "acceleration": ACCELERATION * (difference_l1(points, wanted, 2) * self.weights).mean(),
        } | self._extra(decoded, true)
        return sum(terms.values()), {name: float(term.detach()) for name, term in terms.items()} | {
            "point_cm": float(100 * (points - wanted).detach().norm(dim=-1).mean())
        }

    def _extra(self, decoded: Tensor, true: Tensor) -> dict[str, Tensor]:
        width = SPECS[self.part].rotation_width
        extra = SPECS[self.part].extra
        if extra == "expression":
            a, b = decoded[..., width:], true[..., width:]
            return {
                "expression": EXPRESSION * (a - b).abs().mean(),
                "expression_velocity": EXPRESSION_VELOCITY * difference_l1(a, b, 1).mean(),
            }
        if extra:
            root = slice(width, width + TRANSLATION_WIDTH)
            return {
                "contact": CONTACT * ((decoded - true)[..., -CONTACT_WIDTH:] ** 2).mean(),
                "root": ROOT * (decoded - true)[..., root].abs().mean(),
            }
        return {}


def path(velocity: Tensor) -> Tensor:
    """Root x and z (B, T, 2) metres from velocities (B, T, 2) m/s: p[0] = 0, p[t] = p[t-1] + v[t-1] / 30."""
    return torch.cumsum(nn.functional.pad(velocity[:, :-1], (0, 0, 1, 0)), 1) / FPS


class RootLoss(nn.Module):
    """How well predicted root motion keeps the recorded path and the feet on the ground.

    Args:
        rest_joints: (55, 3) metres.
    """

    def __init__(self, rest_joints: np.ndarray):
        super().__init__()
        self.kinematics = PartKinematics(Part.LOWER, rest_joints)
        self.feet = [self.kinematics.index(name) for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]

    def forward(self, predicted: Tensor, lower: Tensor, true: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss of predicted channels (B, T, 61) for the legs `lower` that are shown and the `true` lower body."""
        width = SPECS[Part.LOWER].rotation_width
        root, wanted = predicted[..., width : width + 3], true[..., width : width + 3]
        feet, feet_true = (
            self.kinematics(rot6d_to_matrix(x[..., :width].unflatten(-1, (-1, 6))))[..., self.feet, :]
            for x in (lower, true)
        )  # (B, T, 4, 3) from the pelvis
        contact = (true[..., -CONTACT_WIDTH:] > 0.5).float()
        step = torch.diff(feet[..., [0, 2]], dim=1) * FPS + root[:, :-1, None, [0, 2]]  # m/s in the world
        planted = contact[:, 1:] * contact[:, :-1]
        height = (feet[..., 1] + root[..., None, 1]) - (feet_true[..., 1] + wanted[..., None, 1])
        flat, flat_true = root[..., [0, 2]], wanted[..., [0, 2]]
        terms = {
            "velocity": (root - wanted).abs().mean(),
            "change": sum(5 * difference_l1(root, wanted, n).mean() for n in (1, 2)),
            "path": (path(flat) - path(flat_true)).abs().mean(),
            "height": 5 * (height.abs() * contact).sum() / contact.sum().clamp(min=1),
            "plant": 5 * (step.abs().sum(-1) * planted).sum() / planted.sum().clamp(min=1),
        }
        slide = (step.detach().norm(dim=-1) * planted)[planted > 0]
        report = {name: float(term.detach()) for name, term in terms.items()}
        report["slide_median_cm_s"] = float(100 * slide.median()) if len(slide) else 0.0
        return sum(terms.values()), report


def generator_loss(
    logits: Tensor, latents: Tensor, labels: Tensor, codes: Tensor, codebook: Tensor, weight: Tensor, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Classification and latent regression of one part.

    Args:
        logits: (B, T, K).
        latents: (B, T, D) regressed.
        labels: (B, T, K) probabilities, or (B, T) the codes.
        codes: (B, T) true codes.
        codebook: (K, D).
        weight: (B, T), zero where a window runs past the end of its clip.
        smoothing: label smoothing of the classification.

    Returns:
        negative log-likelihood and mean squared error, both averaged over weighted frames.
    """
    nll = nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(0, 1), reduction="none", label_smoothing=smoothing
    ).view_as(weight)
    error = ((latents - codebook[codes]) ** 2).mean(-1)
    total = weight.sum().clamp(min=1)
    return (nll * weight).sum() / total, (error * weight).sum() / total
