"""Markers of a take: those in its list, and those on the timeline that are named after what they ask for."""

import bpy

from ...core.direct.markers import KINDS, Marker
from ..take.playback import Performed

# Timeline markers are read in any spelling of case, spaces and underscores.
_BY_NAME = {name: kind for kind, row in KINDS.items() for name in row.timeline_names}


def listed(action: bpy.types.Action) -> tuple[Marker, ...]:
    """The markers in a take's list.

    Raises:
        GestureError: one of them ends before it starts.
    """
    return tuple(Marker(entry.kind, entry.start_s, entry.end_s) for entry in action.mambatalk_take.markers)


def on_timeline(take: Performed) -> tuple[Marker, ...]:
    """The markers of the character's scene within the take that are named after what they ask for."""
    found = []
    for scene in take.armature.users_scene[:1]:
        for marker in scene.timeline_markers:
            kind = _BY_NAME.get(" ".join(marker.name.lower().replace("_", " ").split()))
            second = (marker.frame - int(take.frames[0])) / take.info.fps
            if kind is not None and take.frames[0] <= marker.frame < take.frames[-1]:
                found.append(Marker(kind, second, second))
    return tuple(found)


def markers_of(take: Performed) -> tuple[Marker, ...]:
    """All markers of a take, in order of time; what is listed and on the timeline counts once.

    Raises:
        GestureError: a listed one ends before it starts.
    """
    every = {*listed(take.action), *on_timeline(take)}
    return tuple(sorted(every, key=lambda marker: (marker.start_s, marker.end_s, marker.kind)))
