"""The only table that says which joints and channels belong to which body part.

A part has its own network and codes. Its channels are rot6d of its joints, then what it has beyond them:

    face    jaw                                  6 channels + expression (52 or 100)
    upper   spine to wrists, neck and head      78
    hands   30 joints of fingers               180
    lower   pelvis, legs and feet               54 + translation 3 + contacts 4

An area is a part, or some of its joints, that can be made anew by itself.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..errors import GestureError
from .skeleton import JOINT, JOINT_NAMES


class Part(StrEnum):
    """A body part, which has codes of its own."""

    FACE = "face"
    UPPER = "upper"
    HANDS = "hands"
    LOWER = "lower"


@dataclass(frozen=True)
class PartSpec:
    """The channels of a part.

    Attributes:
        joints: in the order of their channels.
        extra: channels after those of the joints: "", "expression" or "translation+contacts".
    """

    joints: tuple[int, ...]
    extra: str = ""

    @property
    def rotation_width(self) -> int:
        """Return the number of rot6d channels."""
        return 6 * len(self.joints)


def _indices(names: str) -> tuple[int, ...]:
    return tuple(JOINT[name] for name in names.split())


SPECS: dict[Part, PartSpec] = {
    Part.FACE: PartSpec(_indices("jaw"), extra="expression"),
    Part.UPPER: PartSpec(
        _indices(
            "spine1 spine2 spine3 neck left_collar right_collar head left_shoulder right_shoulder "
            "left_elbow right_elbow left_wrist right_wrist"
        )
    ),
    Part.HANDS: PartSpec(tuple(range(25, len(JOINT_NAMES)))),
    Part.LOWER: PartSpec(
        _indices("pelvis left_hip right_hip left_knee right_knee left_ankle right_ankle left_foot right_foot"),
        extra="translation+contacts",
    ),
}


@dataclass(frozen=True)
class Area:
    """A part of the body, or some joints of it, that can be made anew by itself.

    Attributes:
        part: the part whose codes the area takes.
        joints: in ascending order.
    """

    part: Part
    joints: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether the area is all of its part; then it has the part's extra channels, too."""
        return set(self.joints) == set(SPECS[self.part].joints)


AREAS: dict[str, Area] = {
    **{part.value: Area(part, tuple(sorted(spec.joints))) for part, spec in SPECS.items()},
    "head": Area(Part.UPPER, _indices("neck head")),
    "torso": Area(Part.UPPER, _indices("spine1 spine2 spine3")),
    "left_arm": Area(Part.UPPER, _indices("left_collar left_shoulder left_elbow left_wrist")),
    "right_arm": Area(Part.UPPER, _indices("right_collar right_shoulder right_elbow right_wrist")),
    "left_hand": Area(Part.HANDS, tuple(range(25, 40))),
    "right_hand": Area(Part.HANDS, tuple(range(40, 55))),
}
TRANSLATION_WIDTH = 3
CONTACT_WIDTH = 4
CONTACT_JOINTS: tuple[int, ...] = _indices("left_ankle right_ankle left_foot right_foot")
EYES: tuple[int, ...] = _indices("left_eye_smplhf right_eye_smplhf")
EXPRESSION_WIDTHS = {"arkit52": 52, "flame100": 100}


def check_area(name: str) -> None:
    """Make sure that an area of this name exists.

    Raises:
        GestureError: there is none.
    """
    if name not in AREAS:
        raise GestureError(f"There is no body part {name!r}.", remedy=f"Choose among: {', '.join(AREAS)}.")


# The 52 face shapes in the order of Apple's ARFaceAnchor.BlendShapeLocation documentation, as anny names them.
ARKIT_NAMES: tuple[str, ...] = tuple(
    (
        "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft "
        "eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight "
        "jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft "
        "mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft "
        "mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthPressLeft "
        "mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight browDownLeft "
        "browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight "
        "noseSneerLeft noseSneerRight tongueOut"
    ).split()
)


def part_width(part: Part, face_basis: str) -> int:
    """Count the channels of a part.

    >>> part_width(Part.LOWER, "arkit52")  # 9 joints, translation, contacts
    61
    """
    spec = SPECS[part]
    extra = {
        "": 0,
        "expression": EXPRESSION_WIDTHS[face_basis],
        "translation+contacts": TRANSLATION_WIDTH + CONTACT_WIDTH,
    }
    return spec.rotation_width + extra[spec.extra]
