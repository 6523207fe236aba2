"""Which joints and channels belong to which body part: the one table."""

from dataclasses import dataclass
from enum import StrEnum

from .skeleton import JOINT, JOINT_NAMES


class Part(StrEnum):
    """A body part with codes of its own."""

    FACE = "face"
    UPPER = "upper"
    HANDS = "hands"
    LOWER = "lower"


@dataclass(frozen=True)
class PartSpec:
    """Joints of a part in channel order, and its channels beyond rotations."""

    joints: tuple[int, ...]
    extra: str = ""

    @property
    def rotation_width(self) -> int:
        """Number of rot6d channels."""
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
    """What can be made anew by itself: a part, or some of its joints.

    Attributes:
        part: whose codes it takes.
        joints: in ascending order.
    """

    part: Part
    joints: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether it is all of its part, with what the part has beyond rotations."""
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
    """Channels of a part: rot6d of its joints, then expression, or translation and contacts."""
    spec = SPECS[part]
    extra = {
        "": 0,
        "expression": EXPRESSION_WIDTHS[face_basis],
        "translation+contacts": TRANSLATION_WIDTH + CONTACT_WIDTH,
    }
    return spec.rotation_width + extra[spec.extra]
