"""Keys of a directed take: its finished motion, with levels, markers and mood applied, written where keys change.

    finished motion ── phone lips ──► prepared ── levels, markers, mood ──► directed motion ──► keys
      (stored take)                  (`prepare`)         (`direct_take`)               (`take.rewrite`)

Two results are kept, because a slider moves many times a second:
- `Prepared`: values that are computed from the finished motion, for the last few takes;
- the directed motion that the present keys show. From it `core.direct` knows which joints and shapes a change of the
  sliders changes, and only their channels are written. It is used as long as the record of the take has the stamp that
  was saved with it. After undo, in another take or after a resample the stamp differs, and then every channel is
  compared.
"""

import zlib
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.body.motion import Motion
from ...core.direct.chain import Changed, Directed, direct
from ...core.direct.clip_statistics import ClipStatistics, clip_statistics
from ...core.direct.levels import Levels
from ...core.direct.markers import markers_from
from ...core.direct.mood import mood_from
from ...core.errors import GestureError
from ..blender import timeline
from ..face import channels as face_channels
from ..skin import body as skin_body
from ..take import performed, rewrite
from ..take import spread as take_spread
from ..take import store as take_store
from ..take.channels import EVERYTHING
from . import lips, markers, sliders

# Takes whose computed values are kept.
_KEPT = 4


@dataclass
class Prepared:
    """Computed values of a take that are kept while Blender runs.

    Attributes:
        statistics: statistics of its finished motion.
        finished: the finished motion, without what directs it, at the keys of the take.
        directed: the last result, and the stamp of the record that was saved with it.
    """

    statistics: ClipStatistics
    finished: Motion
    directed: Directed | None = None
    stamp: str = ""


_prepared: dict[tuple, Prepared] = {}


def write_keys(armature: bpy.types.Object, everything: bool = False, at_least: Changed | None = None) -> Motion:
    """Write the keys that sliders, markers and mood of a character's take ask for.

    Args:
        armature: the character.
        everything: whether to compare every channel, because more than those changed.
        at_least: channels that are compared in any case.

    Returns:
        the directed motion.

    Raises:
        GestureError: the character performs no take, the take cannot be read, or its levels and markers are impossible.
    """
    take = performed.of(armature)
    prepared = prepare(take)
    # Joins change the first and the last frames of every channel.
    everything |= take.record.joins != sliders.joins_as_dict(take.action)
    # What only some channels differ in from the last result is written there alone.
    before = prepared.directed if prepared.stamp == take.record.stamp and not everything else None
    directed = direct_take(take, prepared, before)
    changed = EVERYTHING if before is None else directed.changed
    if at_least is not None:
        recorded = take.record.levels, take.record.markers, take.record.mood
        changed = at_least if _directions(directed) == recorded and not everything else EVERYTHING
    rewrite.rewrite_levels(take, at_keys(take, directed), prepared.finished, changed)
    remember(take, prepared, directed)
    return directed.motion


def catch_up(armature: bpy.types.Object) -> None:
    """Write the keys of a character's take, if its present keys do not fit its sliders, markers and mood.

    Raises:
        GestureError: as in `write_keys`.
    """
    if is_behind(performed.of(armature)):
        write_keys(armature)


def is_behind(take: performed.Performed) -> bool:
    """Return whether the keys of a take do not fit its sliders, markers and mood.

    Raises:
        GestureError: the levels or markers are impossible.
    """
    record = take.record
    shown = Levels.from_dict(record.levels), markers_from(record.markers), mood_from(record.mood)
    if record.joins != sliders.joins_as_dict(take.action):
        return True
    return shown != (sliders.levels_of(take.action), markers.markers_of(take), sliders.mood_of(take.action, take.info))


def catch_up_notes(armature: bpy.types.Object) -> list[str]:
    """Catch up like `catch_up`, but return an error as a note: the character has the take in any case."""
    try:
        catch_up(armature)
    except GestureError as error:
        return [f"{error.message} {error.remedy}"]
    return skin_body.take_notes(armature)


def drop_edits(take: performed.Performed, released: rewrite.Masks) -> None:
    """Replace hand edits by the take's own keys.

    Args:
        take: on its character.
        released: frames (T,) by channel whose edits are dropped.
    """
    prepared = prepare(take)
    directed = direct_take(take, prepared)
    rewrite.drop_edits(take, at_keys(take, directed), prepared.finished, released)
    remember(take, prepared, directed)


def spread_edits(
    take: performed.Performed, around: rewrite.Masks | None, frame_count: int, is_eased: bool = True
) -> int:
    """Let the keys around hand edits lead over to them; return the number of channels that were changed.

    Args:
        take: on its character.
        around: frames (T,) by channel whose edits are spread; None for the selected keys, edited or not.
        frame_count: how many keys on either side change.
        is_eased: whether the keys lead over with minimum jerk; if not, evenly.

    Raises:
        GestureError: as in `prepare`.
    """
    motion = at_keys(take, direct_take(take, prepare(take)))
    chosen = take_spread.selected(take, motion) if around is None else around
    count = take_spread.spread(take, motion, chosen, frame_count, is_eased, is_exact=around is None)
    _show(take)
    return count


def prepare(take: performed.Performed, data: bytes | None = None) -> Prepared:
    """Compute the values of a take's finished motion that directing needs, with phone lips where they are set.

    Args:
        take: on its character.
        data: the packed take, where it is not on the action yet.

    Raises:
        GestureError: the stored take is damaged, or phone lips are asked for and impossible.
    """
    data = take_store.packed(take.action) if data is None else data
    own = take.action.mambatalk_take
    spoken_anew = own.spoken_anew if own.lips_follow else ""
    by_bone = (own.lips > 0 or bool(spoken_anew)) and face_channels.opens_by_bone(take.armature)
    key = (zlib.crc32(data), len(data), own.lips, spoken_anew, by_bone, take.info.fps)
    if key not in _prepared:
        stored = take_store.unpack(data)
        motion = stored.finished
        amount = lips.amounts(own, stored.spoken, motion)
        if np.any(amount):
            motion = lips.with_phone_lips(motion, stored.spoken, amount, by_bone)
        while len(_prepared) >= _KEPT:
            _prepared.pop(next(iter(_prepared)))
        _prepared[key] = Prepared(clip_statistics(motion, stored.speech_s), take.at_keys(motion))
    return _prepared[key]


def direct_take(take: performed.Performed, prepared: Prepared, before: Directed | None = None) -> Directed:
    """Apply the present levels, markers and mood of a take; only this function does so.

    Args:
        take: on its character.
        prepared: of its finished motion.
        before: the result that the keys show, if it is known.

    Raises:
        GestureError: the levels or markers are impossible.
    """
    levels, mood = sliders.levels_of(take.action), sliders.mood_of(take.action, take.info)
    body = skin_body.of(take.armature) if levels.hands_out else None
    found = markers.markers_of(take)
    return direct(prepared.statistics, levels, before=before, markers=found, mood=mood, body=body)


def at_keys(take: performed.Performed, directed: Directed) -> Motion:
    """Return a directed motion at the keys of its take, with the stretches of listening, and with joined ends.

    Raises:
        GestureError: what the take is joined to can no longer be read.
    """
    return take.at_keys(sliders.joined(take.action, directed.motion))


def remember(take: performed.Performed, prepared: Prepared, directed: Directed) -> None:
    """Save the take's record, keep the result that the keys now show, and show it in the scene."""
    take.record.levels, take.record.markers, take.record.mood = _directions(directed)
    take.record.joins = sliders.joins_as_dict(take.action)
    take.save()
    prepared.directed, prepared.stamp = directed, take.record.stamp
    markers.keep_pose_markers(take, directed.markers)
    _show(take)


def _show(take: performed.Performed) -> None:
    """Let the scenes of a character show its present keys."""
    for scene in take.armature.users_scene:
        timeline.refresh(scene)


def forget() -> None:
    """Drop all values that are kept, and the bodies that hands are kept out of."""
    _prepared.clear()
    skin_body.forget()


def _directions(directed: Directed) -> tuple[dict, list[dict], list[dict]]:
    """Return levels, markers and mood that a motion has, as plain values."""
    markers = [marker.as_dict() for marker in directed.markers]
    return directed.levelled.levels.as_dict(), markers, directed.mooded.mood.as_list()
