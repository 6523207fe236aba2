"""Strips of the NLA: actions that were pushed down, and whether their keys are still at the frames of the scene.

*Push Down* takes the action off a data-block and puts a strip with it on a track; the strip then plays the action:

    before   action "wave"      no strip
    after    no action          track "NlaTrack":  strip "wave" from 1 to 90, scale 1

As long as the strip is as Push Down made it, frame 40 of the scene is frame 40 of the action. A strip that was moved,
scaled, repeated, reversed or animated plays the keys at other frames.
"""

from collections.abc import Iterator

import bpy

from ...core.errors import GestureError

# Blender computes ends of strips in single precision.
_SAME = 1e-3


def playing(id_block: bpy.types.ID) -> Iterator[bpy.types.NlaStrip]:
    """Yield the strips with an action that play on a data-block, from the topmost track down."""
    data = id_block.animation_data
    if data is None:
        return
    solo = [track for track in data.nla_tracks if track.is_solo]
    for track in reversed(solo or list(data.nla_tracks)):
        if not track.mute:
            yield from (strip for strip in reversed(track.strips) if strip.action is not None and not strip.mute)


def strip_of(id_block: bpy.types.ID, action: bpy.types.Action) -> bpy.types.NlaStrip | None:
    """Return the topmost strip that plays an action on a data-block; None where none does."""
    return next((strip for strip in playing(id_block) if strip.action == action), None)


def has_strip(id_block: bpy.types.ID, action: bpy.types.Action) -> bool:
    """Return whether any strip of a data-block has an action, even one that is muted."""
    data = id_block.animation_data
    tracks = () if data is None else data.nla_tracks
    return any(strip.action == action for track in tracks for strip in track.strips)


def remove_strips(id_block: bpy.types.ID, action: bpy.types.Action) -> None:
    """Remove every strip of an action from a data-block."""
    data = id_block.animation_data
    for track in () if data is None else data.nla_tracks:
        for strip in [strip for strip in track.strips if strip.action == action]:
            track.strips.remove(strip)


def is_through_strip(id_block: bpy.types.ID, action: bpy.types.Action) -> bool:
    """Return whether a data-block plays an action only through a strip; while a strip is tweaked this is so, too."""
    data = id_block.animation_data
    return data is not None and (data.action != action or data.use_tweak_mode) and has_strip(id_block, action)


def require_assignable(id_block: bpy.types.ID) -> None:
    """Make sure that another action can be assigned to a data-block.

    Raises:
        GestureError: one of its strips is being tweaked.
    """
    if id_block.animation_data is not None and id_block.animation_data.use_tweak_mode:
        raise GestureError(
            f"A strip of {id_block.name} is being tweaked in the NLA, so no other action can be assigned.",
            remedy="Press Tab in the NLA editor to leave tweak mode.",
        )


def displacement(strip: bpy.types.NlaStrip) -> str | None:
    """Say what was done to a strip so that its keys are not at the frames of the scene; None where they are."""
    moved = strip.frame_start - strip.action_frame_start
    if abs(strip.scale - 1) > _SAME:
        return f"scaled by {strip.scale:.3g}"
    if abs(strip.repeat - 1) > _SAME:
        return f"repeated {strip.repeat:.3g} times"
    if strip.use_reverse:
        return "reversed"
    if strip.use_animated_time:
        return "animated in time"
    if abs(moved) > _SAME:
        return f"moved by {moved:+.4g} frames"
    return None
