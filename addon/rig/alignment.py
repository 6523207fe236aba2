r"""How a rig's rest pose differs from SMPL-X's: a turn for each bone, and the rig's proportions as an SMPL-X skeleton.

A motion holds how far each joint turns away from SMPL-X's rest pose, in which the arms point sideways. Most rigs have
another rest pose, for example with lowered arms. If a lowered upper arm turned as in the motion, it would end up too
low by the difference between the two rest poses. So each bone gets one constant turn from its own rest to SMPL-X's; the
motion's turn comes after it. Only the places of the joints of both skeletons are compared, not the names and rolls of
bones.

Worked example: the left arm of a rig that rests with lowered, slightly bent arms, seen from the front

    rig at rest         1. upper arm         2. forearm           3. hand

    S                   S────E               S────E────H          S────E────H
     \                        \
      E                        H
      │
      H

    1. S to E points down to the side in the rig, to the side in SMPL-X: the upper arm turns up by 45°.
    2. E to H pointed straight down. It is carried up by 45°, too, and turns by the 45° that are left.
    3. The palm faces forward, in SMPL-X down, as the knuckles show: the hand turns by 90° about E to H, and the forearm
       takes half of this.

Each direction turns the shortest way, and the forearm's turn begins from where the upper arm's turn moved it. So a bent
elbow unbends about its own hinge. The forearm takes half of step 3, because a forearm turns about its length with its
hand; otherwise the wrist alone would be twisted by 90°. Legs are aligned in the same way, but turn as a whole.

Torso, neck, head and collars keep their rest. The places of their joints differ so much between rigs that a different
build cannot be distinguished from a different pose.
"""

from dataclasses import dataclass

import numpy as np

from ...core.body.joints import ANKLES, HIPS
from ...core.body.proportions import leg_length
from ...core.body.rotation import (
    matrix_to_quat,
    quat_between,
    quat_conjugate,
    quat_multiply,
    quat_power,
    quat_to_matrix,
    quat_twist,
    unit_vector,
)
from ...core.body.skeleton import JOINT_COUNT, PARENTS, default_rest_joints
from .presets import BELOW, FINGERS, PARENT, joints_of
from .read import Rig

_SIDES = ("left", "right")
_NO_TURN = (1.0, 0.0, 0.0, 0.0)
# The share that a limb takes of the twist between the rest pose of its hand or foot and SMPL-X's.
_TWIST_SHARE = 0.5
# The bones of a finger point from joint to joint where head to tail agrees within this angle; then the tail of the last
# bone is the fingertip.
_TAIL_AGREES = np.cos(np.radians(25.0))
# A foot with a smaller share of its length on the level, such as one on tiptoe, has no heading.
_LEVEL_SHARE = 0.2
_LEVEL = np.array([1.0, 0.0, 1.0])
# Feet rest on the armature's origin if no joint of them lies lower than the first share of the leg, and the ankles lie
# lower than the second. Otherwise the floor is taken to lie below the lowest joint by the third.
_UNDER_SHARE, _ANKLE_SHARE, _SOLE_SHARE = 0.02, 0.3, 0.03


@dataclass(frozen=True)
class Alignment:
    """How a rig's bones follow the 55 joints.

    Attributes:
        rig: the bones.
        facing: (3, 3) from armature space to SMPL-X axes (Y up, facing +Z, left +X).
        turns: (N, 4) quaternions, SMPL-X axes: from each bone's rest to the rest pose of SMPL-X.
        scale: armature units per metre of the skeleton in `rest_joints`.
        rest_joints: (55, 3) the rig's proportions in SMPL-X's rest pose, with legs as long as the default skeleton's.
        floor: height of the floor in armature space, along the up axis.
    """

    rig: Rig
    facing: np.ndarray
    turns: np.ndarray
    scale: float
    rest_joints: np.ndarray
    floor: float


def align(rig: Rig) -> Alignment:
    """Align a rig's rest pose with SMPL-X's, and measure the rig; the module explains how."""
    facing = rig.facing()
    rests = _Rests(
        rig,
        heads=rig.heads @ facing.T,
        tails=rig.tails @ facing.T,
        joints=default_rest_joints(),
        turns=np.tile(_NO_TURN, (len(rig.names), 1)),
    )
    for side in _SIDES:
        rests.align_arm(side)
        rests.align_leg(side)
        for finger in FINGERS:
            rests.align_finger(f"{side}_{finger}")
    for twist in rig.twists:
        rests.turns[twist.bone] = rests.turns[rig.parts[twist.part][-1]]
    return _measured(rests, facing)


@dataclass(frozen=True)
class _Rests:
    """Both rest poses in SMPL-X axes, and the turns found so far.

    Attributes:
        rig: the bones.
        heads, tails: (N, 3) of the bones.
        joints: (55, 3) of SMPL-X.
        turns: (N, 4) from each bone's rest to SMPL-X's.
    """

    rig: Rig
    heads: np.ndarray
    tails: np.ndarray
    joints: np.ndarray
    turns: np.ndarray

    def has(self, part: str) -> bool:
        """Return whether the rig has bones for a part."""
        return part in self.rig.parts

    def between(self, part: str, other: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors from where one part begins to where another begins: (3,) in the rig, (3,) in SMPL-X."""
        here = self.heads[self.rig.parts[other][0]] - self.heads[self.rig.parts[part][0]]
        there = self.joints[joints_of(other)[0]] - self.joints[joints_of(part)[0]]
        return here, there

    def set_turn(self, part: str, turn: np.ndarray) -> None:
        """Give all bones of a part one turn (4,)."""
        self.turns[list(self.rig.parts[part])] = turn

    def align_arm(self, side: str) -> None:
        """Align upper arm and forearm by direction and the hand by its knuckles; share the hand's twist."""
        hand, forearm = f"{side}_wrist", f"{side}_elbow"
        aligned, turn = self._align_bones((f"{side}_shoulder", forearm))
        if not self.has(hand):
            return
        turn_of_hand = self._turn_of_hand(side)
        self.set_turn(hand, turn if turn_of_hand is None else turn_of_hand)
        # A forearm turns about its length with its hand; an upper arm does not.
        if turn_of_hand is not None and len(aligned) == 2:
            self._share_twist(forearm, turn_of_hand)

    def align_leg(self, side: str) -> None:
        """Align thigh and shin by direction and the foot by its heading; share the foot's twist; toes go along."""
        foot, toes = f"{side}_ankle", f"{side}_foot"
        aligned, turn = self._align_bones((f"{side}_hip", f"{side}_knee"))
        if not self.has(foot):
            return
        turn_of_foot = self._turn_of_foot(side)
        self.set_turn(foot, turn if turn_of_foot is None else turn_of_foot)
        if turn_of_foot is not None:
            # A leg turns about its length as a whole.
            for part in aligned:
                self._share_twist(part, turn_of_foot)
        if self.has(toes):
            self.set_turn(toes, self.turns[self.rig.parts[foot][0]])

    def _align_bones(self, limb: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
        """Align the parts of a limb by direction, from the body outwards: steps 1 and 2 of the worked example.

        Returns:
            the parts that were aligned, and the turn (4,) that carries what hangs on them.
        """
        turn, aligned = np.array(_NO_TURN), []
        for part in limb:
            if self.has(part) and self.has(BELOW[part]):
                here, there = self.between(part, BELOW[part])
                turn = quat_multiply(quat_between(_rotate(turn, here), there), turn)
                self.set_turn(part, turn)
                aligned.append(part)
        return aligned, turn

    def _share_twist(self, part: str, turn_of_end: np.ndarray) -> None:
        """Let a part of a limb take its share of the twist about its length between it and its hand or foot."""
        _, axis = self.between(part, BELOW[part])
        own = self.turns[self.rig.parts[part][0]]
        twist = quat_twist(quat_multiply(turn_of_end, quat_conjugate(own)), axis)
        self.set_turn(part, quat_multiply(quat_power(twist, _TWIST_SHARE), own))

    def _turn_of_hand(self, side: str) -> np.ndarray | None:
        """Return the turn (4,) of a hand by its knuckles; None without two fingers beside the thumb."""
        known = [f"{side}_{finger}" for finger in FINGERS[1:] if self.has(f"{side}_{finger}")]
        if len(known) < 2:
            return None
        middle = f"{side}_middle" if self.has(f"{side}_middle") else known[len(known) // 2]
        along, across = self.between(f"{side}_wrist", middle), self.between(known[0], known[-1])
        here, there = (_frame(*vectors) for vectors in zip(along, across, strict=True))
        return matrix_to_quat(there @ here.T)

    def _turn_of_foot(self, side: str) -> np.ndarray | None:
        """Return the turn (4,) of a foot by its heading; None without toes, or on tiptoe.

        Soles rest flat, so the height of the ankle over the toes is left out.
        """
        if not self.has(f"{side}_foot"):
            return None
        here, there = self.between(f"{side}_ankle", f"{side}_foot")
        if np.linalg.norm(here * _LEVEL) < _LEVEL_SHARE * np.linalg.norm(here):
            return None
        return quat_between(here * _LEVEL, there * _LEVEL)

    def align_finger(self, part: str) -> None:
        """Align the bones of a finger by direction, from the hand outwards.

        The last bone ends in its tail, where tails are trusted; otherwise it turns as the bone before.
        """
        if not self.has(part) or not self.has(PARENT[part]):
            return
        bones, joints = self.rig.parts[part], joints_of(part)
        points = [self.heads[bone] for bone in bones]
        straight = all(
            unit_vector(self.tails[bone] - self.heads[bone]) @ unit_vector(after - self.heads[bone]) > _TAIL_AGREES
            for bone, after in zip(bones, points[1:], strict=False)
        )
        if straight or len(bones) == 1:
            points.append(self.tails[bones[-1]])
        turn = self.turns[self.rig.parts[PARENT[part]][0]]
        for number, bone in enumerate(bones):
            if number + 1 < len(points):
                place = min(number, len(joints) - 2)
                there = self.joints[joints[place + 1]] - self.joints[joints[place]]
                turn = quat_multiply(quat_between(_rotate(turn, points[number + 1] - points[number]), there), turn)
            self.turns[bone] = turn


def _measured(rests: _Rests, facing: np.ndarray) -> Alignment:
    """Measure the rig: its bones as offsets between SMPL-X's joints, in SMPL-X's rest pose, as tall as a person."""
    rig, heads, default = rests.rig, rests.heads, rests.joints
    legs = [[rig.parts[f"{side}_{name}"][0] for name in ("hip", "knee", "ankle")] for side in _SIDES]
    leg = float(np.mean([np.linalg.norm(np.diff(heads[bones], axis=0), axis=1).sum() for bones in legs]))
    scale = leg / leg_length(default)
    places, carriers = _joint_places(rig, heads)
    joints = np.array(default)
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        offset = default[joint] - default[parent]
        if places[joint] is not None and places[parent] is not None:
            offset = places[joint] - places[parent]
            if carriers[parent] is not None:
                offset = _rotate(rests.turns[carriers[parent]], offset)
            offset = offset / scale
        joints[joint] = joints[parent] + offset
    floor, ankle = _floor(rig, heads, leg)
    hips = heads[[bones[0] for bones in legs]].mean(0)
    joints[:, 1] += ankle / scale - joints[ANKLES, 1].mean()
    joints[:, [0, 2]] += hips[[0, 2]] / scale - joints[HIPS].mean(0)[[0, 2]]
    return Alignment(rig, facing, rests.turns, scale, joints, floor)


def _joint_places(rig: Rig, heads: np.ndarray) -> tuple[list, list]:
    """Find where the 55 joints are in the rig (None where it has none), and the bone that carries each.

    As many bones as joints: each joint is the head of its bone. A joint of several bones, such as an elbow with bones
    for twist, is the head of the first, and the last bone carries what follows. A torso with another number of bones:
    its joints lie evenly spaced along the line through the heads of its bones.

        heads of 4 spine bones from the pelvis   P───1───2───3───4
        SMPL-X's 3 spine joints                  P────a────b─────c    at 4/3, 8/3 and 4 bones
    """
    places, carriers = [None] * JOINT_COUNT, [None] * JOINT_COUNT
    for part, bones in rig.parts.items():
        joints = joints_of(part)
        if len(joints) == 1:
            places[joints[0]], carriers[joints[0]] = heads[bones[0]], bones[-1]
        elif len(bones) == len(joints) or part.endswith(FINGERS):
            for number, joint in enumerate(joints):
                carriers[joint] = bones[min(number, len(bones) - 1)]
                places[joint] = heads[carriers[joint]]
        else:
            above = rig.parts.get(PARENT[part])
            path = [heads[above[-1] if above else bones[0]], *(heads[bone] for bone in bones)]
            for number, joint in enumerate(joints, 1):
                at = number * len(bones) / len(joints)
                low = min(int(at), len(bones) - 1)
                places[joint] = path[low] + (path[low + 1] - path[low]) * (at - low)
                carriers[joint] = bones[max(int(np.ceil(at)) - 1, 0)]
    return places, carriers


def _floor(rig: Rig, heads: np.ndarray, leg: float) -> tuple[float, float]:
    """Return the height of the floor, and that of the ankles over it, in armature units."""
    feet = [f"{side}_{name}" for side in _SIDES for name in ("ankle", "foot")]
    lowest = min(heads[rig.parts[part][0], 1] for part in feet if part in rig.parts)
    ankle = np.mean([heads[rig.parts[f"{side}_ankle"][0], 1] for side in _SIDES])
    floor = 0.0 if -_UNDER_SHARE * leg < lowest and ankle < _ANKLE_SHARE * leg else lowest - _SOLE_SHARE * leg
    return float(floor), float(ankle - floor)


def _rotate(quaternion: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Rotate a vector (3,) by a quaternion (4,)."""
    return quat_to_matrix(quaternion) @ vector


def _frame(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Return axes (3, 3) as columns: the first points along, the second across, at a right angle to it."""
    first = unit_vector(along)
    second = unit_vector(across - (across @ first) * first)
    return np.stack([first, second, np.cross(first, second)], axis=1)
