"""Performers: armatures that can perform a motion, how each is keyed, and which one the animator means.

Two kinds of armature perform. One has SMPL-X's 55 bones in SMPL-X's rest pose; each bone takes its joint's rotation as
it is. All others are mapped rigs: their bones play parts of the body, and motions are retargeted to them. `of` decides
between the two; code outside of this folder uses the performer and does not depend on its kind.

Keying SMPL-X armatures through a mapping, like other rigs, was tried and rejected: one joint of a minute took 45 ms
instead of 0.8 ms, which is noticeable with a slider that writes keys live, and rotations differed by 2e-6.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.skeleton import JOINT, JOINT_COUNT
from ...core.errors import GestureError
from ..blender.fcurves import Channel
from ..character.armature import is_smplx_armature
from ..character.bone_space import rest_heads
from . import mapping as rig_mapping
from .mapped_performer import MappedPerformer
from .smplx_performer import SmplxPerformer

NO_CHARACTER = "Add a character, or select an armature whose bones are a body's (see Rig)"
# An armature whose left upper arm rests further than this from the line through both shoulders has another rest pose
# than SMPL-X, and is keyed as a mapped rig whatever the names of its bones.
_SAME_REST = np.cos(np.radians(20.0))


class Performer(Protocol):
    """The interface of an armature that performs.

    Attributes:
        armature: the object.
        can_read_keys: whether keys of any action can be read back as a motion, exactly.
    """

    armature: bpy.types.Object
    can_read_keys: bool

    def require_free(self) -> None:
        """Make sure that keys can move the bones; raise a `GestureError` before anything is changed."""

    def channels(
        self,
        motion: Motion,
        joints: Sequence[int] = range(JOINT_COUNT),
        left_out: Collection[str] = (),
        joint_moves: Mapping[str, np.ndarray] | None = None,
    ) -> list[Channel]:
        """Return the keys of a motion, at its own frames.

        Args:
            motion: motion of any skeleton.
            joints: the joints to key; 0 includes the location of the root.
            left_out: parts of the face that shape keys move; a mapped rig does not key them.
            joint_moves: locations (T, 3) by bone that an SMPL-X body's expression asks for.
        """

    def bones_of(self, joints: Sequence[int]) -> set[str]:
        """Return the names of the bones that joints move."""

    def rest_joints(self) -> np.ndarray:
        """Return the proportions as rest joints (55, 3), metres, SMPL-X axes."""

    def jaw_bones(self) -> tuple[str, ...]:
        """Return the bones that open the mouth."""

    def prepare(self) -> None:
        """Set rotation modes, or switches of controls, that would keep the bones from following the keys."""

    def key_switches(self, action: bpy.types.Action, frame: float) -> None:
        """Key the switches of controls in an action."""

    def pose(self) -> np.ndarray:
        """Return the present pose as parent-local rotation vectors (55, 3), keyed or not."""

    def held_note(self, scene: bpy.types.Scene, action: bpy.types.Action) -> list[str]:
        """Return a line that names the bones that do not follow an action's keys; no line where all bones follow."""


def of(armature: bpy.types.Object) -> Performer:
    """Return how an armature is keyed: joint by joint, or as a mapped rig.

    An armature that the animator mapped is always keyed by this mapping.
    """
    if is_smplx_armature(armature) and rig_mapping.stored(armature) is None and _rests_like_smplx(armature):
        return SmplxPerformer(armature)
    return MappedPerformer(armature)


def _rests_like_smplx(armature: bpy.types.Object) -> bool:
    """Return whether the left upper arm points sideways, as in SMPL-X's rest pose."""
    heads = rest_heads(armature)
    across = heads[JOINT["left_shoulder"]] - heads[JOINT["right_shoulder"]]
    arm = heads[JOINT["left_elbow"]] - heads[JOINT["left_shoulder"]]
    return bool(across @ arm > _SAME_REST * np.linalg.norm(across) * np.linalg.norm(arm))


def is_performer(candidate: bpy.types.Object | None) -> bool:
    """Return whether an object is an armature that can be keyed: it has SMPL-X's bones, or all required parts."""
    if candidate is None or candidate.type != "ARMATURE":
        return False
    if is_smplx_armature(candidate):
        return True
    mapping = rig_mapping.known(candidate)
    return mapping is not None and not mapping.missing()


def target(context: bpy.types.Context) -> bpy.types.Object | None:
    """Return the armature that gets keys.

    It is the active object or the armature of this mesh, else the character chosen last. A pinned one comes first. A
    deleted character stays in the file, in no scene, while the panel refers to it; it gets no keys.
    """
    settings, active = context.scene.mambatalk, of_object(context.object)
    chosen = settings.character if settings.character is not None and settings.character.users_scene else None
    candidates = [chosen, *active] if settings.pinned else [*active, chosen]
    return next((candidate for candidate in candidates if is_performer(candidate)), None)


def why_no_character(context: bpy.types.Context) -> str | None:
    """Return the reason why nothing can be keyed; None where there is a character."""
    return None if target(context) is not None else NO_CHARACTER


class CharacterPanel:
    """Mixin of a panel that is shown where there is a character."""

    @classmethod
    def poll(cls, context):
        """Return whether an armature would be keyed."""
        return target(context) is not None


def of_object(candidate: bpy.types.Object | None) -> list[bpy.types.Object]:
    """Return an object, and the armature that deforms it; they may perform or not."""
    armature = None if candidate is None else candidate.find_armature()
    return [each for each in (candidate, armature) if each is not None]


def require_target(context: bpy.types.Context) -> bpy.types.Object:
    """Return the armature that gets keys, as `target` does.

    Raises:
        GestureError: there is none.
    """
    armature = target(context)
    if armature is None:
        raise GestureError(NO_CHARACTER + ".", remedy="Then try again.", holds=lambda: target(bpy.context) is None)
    return armature


def rig_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """Return the armature whose mapping is shown: the active one, the active mesh's, or the panel's character."""
    active = context.object
    candidates = [active, active and active.find_armature(), context.scene.mambatalk.character]
    return next((each for each in candidates if each is not None and each.type == "ARMATURE"), None)


def why_not_map(context: bpy.types.Context) -> str | None:
    """Return the reason why no mapping can be edited; None where one can."""
    armature = rig_of(context)
    if armature is None:
        return "Select an armature"
    if armature.library is not None:
        return f"{armature.name} belongs to another file"
    if armature.override_library is not None:
        # Blender allows no changes to such lists of an override.
        return f"{armature.name} overrides an armature of another file: change its mapping there"
    return None
