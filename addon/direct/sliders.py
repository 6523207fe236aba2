"""Values of a take's sliders, mood and joins, which are read as plain values or as levels, and set without new keys.

A take's mood is the one of its menu and slider, or, where the character's mood is keyed in the take's action, the keyed
one (`character.mood`): it is read at every key of the take, and what lies on a line between two others is left out.
"""

import json

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.body.parts import AREAS
from ...core.direct.joining import Joins, MovingPose, join
from ...core.direct.levels import SWITCHES, Levels
from ...core.direct.listening import Attention, listen
from ...core.direct.markers import markers_from
from ...core.direct.mood import NEUTRAL, UNCHANGED, Mood, MoodKey, mood_from
from ...core.errors import GestureError
from ..character import mood as character_mood
from ..take.info import TakeInfo
from ..take.properties import changes, level_properties

NAMES = tuple(level_properties())
# Sliders have single precision: 0.7 comes back as 0.699999988.
_DIGITS = 6
# A strength that is nearer than this to the line between its neighbours follows from them.
_BENDS = 2e-6


def levels_of(action: bpy.types.Action) -> Levels:
    """Return the levels that the sliders of a take ask for."""
    values = read(action)
    return Levels.from_dict({**values, "pose": json.loads(values["pose"]) if values["pose"] else None})


def read(action: bpy.types.Action) -> dict:
    """Return the values of a take's sliders, and its rest pose as JSON."""
    own = action.mambatalk_take
    values = {name: round(getattr(own, name), _DIGITS) for name in NAMES if name not in SWITCHES}
    return {**values, **{name: getattr(own, name) for name in SWITCHES}, "pose": own.pose}


def put(action: bpy.types.Action, values: dict) -> None:
    """Set sliders of a take without writing keys."""
    with changes.paused():
        for name, value in values.items():
            setattr(action.mambatalk_take, name, value)


def static_mood(action: bpy.types.Action) -> tuple[str, float]:
    """Return the mood of a take's menu, and the strength of its slider."""
    own = action.mambatalk_take
    return own.mood, round(own.mood_strength, _DIGITS)


def mood_of(action: bpy.types.Action, info: TakeInfo) -> Mood:
    """Return the mood that a take asks for: the keyed one, where there are keys.

    Args:
        action: of the take.
        info: says at which frames the keys of the take are.
    """
    static = static_mood(action)
    if not character_mood.is_keyed(action):
        return _steady(*static)
    found = character_mood.read(action, info.start_frame + np.arange(info.frame_count), static)
    names = np.array([name for name, _ in found])
    strengths = np.round([strength for _, strength in found], _DIGITS)
    if (names == names[0]).all() and (strengths == strengths[0]).all():
        return _steady(str(names[0]), float(strengths[0]))
    rows = np.flatnonzero(_matters(names, strengths))
    return Mood(tuple(MoodKey(str(names[row]), float(strengths[row]), row / info.fps) for row in rows))


def _steady(name: str, strength: float) -> Mood:
    """Return a mood that stays the same; there is one neutral mood, whatever its strength."""
    return UNCHANGED if name == NEUTRAL or strength == 0 else Mood((MoodKey(name, strength),))


def _matters(names: np.ndarray, strengths: np.ndarray) -> np.ndarray:
    """Return which values (T,) do not follow from their neighbours: (T,) bool."""
    matters = np.ones(len(names), bool)
    bends = np.abs(np.diff(strengths, n=2)) > _BENDS
    matters[1:-1] = bends | (names[1:-1] != names[:-2]) | (names[1:-1] != names[2:])
    return matters


def put_mood(action: bpy.types.Action, armature: bpy.types.Object, entries: list[dict], start: int, fps: float) -> None:
    """Give a take the mood that it has in take.json, without writing keys of bones or shape keys.

    Args:
        action: of the take.
        armature: performs it; gets keys of the mood where the mood changes over time.
        entries: plain values of `core.direct.mood.Mood`.
        start: scene frame of the take's first frame.
        fps: frames a second of the scene.

    Raises:
        GestureError: there is no such mood.
    """
    keys = mood_from(entries).keys
    if len(keys) == 1:
        put(action, {"mood": keys[0].name, "mood_strength": keys[0].strength})
    elif keys:
        frames = start + np.array([key.start_s for key in keys]) * fps
        character_mood.write(action, armature, frames, [(key.name, key.strength) for key in keys])


def from_directions(directions: dict) -> tuple[dict, list[tuple], list[dict]]:
    """Return sliders, markers and mood that direct a take as it was directed from a shell.

    Args:
        directions: `direct` in take.json: levels, markers, areas to keep, mood.

    Returns:
        values for `put`, with locked areas; entries for `markers.put_entries`; and entries for `put_mood`.

    Raises:
        GestureError: there is no such level, area or mood, or a marker is impossible.
    """
    levels, kept = Levels.from_dict(directions.get("levels", {})).as_dict(), set(directions.get("keep", ()))
    if unknown := kept - AREAS.keys():
        raise GestureError(f"There is no body part {', '.join(unknown)}.", remedy="Update the extension.")
    pose = "" if levels["pose"] is None else json.dumps(levels["pose"])
    markers = [(m.kind.value, m.start_s, m.end_s, m.setting) for m in markers_from(directions.get("markers", ()))]
    return {**levels, "pose": pose, "locked": kept}, markers, mood_from(directions.get("mood", ())).as_list()


def joins_of(action: bpy.types.Action) -> Joins:
    """Return what a take is joined to.

    Raises:
        GestureError: a stored pose cannot be read.
    """
    own = action.mambatalk_take
    try:
        start, end = (
            MovingPose.from_dict(json.loads(text)) if text else None for text in (own.start_state, own.end_state)
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _unreadable(action, error) from error
    return Joins(start, end, own.join_start_s, own.join_end_s, own.loop)


def listening_of(action: bpy.types.Action) -> tuple[Attention, ...]:
    """Return the stretches in which the character of a take listens.

    Raises:
        GestureError: they cannot be read.
    """
    text = action.mambatalk_take.listening
    try:
        return tuple(Attention.from_dict(entry) for entry in json.loads(text)) if text else ()
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _unreadable(action, error) from error


def joins_as_dict(action: bpy.types.Action) -> dict:
    """Return plain values that are equal where joins and listening are; empty where there are none."""
    own = action.mambatalk_take
    if not (own.start_state or own.end_state or own.loop or own.listening):
        return {}
    values = {name: getattr(own, name) for name in ("start_state", "end_state", "loop", "listening")}
    return {**values, "start_s": round(own.join_start_s, 4), "end_s": round(own.join_end_s, 4)}


def joined(action: bpy.types.Action, motion: Motion) -> Motion:
    """Return a motion of a take with its stretches of listening, and with joined ends.

    Raises:
        GestureError: what is stored cannot be read.
    """
    return join(listen(motion, listening_of(action)), joins_of(action))


def _unreadable(action: bpy.types.Action, error: Exception) -> GestureError:
    return GestureError(
        f"What {action.name} is joined to can no longer be read.",
        remedy="Remove start and end pose and the listening, and set them again.",
        detail=repr(error),
    )
