"""Where strokes land: the frames that belong to one, and whether its apex is where it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..body.rotation import quat_to_rotvec
from .clip_statistics import ClipStatistics
from .goals import Draft
from .stroke_statistics import COLUMN, MOVED
from .strokes import find_strokes, wrist_paths

# An apex lands within so many frames of its marker.
TOLERANCE = 2
# Frames before a stroke that belong to it.
LEAD = 2
# How far torso and head take part in what arms do.
TORSO_SHARE, HEAD_SHARE = 0.5, 0.25


@dataclass(frozen=True)
class Core:
    """Frames of a stroke that nothing else may blend into."""

    first: int
    apex: int
    last: int


def lands(draft: Draft, clip: ClipStatistics, place: int) -> bool:
    """Whether a stroke's apex is within the tolerance of a frame."""
    fps = clip.motion.fps
    rows = slice(max(place - round(fps), 0), min(place + round(fps / 2), clip.motion.frame_count))
    rotations = clip.motion.rotations[rows].copy()
    rotations[:, MOVED] = quat_to_rotvec(draft.turns[rows])
    strokes = find_strokes(wrist_paths(rotations, clip.motion.skeleton), fps)
    return any(abs(stroke.apex + rows.start - place) <= TOLERANCE for stroke in strokes)


def columns_of(joints: Sequence[int]) -> list[int]:
    """Where these joints are among `stroke_statistics.MOVED`."""
    return [COLUMN[joint] for joint in joints]
