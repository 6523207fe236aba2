"""The order of directing: markers, levels, mood, gestures, hands out of the body, and motion that the animator keeps.

    finished motion ─▶ markers ─▶ levels ─▶ mood ─▶ gestures ─▶ hands out ─▶ kept motion ─▶ keys
                       strokes    how broad face,   library     of the body  hand edits, locks
                                               posture

Markers come before levels. So accents are calm in a calm take and broad in a broad one, their apexes stay in place, and
stillness in pauses does not change accents. The mood comes after levels: it has a strength of its own, and whatever the
levels are, a sad figure hangs its head. Gestures of the library come after both: a hand that shows three fingers shows
three in a calm take, too. Hands are pushed out of the body of the character that performs after all that moved them.
Kept motion comes last, because it wins over everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from ..clearance.gaps import Surroundings
from ..clearance.hands_out import Pushed, hands_out
from .applied_gestures import apply_gestures
from .applied_levels import Levelled, apply_levels
from .applied_markers import apply_markers
from .applied_mood import Mooded, apply_mood
from .clip_statistics import ClipStatistics
from .kept_motion import Kept, keep_motion
from .levels import Levels
from .markers import Kind, Marker
from .mood import UNCHANGED, Mood


@dataclass(frozen=True)
class Changed:
    """The channels that differ between two motions of one take, and need new keys.

    Attributes:
        joints: joints whose rotations differ.
        translation: whether the root's path differs.
        shapes: columns of the expression that differ.
        contacts: whether contacts differ.
    """

    joints: tuple[int, ...]
    translation: bool
    shapes: tuple[int, ...]
    contacts: bool


@dataclass(frozen=True)
class Directed:
    """A directed take, with values that the next call can use again.

    Attributes:
        motion: the result.
        changed: channels that differ from the result before; all channels where there was none.
        levelled: the motion at its levels, for the next call.
        clip: the finished motion.
        markers: the markers of the result.
        marked: the clip with the markers applied.
        mooded: the motion in its mood, for the next call.
        body: the body that hands are kept out of; None where they may be anywhere.
        uncleared: the motion before hands were pushed out.
        cleared: the motion after hands were pushed out, for the next call.
        pushed: in which frames hands were inside, before and after; None where they may be anywhere.
    """

    motion: Motion
    changed: Changed
    levelled: Levelled
    clip: ClipStatistics
    markers: tuple[Marker, ...]
    marked: ClipStatistics
    mooded: Mooded
    body: Surroundings | None = None
    uncleared: Motion | None = None
    cleared: Motion | None = None
    pushed: Pushed | None = None


def direct(
    clip: ClipStatistics,
    levels: Levels,
    kept: Kept | None = None,
    before: Directed | None = None,
    *,
    markers: Sequence[Marker] = (),
    mood: Mood = UNCHANGED,
    body: Surroundings | None = None,
) -> Directed:
    """Direct a take. The same input gives the same motion, whatever `before` was.

    Args:
        clip: `clip_statistics(finished motion, words)`, made once per take.
        levels: the levels of the take.
        kept: hand edits and locks, which win over everything.
        before: the last result of the same clip; values in it that do not change are not computed again.
        markers: where to gesture, hold or rest; times are seconds from the take's start.
        mood: the mood over time, likewise.
        body: the body of the performing character, which hands are kept out of where the levels say so.

    Raises:
        GestureError: markers outside of the take, in contradiction, or accents in a take without a single stroke.
    """
    markers = tuple(markers)
    if before is not None and before.clip is clip and _plain(before.markers) == _plain(markers):
        marked = before.marked
    else:
        marked = apply_markers(clip, markers)
    levelled = apply_levels(marked, levels, None if before is None else before.levelled)
    mooded = apply_mood(levelled, mood, None if before is None else before.mooded)
    free = apply_gestures(mooded.motion, markers, levels.mirror)
    body = body if levels.hands_out else None
    cleared, pushed = (free, None) if body is None else _cleared(free, body, before)
    motion = cleared if kept is None else keep_motion(cleared, kept)
    changed = differences(None if before is None else before.motion, motion)
    return Directed(motion, changed, levelled, clip, markers, marked, mooded, body, free, cleared, pushed)


def _cleared(motion: Motion, body: Surroundings, before: Directed | None) -> tuple[Motion, Pushed | None]:
    """Push hands out of the body; with the arms of the result before, its arms are used again."""
    if before is None or before.body is not body or before.cleared is None or before.uncleared is None:
        return hands_out(motion, body)
    if not np.array_equal(before.uncleared.rotations, motion.rotations):
        return hands_out(motion, body)
    return motion.replace(rotations=before.cleared.rotations), before.pushed


def _plain(markers: Sequence[Marker]) -> list[Marker]:
    """Return the markers that change the motion before levels."""
    return [marker for marker in markers if marker.kind is not Kind.GESTURE]


def differences(before: Motion | None, after: Motion) -> Changed:
    """Compare two motions. All channels differ where there is no motion before, or one of another length."""
    if before is None or before.frame_count != after.frame_count:
        return Changed(tuple(range(after.rotations.shape[1])), True, tuple(range(after.expression.shape[1])), True)
    joints, shapes = (
        () if a is b else tuple(np.flatnonzero((a != b).reshape(len(a), a.shape[1], -1).any((0, 2))).tolist())
        for a, b in ((before.rotations, after.rotations), (before.expression, after.expression))
    )
    return Changed(
        joints,
        not np.array_equal(before.translation, after.translation),
        shapes,
        not _is_same(before.contacts, after.contacts),
    )


def _is_same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    return a is b or (a is not None and b is not None and np.array_equal(a, b))
