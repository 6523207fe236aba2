"""The one order in which directing applies: finished motion, accents, levels, then what the animator keeps.

Accents come before levels, so that a calm take's accents are calm and a broad one's broad, while apexes stay where they
are, and so that stillness in pauses spares them; hand edits come last, since they win over everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from .applied_levels import Levelled, apply_levels
from .applied_markers import apply_markers
from .clip_statistics import ClipStatistics
from .kept_motion import Kept, keep_motion
from .levels import Levels
from .markers import Marker


@dataclass(frozen=True)
class Changed:
    """What differs between two motions of one take: what needs new keys.

    Attributes:
        joints: whose rotations differ.
        translation: whether the root's path does.
        shapes: columns of the expression.
        contacts: whether they do.
    """

    joints: tuple[int, ...]
    translation: bool
    shapes: tuple[int, ...]
    contacts: bool


@dataclass(frozen=True)
class Directed:
    """A directed take.

    Attributes:
        motion: for the keys.
        changed: what differs from the result before; everything where there was none.
        levelled: the motion at its levels, for the next call.
        clip: what was directed.
        markers: it has.
        accented: the clip with what they ask for.
    """

    motion: Motion
    changed: Changed
    levelled: Levelled
    clip: ClipStatistics
    markers: tuple[Marker, ...]
    accented: ClipStatistics


def direct(
    clip: ClipStatistics,
    levels: Levels,
    kept: Kept | None = None,
    before: Directed | None = None,
    *,
    markers: Sequence[Marker] = (),
) -> Directed:
    """Direct a take: the same input gives the same motion, whatever was before.

    Layers and finishing come before (`clip` holds the finished motion) and need not know of any of this.

    Args:
        clip: `clip_statistics(finished motion, words)`, made once per take.
        levels: where the sliders are.
        kept: hand edits and locks, which win over everything.
        before: the last result of the same clip; of it, what stays is not computed again.
        markers: where to gesture, hold or rest; times are the take's.

    Raises:
        GestureError: markers outside of the take, in contradiction, or accents in a take without a single stroke.
    """
    markers = tuple(markers)
    if before is not None and before.clip is clip and before.markers == markers:
        accented = before.accented
    else:
        accented = apply_markers(clip, markers)
    levelled = apply_levels(accented, levels, None if before is None else before.levelled)
    motion = levelled.motion if kept is None else keep_motion(levelled.motion, kept)
    changed = differences(None if before is None else before.motion, motion)
    return Directed(motion, changed, levelled, clip, markers, accented)


def differences(before: Motion | None, after: Motion) -> Changed:
    """What differs between motions as long as each other; all of it where there was none before."""
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
        not _same(before.contacts, after.contacts),
    )


def _same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    return a is b or (a is not None and b is not None and np.array_equal(a, b))
