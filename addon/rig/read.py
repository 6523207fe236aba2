"""A rig as numbers: the mapped bones of an armature, how they rest, which bone carries which, and which bones twist.

Retargeting needs only those facts of an armature that `Rig` holds. Bones that are not mapped appear in it in two ways.
Between two mapped bones they carry the lower one with the pose they have now (`between`). Bones called twist beside a
limb are keyed with a share of the limb's twist (`twists`).

    armature:   pelvis ─ waist ─ spine1 ─ spine2 …     mapped: pelvis, spine1, spine2
    rig:        pelvis ──────── spine1 ─ spine2 …      between[spine1] is the turn of the posed waist
"""

from collections.abc import Collection
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.rotation import matrix_to_quat, quat_multiply
from ...core.errors import GestureError
from ..character.armature import constrained_bones
from .presets import BELOW, PARENT, REQUIRED, BoneMap, label_of

# A body that stands or faces within this angle of an axis of the armature is taken to stand or face along the axis,
# because no rest pose stands quite upright.
_UPRIGHT = np.cos(np.radians(25.0))
_IDENTITY = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Twist:
    """A bone for twist: it lies beside a bone of a limb, and turns about the limb's length by a share of a twist.

    Attributes:
        bone: its number.
        part: the limb.
        share: the place of the bone along the limb, 0-1, which is its share of the twist.
        follows_end: whether the twist is that of the hand or foot below; otherwise it is the limb's own.
    """

    bone: int
    part: str
    share: float
    follows_end: bool


@dataclass(frozen=True)
class Rig:
    """The N mapped bones at rest, parents before children, in armature space.

    Attributes:
        names: (N,) of the bones.
        parts: part → numbers of its bones, root first.
        parents: (N,) number of the mapped bone that carries each bone, -1 for none.
        rest: (N, 3, 3) rest axes of the bones as columns.
        heads, tails: (N, 3) at rest, in armature units.
        between: (N, 4) quaternions: how the bones between each bone and its parent are posed now.
        inherits: (N,) whether a bone turns with its parent.
        twists: bones for twist, which are among the N.
        carrier: name of the bone whose location carries the path.
        carrier_axes: (3, 3) axes of that location as columns.
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
        """Return the place (3,) where a part begins."""
        return self.heads[self.parts[part][0]]

    def along(self, part: str) -> np.ndarray:
        """Return the vector (3,) from where a part of a limb begins to where the part below begins."""
        return self.head(BELOW[part]) - self.head(part)

    def facing(self) -> np.ndarray:
        """Return the rotation (3, 3) from armature space to SMPL-X axes: left to +X, up to +Y, front to +Z.

        Up is from the feet to the head; left is from the right to the left hips and shoulders; front follows from both.

        Raises:
            GestureError: head, hips and feet lie too close together to say, or left and right are swapped.
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
    """Return the axis of the armature that a vector (3,) is near, else its direction; zeros for no length."""
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
        armature: its rest pose is read, and the present pose of the bones between mapped bones.
        mapping: the bones of each part.
        left_out: parts that are not keyed.

    Raises:
        GestureError: a required part is missing, a bone does not exist or plays two parts, or a limb does not hang
            together.
    """
    bones = armature.data.bones
    _check(armature, mapping)
    parts = {part: names for part, names in mapping.bones.items() if names and part not in left_out}
    if not mapping.controls:
        # A bone that carries the legs belongs to the pelvis, also if it is mapped to the torso.
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
    """Return the axes (3, 3) of a bone's location: the bone's own, or its parent's if Local Location is off."""
    axes = bone if bone.use_local_location else bone.parent
    return np.eye(3) if axes is None else np.array(axes.matrix_local.to_3x3(), np.float64)


def _check(armature: bpy.types.Object, mapping: BoneMap) -> None:
    """Make sure that a mapping names bones that can play a body; see `read_rig` for the errors."""
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
        # Constraints may keep a head or arms at a spine that does not carry them, but never hands at their arms.
        if above is None or above in ("pelvis", "spine", "neck", f"{part.partition('_')[0]}_collar"):
            continue
        if bones[mapping.bones[above][-1]] not in bones[mapping.bones[part][0]].parent_recursive:
            raise GestureError(
                f"{mapping.bones[part][0]} does not hang on {mapping.bones[above][-1]}: the limb would come apart.",
                remedy="Map bones of one chain, or the controls of the rig.",
            )


def _carries_legs(bones, name: str, mapping: BoneMap) -> bool:
    """Return whether a leg hangs on a bone."""
    return any(bones[name] in bones[mapping.bones[f"{side}_hip"][0]].parent_recursive for side in ("left", "right"))


def _twist_bones(armature: bpy.types.Object, parts: dict) -> list[tuple[str, str, float, bool]]:
    """Find the bones called twist that hang on a limb and carry no mapped bone.

    Bones that constraints or drivers move are left out.

    Returns:
        (bone, limb, share, whether it follows the limb's end); see `Twist`.
    """
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
            carries_mapped = any(child.name in mapped for child in bone.children_recursive)
            if carries_mapped or _nearest(bone, mapped) != parts[part][-1]:
                continue
            share = (np.array(bone.head_local) - start) @ along / max(along @ along, 1e-12)
            found.append((bone.name, part, float(np.clip(share, 0, 1)), part.endswith(("elbow", "knee"))))
    return found


def _nearest(bone, names) -> str | None:
    """Return the nearest of some bones on which a bone hangs; None where it hangs on none of them."""
    return next((above.name for above in bone.parent_recursive if above.name in names), None)


def _parents(armature, mapping: BoneMap, parts: dict, number: dict[str, int]) -> tuple[list[int], list]:
    """Return for each bone the number of the mapped bone that carries it, and the turn of the bones between (`Rig`)."""
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
        # A pose of bones above the first mapped bone moves the whole performance, so it is not taken out.
        parents.append(number[above.name] if above is not None else -1)
        between.append(turn if above is not None else _IDENTITY)
    return parents, between


def _anatomical(mapping: BoneMap, parts: dict) -> dict[str, str | None]:
    """Return for each control the control that carries it: the last control of the part above."""
    carried: dict[str, str | None] = {}
    known = BoneMap(mapping.label, parts)
    for part, names in parts.items():
        above = known.parent_part(part)
        previous = parts[above][-1] if above else None
        for name in names:
            carried[name] = previous
            previous = name
    return carried
