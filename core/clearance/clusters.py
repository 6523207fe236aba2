"""Points of a skin in small clusters, so that only those beside each other are posed and compared.

A cluster is a ball: a middle that moves with the skin, and a radius. The nearest pair of points of two clusters is no
nearer than the distance between their middles without both radii.
"""

from dataclasses import dataclass

import numpy as np

from .skin import Held, PosedSkin, Skin

# A radius is so much greater than at rest, for skin that stretches; metres are added.
_STRETCH, _SLACK_M = 1.15, 0.005


@dataclass(frozen=True)
class Clusters:
    """Clusters of the points of one skin.

    Attributes:
        members: numbers of the points of each cluster.
        middles: the middles (C,) as a skin of their own, whose normals are the mean normals.
        radius: (C,) metres.
    """

    members: tuple[np.ndarray, ...]
    middles: Skin
    radius: np.ndarray

    @classmethod
    def of(cls, skin: Skin, groups: tuple[np.ndarray, ...], size: int) -> "Clusters":
        """Divide each group of points of a skin into clusters of up to `size` points beside each other."""
        members = tuple(part for group in groups for part in _halves(skin.places, group, size))
        joints = skin.rest_joints.shape[0]
        places = np.array([skin.places[rows].mean(0) for rows in members])
        normals = np.array([skin.normals[rows].mean(0) for rows in members])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        weights, held = np.zeros((len(members), joints)), np.zeros((2, len(members), joints, 3))
        for number, rows in enumerate(members):
            np.add.at(weights[number], skin.joints[rows], skin.weights[rows])
            if skin.held is not None:
                for out, values in zip(held[:, number], (skin.held.places, skin.held.normals), strict=True):
                    np.add.at(out, skin.joints[rows], skin.weights[rows, :, None] * values[rows])
        held /= np.maximum(weights, 1e-9)[..., None]
        weights /= weights.sum(1, keepdims=True)
        spread = [
            np.linalg.norm(skin.places[rows] - place, axis=1).max() for rows, place in zip(members, places, strict=True)
        ]
        all_joints = np.tile(np.arange(joints), (len(members), 1))
        by_joint = None if skin.held is None else Held(*held)
        middles = Skin(skin.rest_joints, places, normals, all_joints, weights, by_joint)
        return cls(members, middles, _STRETCH * np.array(spread) + _SLACK_M)

    @property
    def posed_middles(self) -> PosedSkin:
        """The middles, ready to be posed."""
        return PosedSkin(self.middles, np.arange(len(self.members)))


def _halves(places: np.ndarray, rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Halve points across their longest extent until each part has at most `size`."""
    if len(rows) <= size:
        return [rows] if len(rows) else []
    axis = int(np.ptp(places[rows], axis=0).argmax())
    order = rows[np.argsort(places[rows, axis], kind="stable")]
    middle = len(order) // 2
    return [*_halves(places, order[:middle], size), *_halves(places, order[middle:], size)]
