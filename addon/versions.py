"""The one module that knows how Blender versions differ: actions and their slots, strips of the sequencer."""

from pathlib import Path

import bpy


def has_slots() -> bool:
    """Whether one action can animate several data-blocks, each through a slot (4.4 and newer)."""
    return "slots" in bpy.types.Action.bl_rna.properties


def channelbag(action: bpy.types.Action, id_block: bpy.types.ID):
    """Where the F-curves of a data-block live in an action (`.fcurves`, `.groups`), made when missing."""
    if not has_slots():
        action.id_root = id_block.id_type
        return action
    slot = _slot(action, id_block) or action.slots.new(id_type=id_block.id_type, name=id_block.name)
    layer = action.layers[0] if len(action.layers) else action.layers.new("Layer")
    strip = layer.strips[0] if len(layer.strips) else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def assign_action(id_block: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let an action, filled through `channelbag`, animate a data-block."""
    data = id_block.animation_data or id_block.animation_data_create()
    data.action = action
    if has_slots():
        data.action_slot = _slot(action, id_block)


def _slot(action: bpy.types.Action, id_block: bpy.types.ID):
    # A slot's identifier is a two-letter prefix for the kind of data-block, then the name.
    for slot in action.slots:
        if slot.target_id_type == id_block.id_type and slot.identifier[2:] == id_block.name:
            return slot
    return None


def strips(editor: bpy.types.SequenceEditor):
    """All strips of a sequencer."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def strips_property(editor: bpy.types.SequenceEditor) -> str:
    """The name of the collection that `strips` returns, for `layout.prop_search`."""
    return "strips" if hasattr(editor, "strips") else "sequences"


def handles(strip) -> tuple[int, int]:
    """First visible frame of a strip, and the frame after its last."""
    if hasattr(strip, "left_handle"):
        return round(strip.left_handle), round(strip.right_handle)
    return round(strip.frame_final_start), round(strip.frame_final_end)


def content_start(strip) -> float:
    """The frame at which a strip's content begins, which may lie before its first visible frame."""
    return float(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def new_sound_strip(editor: bpy.types.SequenceEditor, path: Path, channel: int, start_frame: int):
    """Add a sound strip.

    Raises:
        RuntimeError: Blender cannot read the file.
    """
    return strips(editor).new_sound(name=path.stem, filepath=str(path), channel=channel, frame_start=start_frame)


def trim(strip, start_frame: int, hidden_frames: float, frame_count: int | None) -> None:
    """Let a strip start at `start_frame`, the first `hidden_frames` of its content unseen; None keeps its end."""
    strip.frame_start = start_frame - hidden_frames
    strip.frame_final_start = start_frame
    if frame_count is not None:
        strip.frame_final_end = min(strip.frame_final_end, start_frame + frame_count)
