"""The only module with code for single Blender versions: actions and their slots, strips of the sequencer.

Since Blender 4.4 one action animates several data-blocks, each through a slot of its own:

    action "wave"
        slot "OBCharacter"   pose.bones["head"].rotation_quaternion ...   the armature object
        slot "KEFace"        key_blocks["jawOpen"].value ...              the shape keys

Before 4.4 an action animates one data-block, so that a take is two actions: "wave" and "wave face". The first one
refers to the second one in a custom property, so that either can be renamed. Files of earlier versions have no such
reference: there, the names say which actions belong together.
"""

from pathlib import Path

import bpy

from . import nla

# Custom property of the action of a body: the action of its face, where that is another one.
FACE_KEY = "mambatalk_face"
_FACE_NAME = "{} face"
# The option of a path property that may begin with `//`: without it, 4.5 and newer warn.
RELATIVE = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
# How Blender calls the one slot that it makes for an action of a version without slots.
_LEGACY_SLOT = "Legacy Slot"


def has_slots() -> bool:
    """Return whether one action can animate several data-blocks, each through a slot (4.4 and newer)."""
    return "slots" in bpy.types.Action.bl_rna.properties


def action_of(id_block: bpy.types.ID) -> bpy.types.Action | None:
    """Return the action that animates a data-block, its own or that of the topmost strip; None when none does."""
    own = assigned_action(id_block)
    return next((strip.action for strip in nla.playing(id_block)), None) if own is None else own


def assigned_action(id_block: bpy.types.ID) -> bpy.types.Action | None:
    """Return the action that is assigned to a data-block; actions of NLA strips are not."""
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
    # The slot of an action that was made before slots: there, the kind of the data-block was the name.
    if slot is None or slot.identifier[2:] == _LEGACY_SLOT:
        return id_block.id_type
    return str(slot.handle)


def find_slot(action: bpy.types.Action, id_block: bpy.types.ID):
    """Return the slot that an action has for a data-block; None when there is none.

    A slot keeps the name that its data-block had when the slot was made. A data-block that was renamed since is
    recognised by the name of the slot through which it is animated now.
    """
    data = id_block.animation_data
    if data is not None and data.action == action and data.action_slot is not None:
        return data.action_slot
    strip = nla.strip_of(id_block, action)
    if strip is not None and strip.action_slot is not None:
        return strip.action_slot
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
    """Return the action that holds a take's curves for a data-block; None when there is none.

    Shape keys have their own action in takes that were made before slots, also when a newer Blender opens them.
    """
    if id_block.id_type != "KEY":
        return action
    return face_action(action) or (action if has_slots() else None)


def require_action_for(action: bpy.types.Action, id_block: bpy.types.ID) -> bpy.types.Action:
    """Return the action into which a take's curves for a data-block are written; no other take has this action.

    A face without an action gets a new one. An action that was duplicated by hand shares its face with the first one
    up to now: then the face is copied.
    """
    own = action_for(action, id_block)
    if own == action:
        return own
    takes = [] if own is None else takes_with(own)
    if takes == [action]:
        return own
    if own is None or takes:
        own = bpy.data.actions.new("") if own is None else own.copy()
        own.name = _FACE_NAME.format(action.name)
    link_face(action, own)
    return own


def face_action(action: bpy.types.Action) -> bpy.types.Action | None:
    """Return the separate action of a take's face; None where the take's own action holds the face, or nothing does."""
    if has_slots() and any(slot.target_id_type == "KEY" for slot in action.slots):
        return None
    linked = action.get(FACE_KEY)
    if isinstance(linked, bpy.types.Action):
        return linked
    named = bpy.data.actions.get(_FACE_NAME.format(action.name))
    return named if named is not None and _is_free_face(named) else None


def link_face(action: bpy.types.Action, face: bpy.types.Action) -> None:
    """Make an action the face of a take, and keep it in the file."""
    face.use_fake_user = True
    action[FACE_KEY] = face


def adopt_face(action: bpy.types.Action, playing: bpy.types.Action | None = None) -> None:
    """Let a take of an earlier version refer to its face, if it does not yet.

    Args:
        action: action of the take.
        playing: what plays on the face of the take's character; it is the take's face when no name says which one is,
            because one of the two actions was renamed.
    """
    if action.library is not None or isinstance(action.get(FACE_KEY), bpy.types.Action):
        return
    own = face_action(action)
    if own is None and playing not in (None, action) and _is_free_face(playing):
        # Blender numbers equal names: "wave face.001".
        own = playing if playing.name.rstrip(".0123456789").endswith(_FACE_NAME.format("")) else None
    if own is not None:
        link_face(action, own)


def _is_free_face(action: bpy.types.Action) -> bool:
    """Return whether an action animates shape keys alone, and no take refers to it."""
    kinds = {slot.target_id_type for slot in action.slots} if has_slots() else {action.id_root}
    return kinds == {"KEY"} and not takes_with(action)


def takes_with(face: bpy.types.Action) -> list[bpy.types.Action]:
    """Return the takes that refer to an action as their face."""
    return [each for each in bpy.data.actions if each.get(FACE_KEY) == face]


def curves_for(action: bpy.types.Action, id_block: bpy.types.ID) -> list[bpy.types.FCurve]:
    """Return the F-curves with which an action animates a data-block; unlike `channelbag`, make nothing."""
    if not has_slots():
        return list(action.fcurves) if action.id_root in (id_block.id_type, "UNSPECIFIED") else []
    slot = find_slot(action, id_block)
    if slot is None:
        return []
    bags = [strip.channelbag(slot) for layer in action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def every_curve(action: bpy.types.Action) -> list[bpy.types.FCurve]:
    """Return the F-curves of an action, whatever data-blocks they animate."""
    if not has_slots():
        return list(action.fcurves)
    strips = [strip for layer in action.layers for strip in layer.strips]
    return [curve for strip in strips for bag in strip.channelbags for curve in bag.fcurves]


def animate(id_block: bpy.types.ID, action: bpy.types.Action | None, slot=None) -> None:
    """Let an action animate a data-block through a slot, by default the one made for it; None stops the animation."""
    data = id_block.animation_data
    data.action = action
    if has_slots() and action is not None:
        data.action_slot = slot or find_slot(action, id_block)


def current_slot(data: bpy.types.AnimData):
    """Return the slot through which a data-block is animated now; None where this Blender has no slots."""
    return data.action_slot if has_slots() else None


def push_down(id_block: bpy.types.ID, name: str) -> bpy.types.NlaStrip:
    """Put the action assigned to a data-block into a strip on a new topmost track, as Push Down of the NLA editor does.

    The strip is where the action's keys are, blends as the action did, and plays unless the NLA is switched off.

    Args:
        id_block: it has an action.
        name: of the track and of the strip.
    """
    data = id_block.animation_data
    action, slot = data.action, current_slot(data)
    is_lowest = len(data.nla_tracks) == 0
    track = data.nla_tracks.new()
    track.name = name
    strip = track.strips.new(name, int(action.frame_range[0]), action)
    if slot is not None:
        strip.action_slot = slot
    strip.blend_type = data.action_blend_type
    # Above other tracks, a strip that holds its first pose before it begins would hide them.
    holds = data.action_extrapolation == "HOLD" and not is_lowest
    strip.extrapolation = "HOLD_FORWARD" if holds else data.action_extrapolation
    data.action = None
    return strip


def take_up(id_block: bpy.types.ID, strip: bpy.types.NlaStrip) -> None:
    """Assign the action of a strip to its data-block again, through the strip's slot; remove the strip.

    A track that is then empty is removed, too.
    """
    data, action = id_block.animation_data, strip.action
    slot = strip.action_slot if has_slots() else None
    track = next(track for track in data.nla_tracks if strip.name in track.strips and track.strips[strip.name] == strip)
    track.strips.remove(strip)
    if len(track.strips) == 0:
        data.nla_tracks.remove(track)
    animate(id_block, action, slot)


def is_selected(bone: bpy.types.PoseBone) -> bool:
    """Return whether a bone is selected in Pose Mode."""
    return bone.select if hasattr(bone, "select") else bone.bone.select


def set_bytes(id_block: bpy.types.ID, key: str, data: bytes) -> None:
    """Store bytes as a custom property; Blender 5.0 cuts bytes at their first zero when it overwrites a property."""
    if key in id_block:
        del id_block[key]
    id_block[key] = data


def strips(editor: bpy.types.SequenceEditor):
    """Return all strips of a sequencer."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def strips_with_nested(editor: bpy.types.SequenceEditor):
    """Return all strips of a sequencer, also those inside of meta strips."""
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def strips_property(editor: bpy.types.SequenceEditor) -> str:
    """Return the name of the property that `strips` returns, for `layout.prop_search`."""
    return "strips" if hasattr(editor, "strips") else "sequences"


def handles(strip) -> tuple[int, int]:
    """Return the first visible frame of a strip, and the frame after its last visible one."""
    if hasattr(strip, "left_handle"):
        return round(strip.left_handle), round(strip.right_handle)
    return round(strip.frame_final_start), round(strip.frame_final_end)


def set_handles(strip, first: int, end: int) -> None:
    """Show a strip without content of its own, such as text, from a frame up to the frame before `end`."""
    names = (
        ("left_handle", "right_handle") if hasattr(strip, "left_handle") else ("frame_final_start", "frame_final_end")
    )
    # The end goes first where the strip moves later: a strip is never shorter than a frame.
    for name, frame in sorted(zip(names, (first, end), strict=True), reverse=first >= handles(strip)[0]):
        setattr(strip, name, frame)


def is_cut_short(strip) -> bool:
    """Return whether the right handle of a strip hides the end of its content."""
    hidden = strip.right_handle_offset if hasattr(strip, "right_handle_offset") else strip.frame_offset_end
    return hidden > 0.5


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


def new_text_strip(editor: bpy.types.SequenceEditor, name: str, channel: int, start_frame: int, end_frame: int):
    """Add a text strip to a sequencer, with its text at the bottom in the middle, and return it.

    Args:
        editor: the sequencer.
        name: of the strip.
        channel: where nothing is in the way.
        start_frame: the first visible frame.
        end_frame: the frame after the last visible one.
    """
    own = strips(editor)
    known = own.bl_rna.functions["new_effect"].parameters
    end = {"length": end_frame - start_frame} if "length" in known else {"frame_end": end_frame}
    strip = own.new_effect(name=name, type="TEXT", channel=channel, frame_start=start_frame, **end)
    names = ("anchor_x", "anchor_y", "alignment_x") if hasattr(strip, "anchor_x") else ("align_x", "align_y")
    for name, value in zip(names, ("CENTER", "BOTTOM", "CENTER"), strict=False):
        setattr(strip, name, value)
    strip.location = (0.5, 0.05)
    return strip


def renders_muted_strips() -> bool:
    """Return whether a muted strip with a picture makes Blender render the sequencer, as 4.2 does and 4.5 does not."""
    return bpy.app.version < (4, 5, 0)


def trim(strip, start_frame: int, hidden_frames: float, frame_count: int | None) -> None:
    """Let a strip begin at `start_frame` without its first `hidden_frames`; a frame count of None keeps its end."""
    strip.frame_start = start_frame - hidden_frames
    strip.frame_final_start = start_frame
    if frame_count is not None:
        strip.frame_final_end = min(strip.frame_final_end, start_frame + frame_count)
