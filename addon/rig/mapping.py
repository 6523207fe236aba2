"""The mapping of an armature: bones that the animator mapped to parts of the body, else the recognised ones."""

import json
from pathlib import Path

import bpy
from bpy.props import BoolProperty, CollectionProperty, PointerProperty, StringProperty

from ...core.errors import GestureError
from . import detect as rig_detect
from . import presets as rig_presets
from .presets import PARTS, BoneMap, mirrored, normal, opposite

# A preset that fits worse than this is not loaded.
_FITS = 0.4


class MambaTalkRigBone(bpy.types.PropertyGroup):
    """One bone of a part; a part of several bones has several entries, root first."""

    part: StringProperty(name="Part", description="The part of the body that the bone plays")
    bone: StringProperty(name="Bone", description="The bone that plays this part of the body")


class MambaTalkRig(bpy.types.PropertyGroup):
    """The mapping of an armature; a mapping without bones means that the bones are recognised whenever needed."""

    label: StringProperty(name="Rig", description="The kind of rig")
    bones: CollectionProperty(name="Bones", description="The bones of each part", type=MambaTalkRigBone)
    controls: BoolProperty(
        name="Controls", description="The bones are controls, which follow one another whatever their parents are"
    )
    settings: StringProperty(name="Settings", description="Switches of the controls, as JSON")


def stored(armature: bpy.types.Object) -> BoneMap | None:
    """Return the mapping that the animator made; None where there is none."""
    rig = armature.mambatalk_rig
    bones: dict[str, list[str]] = {}
    for entry in rig.bones:
        if entry.bone:
            bones.setdefault(entry.part, []).append(entry.bone)
    if not bones:
        return None
    settings = json.loads(rig.settings) if rig.settings else {}
    return BoneMap(rig.label, {part: tuple(names) for part, names in bones.items()}, rig.controls, settings)


def store(armature: bpy.types.Object, mapping: BoneMap) -> None:
    """Put a mapping on an armature, with an empty entry for every part that has no bone."""
    rig = armature.mambatalk_rig
    rig.label, rig.controls, rig.settings = mapping.label, mapping.controls, json.dumps(mapping.settings)
    rig.bones.clear()
    for part in PARTS:
        for name in mapping.bones.get(part) or ("",):
            entry = rig.bones.add()
            entry.part, entry.bone = part, name


def detected(armature: bpy.types.Object) -> rig_detect.Detection | None:
    """Return the kind of rig that an armature is; None where no kind fits. The answer is cached."""
    return rig_detect.detect(*_hierarchy(armature))


def _hierarchy(armature: bpy.types.Object) -> tuple[list[str], list[int]]:
    """Return the names of the bones, and the index of each bone's parent, -1 for none."""
    bones = list(armature.data.bones)
    number = {bone.name: index for index, bone in enumerate(bones)}
    return list(number), [number[bone.parent.name] if bone.parent else -1 for bone in bones]


def known(armature: bpy.types.Object) -> BoneMap | None:
    """Return the mapping to use: the animator's, else the recognised one; None where there is neither."""
    mapping = stored(armature)
    if mapping is None and (found := detected(armature)) is not None:
        mapping = found.map
    return mapping


def mapping_of(armature: bpy.types.Object) -> BoneMap:
    """Return the mapping to use, as `known` does.

    Raises:
        GestureError: there is none.
    """
    mapping = known(armature)
    if mapping is None:
        raise GestureError(
            f"The bones of {armature.name} are not recognised as a body.", remedy="Map them in the Rig panel."
        )
    return mapping


def mirror(armature: bpy.types.Object) -> int:
    """Fill empty parts of either side from those of the other side; return how many bones were found."""
    names = {normal(bone.name): bone.name for bone in armature.data.bones}
    mapping = stored(armature)
    if mapping is None:
        return 0
    bones, filled = dict(mapping.bones), 0
    for part, there in mapping.bones.items():
        if mirrored(part) in mapping.bones:
            continue
        found = [opposite(name, names) for name in there]
        if all(found):
            bones[mirrored(part)] = tuple(found)
            filled += len(found)
    store(armature, BoneMap(mapping.label, bones, mapping.controls, mapping.settings))
    return filled


def load(armature: bpy.types.Object, path: Path) -> BoneMap:
    """Fit a preset file to an armature, and store the mapping.

    Raises:
        GestureError: the file is no preset, or the armature has too few of its bones.
    """
    preset = rig_presets.read_preset(path)
    found = rig_detect.fit(preset, rig_detect.Bones(*_hierarchy(armature)))
    if found is None or found.score < _FITS:
        raise GestureError(
            f"{armature.name} has few or none of the bones of {path.stem}.", remedy="Choose the mapping of such a rig."
        )
    store(armature, found.map)
    return found.map


CLASSES = (MambaTalkRigBone, MambaTalkRig)
PROPERTIES = ((bpy.types.Object, "mambatalk_rig", PointerProperty(type=MambaTalkRig)),)
