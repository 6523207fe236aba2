"""Hand edits of a take: bones, shape keys and contacts whose keys an animator changed, and in which frames."""

from collections.abc import Collection
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.curves import runs
from ...core.body.parts import AREAS, Part
from ...core.direct.mirror import CONTACT_ORDER
from ..blender import paths, versions
from ..character import contacts
from ..face import channels as face_channels
from ..rig import performer
from .performed import Performed

_WIDTHS = {"rotation_quaternion": 4, "rotation_axis_angle": 4, "rotation_euler": 3, "location": 3}


@dataclass(frozen=True)
class HandEdit:
    """One channel whose keys were changed by hand.

    Attributes:
        channel: its name in the take's record.
        owner: name of the bone, shape key or contact.
        is_bone: whether the owner is a bone.
        frames: (T,) whether a key was changed, for each frame of the take's keys.
    """

    channel: str
    owner: str
    is_bone: bool
    frames: np.ndarray


def find(take: Performed) -> list[HandEdit]:
    """Return every channel of a take whose keys differ from those that were written."""
    found = []
    for id_block in (take.armature, *face_channels.face_keys(take.armature)):
        prefix = versions.slot_name(take.own_action(id_block), id_block) + " "
        for name in take.record.marks:
            if not name.startswith(prefix):
                continue
            path = name.removeprefix(prefix)
            values = take.values(id_block, path, _WIDTHS.get(paths.property_of(path), 1))
            edited = np.ones(take.info.frame_count, bool) if values is None else take.record.edited(name, values)
            if edited.any():
                bone = paths.bone_of(path)
                owner = path.split('"')[1] if bone is None else bone
                found.append(HandEdit(name, owner, bone is not None, edited))
    return found


def ranges(take: Performed, edits: list[HandEdit]) -> dict[str, list[tuple[int, int]]]:
    """Return the edited scene frames, first and last of each range, by bone, shape key or contact."""
    masks: dict[str, np.ndarray] = {}
    for edit in edits:
        masks[edit.owner] = masks.get(edit.owner, False) | edit.frames
    start = take.info.start_frame
    return {owner: [(start + first, start + end - 1) for first, end in runs(mask)] for owner, mask in masks.items()}


def lines(take: Performed, edits: list[HandEdit]) -> list[str]:
    """Return edits as text: a line for each bone, shape key or contact, with its frames."""
    return [
        f"{owner}: {', '.join(str(first) if first == last else f'{first}-{last}' for first, last in found)}"
        for owner, found in ranges(take, edits).items()
    ]


def of_areas(take: Performed, edits: list[HandEdit], areas: Collection[str]) -> list[HandEdit]:
    """Return the edits that belong to some areas of the body."""
    bones = {bone for area in areas for bone in bones_of(take.armature, area)}
    whole = {False: Part.FACE.value in areas, True: Part.LOWER.value in areas}
    return [edit for edit in edits if (edit.owner in bones if edit.is_bone else whole[edit.owner in contacts.NAMES])]


def edited_contacts(take: Performed, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read contacts at scene frames (F,), in the take's own left and right even where the take is mirrored.

    Returns:
        contacts (F, 4), 0 or 1, and whether each was changed by hand (F, 4).
    """
    changed = np.zeros((take.info.frame_count, len(contacts.NAMES)), bool)
    for edit in find(take):
        if edit.owner in contacts.NAMES:
            changed[:, contacts.NAMES.index(edit.owner)] = edit.frames
    keys = np.clip(np.round(frames - take.frames[0]).astype(int), 0, take.info.frame_count - 1)
    order = CONTACT_ORDER if take.action.mambatalk_take.mirror else slice(None)
    return contacts.read(take.action, take.armature, frames)[:, order], changed[keys][:, order]


def bones_of(armature: bpy.types.Object, area: str) -> set[str]:
    """Return the names of the bones that an area of the body moves."""
    return performer.of(armature).bones_of(AREAS[area].joints)
