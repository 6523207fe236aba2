"""A rig as numbers: the mapped bones of an armature, their rest, what they hang on, and what keeps them from moving."""

from collections.abc import Collection
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.rotation import matrix_to_quat, quat_multiply
from ...core.errors import GestureError
from ..character.armature import constrained_bones
from .presets import BELOW, PARENT, REQUIRED, BoneMap, label_of

# Rests within this angle of an axis of the armature are taken to be along it: nobody stands quite upright.
_UPRIGHT = np.cos(np.radians(25.0))
_IDENTITY = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Twist:
    """A bone beside a limb that shares its turn about its length.

    Attributes:
        bone: its number.
        part: the limb.
        share: how far along the limb it is, 0-1.
        follows_end: whether it shares the turn of the hand or foot below, rather than the limb's own.
    """

    bone: int
    part: str
    share: float
    follows_end: bool


@dataclass(frozen=True)
class Rig:
    """Mapped bones at rest, parents before children, in armature space.

    Attributes:
        names: (N,) the bones.
        parts: part → numbers of its bones, root first.
        parents: (N,) the number of the mapped bone that carries each, -1 for none.
        rest: (N, 3, 3) axes; heads, tails: (N, 3) in armature units.
        between: (N, 4) the turn, away from rest, of posed bones between a bone and its parent.
        inherits: (N,) whether a bone turns with its parent.
        twists: bones that share a limb's turn.
        carrier: the bone whose location carries the path, and the axes (3, 3) that the location is in.
    """

    names: tuple[str, ...]
    parts: dict[str, tuple[int, ...]]
    parents: tuple[int, ...]
    rest: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    between: np.ndarray
    inherits: tuple[bool, ...]
    twists: tuple[Twist, ...]
    carrier: str
    carrier_axes: np.ndarray

    def head(self, part: str) -> np.ndarray:
        """Where a part begins (3,)."""
        return self.heads[self.parts[part][0]]

    def along(self, part: str) -> np.ndarray:
        """From a limb's head to the next part's (3,)."""
        return self.head(BELOW[part]) - self.head(part)

    def facing(self) -> np.ndarray:
        """The rotation (3, 3) from armature space to SMPL-X axes: left to +X, up to +Y, front to +Z.

        Raises:
            GestureError: the body lies in a heap, or left and right are swapped.
        """
        left = sum(self.head(f"left_{name}") - self.head(f"right_{name}") for name in ("hip", "shoulder"))
        feet = (self.head("left_ankle") + self.head("right_ankle")) / 2
        up = _nearest_axis(self.head("head") - feet)
        left = _nearest_axis(left - (left @ up) * up)
        left = left - (left @ up) * up
        if min(np.linalg.norm(up), np.linalg.norm(left)) < 0.5:
            raise GestureError(
                "The rest pose does not stand: head, hips and feet are not apart.",
                remedy="Check the mapping, or apply a standing rest pose.",
            )
        left = left / np.linalg.norm(left)
        front = np.cross(left, up)
        toes = [
            self.head(f"{side}_foot") - self.head(f"{side}_ankle")
            for side in ("left", "right")
            if f"{side}_foot" in self.parts
        ]
        if toes and sum(toe @ front for toe in toes) < -0.5 * sum(np.linalg.norm(toe) for toe in toes):
            raise GestureError(
                "The toes point backwards: left and right bones are swapped.", remedy="Swap the sides of the mapping."
            )
        return np.stack([left, up, front])


def _nearest_axis(vector: np.ndarray) -> np.ndarray:
    """The armature's axis that a vector is near, else its own direction; zero for none."""
    length = np.linalg.norm(vector)
    if length < 1e-6:
        return np.zeros(3)
    vector = vector / length
    axis = np.argmax(np.abs(vector))
    if abs(vector[axis]) > _UPRIGHT:
        return np.eye(3)[axis] * np.sign(vector[axis])
    return vector


def read_rig(armature: bpy.types.Object, mapping: BoneMap, left_out: Collection[str] = ()) -> Rig:
    """Read the mapped bones of an armature.

    Args:
        armature: with its present pose for the bones between mapped ones.
        mapping: which bones to read.
        left_out: parts that are not moved.

    Raises:
        GestureError: required parts are missing, or bones do not exist, repeat or hang together wrongly.
    """
    bones = armature.data.bones
    _check(armature, mapping)
    parts = {part: names for part, names in mapping.bones.items() if names and part not in left_out}
    if not mapping.controls:
        # What the legs hang on belongs to the pelvis, whatever it is called.
        parts["spine"] = tuple(name for name in parts.get("spine", ()) if not _carries_legs(bones, name, mapping))
        parts = {part: names for part, names in parts.items() if names}
    found = _twist_bones(armature, parts) if not mapping.controls else []
    names = [name for part in PARENT for name in parts.get(part, ())] + [name for name, *_ in found]
    if not mapping.controls:
        depth = {name: len(bones[name].parent_recursive) for name in names}
        names.sort(key=depth.__getitem__)
    number = {name: index for index, name in enumerate(names)}
    parents, between = _parents(armature, mapping, parts, number)
    carrier = bones[parts["pelvis"][0]]
    while carrier.use_connect and carrier.parent is not None:
        carrier = carrier.parent
    return Rig(
        names=tuple(names),
        parts={part: tuple(number[name] for name in each) for part, each in parts.items()},
        parents=tuple(parents),
        rest=np.array([bones[name].matrix_local.to_3x3() for name in names], np.float64),
        heads=np.array([bones[name].head_local for name in names], np.float64),
        tails=np.array([bones[name].tail_local for name in names], np.float64),
        between=np.array(between),
        inherits=tuple(bones[name].use_inherit_rotation for name in names),
        twists=tuple(Twist(number[name], part, share, end) for name, part, share, end in found),
        carrier=carrier.name,
        carrier_axes=_location_axes(carrier),
    )


def _location_axes(bone: bpy.types.Bone) -> np.ndarray:
    """The axes of a bone's location: its own, or those of what it hangs on."""
    axes = bone if bone.use_local_location else bone.parent
    return np.eye(3) if axes is None else np.array(axes.matrix_local.to_3x3(), np.float64)


def _check(armature: bpy.types.Object, mapping: BoneMap) -> None:
    bones = armature.data.bones
    remedy = "Complete the mapping in the Rig panel."
    if missing := mapping.missing():
        raise GestureError(
            f"{armature.name} has no bone for: {', '.join(label_of(part).lower() for part in missing)}.", remedy=remedy
        )
    if unknown := [name for name in mapping.names if name not in bones]:
        raise GestureError(f"{armature.name} has no bone {', '.join(unknown[:5])}.", remedy=remedy)
    names = mapping.names
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise GestureError(f"{', '.join(repeated[:5])} plays two parts.", remedy="Give each part bones of its own.")
    if mapping.controls:
        return
    for part in REQUIRED:
        above = mapping.parent_part(part)
        # A head or arms beside the spine can be kept in place by constraints; hands off their arms never are.
        if above is None or above in ("pelvis", "spine", "neck", f"{part.partition('_')[0]}_collar"):
            continue
        if bones[mapping.bones[above][-1]] not in bones[mapping.bones[part][0]].parent_recursive:
            raise GestureError(
                f"{mapping.bones[part][0]} does not hang on {mapping.bones[above][-1]}: the limb would come apart.",
                remedy="Map bones of one chain, or the controls of the rig.",
            )


def _carries_legs(bones, name: str, mapping: BoneMap) -> bool:
    return any(bones[name] in bones[mapping.bones[f"{side}_hip"][0]].parent_recursive for side in ("left", "right"))


def _twist_bones(armature: bpy.types.Object, parts: dict) -> list[tuple[str, str, float, bool]]:
    """(bone, limb, share, follows the end) of bones called twist that hang on a limb and carry none of the map."""
    bones, mapped = armature.data.bones, {name for names in parts.values() for name in names}
    driven = constrained_bones(armature)
    found = []
    for part, below in BELOW.items():
        if part not in parts or below not in parts:
            continue
        start = np.array(bones[parts[part][0]].head_local)
        end = np.array(bones[parts[below][0]].head_local)
        along = end - start
        for bone in bones[parts[part][-1]].children_recursive:
            if "twist" not in bone.name.lower() or bone.name in mapped or bone.name in driven:
                continue
            if (
                any(child.name in mapped for child in bone.children_recursive)
                or _nearest(bone, mapped) != parts[part][-1]
            ):
                continue
            share = (np.array(bone.head_local) - start) @ along / max(along @ along, 1e-12)
            found.append((bone.name, part, float(np.clip(share, 0, 1)), part.endswith(("elbow", "knee"))))
    return found


def _nearest(bone, names) -> str | None:
    return next((above.name for above in bone.parent_recursive if above.name in names), None)


def _parents(armature, mapping: BoneMap, parts: dict, number: dict[str, int]) -> tuple[list[int], list]:
    bones, pose = armature.data.bones, armature.pose.bones
    parents, between = [], []
    anatomical = _anatomical(mapping, parts) if mapping.controls else {}
    for name in number:
        if mapping.controls:
            parents.append(number.get(anatomical[name], -1))
            between.append(_IDENTITY)
            continue
        turn, above = np.array(_IDENTITY), bones[name].parent
        while above is not None and above.name not in number:
            rest = matrix_to_quat(np.array(above.matrix_local.to_3x3(), np.float64))
            posed = np.array(pose[above.name].matrix_basis.to_quaternion(), np.float64)
            turn = quat_multiply(quat_multiply(quat_multiply(rest, posed), rest * [1, -1, -1, -1]), turn)
            above = above.parent
        # Above the first mapped bone a pose takes the performance with it.
        parents.append(number[above.name] if above is not None else -1)
        between.append(turn if above is not None else _IDENTITY)
    return parents, between


def _anatomical(mapping: BoneMap, parts: dict) -> dict[str, str | None]:
    """Control → the control that carries it."""
    carried: dict[str, str | None] = {}
    known = BoneMap(mapping.label, parts)
    for part, names in parts.items():
        above = known.parent_part(part)
        previous = parts[above][-1] if above else None
        for name in names:
            carried[name] = previous
            previous = name
    return carried
