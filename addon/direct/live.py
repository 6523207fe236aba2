"""Levels and accents of a take, live: sliders are gathered for a moment, then only the keys that change are written."""

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy

from ...core.body.motion import Motion
from ...core.body.parts import AREAS
from ...core.direct.chain import Changed, Directed, direct
from ...core.direct.clip_statistics import ClipStatistics, clip_statistics
from ...core.direct.levels import Levels
from ...core.direct.markers import markers_from
from ...core.errors import GestureError
from ..face import channels as face_channels
from ..job import report, state
from ..take import info as take_info
from ..take import playback, rewrite
from ..take import store as take_store
from ..take.channels import EVERYTHING
from ..take.properties import level_properties
from . import lips
from . import markers as take_markers

# Sliders that move on within this time are one change.
WAIT_S = 0.04
_KEPT = 4
_DIGITS = 6
LEVEL_NAMES = tuple(level_properties())


@dataclass
class _Subject:
    """What is kept of a take while Blender runs.

    Attributes:
        study: of its finished motion.
        calm: that motion at its keys.
        directed: the last result, and the stamp of the record that was saved with it.
    """

    study: ClipStatistics
    calm: Motion
    directed: Directed | None = None
    stamp: str = ""


_subjects: dict[tuple, _Subject] = {}
_waiting: dict[str, bool] = {}
_quiet = False


def levels_of(action: bpy.types.Action) -> Levels:
    """The levels that the sliders of a take ask for."""
    values = sliders_of(action)
    return Levels.from_dict({**values, "pose": json.loads(values["pose"]) if values["pose"] else None})


def sliders_of(action: bpy.types.Action) -> dict:
    """Where the sliders of a take are, and its rest pose."""
    own = action.mambatalk_take
    # Sliders have single precision; 0.7 is meant to be 0.7.
    values = {name: round(getattr(own, name), _DIGITS) for name in LEVEL_NAMES if name != "mirror"}
    return {**values, "mirror": own.mirror, "pose": own.pose}


@contextmanager
def _quietly() -> Iterator[None]:
    """Within, what is set writes no keys."""
    global _quiet
    _quiet = True
    try:
        yield
    finally:
        _quiet = False


def set_sliders(action: bpy.types.Action, values: dict) -> None:
    """Move sliders without writing keys."""
    with _quietly():
        for name, value in values.items():
            setattr(action.mambatalk_take, name, value)


def markers_listed(action: bpy.types.Action) -> list[tuple[str, float, float]]:
    """Kind, start and end, seconds, of every marker in a take's list."""
    return [(entry.kind, entry.start_s, entry.end_s) for entry in action.mambatalk_take.markers]


def set_markers(action: bpy.types.Action, entries: list[tuple[str, float, float]]) -> None:
    """Have other markers in a take's list, in order of time, without writing keys."""
    own = action.mambatalk_take
    with _quietly():
        own.markers.clear()
        for kind, start_s, end_s in sorted(entries, key=lambda entry: entry[1:]):
            entry = own.markers.add()
            entry.kind, entry.start_s, entry.end_s = kind, start_s, end_s
        own.marker_index = max(min(own.marker_index, len(entries) - 1), 0)


def touch(action: bpy.types.Action, everything: bool = False) -> None:
    """A slider moved: write keys soon, or at once where no timers run.

    Args:
        action: of the take.
        everything: whether channels may need keys that no slider asks for.
    """
    if _quiet or not take_info.performers(action):
        return
    _waiting[action.name] = everything or _waiting.get(action.name, False)
    if bpy.app.background:
        _write_waiting()
    elif not bpy.app.timers.is_registered(_write_waiting):
        bpy.app.timers.register(_write_waiting, first_interval=WAIT_S)


def _write_waiting() -> None:
    """Write the keys of all takes whose sliders moved."""
    while _waiting:
        name, everything = _waiting.popitem()
        action = bpy.data.actions.get(name)
        for armature in [] if action is None else take_info.performers(action):
            try:
                apply(armature, everything)
                state.current.error = None
            except GestureError as error:
                state.current.error = error
        report.redraw(bpy.context)


def apply(armature: bpy.types.Object, everything: bool = False, at_least: Changed | None = None) -> Motion:
    """Give a character's take the keys that its sliders ask for.

    Args:
        armature: the character.
        everything: whether channels may need keys that no slider asks for.
        at_least: channels to write whatever the sliders ask for.

    Returns:
        the directed motion.

    Raises:
        GestureError: the character performs no take, or the take cannot be read.
    """
    take = playback.of(armature)
    subject = subject_of(take)
    before = subject.directed if subject.stamp == take.record.stamp and not everything else None
    directed = direct_take(take, subject, before)
    changed = EVERYTHING if before is None else directed.changed
    if at_least is not None:
        changed = at_least if _directions(directed) == (take.record.levels, take.record.markers) else EVERYTHING
    rewrite.rewrite(take, take.at_keys(directed.motion), changed, calm=subject.calm)
    remember(take, subject, directed)
    return directed.motion


def direct_take(take: playback.Performed, subject: _Subject, before: Directed | None = None) -> Directed:
    """The take as the animator directs it: the one place that says by what.

    Args:
        take: on its character.
        subject: its finished motion.
        before: the result that the keys are of, if it is known.

    Raises:
        GestureError: what the animator asks for is impossible.
    """
    return direct(subject.study, levels_of(take.action), before=before, markers=take_markers.markers_of(take))


def release(take: playback.Performed, released: rewrite.Masks) -> None:
    """Give up hand edits, frames (T,) by channel: the take's own keys come back."""
    subject = subject_of(take)
    directed = direct_take(take, subject)
    rewrite.rewrite(take, take.at_keys(directed.motion), calm=subject.calm, released=released)
    remember(take, subject, directed)


def remember(take: playback.Performed, subject: _Subject, directed: Directed) -> None:
    """Save what was written, and keep the result that the keys are of."""
    take.record.levels, take.record.markers = _directions(directed)
    take.save()
    subject.directed, subject.stamp = directed, take.record.stamp
    for scene in take.armature.users_scene:
        scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)


def _directions(directed: Directed) -> tuple[dict, list[dict]]:
    """Levels and markers that a motion has, in plain values."""
    return directed.levelled.levels.as_dict(), [marker.as_dict() for marker in directed.markers]


def subject_of(take: playback.Performed, data: bytes | None = None) -> _Subject:
    """The finished motion of a take, its lips made from phones where they are wanted, looked at.

    Args:
        take: on its character.
        data: the packed take, where it is not on the action yet.
    """
    data = take_store.packed(take.action) if data is None else data
    amount = take.action.mambatalk_take.lips
    by_bone = amount > 0 and face_channels.opens_by_bone(take.armature)
    key = (zlib.crc32(data), len(data), amount, by_bone, take.info.fps)
    if key not in _subjects:
        stored = take_store.unpack(data)
        motion = stored.finished
        if amount > 0:
            motion = lips.with_phone_lips(motion, stored.words, amount, by_bone)
        while len(_subjects) >= _KEPT:
            _subjects.pop(next(iter(_subjects)))
        _subjects[key] = _Subject(clip_statistics(motion, stored.speech_s), take.at_keys(motion))
    return _subjects[key]


def sliders_from(directions: dict) -> tuple[dict, list[tuple]]:
    """Sliders with locks, and markers, that direct a take as it was directed elsewhere (`direct` in take.json).

    Raises:
        GestureError: there is no such level or area, or a marker makes no sense.
    """
    levels, kept = Levels.from_dict(directions.get("levels", {})).as_dict(), set(directions.get("keep", ()))
    if unknown := kept - AREAS.keys():
        raise GestureError(f"There is no body part {', '.join(unknown)}.", remedy="Update the extension.")
    pose = "" if levels["pose"] is None else json.dumps(levels["pose"])
    markers = [(m.kind.value, m.start_s, m.end_s) for m in markers_from(directions.get("markers", ()))]
    return {**levels, "pose": pose, "locked": kept}, markers


def catch_up(armature: bpy.types.Object) -> None:
    """Write keys if they are not those that the sliders of a character's take ask for."""
    take = playback.of(armature)
    wanted = levels_of(take.action), take_markers.markers_of(take)
    if (Levels.from_dict(take.record.levels), markers_from(take.record.markers)) != wanted:
        apply(armature)


def caught_up(armature: bpy.types.Object) -> list[str]:
    """The same where there is a take whatever comes of it: notes on what it is asked for and cannot have."""
    try:
        catch_up(armature)
    except GestureError as error:
        return [f"{error.message} {error.remedy}"]
    return []


@bpy.app.handlers.persistent
def _after_undo(*_arguments) -> None:
    """Sliders and keys may come from different steps: keys are written a moment after sliders."""
    for action in bpy.data.actions:
        if take_info.KEY in action:
            for armature in take_info.performers(action):
                try:
                    catch_up(armature)
                except GestureError as error:
                    state.current.error = error


def register():
    """Watch for undo."""
    for handlers in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        handlers.append(_after_undo)


def unregister():
    """Stop the timer and forget everything."""
    for handlers in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        handlers.remove(_after_undo)
    if bpy.app.timers.is_registered(_write_waiting):
        bpy.app.timers.unregister(_write_waiting)
    _subjects.clear()
    _waiting.clear()
