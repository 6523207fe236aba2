"""Markers applied to a motion: strokes land at accents, arms hold, arms settle.

    accent     moves the nearest stroke in time (`moved_strokes`): arms, hands and some of torso and head run a little
               faster or slower around it. Where no stroke is near, another stroke of the take is copied
               (`copied_strokes`).
    hold       keeps both arms as they are at its start, or just after the apex of an accent there.
    not here   has both arms in the rest pose.

Holds and rests are complete over their stretch; their blends lie outside of it. Feet, root and face never change.

Afterwards arms are smoothed where they turn too suddenly, and kept out of the body. Both may move an apex away from its
marker, so the result is measured again. Where no apex is at an accent, another stroke is tried.
"""

from collections.abc import Sequence

import numpy as np

from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..errors import GestureError
from .arm_clearance import Limits, keep_clear
from .clip_statistics import ClipStatistics
from .copied_strokes import copy_stroke
from .goal_blending import BLENDS, Draft, Goal, GoalAt
from .markers import Kind, Marker, check_markers
from .moved_strokes import move_strokes
from .stroke_landing import TOLERANCE, TORSO_SHARE, StrokeFrames, columns_of
from .stroke_statistics import ARM_COLUMNS, HEAD, MOVED, TORSO, pace
from .strokes import Stroke, find_strokes, wrist_paths

# Rounds in which other strokes are tried for accents that have no apex.
_ROUNDS = 3
# An accent also fails where arms, on their way around the body, turn this much more suddenly than usual within this
# many frames of it.
_DODGE, _AROUND = 2.0, 45
# Frames after an apex from which arms may be held. A hold that begins earlier would keep the wrist from slowing down,
# and there would be no apex.
_HELD = 6
# Most frames in which arms come to a hold, so that the motion before it stays visible.
_STOPS = 11
# Least frames of a blend into or out of a stretch, even where a stroke is near.
_SHORTEST_BLEND = 3
# Seconds before and after an accent that count as spoken, so that levels which settle in pauses leave it alone.
_AROUND_S = (0.8, 0.4)


def apply_markers(clip: ClipStatistics, markers: Sequence[Marker]) -> ClipStatistics:
    """Return the clip with the arms that the markers ask for; its rest poses stay, so that levels act as before.

    Outside of the markers' windows every value stays to the bit.

    Raises:
        GestureError: markers outside of the take, in contradiction, or accents in a take without a single stroke.
    """
    markers = [marker for marker in markers if marker.kind is not Kind.GESTURE]
    if not markers:
        return clip
    check_markers(markers, clip.duration_s)
    motion = clip.motion
    last = motion.frame_count - 1
    accents = [m for m in markers if m.kind is Kind.ACCENT]
    if accents and not clip.stroke_statistics.strokes:
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
    rejected: dict[int, list[Stroke]] = {place: [] for place in places}
    for _ in range(_ROUNDS):
        rotations, used = _attempt(clip, places, stretches, rejected)
        missed = _missed(clip, rotations, places)
        if len(missed) < fewest:
            best, fewest = rotations, len(missed)
        if not missed:
            break
        for place in missed:
            rejected[place].append(used[place])
    return clip.with_motion(motion.replace(rotations=best), _spoken(clip, markers))


def _attempt(
    clip: ClipStatistics, places: list[int], stretches: list[tuple[Kind, int, int]], rejected: dict[int, list[Stroke]]
) -> tuple[np.ndarray, dict[int, Stroke]]:
    """Apply all markers once to a new draft.

    Args:
        clip: the take.
        places: frames for apexes.
        stretches: kind, first and last frame of holds and rests.
        rejected: strokes that did not land at a place, once arms were smooth and out of the body.

    Returns:
        rotations (T, 55, 3), and the stroke used at each place.
    """
    draft = Draft(clip.stroke_statistics, clip.limits)
    moved = move_strokes(draft, clip, places, rejected)
    strokes = {place: StrokeFrames(pin.first, place, place + TOLERANCE) for place, (_, pin) in moved.items()}
    used = {place: stroke for place, (stroke, _) in moved.items()}
    for place in places:
        if place not in strokes:
            neighbours = list(strokes.values())
            strokes[place], used[place] = copy_stroke(draft, clip, place, neighbours, rejected[place])
    for kind, start, end in stretches:
        _hold_or_rest(draft, clip, kind, start, end, list(strokes.values()))
    firm = [place for place in places if rejected[place]]
    draft.soften(firm)
    return _keep_clear(draft, clip, firm), used


def _missed(clip: ClipStatistics, rotations: np.ndarray, places: list[int]) -> list[int]:
    """Return the places without an apex, and those near which arms move out of the body too suddenly."""
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


def _hold_or_rest(
    draft: Draft, clip: ClipStatistics, kind: Kind, start: int, end: int, strokes: list[StrokeFrames]
) -> None:
    """Keep the arms as they are at `start`, or at rest, from there to `end`; blends stay out of strokes."""
    first = start
    if kind is Kind.HOLD:
        first = max([start, *(stroke.apex + _HELD for stroke in strokes if stroke.apex <= start + TOLERANCE + 1)])
        end = max(first, end)
        goal = draft.pose_goal(first)
    else:
        goal = _rest_goal(clip)
    shares = np.ones(len(MOVED))
    shares[columns_of(TORSO)], shares[columns_of(HEAD)] = TORSO_SHARE, 0.0
    before = first - max((stroke.last for stroke in strokes if stroke.apex <= first), default=-BLENDS[-1])
    after = min((stroke.first for stroke in strokes if stroke.apex > first), default=np.inf) - end
    longest = _STOPS if kind is Kind.HOLD else BLENDS[-1]
    blend_in, blend_out = (
        int(np.clip(room, _SHORTEST_BLEND, most)) for room, most in ((before, longest), (after, BLENDS[-1]))
    )
    draft.blend_goal(goal, shares, first, end, blend_in, blend_out)


def _rest_goal(clip: ClipStatistics) -> GoalAt:
    """Return the rest pose as a goal; it lets hands come no nearer to the body than the take's limits do."""
    pose = clip.rest[list(MOVED)]

    def goal(frames: np.ndarray) -> Goal:
        limits = clip.limits
        return Goal(np.broadcast_to(pose, (len(frames), *pose.shape)), limits.gaps[frames], limits.hand_gap[frames])

    return goal


def _keep_clear(draft: Draft, clip: ClipStatistics, firm: list[int]) -> np.ndarray:
    """Return the draft's rotations (T, 55, 3) with arms out of the body; unchanged frames are the motion's own.

    Args:
        draft: gets the arms that were pushed out of the body, and is smoothed again, because the push may be sudden.
        clip: the take.
        firm: apexes that smoothing leaves alone.
    """
    rotations = _rotations_of(draft, clip)
    cleared = keep_clear(rotations, clip.motion, Limits(clip.limits.own, draft.gaps, draft.hand_gap))
    pushed = np.flatnonzero((cleared != rotations).any((1, 2)) & draft.changed)
    if len(pushed):
        turns = rotvec_to_quat(cleared[pushed][:, MOVED])
        side = np.where((turns * draft.turns[pushed]).sum(-1, keepdims=True) < 0, -1.0, 1.0)
        draft.turns[pushed] = side * turns
        draft.soften(firm)
    return _rotations_of(draft, clip)


def _rotations_of(draft: Draft, clip: ClipStatistics) -> np.ndarray:
    """Return the draft's rotations (T, 55, 3); joints and frames that stayed are the motion's own, to the bit."""
    rotations = clip.motion.rotations.copy()
    rows = np.flatnonzero(draft.changed)
    turned = quat_to_rotvec(draft.turns[rows])
    stayed = (draft.turns[rows] == clip.stroke_statistics.turns[rows]).all(-1)
    cells = np.ix_(rows, np.array(MOVED))
    rotations[cells] = np.where(stayed[..., None], rotations[cells], turned)
    return rotations


def _spoken(clip: ClipStatistics, markers: Sequence[Marker]) -> np.ndarray:
    """Return what counts as spoken (N, 2), seconds: the words, and the surroundings of accents and holds."""
    if not len(clip.speech):
        return clip.speech
    spans = []
    for marker in markers:
        if marker.kind is Kind.ACCENT:
            spans.append((marker.moment_s - _AROUND_S[0], marker.moment_s + _AROUND_S[1]))
        elif marker.kind is Kind.HOLD:
            spans.append(marker.stretch_s)
    return np.concatenate([clip.speech, np.reshape(spans, (-1, 2))])
