"""The test whether a stroke's apex lands at its marker, and the frames that belong to a stroke."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..body.rotation import quat_to_rotvec
from .clip_statistics import ClipStatistics
from .goal_blending import Draft
from .stroke_statistics import COLUMN, MOVED
from .strokes import find_strokes, wrist_paths

# Frames that an apex may be away from its marker.
TOLERANCE = 2
# Frames before a stroke that belong to it: a wrist starts to hurry a little before its speed shows it.
LEAD = 2
# How far torso and head follow the arms when strokes are moved or copied: shares from 0 to 1.
TORSO_SHARE, HEAD_SHARE = 0.5, 0.25


@dataclass(frozen=True)
class StrokeFrames:
    """Frames of a stroke that nothing else may be blended into.

    Attributes:
        first, last: its first and its last frame, both included.
        apex: the frame in which it has slowed down.
    """

    first: int
    apex: int
    last: int


def lands(draft: Draft, clip: ClipStatistics, place: int) -> bool:
    """Return whether the draft has a stroke whose apex is within the tolerance of a frame."""
    fps = clip.motion.fps
    rows = slice(max(place - round(fps), 0), min(place + round(fps / 2), clip.motion.frame_count))
    rotations = clip.motion.rotations[rows].copy()
    rotations[:, MOVED] = quat_to_rotvec(draft.turns[rows])
    strokes = find_strokes(wrist_paths(rotations, clip.motion.skeleton), fps)
    return any(abs(stroke.apex + rows.start - place) <= TOLERANCE for stroke in strokes)


def columns_of(joints: Sequence[int]) -> list[int]:
    """Return where these joints are among `stroke_statistics.MOVED`."""
    return [COLUMN[joint] for joint in joints]
