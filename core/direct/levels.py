"""Levels of a take: how broad, how still, how smooth; plain values that sliders change and files keep.

Each level is one row of `Levels`: its name (the key in files, the option of the shell, the property in Blender), its
label, its description, its range, the value that changes nothing, and the group of sliders that the panel draws it in.
A new level is a new row here; the panel, the shell and the files then have it, and the code that applies it reads it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, cast

import numpy as np

from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError
from ..plain_values import is_number

# Groups of sliders, in the order of the panel. The rest pose has its slider beside the button that chooses the pose.
PARTS, HEAD, CALM, POSE = GROUPS = ("parts", "head", "calm", "pose")
# Levels that are on or off.
SWITCHES = ("mirror", "hands_out")


@dataclass(frozen=True)
class Level:
    """A row of the table of levels, as the panel, the shell and the files use it.

    Attributes:
        name: key in files, property in Blender; the option of the shell has hyphens in it.
        label: beside the slider.
        description: tooltip of the slider, and help of the option.
        least, most: range of its values.
        neutral: the value that leaves a motion as it is, or that is usual.
        group: one of `GROUPS`.
    """

    name: str
    label: str
    description: str
    least: float
    most: float
    neutral: float
    group: str


def _row(label: str, description: str, values: tuple[float, float], *, neutral: float, group: str) -> Any:
    """Return a field of `Levels` that is a row of the table."""
    row = {"label": label, "description": description, "least": values[0], "most": values[1], "group": group}
    return field(default=neutral, metadata=row)


@dataclass(frozen=True)
class Levels:
    """The values of all levels of a take. The defaults leave every value of a motion as it is, to the bit.

    Attributes:
        mirror: whether left and right change sides.
        hands_out: whether hands and forearms are pushed out of the body of the character that performs.
        pose: rotation vectors of the 55 joints (a pose chosen by the animator), or None.
        others: the other fields are one row each. Intensities are 0 for calm, 1 as generated, 1.5 for broad. `face`
            does not change blinks and gaze. The head turns by `upper` and by `head` multiplied. With `stillness` the
            head settles half as far as arms, hands and torso.
    """

    upper: float = _row(
        "Upper Body",
        "How broad torso, arms and head move about their rest pose: 0 calm, 1 as generated",
        (0.0, 1.5),
        neutral=1.0,
        group=PARTS,
    )
    hands: float = _row(
        "Hands",
        "How far fingers move about their rest pose: 0 calm, 1 as generated",
        (0.0, 1.5),
        neutral=1.0,
        group=PARTS,
    )
    face: float = _row(
        "Face",
        "How strong expressions and mouth are, 0 to 1.5, 1 as generated; blinks and gaze stay",
        (0.0, 1.5),
        neutral=1.0,
        group=PARTS,
    )
    lower: float = _row(
        "Lower Body",
        "How far the pelvis sways, 0 to 1.5, 1 as generated; the feet stay where they stand",
        (0.0, 1.5),
        neutral=1.0,
        group=PARTS,
    )
    head: float = _row(
        "Head",
        "How far neck and head turn, on top of Upper Body: 0 calm, 1 as generated",
        (0.0, 1.5),
        neutral=1.0,
        group=HEAD,
    )
    gaze: float = _row(
        "Gaze",
        "How far eyes turn away from where they usually look: 0 not at all, 1 as generated",
        (0.0, 1.5),
        neutral=1.0,
        group=HEAD,
    )
    stillness: float = _row(
        "Stillness",
        "How far arms, hands and torso settle into their rest pose in pauses of speech: 0 as generated, 1 wholly",
        (0.0, 1.0),
        neutral=0.0,
        group=CALM,
    )
    pause_s: float = _row(
        "Pause", "Shortest pause, in seconds, in which Stillness has an effect", (0.2, 10.0), neutral=0.7, group=CALM
    )
    settle_s: float = _row(
        "Settle", "Seconds in which the body settles, and in which it moves again", (0.1, 3.0), neutral=0.6, group=CALM
    )
    smoothing: float = _row(
        "Smoothing",
        "Smooths the motion further after finishing, without delay: 0 not at all, 1 the most",
        (0.0, 1.0),
        neutral=0.0,
        group=CALM,
    )
    blink_rate: float = _row(
        "Blinks",
        "How often the eyes blink: 0 never, 1 as in the take, 2 twice as often",
        (0.0, 3.0),
        neutral=1.0,
        group=HEAD,
    )
    mirror: bool = False
    hands_out: bool = True
    pose_amount: float = _row(
        "Pose",
        "How far arms, hands, torso and head are blended into the chosen rest pose: 0 not at all, 1 wholly",
        (0.0, 1.0),
        neutral=0.0,
        group=POSE,
    )
    pose: tuple[tuple[float, float, float], ...] | None = None

    def __post_init__(self):
        for level in LEVELS:
            value = getattr(self, level.name)
            if not level.least <= value <= level.most:
                raise GestureError(
                    f"A level of {value:g} for {level.name} is out of range.",
                    remedy=f"Choose {level.least:g} to {level.most:g}.",
                )
        if self.pose is not None and np.shape(self.pose) != (JOINT_COUNT, 3):
            raise GestureError(
                "The chosen pose is not a pose of this skeleton.",
                remedy=f"Give a rotation vector for each of the {JOINT_COUNT} joints.",
            )

    def as_dict(self) -> dict:
        """Return plain values, as they go into JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping) -> "Levels":
        """Make levels from plain values, as they come from JSON.

        Raises:
            GestureError: a name is unknown, or a value is out of range.
        """
        unknown = values.keys() - {entry.name for entry in fields(cls)}
        if unknown:
            raise GestureError(
                f"There is no level {', '.join(sorted(unknown))}.",
                remedy=f"Choose among: {', '.join(entry.name for entry in fields(cls))}.",
            )
        pose = values.get("pose")
        for name, value in values.items():
            if name == "pose":
                fits = value is None or _is_pose(value)
            else:
                fits = isinstance(value, bool) if name in SWITCHES else is_number(value, -1e9, 1e9)
            if not fits:
                raise GestureError(f"The level {name} cannot be {repr(value)[:80]}.", remedy="Give a number.")
        return cls(**{**values, "pose": None if pose is None else tuple(tuple(map(float, row)) for row in pose)})


def _is_pose(value: Any) -> bool:
    """Return whether a plain value is a list of points."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(row, (list, tuple)) for row in value):
        return False
    return all(len(row) == 3 and all(is_number(each, -1e4, 1e4) for each in row) for row in value)


LEVELS = tuple(
    Level(name=entry.name, neutral=cast(float, entry.default), **entry.metadata)
    for entry in fields(Levels)
    if entry.metadata
)
