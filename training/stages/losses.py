"""Losses of the training stages: rotations, joints placed by forward kinematics, their motion, the root's path."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.body.parts import CONTACT_WIDTH, SPECS, TRANSLATION_WIDTH, Part
from core.body.skeleton import JOINT_NAMES
from core.clock import FPS
from core.errors import GestureError
from training.loop.precision import single_precision
from training.stages.torch_kinematics import PartKinematics, rot6d_to_matrix

# Weight of each point, by part; it is 1 for joints that are not listed. Tips are the points beyond the last joints.
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
FEET = ("left_ankle", "right_ankle", "left_foot", "right_foot")
EVENNESS = 0.7  # 0: the error of every joint counts the same; 1: the error relative to the joint's own turning does
# The head moves independently of arms and back, so what a code says about those says nothing about it.
OWN_WAY = {"neck": 2.0, "head": 2.0}
STILL_JOINT = 0.02  # spread of a joint's rot6d below which all joints count the same
PUBLISHED_CONTACT = 0.95  # a decoded contact above it means that the foot stands


@dataclass(frozen=True)
class PartWeights:
    """How much each term of an autoencoder's loss counts; the defaults suit small networks and short runs.

    Attributes:
        rotation: geodesic distance, radians.
        turn, turn_change: L1 of first and second differences of rotation matrices.
        place, place_squared: L1, weighted by point, and mean square of points placed by forward kinematics, metres.
        velocity, acceleration: L1, weighted by point, of the points' first and second differences.
        expression, expression_velocity, expression_acceleration: L1 of face coefficients and their differences.
        contact: mean square.
        root: L1 of the root's channels.
        plant: L1 of the feet's velocity, m/s, where the decoded contact says that they stand.
    """

    rotation: float = 8.0
    turn: float = 20.0
    turn_change: float = 0.0
    place: float = 5.0
    place_squared: float = 0.0
    velocity: float = 20.0
    acceleration: float = 15.0
    expression: float = 5.0
    expression_velocity: float = 10.0
    expression_acceleration: float = 0.0
    contact: float = 0.3
    root: float = 1.0
    plant: float = 0.0


# Weights of the published loss, for joints and tips instead of SMPL-X vertices.
PUBLISHED_PART = PartWeights(
    rotation=1.0,
    turn=1.0,
    turn_change=1.0,
    place=0.0,
    place_squared=1.0,
    velocity=1.0,
    acceleration=1.0,
    expression=1.0,
    expression_velocity=1.0,
    expression_acceleration=1.0,
    contact=1.0,
    plant=20.0 / FPS,
)


@dataclass(frozen=True)
class RootWeights:
    """How much each term of the root predictor's loss counts.

    Attributes:
        velocity: L1 of x and z velocity, m/s, and height, m.
        change: L1 of their first and second differences.
        path: L1 of the integrated path, m.
        path_change: L1 of its first and second differences.
        height: L1 of the height of feet that stand, m.
        plant: L1 of their velocity, m/s.
    """

    velocity: float = 1.0
    change: float = 5.0
    path: float = 1.0
    path_change: float = 0.0
    height: float = 5.0
    plant: float = 5.0


PUBLISHED_ROOT = RootWeights(path_change=5.0, height=0.0, plant=20.0 / FPS)


def without(weights, terms: tuple[str, ...]):
    """Return the weights with some terms at zero.

    Raises:
        GestureError: there is no such term.
    """
    known = weights.__dataclass_fields__
    if unknown := set(terms) - set(known):
        raise GestureError(
            f"The loss has no term {', '.join(sorted(unknown))}.", remedy=f"Choose from {', '.join(known)}."
        )
    return type(weights)(**{n: 0.0 if n in terms else getattr(weights, n) for n in weights.__dataclass_fields__})


def geodesic(a: Tensor, b: Tensor) -> Tensor:
    """Return the angle (...) in radians between rotation matrices (..., 3, 3), smooth at zero.

    The chord |a - b| = 2 sqrt(2) sin(angle / 2) has a gradient at zero, where the arc cosine of the trace has none.
    """
    chord = ((a - b) ** 2).sum((-2, -1))
    return 2 * torch.asin(torch.sqrt(chord / 8 + 1e-8).clamp(max=0.999))


def difference_l1(a: Tensor, b: Tensor, order: int) -> Tensor:
    """Return the absolute difference of the `order`-th differences over time of a and b (B, T, ...)."""
    return torch.diff(a - b, n=order, dim=1).abs()


def weighed(terms: Mapping[str, Tensor], weights) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the sum of the weighted terms, and the weighted terms for the log; terms of weight 0 are left out."""
    counted = {name: getattr(weights, name) * term for name, term in terms.items() if getattr(weights, name)}
    return sum(counted.values()), {name: term.detach() for name, term in counted.items()}


def standing_mean(values: Tensor, standing: Tensor) -> Tensor:
    """Return the mean of values (B, T, ...) where `standing` (of their shape) is 1, per window, then over windows."""
    inside = tuple(range(1, values.ndim))
    return ((values * standing).sum(inside) / standing.sum(inside).clamp(min=1)).mean()


def even_joints(channels: np.ndarray, part: Part) -> np.ndarray:
    """Return weights (J,) of a part's joints: larger for joints that turn little, 1 on average but for `OWN_WAY`.

    Head and back turn by a few degrees, elbows by tens. If all errors counted the same, codes would be spent on the
    arms alone, and head and back would lose a third of their movement.

    Args:
        channels: (N, C) sample of the part's channels.
        part: which body part.
    """
    rot6d = channels[:, : SPECS[part].rotation_width].reshape(len(channels), -1, 6)
    weights = np.maximum(np.sqrt(rot6d.var(0).sum(-1)), STILL_JOINT) ** -EVENNESS
    own = np.array([OWN_WAY.get(JOINT_NAMES[joint], 1.0) for joint in SPECS[part].joints])
    return own * weights / weights.mean()


class PartLoss(nn.Module):
    """The loss of a part's autoencoder: how far decoded channels are from the true ones.

    Args:
        part: which body part.
        rest_joints: (55, 3) metres.
        weights: weights of the terms.
        joint_weights: (J,) how much the turning of each joint counts; None for all alike.
    """

    weights: Tensor
    joint_weights: Tensor

    def __init__(
        self,
        part: Part,
        rest_joints: np.ndarray,
        weights: PartWeights | None = None,
        joint_weights: np.ndarray | None = None,
    ):
        super().__init__()
        joints = len(SPECS[part].joints)
        each = torch.as_tensor(np.ones(joints) if joint_weights is None else joint_weights, dtype=torch.float32)
        self.register_buffer("joint_weights", each, persistent=False)
        self.part = part
        self.terms = weights or PartWeights()
        self.kinematics = PartKinematics(part, rest_joints)
        points = torch.full((self.kinematics.point_count,), POINT_WEIGHTS[part]["tips"])
        points[: len(self.kinematics.joints)] = 1.0
        for name, weight in POINT_WEIGHTS[part].items():
            if name != "tips":
                points[self.kinematics.index(name)] = weight
        self.register_buffer("weights", (points / points.mean())[:, None], persistent=False)

    def matrices(self, channels: Tensor) -> Tensor:
        """Return the rotations (B, T, J, 3, 3) of channels (B, T, C)."""
        return rot6d_to_matrix(channels[..., : SPECS[self.part].rotation_width].unflatten(-1, (-1, 6)))

    @single_precision
    def forward(self, decoded: Tensor, true: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Compute the loss of channels (B, T, C), and its terms for the log."""
        rotations, target = self.matrices(decoded), self.matrices(true)
        points, wanted = self.kinematics(rotations), self.kinematics(target)  # (B, T, P, 3)
        terms = {
            "rotation": (geodesic(rotations, target) * self.joint_weights).mean(),
            "turn": (difference_l1(rotations, target, 1) * self.joint_weights[:, None, None]).mean(),
            "turn_change": (difference_l1(rotations, target, 2) * self.joint_weights[:, None, None]).mean(),
            "place": ((points - wanted).abs() * self.weights).mean(),
            "place_squared": (points - wanted).square().mean(),
            "velocity": (difference_l1(points, wanted, 1) * self.weights).mean(),
            "acceleration": (difference_l1(points, wanted, 2) * self.weights).mean(),
        } | self._extra(decoded, true, points)
        value, report = weighed(terms, self.terms)
        return value, report | {"point_cm": 100 * (points - wanted).detach().norm(dim=-1).mean()}

    def _extra(self, decoded: Tensor, true: Tensor, points: Tensor) -> dict[str, Tensor]:
        width = SPECS[self.part].rotation_width
        extra = SPECS[self.part].extra
        if extra == "expression":
            a, b = decoded[..., width:], true[..., width:]
            return {
                "expression": (a - b).abs().mean(),
                "expression_velocity": difference_l1(a, b, 1).mean(),
                "expression_acceleration": difference_l1(a, b, 2).mean(),
            }
        if extra:
            root = slice(width, width + TRANSLATION_WIDTH)
            contact = decoded[..., -CONTACT_WIDTH:]
            feet = points[..., [self.kinematics.index(name) for name in FEET], :]
            standing = (contact[:, 1:] > PUBLISHED_CONTACT).float().detach()
            return {
                "contact": (contact - true[..., -CONTACT_WIDTH:]).square().mean(),
                "root": (decoded - true)[..., root].abs().mean(),
                "plant": (foot_steps(feet, decoded[..., root]) * standing).mean(),
            }
        return {}


def foot_steps(feet: Tensor, root: Tensor) -> Tensor:
    """Return the speed (B, T - 1, 4) of feet in the world, as |x| + |z|, m/s.

    Args:
        feet: (B, T, 4, 3) metres from the pelvis.
        root: (B, T, 3) velocities of x and z, m/s, and height.
    """
    step = torch.diff(feet[..., [0, 2]], dim=1) * FPS + root[:, :-1, None, [0, 2]]
    return step.abs().sum(-1)


def path(velocity: Tensor) -> Tensor:
    """Return x and z (B, T, 2), metres, of velocities (B, T, 2), m/s: p[0] = 0, p[t] = p[t-1] + v[t-1] / 30."""
    return torch.cumsum(nn.functional.pad(velocity[:, :-1], (0, 0, 1, 0)), 1) / FPS


class RootLoss(nn.Module):
    """The loss of predicted root motion: how well it keeps the recorded path, and the feet on the ground.

    Args:
        rest_joints: (55, 3) metres.
        weights: weights of the terms.
    """

    def __init__(self, rest_joints: np.ndarray, weights: RootWeights | None = None):
        super().__init__()
        self.terms = weights or RootWeights()
        self.kinematics = PartKinematics(Part.LOWER, rest_joints)
        self.feet = [self.kinematics.index(name) for name in FEET]

    @single_precision
    def forward(self, predicted: Tensor, lower: Tensor, true: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Compute the loss of channels (B, T, 61) predicted for the legs `lower`, beside the `true` lower body."""
        width = SPECS[Part.LOWER].rotation_width
        root, wanted = predicted[..., width : width + 3], true[..., width : width + 3]
        feet, feet_true = (
            self.kinematics(rot6d_to_matrix(x[..., :width].unflatten(-1, (-1, 6))))[..., self.feet, :]
            for x in (lower, true)
        )  # (B, T, 4, 3) from the pelvis
        contact = (true[..., -CONTACT_WIDTH:] > 0.5).float()
        step = foot_steps(feet, root)
        planted = contact[:, 1:] * contact[:, :-1]
        height = (feet[..., 1] + root[..., None, 1]) - (feet_true[..., 1] + wanted[..., None, 1])
        places, places_true = path(root[..., [0, 2]]), path(wanted[..., [0, 2]])
        terms = {
            "velocity": (root - wanted).abs().mean(),
            "change": difference_l1(root, wanted, 1).mean() + difference_l1(root, wanted, 2).mean(),
            "path": (places - places_true).abs().mean(),
            "path_change": difference_l1(places, places_true, 1).mean() + difference_l1(places, places_true, 2).mean(),
            "height": standing_mean(height.abs(), contact),
            "plant": standing_mean(step, planted),
        }
        value, report = weighed(terms, self.terms)
        return value, report | {"slide_cm_s": 100 * standing_mean(step.detach(), planted)}


@single_precision
def code_loss(
    logits: Tensor,
    latents: Tensor,
    labels: Tensor,
    entries: Tensor,
    rarity: Tensor,
    weight: Tensor,
    smoothing: float,
) -> tuple[Tensor, Tensor]:
    """Compute the losses of classification and latent regression of one part: means over frames, then over windows.

    Args:
        logits: (B, T, G K).
        latents: (B, T, D) regressed.
        labels: (B, T, G, K) probabilities, or (B, T, G) the true rows of each group.
        entries: (B, T, D) true entries of the codebook.
        rarity: (B, T, G) how much the classification of each row counts.
        weight: (B, T), zero where a window runs past the end of its clip.
        smoothing: label smoothing of the classification.

    Returns:
        negative log-likelihood and mean squared error.
    """
    scores = logits.unflatten(-1, (rarity.shape[-1], -1))
    nll = nn.functional.cross_entropy(
        scores.flatten(0, 2), labels.flatten(0, 2), reduction="none", label_smoothing=smoothing
    ).view_as(rarity)
    error = ((latents - entries) ** 2).mean(-1)
    return standing_mean((nll * rarity).mean(-1), weight), standing_mean(error, weight)
