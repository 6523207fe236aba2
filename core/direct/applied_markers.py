"""Markers on a motion: strokes whose apexes land where they are asked for, arms that hold, arms that settle.

An accent moves the nearest stroke in time: arms, hands and some of torso and head run a little faster or slower over a
bounded window. Where no stroke is near enough, one of the take's own, decoded from its own codes, is copied: the turns
of its arm and hand, blended in and out. Which one is chosen by how near its arm comes from, and goes to, where the arm
is. A hold keeps both arms as they are at its start, or just after the apex of an accent there. "Not here" has them in
the rest pose. Both are complete over their stretch, and blend outside of it. Feet, root and face are never touched.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..errors import GestureError
from .arm_clearance import Limits, keep_clear
from .clip_statistics import ClipStatistics
from .copied_strokes import copy_stroke
from .goals import BLENDS, Draft, Goal
from .markers import Kind, Marker, check_markers
from .moved_strokes import move_strokes
from .stroke_landing import TOLERANCE, TORSO_SHARE, Core, columns_of
from .stroke_statistics import ARM_COLUMNS, HEAD, MOVED, TORSO, pace
from .strokes import Stroke, find_strokes, wrist_paths

# Arms that are kept out of the body, or smoothed, may miss: then other strokes are tried, so often.
_ROUNDS = 3
# So do arms that turn this much more suddenly than usual within so many frames.
_DODGE, _AROUND = 2.0, 45
# So many frames after an apex arms may be held: were it earlier there would be no apex.
_HELD = 6
# Arms come to a hold within so many frames: what was under way before is to be seen.
_STOPS = 11
# What an accent takes of the time in which nothing is said, for levels that settle in pauses.
_AROUND_S = (0.8, 0.4)


def apply_markers(clip: ClipStatistics, markers: Sequence[Marker]) -> ClipStatistics:
    """The clip with what the markers ask for; its rest poses stay, so that levels mean the same.

    Outside of the markers' windows every value is as it was, to the bit.

    Raises:
        GestureError: markers outside of the take, in contradiction, or accents in a take without a single stroke.
    """
    if not markers:
        return clip
    check_markers(markers, clip.duration_s)
    motion, own = clip.motion, clip.stroke_statistics
    last = motion.frame_count - 1
    accents = [m for m in markers if m.kind is Kind.ACCENT]
    if accents and not own.strokes:
        raise GestureError(
            "There is no stroke in this take that an accent could move or copy.",
            remedy="Make the arms anew with more variation or another seed.",
        )

    def frame_of(second: float) -> int:
        return min(round(second * motion.fps), last)

    places = sorted(frame_of(marker.moment_s) for marker in accents)
    stretches: list[tuple[Kind, int, int]] = [
        (marker.kind, frame_of(marker.stretch_s[0]), frame_of(marker.stretch_s[1]))
        for marker in sorted(markers, key=lambda marker: marker.stretch_s)
        if marker.kind is not Kind.ACCENT
    ]
    best, fewest = None, np.inf
    spoilt: dict[int, list[Stroke]] = {place: [] for place in places}
    for _ in range(_ROUNDS):
        rotations, used = _woven(clip, places, stretches, spoilt)
        missed = _missed(clip, rotations, places)
        if len(missed) < fewest:
            best, fewest = rotations, len(missed)
        if not missed:
            break
        for place in missed:
            spoilt[place].append(used[place])
    return clip.with_motion(motion.replace(rotations=best), _spoken(clip, markers))


def _woven(
    clip: ClipStatistics, places: list[int], stretches: list[tuple[Kind, int, int]], spoilt: dict[int, list[Stroke]]
) -> tuple[np.ndarray, dict[int, Stroke]]:
    """One try.

    Args:
        clip: the take.
        places: frames for apexes.
        stretches: what is to be still from where to where, by kind.
        spoilt: strokes that did not land at a place, once arms were smooth and out of the body.

    Returns:
        rotations (T, 55, 3), and the stroke used at each place.
    """
    draft = Draft(clip.stroke_statistics, clip.limits)
    moved = move_strokes(draft, clip, places, spoilt)
    cores = {place: Core(pin.first, place, place + TOLERANCE) for place, (_, pin) in moved.items()}
    used = {place: stroke for place, (stroke, _) in moved.items()}
    for place in places:
        if place not in cores:
            cores[place], used[place] = copy_stroke(draft, clip, place, list(cores.values()), spoilt[place])
    for kind, start, end in stretches:
        _still(draft, clip, kind, start, end, list(cores.values()))
    firm = [place for place in places if spoilt[place]]
    draft.soften(firm)
    return _clear(draft, clip, firm), used


def _missed(clip: ClipStatistics, rotations: np.ndarray, places: list[int]) -> list[int]:
    """Places without an apex, or with arms around it that dodge the body too suddenly."""
    if not places:
        return []
    own = clip.stroke_statistics
    strokes = find_strokes(wrist_paths(rotations, clip.motion.skeleton), clip.motion.fps)
    apexes: list[float] = [stroke.apex for stroke in strokes] or [np.inf]
    found = np.array(apexes)
    _, jump = pace(quat_continuous(rotvec_to_quat(rotations[:, np.array(MOVED)[ARM_COLUMNS]])))
    dodges = np.flatnonzero(jump.max(1) > _DODGE * np.maximum(own.jumps[1:-1], own.most_jump)) + 1
    dodges = dodges if len(dodges) else np.array([np.inf])
    return [
        place for place in places if np.abs(found - place).min() > TOLERANCE or np.abs(dodges - place).min() < _AROUND
    ]


def _still(draft: Draft, clip: ClipStatistics, kind: Kind, start: int, end: int, cores: list[Core]) -> None:
    """Keep the arms as they are at `start`, or at rest, from there to `end`."""
    first = start
    if kind is Kind.HOLD:
        first = max([start, *(core.apex + _HELD for core in cores if core.apex <= start + TOLERANCE + 1)])
        end = max(first, end)
        goal = draft.at(first)
    else:
        goal = _resting(clip)
    shares = np.ones(len(MOVED))
    shares[columns_of(TORSO)], shares[columns_of(HEAD)] = TORSO_SHARE, 0.0
    before = first - max((core.last for core in cores if core.apex <= first), default=-BLENDS[-1])
    after = min((core.first for core in cores if core.apex > first), default=np.inf) - end
    draft.lay(
        goal,
        shares,
        first,
        end,
        int(np.clip(before, 3, _STOPS if kind is Kind.HOLD else BLENDS[-1])),
        int(np.clip(after, 3, BLENDS[-1])),
    )


def _resting(clip: ClipStatistics) -> Callable[[np.ndarray], Goal]:
    """The rest pose, as a goal; hands may be where they are in it anyway."""
    pose = clip.rest[list(MOVED)]

    def goal(frames: np.ndarray) -> Goal:
        limits = clip.limits
        return Goal(np.broadcast_to(pose, (len(frames), *pose.shape)), limits.gaps[frames], limits.hand_gap[frames])

    return goal


def _clear(draft: Draft, clip: ClipStatistics, firm: list[int]) -> np.ndarray:
    """The rotations (T, 55, 3), arms out of the body; frames that did not change are the motion's own."""
    written = _written(draft, clip)
    cleared = keep_clear(written, clip.motion, Limits(clip.limits.own, draft.gaps, draft.hand_gap))
    pushed = np.flatnonzero((cleared != written).any((1, 2)) & draft.changed)
    if len(pushed):
        turns = rotvec_to_quat(cleared[pushed][:, MOVED])
        side = np.where((turns * draft.turns[pushed]).sum(-1, keepdims=True) < 0, -1.0, 1.0)
        draft.turns[pushed] = side * turns
        # arms that dodge the body may do so suddenly
        draft.soften(firm)
    return _written(draft, clip)


def _written(draft: Draft, clip: ClipStatistics) -> np.ndarray:
    """Rotations (T, 55, 3); joints and frames that stayed are the motion's own, to the bit."""
    rotations = clip.motion.rotations.copy()
    rows = np.flatnonzero(draft.changed)
    turned = quat_to_rotvec(draft.turns[rows])
    stayed = (draft.turns[rows] == clip.stroke_statistics.turns[rows]).all(-1)
    rotations[np.ix_(rows, np.array(MOVED))] = np.where(
        stayed[..., None], rotations[np.ix_(rows, np.array(MOVED))], turned
    )
    return rotations


def _spoken(clip: ClipStatistics, markers: Sequence[Marker]) -> np.ndarray:
    """Words, and what accents and holds want kept from settling as if it were said."""
    if not len(clip.speech):
        return clip.speech
    spans = []
    for marker in markers:
        if marker.kind is Kind.ACCENT:
            spans.append((marker.moment_s - _AROUND_S[0], marker.moment_s + _AROUND_S[1]))
        elif marker.kind is Kind.HOLD:
            spans.append(marker.stretch_s)
    return np.concatenate([clip.speech, np.reshape(spans, (-1, 2))])
