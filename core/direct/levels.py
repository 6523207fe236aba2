"""Levels of a take: how broad, how still, how smooth; plain values that sliders change and files keep."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np

from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError

RANGES: dict[str, tuple[float, float]] = {
    "upper": (0.0, 1.5),
    "hands": (0.0, 1.5),
    "face": (0.0, 1.5),
    "lower": (0.0, 1.5),
    "head": (0.0, 1.5),
    "gaze": (0.0, 1.5),
    "stillness": (0.0, 1.0),
    "pause_s": (0.2, 10.0),
    "settle_s": (0.1, 3.0),
    "smoothing": (0.0, 1.0),
    "blink_rate": (0.0, 3.0),
    "pose_amount": (0.0, 1.0),
}


@dataclass(frozen=True)
class Levels:
    """What sliders do to a finished motion; the defaults leave every value as it is, to the bit.

    Attributes:
        upper, hands, face, lower: intensity of each part about its own rest pose: 0 calm, 1 as generated, 1.5 broad.
            Blinks and gaze are not part of `face`; feet stay where they stand whatever `lower` is.
        head: intensity of neck and head, on top of `upper`.
        gaze: how far eyes turn away from where they usually look.
        stillness: how far arms, hands and torso settle into their rest pose in pauses of speech, 0-1; the head half as
            far.
        pause_s: pauses shorter than this are passed over.
        settle_s: how long settling, and coming back, takes.
        smoothing: 0-1, on top of finishing, without delay.
        blink_rate: blinks per blink of the take: 0 none, 2 twice as many.
        mirror: left and right change sides.
        pose_amount: how far arms, hands, torso and head are blended into `pose`, 0-1.
        pose: rotation vectors of the 55 joints (a pose chosen by the animator), or None.
    """

    upper: float = 1.0
    hands: float = 1.0
    face: float = 1.0
    lower: float = 1.0
    head: float = 1.0
    gaze: float = 1.0
    stillness: float = 0.0
    pause_s: float = 0.7
    settle_s: float = 0.6
    smoothing: float = 0.0
    blink_rate: float = 1.0
    mirror: bool = False
    pose_amount: float = 0.0
    pose: tuple[tuple[float, float, float], ...] | None = None

    def __post_init__(self):
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise GestureError(
                    f"A level of {getattr(self, name):g} for {name} is out of range.",
                    remedy=f"Choose {least:g} to {most:g}.",
                )
        if self.pose is not None and np.shape(self.pose) != (JOINT_COUNT, 3):
            raise GestureError(
                "The chosen pose is not a pose of this skeleton.",
                remedy=f"Give a rotation vector for each of the {JOINT_COUNT} joints.",
            )

    def as_dict(self) -> dict:
        """Plain values, as they go into JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping) -> "Levels":
        """Levels from plain values, as they come from JSON.

        Raises:
            GestureError: an unknown name or a value out of range.
        """
        unknown = values.keys() - {entry.name for entry in fields(cls)}
        if unknown:
            raise GestureError(
                f"There is no level {', '.join(sorted(unknown))}.",
                remedy=f"Choose among: {', '.join(entry.name for entry in fields(cls))}.",
            )
        pose = values.get("pose")
        return cls(**{**values, "pose": None if pose is None else tuple(tuple(map(float, row)) for row in pose)})
