"""Range, current frame and markers of a scene: what is keyed makes the range longer and never moves the playhead.

A scene may have Time Stretching (Output Properties): then it shows keys at other frames than those that they have, but
plays sound as it is. Whatever looks at the poses of keys does so in `visiting`, which leaves the stretching out.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

STRETCHED = "Time Stretching is on in Output Properties: the sound does not follow it, so gestures and lips will be off"


def include(scene: bpy.types.Scene, first: float, last: float) -> None:
    """Make a scene's range longer where frames lie outside of it; a scene cannot begin before frame 0.

    Where the range became longer, timelines and dope sheets that show only a part of the frames show all of them. A
    view that the user moved on purpose stays as long as the range does.
    """
    before = scene.frame_start, scene.frame_end
    scene.frame_start = min(scene.frame_start, max(0, round(first)))
    scene.frame_end = max(scene.frame_end, round(last))
    if before != (scene.frame_start, scene.frame_end):
        _show(scene, first, last)


def _show(scene: bpy.types.Scene, first: float, last: float) -> None:
    """Zoom the timelines and dope sheets of a scene out where frames lie outside of their view."""
    if bpy.app.background:
        return
    for window in bpy.context.window_manager.windows:
        areas = [area for area in window.screen.areas if area.type == "DOPESHEET_EDITOR" and window.scene == scene]
        for area in areas:
            region = next(region for region in area.regions if region.type == "WINDOW")
            left, right = (region.view2d.region_to_view(x, 0)[0] for x in (0, region.width))
            if first < left or last > right:
                with bpy.context.temp_override(window=window, area=area, region=region):
                    bpy.ops.action.view_all()


def is_stretched(scene: bpy.types.Scene) -> bool:
    """Return whether a scene shows keys at other frames than those that they have."""
    return scene.render.frame_map_old != scene.render.frame_map_new


def remove_stretching(scene: bpy.types.Scene) -> None:
    """Let a scene show keys at the frames that they have."""
    scene.render.frame_map_new = scene.render.frame_map_old


@contextmanager
def visiting(scene: bpy.types.Scene) -> Iterator[None]:
    """Let a block set a scene to the frames of keys; afterwards its frame and its time stretching are as before."""
    frame, subframe, shown = scene.frame_current, scene.frame_subframe, scene.render.frame_map_new
    if is_stretched(scene):
        remove_stretching(scene)
    try:
        yield
    finally:
        if scene.render.frame_map_new != shown:
            scene.render.frame_map_new = shown
        scene.frame_set(frame, subframe=subframe)


def refresh(scene: bpy.types.Scene) -> None:
    """Evaluate a scene again at its current frame, so that it shows new keys."""
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)


def replace_markers(markers, action: bpy.types.Action, key: str, wanted: list[tuple[str, int]] | None) -> int:
    """Replace the markers that an earlier call added for an action by others, and return how many were removed.

    Since Blender 5.0 markers hold no custom properties. So the action remembers name and frame of each: a marker that
    was renamed or moved since is the user's, and stays.

    Args:
        markers: markers of a scene, or pose markers of the action.
        action: it has a custom property with what was added.
        key: name of this property.
        wanted: name and frame of every new marker; None removes the property, too.
    """
    old = [tuple(entry) for entry in json.loads(action.get(key, "[]"))]
    removed = 0
    for marker in list(markers):
        if (marker.name, marker.frame) in old:
            old.remove((marker.name, marker.frame))
            markers.remove(marker)
            removed += 1
    for name, frame in wanted or ():
        marker = markers.new(name)
        marker.frame = frame
        marker.select = False
    if wanted is not None:
        action[key] = json.dumps(wanted)
    elif key in action:
        del action[key]
    return removed
