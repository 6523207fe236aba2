"""Markers of a take: those in its list, those on the timeline that are named so, and pose markers that show them."""

from collections.abc import Iterable

import bpy

from ...core.direct.markers import KINDS, Kind, Marker
from ...core.gestures.clip import OWN
from ...core.gestures.placed import Setting
from ..blender import timeline
from ..take.performed import Performed
from ..take.properties import changes

# Timeline markers are read in any spelling of case, spaces and underscores.
_BY_NAME = {name: kind for kind, row in KINDS.items() for name in row.timeline_names}


# Custom property of an action whose pose markers show the accents: their names and frames.
POSE_KEY = "mambatalk_pose_markers"


def kind_named(name: str) -> Kind | None:
    """Return the kind that a marker of the timeline asks for by its name; None for all other names."""
    return _BY_NAME.get(" ".join(name.lower().replace("_", " ").split()))


# A row of a take's list: kind, start and end in seconds, and for a gesture of the library how it is made.
Entry = tuple[str, float, float, Setting | None]
# Numbers of the list have single precision: 0.7 comes back as 0.699999988.
_DIGITS = 6


def read_entries(action: bpy.types.Action) -> list[Entry]:
    """Return every marker in a take's list; a gesture whose end is before its start has its usual length."""
    return [(entry.kind, entry.start_s, _end_s(entry), _setting(entry)) for entry in action.mambatalk_take.markers]


def _end_s(entry) -> float:
    return max(entry.start_s, entry.end_s) if entry.kind == Kind.GESTURE else entry.end_s


def _setting(entry) -> Setting | None:
    if entry.kind != Kind.GESTURE:
        return None
    numbers = (round(getattr(entry, name), _DIGITS) for name in ("size", "height_m", "speed"))
    x, y, z = (round(each, _DIGITS) for each in entry.place)
    place, clip = (x, y, z) if entry.points_at else None, entry.clip if entry.gesture == OWN else ""
    uneven = round(entry.uneven, _DIGITS)
    return Setting(entry.gesture, entry.hand, *numbers, entry.is_auto, place, clip, uneven)


def put_entries(action: bpy.types.Action, entries: list[Entry]) -> None:
    """Replace the markers in a take's list, in order of time, without writing keys."""
    own = action.mambatalk_take
    with changes.paused():
        own.markers.clear()
        for kind, start_s, end_s, setting in sorted(entries, key=lambda entry: entry[1:3]):
            entry = own.markers.add()
            entry.kind, entry.start_s, entry.end_s = kind, start_s, end_s
            if setting is not None:
                entry.gesture, entry.hand, entry.is_auto = setting.name, setting.hand, setting.is_auto
                entry.size, entry.height_m, entry.speed = setting.size, setting.height_m, setting.speed
                entry.points_at, entry.place = setting.place is not None, setting.place or (0.0, 0.0, 0.0)
                entry.clip, entry.uneven = setting.clip, setting.uneven
        own.marker_index = max(min(own.marker_index, len(entries) - 1), 0)


def listed(action: bpy.types.Action) -> tuple[Marker, ...]:
    """Return the markers in a take's list.

    Raises:
        GestureError: one of them ends before it starts.
    """
    return tuple(Marker(*entry) for entry in read_entries(action))


def on_timeline(take: Performed) -> tuple[Marker, ...]:
    """Return the timeline markers within the take whose names are names of kinds; those of the character's scene."""
    found = []
    for scene in take.armature.users_scene[:1]:
        for marker in scene.timeline_markers:
            kind = kind_named(marker.name)
            second = (marker.frame - int(take.frames[0])) / take.info.fps
            if kind is not None and take.frames[0] <= marker.frame < take.frames[-1]:
                found.append(Marker(kind, second, second))
    return tuple(found)


def markers_of(take: Performed) -> tuple[Marker, ...]:
    """Return all markers of a take, in order of time; one that is in the list and on the timeline counts once.

    Raises:
        GestureError: a marker in the list ends before it starts.
    """
    every = {*listed(take.action), *on_timeline(take)}
    return tuple(sorted(every, key=lambda marker: (marker.start_s, marker.end_s, marker.kind)))


def show_as_pose_markers(take: Performed, every: Iterable[Marker]) -> int:
    """Show markers of a take as pose markers inside its action, in place of those shown before; return their number.

    A stretch has one at its first frame and one at its last.
    """
    wanted = []
    for marker in every:
        label = KINDS[marker.kind].label if marker.setting is None else marker.setting.gesture.label
        first, last = (
            round(take.info.start_frame + second * take.info.fps) for second in (marker.start_s, marker.end_s)
        )
        wanted += [(label, first)] if first == last else [(label, first), (f"{label} End", last)]
    timeline.replace_markers(take.action.pose_markers, take.action, POSE_KEY, wanted)
    return len(wanted)


def keep_pose_markers(take: Performed, every: Iterable[Marker]) -> None:
    """Keep the pose markers of an action in step with the take's markers, where it has such pose markers."""
    if POSE_KEY in take.action:
        show_as_pose_markers(take, every)


def remove_pose_markers(action: bpy.types.Action) -> int:
    """Remove the pose markers that show a take's markers, and keep them no longer; return how many were removed."""
    return timeline.replace_markers(action.pose_markers, action, POSE_KEY, None)
