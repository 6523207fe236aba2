"""Gestures of a take as markers of the timeline, which an animator drags or deletes there.

    list of the take  ⇄  markers of the scene

An action remembers name and frame of each marker that shows one of its gestures (`SHOWN_KEY`). A marker with the same
name at another frame was dragged: the gesture follows. One that is gone was deleted: the gesture goes. Where the list
has changed instead, the markers follow. Both are compared twice a second, because Blender reports no moved markers.
"""

import json

import bpy

from ...core.direct.markers import Kind
from ...core.errors import GestureError
from ...core.gestures.placed import Setting
from ..blender import timeline
from ..direct import directed_keys, markers
from ..job import report, state
from ..take import info as take_info

SHOWN_KEY = "mambatalk_gesture_markers"
WAIT_S = 0.5


def follow(armature: bpy.types.Object) -> bool:
    """Bring gestures and timeline markers of a character's take together; return whether gestures changed.

    Raises:
        GestureError: a marker was dragged to where no gesture can be.
    """
    action, scenes = take_info.active(armature), armature.users_scene
    info = take_info.stored(action)
    if info is None or action.library is not None or not scenes:
        return False
    scene = scenes[0]
    entries = markers.read_entries(action)
    wanted = [_shown(entry, info) for entry in entries if entry[0] == Kind.GESTURE]
    shown = [tuple(each) for each in json.loads(action.get(SHOWN_KEY, "[]"))]
    moved = _moved(shown, [(marker.name, marker.frame) for marker in scene.timeline_markers])
    if sorted(wanted) == sorted(shown) and moved:
        before = entries
        followed = [_follows(entry, moved, info) for entry in entries]
        entries = [entry for entry in followed if entry is not None]
        markers.put_entries(action, entries)
        try:
            directed_keys.write_keys(armature)
        except GestureError:
            markers.put_entries(action, before)
            _show(scene, action, wanted, moved)
            raise
        _show(scene, action, [_shown(entry, info) for entry in entries if entry[0] == Kind.GESTURE], moved)
        return True
    if sorted(wanted) != sorted(shown):
        _show(scene, action, wanted, moved)
    return False


def _shown(entry: markers.Entry, info: take_info.TakeInfo) -> tuple[str, int]:
    """Return name and frame of the marker that shows a gesture."""
    _, start_s, _, setting = entry
    assert isinstance(setting, Setting)
    return setting.gesture.label, info.start_frame + round(start_s * info.fps)


def _moved(shown: list[tuple[str, int]], present: list[tuple[str, int]]) -> dict[tuple[str, int], int | None]:
    """Return where markers that were shown, by name and frame, were moved; None for those that are gone."""
    missing, others = [], list(present)
    for each in shown:
        others.remove(each) if each in others else missing.append(each)
    found: dict[tuple[str, int], int | None] = {}
    for name, frame in missing:
        near = sorted((other for other in others if other[0] == name), key=lambda other: abs(other[1] - frame))
        if near:
            others.remove(near[0])
        found[name, frame] = near[0][1] if near else None
    return found


def _follows(entry: markers.Entry, moved: dict, info: take_info.TakeInfo) -> markers.Entry | None:
    """Return a row of the list after its marker was moved; None after it was deleted."""
    kind, start_s, end_s, setting = entry
    if kind != Kind.GESTURE or _shown(entry, info) not in moved:
        return entry
    frame = moved[_shown(entry, info)]
    if frame is None:
        return None
    begins = max((frame - info.start_frame) / info.fps, 0.0)
    return kind, begins, begins + end_s - start_s, setting


def _show(scene, action, wanted: list[tuple[str, int]], moved: dict[tuple[str, int], int | None]) -> None:
    """Show gestures as markers: those that were shown and dragged go, too."""
    gone = [(name, frame) for (name, _), frame in moved.items() if frame is not None]
    for marker in list(scene.timeline_markers):
        if (marker.name, marker.frame) in gone:
            gone.remove((marker.name, marker.frame))
            scene.timeline_markers.remove(marker)
    timeline.replace_markers(scene.timeline_markers, action, SHOWN_KEY, wanted or None)


def _hide_others() -> None:
    """Remove the markers of takes that nobody performs now."""
    for action in bpy.data.actions:
        if SHOWN_KEY in action and action.library is None and not take_info.performers(action):
            for scene in bpy.data.scenes:
                timeline.replace_markers(scene.timeline_markers, action, SHOWN_KEY, [])
            del action[SHOWN_KEY]


def _tick() -> float:
    """Compare all takes that characters perform; Blender calls it again after the returned seconds."""
    if state.current.job is None:
        _hide_others()
        for armature in [each for each in bpy.data.objects if each.type == "ARMATURE"]:
            if take_info.active(armature) is None:
                continue
            try:
                if follow(armature):
                    state.current.error = None
                    report.redraw(bpy.context)
            except GestureError as error:
                report.show_error(error)
    return WAIT_S


def register() -> None:
    """Compare twice a second; background Blender has no timers."""
    if not bpy.app.background:
        bpy.app.timers.register(_tick, first_interval=WAIT_S, persistent=True)


def unregister() -> None:
    """Compare no more."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
