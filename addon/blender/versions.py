"""The only module with code for single Blender versions: actions and their slots, strips of the sequencer.

Since Blender 4.4 one action animates several data-blocks, each through a slot of its own:

    action "wave"
        slot "OBCharacter"   pose.bones["head"].rotation_quaternion ...   the armature object
        slot "KEFace"        key_blocks["jawOpen"].value ...              the shape keys

Before 4.4 an action animates one data-block, so that a take is two actions: "wave" and "wave face".
"""

from pathlib import Path

import bpy


def has_slots() -> bool:
    """Return whether one action can animate several data-blocks, each through a slot (4.4 and newer)."""
    return "slots" in bpy.types.Action.bl_rna.properties


def action_of(id_block: bpy.types.ID) -> bpy.types.Action | None:
    """Return the action that animates a data-block; None when none does."""
    data = id_block.animation_data
    return None if data is None else data.action


def channelbag(action: bpy.types.Action, id_block: bpy.types.ID):
    """Return the holder of a data-block's F-curves in an action (`.fcurves`, `.groups`); make it when missing."""
    if not has_slots():
        action.id_root = id_block.id_type
        return action
    slot = find_slot(action, id_block) or action.slots.new(id_type=id_block.id_type, name=id_block.name)
    layer = action.layers[0] if len(action.layers) else action.layers.new("Layer")
    strip = layer.strips[0] if len(layer.strips) else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def assign_action(id_block: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let an action animate a data-block; its curves were made through `channelbag`."""
    data = id_block.animation_data or id_block.animation_data_create()
    data.action = action
    if has_slots():
        data.action_slot = find_slot(action, id_block)


def switch_action(id_block: bpy.types.ID, action: bpy.types.Action) -> bool:
    """Let an action animate a data-block through the slot made for it, and return whether there is such a slot.

    A copied, renamed or appended character has another name than the slot of its take. So when no slot has the
    data-block's name, the only slot for this kind of data-block is taken.
    """
    if not has_slots():
        assign_action(id_block, action)
        return True
    alike = [slot for slot in action.slots if slot.target_id_type == id_block.id_type]
    slot = find_slot(action, id_block) or (alike[0] if len(alike) == 1 else None)
    if slot is None:
        return False
    data = id_block.animation_data or id_block.animation_data_create()
    data.action = action
    data.action_slot = slot
    return True


def slot_name(action: bpy.types.Action, id_block: bpy.types.ID) -> str:
    """Return a name for an action's curves of a data-block that does not change when either is renamed or appended."""
    slot = find_slot(action, id_block) if has_slots() else None
    return id_block.id_type if slot is None else str(slot.handle)


def find_slot(action: bpy.types.Action, id_block: bpy.types.ID):
    """Return the slot that an action has for a data-block; None when there is none.

    A slot keeps the name that its data-block had when the slot was made. A data-block that was renamed since is
    recognised by the name of the slot through which it is animated now.
    """
    data = id_block.animation_data
    if data is not None and data.action == action and data.action_slot is not None:
        return data.action_slot
    # A slot's identifier is a two-letter prefix for the kind of data-block, then the name.
    known = {id_block.name}
    if data is not None and data.action is not None and data.action_slot is not None:
        known.add(data.action_slot.identifier[2:])
    elif data is not None:
        known.add(data.last_slot_identifier[2:])
    for slot in action.slots:
        if slot.target_id_type == id_block.id_type and slot.identifier[2:] in known:
            return slot
    return None


def action_for(action: bpy.types.Action, id_block: bpy.types.ID) -> bpy.types.Action | None:
    """Return the action that holds a take's curves for a data-block: before slots, shape keys have their own action."""
    if has_slots() or id_block.id_type != "KEY":
        return action
    return bpy.data.actions.get(f"{action.name} face")


def curves_for(action: bpy.types.Action, id_block: bpy.types.ID) -> list[bpy.types.FCurve]:
    """Return the F-curves with which an action animates a data-block; unlike `channelbag`, make nothing."""
    if not has_slots():
        return list(action.fcurves) if action.id_root in (id_block.id_type, "UNSPECIFIED") else []
    slot = find_slot(action, id_block)
    if slot is None:
        return []
    bags = [strip.channelbag(slot) for layer in action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def animate(id_block: bpy.types.ID, action: bpy.types.Action | None, slot=None) -> None:
    """Let an action animate a data-block through a slot, by default the one made for it; None stops the animation."""
    data = id_block.animation_data
    data.action = action
    if has_slots() and action is not None:
        data.action_slot = slot or find_slot(action, id_block)


def current_slot(data: bpy.types.AnimData):
    """Return the slot through which a data-block is animated now; None where this Blender has no slots."""
    return data.action_slot if has_slots() else None


def set_bytes(id_block: bpy.types.ID, key: str, data: bytes) -> None:
    """Store bytes as a custom property; Blender 5.0 cuts bytes at their first zero when it overwrites a property."""
    if key in id_block:
        del id_block[key]
    id_block[key] = data


def strips(editor: bpy.types.SequenceEditor):
    """Return all strips of a sequencer."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def strips_property(editor: bpy.types.SequenceEditor) -> str:
    """Return the name of the property that `strips` returns, for `layout.prop_search`."""
    return "strips" if hasattr(editor, "strips") else "sequences"


def handles(strip) -> tuple[int, int]:
    """Return the first visible frame of a strip, and the frame after its last visible one."""
    if hasattr(strip, "left_handle"):
        return round(strip.left_handle), round(strip.right_handle)
    return round(strip.frame_final_start), round(strip.frame_final_end)


def content_start(strip) -> float:
    """Return the frame at which a strip's content begins; it may lie before the first visible frame."""
    return float(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def is_retimed(strip) -> bool:
    """Return whether the speed of a strip was changed by retiming; before 4.4 a sound strip does not say so."""
    return len(getattr(strip, "retiming_keys", ())) > 0


def sound_offset_s(strip) -> float:
    """Return by how many seconds, less than a frame, a strip's sound begins late; 4.2 has no such offset."""
    return float(getattr(strip, "sound_offset", 0.0))


def new_sound_strip(editor: bpy.types.SequenceEditor, path: Path, channel: int, start_frame: int):
    """Add a sound strip to a sequencer, and return it.

    Raises:
        RuntimeError: Blender cannot read the file.
    """
    return strips(editor).new_sound(name=path.stem, filepath=str(path), channel=channel, frame_start=start_frame)


def trim(strip, start_frame: int, hidden_frames: float, frame_count: int | None) -> None:
    """Let a strip begin at `start_frame` without its first `hidden_frames`; a frame count of None keeps its end."""
    strip.frame_start = start_frame - hidden_frames
    strip.frame_final_start = start_frame
    if frame_count is not None:
        strip.frame_final_end = min(strip.frame_final_end, start_frame + frame_count)
