"""Markers on a motion: strokes whose apexes land where they are asked for, arms that hold, arms that settle.

An accent moves the nearest stroke in time: arms, hands and some of torso and head run a little faster or slower over a
bounded window. Where no stroke is near enough, one of the take's own, decoded from its own codes, is copied: the turns of
its arm and hand, blended in and out. Which one is chosen by how near its arm comes from, and goes to, where the arm is.
A hold keeps both arms as they are at its start, or at the apex of an accent there. "Not here" has them in the take's rest
pose. Both are complete over their whole stretch, and blend outside of it. Feet, root and face are never touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..body.rotation import quaternion_to_rotvec
from ..errors import GestureError
from .gestures import ARM, ARM_COLUMNS, COLUMN, HAND, HEAD, MOVED, TORSO, Gestures, apart
from .markers import Kind, Marker, check_markers
from .reachable import Limits, keep_clear
from .retime import Pin, delays, turns_at
from .strokes import Stroke, find_strokes, wrist_paths
from .study import Study
from .weave import BLENDS, MOST, Goal, Weave

# An apex lands within so many frames of its marker.
TOLERANCE = 2
# Strokes farther away than this stay where they are.
_MOST_SHIFT_S = 0.3
# A stroke twice as fast may be so much farther away, seconds.
_STRONGER_S = 0.05
# Frames around a stroke that move with it unchanged, before it and after its apex.
_LEAD, _TAIL = 2, 4
# Moving a stroke must not make turns more sudden than this times what they were, so many frames around it.
_HURRY, _WINDOW = 1.1, 70
# Strokes that are tried in places without one.
_TRIES = 5
# Arms that are kept out of the body, or smoothed, may miss: then other strokes are tried, so often.
_ROUNDS = 4
# Poses are compared so many frames outside of the stroke; blends shorter than that cost metres per frame.
_OUTSIDE, _SHORT_M = 8, 0.03
# Copies should be like the take's usual stroke, and end clearly: metres that a misfit is worth.
_UNUSUAL_M = 0.1
# How far torso and head take part.
_TORSO, _HEAD = 0.5, 0.25
# A hand that moves this much at the same time belongs to the stroke.
_BOTH = 0.6
# An accent so soon before a hold, frames, is what it holds.
_HELD = 12
# Arms come to a hold within so many frames: what was under way before is to be seen.
_STOPS = 11
# What an accent takes of the time in which nothing is said, for levels that settle in pauses.
_AROUND_S = (0.8, 0.4)


@dataclass(frozen=True)
class _Core:
    """Frames of a stroke that nothing else may blend into."""

    first: int
    apex: int
    last: int


def apply_markers(subject: Study, markers: Sequence[Marker]) -> Study:
    """The subject with what the markers ask for; its rest poses stay, so that levels mean the same.

    Outside of the markers' windows every value is as it was, to the bit.

    Raises:
        GestureError: markers outside of the take, in contradiction, or accents in a take without a single stroke.
    """
    if not markers:
        return subject
    check_markers(markers, subject.duration_s)
    motion, own = subject.motion, subject.gestures
    last = motion.frame_count - 1
    accents = [m for m in markers if m.kind is Kind.ACCENT]
    if accents and not own.strokes:
        raise GestureError(
            "There is no stroke in this take that an accent could move or copy.",
            remedy="Make the arms anew with more variation or another seed.",
        )
    places = sorted(min(round(marker.moment_s * motion.fps), last) for marker in accents)
    stretches = [
        (marker.kind, *(min(round(second * motion.fps), last) for second in marker.stretch_s))
        for marker in sorted(markers, key=lambda marker: marker.stretch_s)
        if marker.kind is not Kind.ACCENT
    ]
    best, fewest = None, np.inf
    spoilt: dict[int, list[Stroke]] = {place: [] for place in places}
    for _ in range(_ROUNDS):
        rotations, used = _woven(subject, places, stretches, spoilt)
        missed = _missed(subject, rotations, places)
        if len(missed) < fewest:
            best, fewest = rotations, len(missed)
        if not missed:
            break
        for place in missed:
            spoilt[place].append(used[place])
    return subject.with_motion(motion.replace(rotations=best), _spoken(subject, markers))


def _woven(
    subject: Study, places: list[int], stretches: list[tuple[Kind, int, int]], spoilt: dict[int, list[Stroke]]
) -> tuple[np.ndarray, dict[int, Stroke]]:
    """One try.

    Args:
        subject: the take.
        places: frames for apexes.
        stretches: what is to be still from where to where, by kind.
        spoilt: strokes that did not land at a place, once arms were smooth and out of the body.

    Returns:
        rotations (T, 55, 3), and the stroke used at each place.
    """
    weave = Weave(subject.gestures, subject.limits)
    used = _move(weave, subject, places, spoilt)
    cores = {place: _Core(pin.first, place, place + TOLERANCE) for place, (_, pin) in used.items()}
    used = {place: stroke for place, (stroke, _) in used.items()}
    for place in places:
        if place not in cores:
            cores[place], used[place] = _copy(weave, subject, place, list(cores.values()), spoilt[place])
    for kind, start, end in stretches:
        _still(weave, subject, kind, start, end, list(cores.values()))
    weave.soften([place for place in places if spoilt[place]])
    return _clear(weave, subject), used


def _missed(subject: Study, rotations: np.ndarray, places: list[int]) -> list[int]:
    """Places without an apex."""
    if not places:
        return []
    strokes = find_strokes(wrist_paths(rotations, subject.motion.skeleton), subject.motion.fps)
    found = np.array([stroke.apex for stroke in strokes] or [np.inf])
    return [place for place in places if np.abs(found - place).min() > TOLERANCE]


def _move(
    weave: Weave, subject: Study, places: list[int], spoilt: dict[int, list[Stroke]]
) -> dict[int, tuple[Stroke, Pin]]:
    """Move strokes to the places that have one near; which stroke these have, and where."""
    moves: dict[int, tuple[Stroke, Pin]] = {}
    for place in places:
        for stroke in _near(subject, place):
            if stroke in spoilt[place]:
                continue
            pin = Pin(stroke.apex, place, stroke.apex - stroke.start + _LEAD, _TAIL)
            late = delays([*(pin for _, pin in moves.values()), pin], subject.motion.frame_count)
            if late is not None and not _hurries(subject.gestures, late, pin):
                moves[place] = stroke, pin
                break
    while moves:
        moved = weave.copy()
        _retime(moved, subject, delays([pin for _, pin in moves.values()], subject.motion.frame_count))
        missed = [place for place in moves if not _lands(moved, subject, place)]
        if not missed:
            weave.become(moved)
            break
        del moves[missed[0]]
    return moves


def _hurries(own: Gestures, late: np.ndarray, pin: Pin) -> bool:
    """Whether arms turn more suddenly around a stroke when it is moved."""
    reach = np.flatnonzero(late)
    rows = reach[np.abs(reach - pin.target) < _WINDOW]
    if len(rows) < 3:
        return False
    before = own.turns[rows][:, ARM_COLUMNS]
    after = turns_at(own.turns[:, ARM_COLUMNS], rows - late[rows])
    return own.suddenness(after) > max(MOST, _HURRY * own.suddenness(before))


def _near(subject: Study, place: int) -> list[Stroke]:
    """Strokes that could be moved to a frame, the best first."""
    fps = subject.motion.fps

    def cost(stroke: Stroke) -> float:
        return abs(stroke.apex - place) / fps - _STRONGER_S * np.log2(stroke.speed_m_s)

    near = [s for s in subject.gestures.strokes if abs(s.apex - place) <= _MOST_SHIFT_S * fps]
    return sorted(near, key=cost)


def _retime(weave: Weave, subject: Study, late: np.ndarray) -> None:
    """Show every joint as it was so many frames (T,) before, or its share of them."""
    own, limits = subject.gestures, subject.limits
    rows = np.flatnonzero(late)
    everyone = np.arange(len(MOVED))
    shares = np.ones(len(MOVED))
    shares[_columns(TORSO)], shares[_columns(HEAD)] = _TORSO, _HEAD
    for share in np.unique(shares):
        columns = everyone[shares == share]
        weave.turns[np.ix_(rows, columns)] = turns_at(own.turns[:, columns], rows - share * late[rows])
    weave.changed[rows] = True
    source = np.clip(rows - late[rows], 0, len(late) - 1)
    low, share = np.floor(source).astype(int), source % 1
    high = np.minimum(low + 1, len(late) - 1)
    for gaps, allowed in ((weave.gaps, limits.gaps), (weave.hand_gap, limits.hand_gap)):
        part = share.reshape(-1, *[1] * (gaps.ndim - 1))
        gaps[rows] = np.minimum(gaps[rows], allowed[low] + part * (allowed[high] - allowed[low]))


def _copy(weave: Weave, subject: Study, place: int, cores: list[_Core], spoilt: list[Stroke]) -> tuple[_Core, Stroke]:
    """Copy a stroke of the take to a place without one."""
    own, last = subject.gestures, subject.motion.frame_count - 1
    earliest = max((core.last for core in cores if core.apex < place), default=-BLENDS[-1])
    latest = min((core.first for core in cores if core.apex > place), default=last + BLENDS[-1])
    best, least = None, (True, np.inf)
    fitting = _fitting(weave, subject, place, earliest)
    for stroke in ([stroke for stroke in fitting if stroke not in spoilt] or fitting)[:_TRIES]:
        core = _Core(max(place - (stroke.apex - stroke.start) - _LEAD, 0), place, min(place + TOLERANCE + 1, last))
        tried = weave.copy()
        sudden = tried.lay(
            _shown(subject, stroke.apex - place),
            _copied(subject, stroke),
            core.first,
            core.last,
            int(np.clip(core.first - earliest, 1, BLENDS[-1])),
            int(np.clip(latest - core.last, 1, BLENDS[-1])),
        )
        worth = (not _lands(tried, subject, place), sudden)
        if worth < least:
            best, least = (tried, core, stroke), worth
        if worth <= (False, MOST):
            break
    weave.become(best[0])
    return best[1:]


def _shown(subject: Study, source: int) -> Callable[[np.ndarray], Goal]:
    """The take's own arms so many frames later, as a goal."""

    def goal(frames: np.ndarray) -> Goal:
        rows = np.clip(frames + source, 0, subject.motion.frame_count - 1)
        return Goal(subject.gestures.turns[rows], subject.limits.gaps[rows], subject.limits.hand_gap[rows])

    return goal


def _fitting(weave: Weave, subject: Study, place: int, earliest: int) -> list[Stroke]:
    """The take's strokes, the best to copy to a frame first.

    Args:
        weave: what is there so far.
        subject: the take.
        place: where an apex is wanted.
        earliest: the last frame that must stay.
    """
    own, last = subject.gestures, subject.motion.frame_count - 1
    strokes = own.strokes
    side, start, peak, apex = np.array([(s.side, s.start, s.peak, s.apex) for s in strokes]).T
    speed = np.array([stroke.speed_m_s for stroke in strokes])
    cost = _UNUSUAL_M * (np.abs(np.log2(speed / np.median(speed))) + own.jumps[peak] / own.most_jump)
    for frame in (start - _OUTSIDE, apex + _OUTSIDE):
        here, there = np.clip(frame - apex + place, 0, last), np.clip(frame, 0, last)
        distances = [apart(weave.turns[here], own.turns[there], side) for side in (0, 1)]
        cost = cost + np.where(side == 0, *distances)
    missing = np.maximum(_LEAD + apex - start - place, 0) + np.maximum(apex + _OUTSIDE - last, 0)
    cost = cost + _UNUSUAL_M * missing
    cost = cost + _SHORT_M * np.maximum(_OUTSIDE + earliest - (place - apex + start), 0)
    return [strokes[number] for number in np.argsort(cost, kind="stable")]


def _copied(subject: Study, stroke: Stroke) -> np.ndarray:
    """Shares (J,): the arm and hand that strike, or both where both do."""
    shares = np.zeros(len(MOVED))
    travelled = np.linalg.norm(np.diff(subject.gestures.wrists[stroke.start : stroke.apex + 1], axis=0), axis=-1).sum(0)
    for side in (0, 1):
        if side == stroke.side or travelled[side] > _BOTH * travelled[stroke.side]:
            shares[_columns(ARM[side] + HAND[side])] = 1.0
    return shares


def _still(weave: Weave, subject: Study, kind: Kind, start: int, end: int, cores: list[_Core]) -> None:
    """Keep the arms as they are at `start`, or at rest, from there to `end`."""
    first = start
    if kind is Kind.HOLD:
        held = [core.apex for core in cores if start - _HELD <= core.apex <= start + TOLERANCE + 1]
        first = held[-1] if held else start
        goal = weave.at(first)
    else:
        goal = _resting(subject)
    shares = np.ones(len(MOVED))
    shares[_columns(TORSO)], shares[_columns(HEAD)] = _TORSO, 0.0
    before = first - max((core.last for core in cores if core.apex <= first), default=-BLENDS[-1])
    after = min((core.first for core in cores if core.apex > first), default=np.inf) - end
    weave.lay(
        goal,
        shares,
        first,
        end,
        int(np.clip(before, 3, _STOPS if kind is Kind.HOLD else BLENDS[-1])),
        int(np.clip(after, 3, BLENDS[-1])),
    )


def _resting(subject: Study) -> Callable[[np.ndarray], Goal]:
    """The rest pose, as a goal; hands may be where they are in it anyway."""
    pose = subject.rest[list(MOVED)]

    def goal(frames: np.ndarray) -> Goal:
        limits = subject.limits
        return Goal(np.broadcast_to(pose, (len(frames), *pose.shape)), limits.gaps[frames], limits.hand_gap[frames])

    return goal


def _lands(weave: Weave, subject: Study, place: int) -> bool:
    """Whether a stroke's apex is within the tolerance of a frame."""
    fps = subject.motion.fps
    rows = slice(max(place - round(fps), 0), min(place + round(fps / 2), subject.motion.frame_count))
    rotations = subject.motion.rotations[rows].copy()
    rotations[:, MOVED] = quaternion_to_rotvec(weave.turns[rows])
    strokes = find_strokes(wrist_paths(rotations, subject.motion.skeleton), fps)
    return any(abs(stroke.apex + rows.start - place) <= TOLERANCE for stroke in strokes)


def _clear(weave: Weave, subject: Study) -> np.ndarray:
    """The rotations, arms out of the body; frames that did not change are the motion's own."""
    rotations = subject.motion.rotations.copy()
    rows = np.flatnonzero(weave.changed)
    rotations[np.ix_(rows, MOVED)] = quaternion_to_rotvec(weave.turns[rows])
    # a joint that stayed is not to differ by rounding
    stayed = (weave.turns[rows] == subject.gestures.turns[rows]).all(-1)
    at, column = np.nonzero(stayed)
    joints = np.array(MOVED)[column]
    rotations[rows[at], joints] = subject.motion.rotations[rows[at], joints]
    cleared = keep_clear(rotations, subject.motion, Limits(subject.limits.own, weave.gaps, weave.hand_gap))
    return np.where(weave.changed[:, None, None], cleared, subject.motion.rotations)


def _spoken(subject: Study, markers: Sequence[Marker]) -> np.ndarray:
    """Words, and what accents and holds want kept from settling as if it were said."""
    if not len(subject.speech):
        return subject.speech
    spans = []
    for marker in markers:
        if marker.kind is Kind.ACCENT:
            spans.append((marker.moment_s - _AROUND_S[0], marker.moment_s + _AROUND_S[1]))
        elif marker.kind is Kind.HOLD:
            spans.append(marker.stretch_s)
    return np.concatenate([subject.speech, np.reshape(spans, (-1, 2))])


def _columns(joints: Sequence[int]) -> list[int]:
    return [COLUMN[joint] for joint in joints]
