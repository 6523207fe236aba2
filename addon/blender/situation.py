"""The situation in a scene that a message may be about, as plain values that can be compared.

A message of the panel is about what the user had chosen when it came up. When they have changed something of this, the
message is out of date, whatever its cause was:

    error   "There is no sound strip “voice”."   goes as soon as a setting, a strip, the selection, ... changes
    note    "Take ready: 62 s"                   goes as soon as another take or character is chosen

What changes by itself is left out: the current frame, because it moves while the scene is played.
"""

from collections.abc import Iterator

import bpy

from . import nla, session_ids, versions

# The properties of the add-on begin with this.
_PREFIX = "mambatalk"


def of_note(scene: bpy.types.Scene) -> tuple:
    """Return what a note may be about: the frame rate, the character, and what it performs."""
    return (scene.render.fps, scene.render.fps_base, *((number, action) for number, action, *_ in _armatures(scene)))


def of_error(scene: bpy.types.Scene) -> tuple:
    """Return what an error may be about: file, settings, strips, ranges, selection, the character and its take."""
    frames = scene.frame_start, scene.frame_end
    preview = (scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end)
    settings = tuple(_values(group) for group in _groups(scene))
    selection = tuple(_selection(layer) for layer in scene.view_layers)
    about = of_note(scene), tuple(_armatures(scene)), selection, len(scene.objects)
    return (bpy.data.filepath, frames, preview, settings, tuple(_strips(scene)), *about)


def _armatures(scene: bpy.types.Scene) -> Iterator[tuple]:
    """Yield the number of each chosen or active armature, that of its action, and what else decides about its keys."""
    chosen = [layer.objects.active for layer in scene.view_layers]
    chosen = [scene.mambatalk.character, *(each and (each.find_armature() or each) for each in chosen)]
    for each in dict.fromkeys(each for each in chosen if each is not None and each.type == "ARMATURE"):
        action = versions.action_of(each)
        blocks = [each] if action is None else [each, action]
        strips = [(s.frame_start, s.frame_end, s.scale, s.repeat) for s in nla.playing(each)]
        groups = tuple(_values(group) for block in blocks for group in _groups(block))
        number = None if action is None else session_ids.of(action)
        yield session_ids.of(each), number, each.mode, each.visible_get(), tuple(strips), groups


def _selection(layer: bpy.types.ViewLayer) -> tuple:
    active = layer.objects.active
    bones = () if active is None or active.mode != "POSE" else active.pose.bones
    chosen = tuple(bone.name for bone in bones if versions.is_selected(bone))
    objects = tuple(session_ids.of(each) for each in layer.objects.selected)
    return None if active is None else (session_ids.of(active), active.mode), chosen, objects


def _strips(scene: bpy.types.Scene) -> Iterator[tuple]:
    editor = scene.sequence_editor
    for strip in () if editor is None else versions.strips_with_nested(editor):
        file = strip.sound.filepath if strip.type == "SOUND" and strip.sound is not None else ""
        yield strip.name, strip.type, strip.mute, versions.handles(strip), file


def _groups(block: bpy.types.ID) -> Iterator[bpy.types.PropertyGroup]:
    """Yield the groups of properties that the add-on gives to a data-block."""
    for name, entry in block.bl_rna.properties.items():
        if name.startswith(_PREFIX) and entry.type == "POINTER":
            yield getattr(block, name)


def _values(group: bpy.types.PropertyGroup) -> tuple:
    """Return the values of a group, and those of the groups in it."""
    found = []
    for name, entry in group.bl_rna.properties.items():
        if name == "rna_type":
            continue
        value = getattr(group, name)
        if entry.type == "COLLECTION":
            value = tuple(_values(each) for each in value)
        elif entry.type == "POINTER":
            value = value if value is None else session_ids.of(value)
        elif getattr(entry, "is_array", False):
            value = tuple(value)
        found.append(frozenset(value) if isinstance(value, set) else value)
    return tuple(found)
