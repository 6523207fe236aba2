"""Both arms in the pelvis' frame, and the body that hands could run into, as capsules.

    from the front          a capsule is a segment with a radius; a point is outside by its distance from the segment
          ( )  head         less the radius: the gap
        ╭┴──┴╮
     ╱╱ │    │ ╲╲  arms     trunk: two capsules, from the hips to the chest, on either side of the middle
    ●●  │    │  ●●          head: one capsule of no length, a ball
    ↑   ╰─┬┬─╯  hands       thighs: one capsule each, from hip to knee
  wrist   ││    knuckle     hands: the segment from wrist to knuckle, with half of their thickness as radius
          ││  thighs

Only the joints that place these parts are posed (`POSED`), because levels must be fast. All places are in the pelvis'
frame.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..body.joints import COLLARS, ELBOWS, HIPS, KNEES, KNUCKLES, SHOULDERS, WRISTS
from ..body.legs import turned
from ..body.rotation import rotvec_to_matrix
from ..body.segments import length, way_from_segment
from ..body.skeleton import JOINT

_PELVIS, _SPINE, _NECK, _HEAD = JOINT["pelvis"], [JOINT[f"spine{i}"] for i in (1, 2, 3)], JOINT["neck"], JOINT["head"]
_ORDER = (*_SPINE, _NECK, *HIPS, *COLLARS, *SHOULDERS, *ELBOWS, *WRISTS)
# Joints whose rotations place the arms and the parts of the body that the arms could hit.
POSED = frozenset(_ORDER)
# Metres from hips to neck of the bundled character; other skeletons are taken to be thicker or thinner by the ratio.
_TRUNK_M = 0.567
# Metres, of the bundled character: radius of its trunk's capsules, how far they are aside of and ahead of the spine,
# and how far above spine3 they end.
_TRUNK_RADIUS, _TRUNK_ASIDE, _TRUNK_AHEAD, _TRUNK_TOP = 0.105, 0.065, 0.04, 0.08
# Metres, of the bundled character: radius of the head, and the place of its middle from the head joint; radius of the
# thighs, and how far they are ahead of the bone; half the thickness of the hands.
_HEAD_RADIUS, _HEAD_MIDDLE = 0.11, np.array([0.0, 0.05, 0.02])
_THIGH_RADIUS, _THIGH_AHEAD = 0.085, 0.02
HAND_RADIUS = 0.025

# Both ends of a segment (T, 3), and a radius, metres.
Capsule = tuple[np.ndarray, np.ndarray, float]


@dataclass(frozen=True)
class Arms:
    """Both arms in the pelvis' frame, metres; pairs are left and right.

    Attributes:
        shoulder, elbow, wrist, knuckle: (T, 2, 3) places of joints.
        collar_turn, upper_turn, lower_turn, hand_turn: (T, 2, 3, 3) turns of collars, upper arms, forearms and hands
            away from rest.
        thick: thickness of the body, as a multiple of the bundled character's.
        body: the capsules that hands must stay out of.
    """

    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    knuckle: np.ndarray
    collar_turn: np.ndarray
    upper_turn: np.ndarray
    lower_turn: np.ndarray
    hand_turn: np.ndarray
    thick: float
    body: tuple[Capsule, ...]

    @classmethod
    def of(cls, rotations: np.ndarray, rest_joints: np.ndarray) -> "Arms":
        """Pose trunk and arms of a motion in the pelvis' frame.

        Args:
            rotations: (T, 55, 3) parent-local rotation vectors.
            rest_joints: (55, 3) metres.
        """
        turns = dict(zip(_ORDER, np.moveaxis(rotvec_to_matrix(rotations[:, _ORDER]), 1, 0), strict=True))
        rest = rest_joints - rest_joints[_PELVIS]
        turn, place = _pose_spine(turns, rest)
        at, along, arm_turns = place[:, None], turn[:, None], []
        at = at + turned(along, _bones(rest, COLLARS, [_SPINE[-1]] * 2))
        places = []
        for joints, children in ((COLLARS, SHOULDERS), (SHOULDERS, ELBOWS), (ELBOWS, WRISTS), (WRISTS, KNUCKLES)):
            along = along @ _pair_of(turns, joints)
            at = at + turned(along, _bones(rest, children, joints))
            arm_turns.append(along)
            places.append(at)
        thick = (rest[_NECK, 1] - rest[HIPS, 1].mean()) / _TRUNK_M
        body = (*_thighs(turns, rest, thick), *_trunk(turn, place, thick), _head(turns, rest, turn, place, thick))
        shoulder, elbow, wrist, knuckle = places
        collar_turn, upper_turn, lower_turn, hand_turn = arm_turns
        return cls(shoulder, elbow, wrist, knuckle, collar_turn, upper_turn, lower_turn, hand_turn, float(thick), body)

    @cached_property
    def gaps(self) -> np.ndarray:
        """How far wrists and knuckles are outside of the body, metres (T, 2, 2, capsules); negative within."""
        points = np.stack([self.wrist, self.knuckle], 2)
        outside = HAND_RADIUS * self.thick
        return np.stack(
            [
                length(way_from_segment(points, a[:, None, None], b[:, None, None])) - radius - outside
                for a, b, radius in self.body
            ],
            -1,
        )

    @cached_property
    def hand_gap(self) -> np.ndarray:
        """How far the hands are apart, metres (T,); negative within each other."""
        return length(way_between_hands(self.wrist, self.knuckle)) - 2 * HAND_RADIUS * self.thick


def _pose_spine(turns: dict[int, np.ndarray], rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return turn (T, 3, 3) and place (T, 3) of the spine's uppermost joint."""
    turn, place = np.eye(3), rest[_PELVIS]
    for joint, parent in zip(_SPINE, (_PELVIS, *_SPINE), strict=False):
        place = place + turn @ (rest[joint] - rest[parent])
        turn = turn @ turns[joint]
    return turn, place


def _pair_of(turns: dict[int, np.ndarray], joints: list[int]) -> np.ndarray:
    """Return the turns (T, 2, 3, 3) of a pair of joints."""
    return np.stack([turns[joint] for joint in joints], 1)


def _bones(rest: np.ndarray, joints: list[int], parents: list[int]) -> np.ndarray:
    """Return the vectors (2, 3) from a pair of parents to a pair of joints, at rest."""
    return rest[joints] - rest[parents]


def _thighs(turns: dict[int, np.ndarray], rest: np.ndarray, thick: float) -> list[Capsule]:
    pair = _pair_of(turns, HIPS)
    hip = np.broadcast_to(rest[HIPS], (*pair.shape[:2], 3))
    knee = hip + turned(pair, _bones(rest, KNEES, HIPS))
    ahead = np.array([0.0, 0.0, _THIGH_AHEAD * thick])
    return [(hip[:, side] + ahead, knee[:, side] + ahead, _THIGH_RADIUS * thick) for side in (0, 1)]


def _trunk(turn: np.ndarray, place: np.ndarray, thick: float) -> list[Capsule]:
    """Return two capsules from the pelvis to above the spine's uppermost joint, whose turn and place are given."""
    capsules = []
    for aside in (-_TRUNK_ASIDE, _TRUNK_ASIDE):
        low = np.array([aside, 0.0, _TRUNK_AHEAD]) * thick
        high = np.array([aside, _TRUNK_TOP, _TRUNK_AHEAD]) * thick
        capsules.append((np.broadcast_to(low, place.shape), place + turn @ high, _TRUNK_RADIUS * thick))
    return capsules


def _head(turns: dict[int, np.ndarray], rest: np.ndarray, turn: np.ndarray, place: np.ndarray, thick: float) -> Capsule:
    """Return the ball of the head; the rotation of the head joint does not matter."""
    neck = place + turn @ (rest[_NECK] - rest[_SPINE[-1]])
    head = neck + turn @ turns[_NECK] @ (rest[_HEAD] - rest[_NECK])
    middle = head + turn @ turns[_NECK] @ (_HEAD_MIDDLE * thick)
    return middle, middle, _HEAD_RADIUS * thick


def way_between_hands(wrist: np.ndarray, knuckle: np.ndarray) -> np.ndarray:
    """Return the vector (T, 3) from the right hand's segment to the left hand's segment, where they are nearest.

    Segments that do not cross are nearest at an end of one of them, so four ends are compared.
    """
    offsets = []
    for hand, other, sign in ((0, 1, 1), (1, 0, -1)):
        offsets += [
            sign * way_from_segment(end[:, hand], wrist[:, other], knuckle[:, other]) for end in (wrist, knuckle)
        ]
    ways = np.stack(offsets, 1)
    nearest = np.argmin(length(ways), axis=1)
    return ways[np.arange(len(ways)), nearest]
