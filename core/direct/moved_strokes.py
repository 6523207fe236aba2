"""Accents near a stroke: the stroke is moved in time, together with arms, hands and a share of torso and head.

take      ─────╱╲──────────        a stroke whose apex is at frame 100
marker           ▼                 an accent is asked for at frame 106
result    ──────╱╲─────────        shown 6 frames late here; before and after it the delay fades in and out,
delay     __╱‾‾‾‾‾‾╲_______        so the motion runs a little slower, then faster (`retiming`)
"""

import numpy as np

from .clip_statistics import ClipStatistics
from .goal_blending import MOST, Draft
from .retiming import Pin, delays, turns_at
from .stroke_landing import HEAD_SHARE, LEAD, TORSO_SHARE, columns_of, lands
from .stroke_statistics import HEAD, MOVED, TORSO, StrokeStatistics
from .strokes import Stroke

# Seconds. Strokes farther away than this stay where they are.
_MOST_SHIFT_S = 0.3
# Seconds by which a stroke may be farther away than another one and still be chosen, if it is twice as fast.
_STRONGER_S = 0.05
# Frames after an apex that move with it unchanged.
_TAIL = 4
# A stroke is not moved if this would make the turns around it, within so many frames, more sudden than this factor
# times their present value.
_HURRY, _WINDOW = 1.1, 70


def move_strokes(
    draft: Draft, clip: ClipStatistics, places: list[int], rejected: dict[int, list[Stroke]]
) -> dict[int, tuple[Stroke, Pin]]:
    """Move strokes to the places that have one near.

    Args:
        draft: gets the moved strokes.
        clip: the take.
        places: frames for apexes, ascending.
        rejected: by place, the strokes that did not land there before; they are not moved there again.

    Returns:
        by place, the stroke that was moved there and its pin; places without a stroke near them are missing.
    """
    moves: dict[int, tuple[Stroke, Pin]] = {}
    for place in places:
        for stroke in _nearest_first(clip, place):
            if stroke in rejected[place]:
                continue
            pin = Pin(stroke.apex, place, stroke.apex - stroke.start + LEAD, _TAIL)
            late = delays([*(pin for _, pin in moves.values()), pin], clip.motion.frame_count)
            if late is not None and not _makes_sudden(clip.stroke_statistics, late, pin):
                moves[place] = stroke, pin
                break
    while moves:
        before = draft.save(slice(None))
        late = delays([pin for _, pin in moves.values()], clip.motion.frame_count)
        assert late is not None  # each move was added only where it fits beside the others
        _retime(draft, clip, late)
        missed = [place for place in moves if not lands(draft, clip, place)]
        if not missed:
            break
        draft.restore(before)
        moves = {place: move for place, move in moves.items() if place not in missed}
    return moves


def _makes_sudden(own: StrokeStatistics, late: np.ndarray, pin: Pin) -> bool:
    """Return whether arms turn too suddenly around a stroke when it is moved by delays (T,)."""
    delayed = np.flatnonzero(late)
    rows = delayed[np.abs(delayed - pin.target) < _WINDOW]
    if len(rows) < 3:
        return False
    after = turns_at(own.arms, rows - late[rows])
    return own.suddenness(after) > max(MOST, _HURRY * own.suddenness(own.arms[rows]))


def _nearest_first(clip: ClipStatistics, place: int) -> list[Stroke]:
    """Return strokes that could be moved to a frame, the best first: near ones, among them strong ones."""
    fps = clip.motion.fps

    def cost(stroke: Stroke) -> float:
        return abs(stroke.apex - place) / fps - _STRONGER_S * np.log2(stroke.speed_m_s)

    near = [s for s in clip.gesture_strokes if abs(s.apex - place) <= _MOST_SHIFT_S * fps]
    return sorted(near, key=cost)


def _retime(draft: Draft, clip: ClipStatistics, late: np.ndarray) -> None:
    """Show every joint as it was `late` frames (T,) before; torso and head by a share of that delay."""
    own, limits = clip.stroke_statistics, clip.limits
    rows = np.flatnonzero(late)
    everyone = np.arange(len(MOVED))
    shares = np.ones(len(MOVED))
    shares[columns_of(TORSO)], shares[columns_of(HEAD)] = TORSO_SHARE, HEAD_SHARE
    for share in np.unique(shares):
        columns = everyone[shares == share]
        draft.turns[np.ix_(rows, columns)] = turns_at(own.turns[:, columns], rows - share * late[rows])
    draft.changed[rows] = True
    source = np.clip(rows - late[rows], 0, len(late) - 1)
    low, share = np.floor(source).astype(int), source % 1
    high = np.minimum(low + 1, len(late) - 1)
    for gaps, allowed in ((draft.gaps, limits.gaps), (draft.hand_gap, limits.hand_gap)):
        part = share.reshape(-1, *[1] * (gaps.ndim - 1))
        gaps[rows] = np.minimum(gaps[rows], allowed[low] + part * (allowed[high] - allowed[low]))
