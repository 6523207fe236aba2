"""Steps as people make them: a short step is a low one, none is on the spot, and a foot is up before it goes across.

The decoder of the legs sees eight frames to either side, so in the middle of a step it knows neither where the foot
came from nor where it goes, and lifts every foot alike. Seen from the side, a step as decoded and as it becomes:

        ╭──────╮                            ╭────────╮      as high as its way deserves, a little longer in the air
    ────╯      ╰────  way: 3 cm        ─────╯        ╰─────  way: 7 cm

Where a shin leans ahead over its foot, the heel comes up a little, farther while the other leg carries the weight.
"""

from dataclasses import replace

import numpy as np

from ..body.curves import envelope, gaussian, min_jerk, runs, soft_limit
from ..body.joints import ANKLES, HIPS, KNEES
from ..body.legs import Feet, Legs, solve_legs
from ..body.motion import Motion
from ..body.proportions import sole_height
from ..body.rotation import matrix_to_yaw, rotvec_to_matrix
from ..finish.contacts import find_ground
from ..finish.root import DRIFT_S, slow_trend
from ..stops import check_stop
from .single_steps import FootPath, gone, with_rests

# Metres over its level beyond which a foot is in the air, and that it reaches in a step; the shortest step, in frames.
_UP_M, _STEP_M, _LEAST_FRAMES = 0.012, 0.02, 5
# Frames that a foot takes to rise so far from the floor.
_RISE_FRAMES = 4
# Metres that a foot is lifted in a step on the spot; the share of a long way that it is lifted; and metres at most.
_LIFT_M, _LIFT_SHARE, _LIFT_MOST_M = 0.02, 0.39, 0.08
# Frames by which a foot is longer in the air, before and after; and that it stands at least between two steps.
_LONGER, _REST = 4, 12
# Metres over its path on the floor at which a foot does not touch it.
_OFF_M = 0.008
# Metres: a foot that leaves the straight way by more than this goes its own way.
_ROUNDABOUT_M = 0.12
# A step that would lead to the place where the foot is goes where the decoded foot goes.
_BIAS = 0.3
# Radians that an ankle bends before the heel comes up, the share of the rest that the heel takes, and over how many
# frames (sigma) it comes up.
_BEND, _HEEL_SHARE, _HEEL_FRAMES = 0.02, 0.7, 4.0
# How far a heel comes up at most, radians: that of a foot with weight, and of one without.
_HEEL_MOST = (0.09, 0.15)
# How far the pelvis is over the other foot (0: between both, 1: over it) where a foot begins to be without weight, and
# where it is so wholly.
_FREE = (-0.1, 0.4)
# By how much a foot is without weight in a step that is made later, 0-1.
_LIFTABLE = 0.3
_ACROSS = [0, 2]


def with_strides(motion: Motion, longer_m: float, rows: slice = slice(None)) -> Motion:
    """Return a decoded motion whose short steps are longer, and whose steps are as high as they are long.

    Pelvis and spine keep their turns. The pelvis goes along by half of what each foot is moved.

    Args:
        motion: as decoded.
        longer_m: metres; a step of no length gets this length, one of this length 1.4 times as much, and much longer
            ones stay as they are. With 0 the motion stays as it is.
        rows: the frames that are decoded; all others stay as they are.
    """
    if longer_m <= 0 or motion.contacts is None or len(motion.contacts[rows]) < _LEAST_FRAMES:
        return motion
    legs = Legs.of(motion).rows(rows)
    toe, turn, pelvis = legs.feet.toe.copy(), legs.feet.turn.copy(), legs.pelvis.copy()
    contacts, rotations, translation = motion.contacts.copy(), motion.rotations.copy(), motion.translation.copy()
    heading = matrix_to_yaw(legs.pelvis_turn)
    ahead = np.stack([np.sin(heading), np.cos(heading)], 1)
    levels = find_ground(toe, sole_height(motion.skeleton), None).levels
    drift = slow_trend(pelvis[:, _ACROSS], DRIFT_S * motion.fps)
    steps_of = [_steps(toe[:, side, 1] - levels[side]) for side in range(2)]
    free = _free(pelvis, toe) > _LIFTABLE
    for side in range(2):
        check_stop()
        steps = steps_of[side]
        place = toe[:, side, _ACROSS] - drift
        may_lift = free[:, side] & ~_in_air(steps_of[1 - side], len(free))
        path = with_rests(FootPath(place, toe[:, side, 1], turn[:, side], steps), may_lift)
        steps_of[side] = path.steps
        stepped = path.place + _moved(path.place, path.steps, ahead, longer_m)
        toe[:, side, _ACROSS] += stepped - place
        pelvis[:, _ACROSS] += (stepped - place) / 2
        toe[:, side, 1], up = _lifted(path.height, stepped, path.steps)
        turn[:, side] = path.turn
        for first, last in set(steps) - set(path.steps):
            contacts[rows][first : last + 1, [side, side + 2]] = 1
        contacts[rows][up, side] = contacts[rows][up, side + 2] = 0
    check_stop()
    for joints, solved in zip(
        (HIPS, KNEES, ANKLES), _solved(replace(legs, pelvis=pelvis), Feet(toe, turn)), strict=True
    ):
        rotations[rows, joints] = solved
    translation[rows] = pelvis - legs.skeleton.pelvis
    return motion.replace(rotations=rotations, translation=translation, contacts=contacts)


def _steps(height: np.ndarray) -> list[tuple[int, int]]:
    """Return the steps of a foot, from its height (T,) over its level: the frames before it rises and after it sank.

    Where the motion begins or ends in a step, its first or last frame is in the air.
    """
    steps = [
        (start, end)
        for start, end in runs(height > _UP_M)
        if end - start >= _LEAST_FRAMES and height[start:end].max() >= _STEP_M
    ]
    ends = [0, *(end for _, end in steps)]
    starts = [*(start for start, _ in steps), len(height)]
    return [
        (max(start - _RISE_FRAMES, before), min(end + _RISE_FRAMES, after) - 1)
        for (start, end), before, after in zip(steps, ends[:-1], starts[1:], strict=True)
    ]


def _in_air(steps: list[tuple[int, int]], count: int) -> np.ndarray:
    """Return in which frames (count,) a foot is in the air."""
    flags = np.zeros(count, bool)
    for first, last in steps:
        flags[first : last + 1] = True
    return flags


def _moved(place: np.ndarray, steps: list[tuple[int, int]], ahead: np.ndarray, longer_m: float) -> np.ndarray:
    """Return by how much a foot is moved (T, 2) so that its steps lead farther ahead or back, but never astray.

    Args:
        place: (T, 2) x and z of the foot, metres.
        steps: frames between which it is in the air.
        ahead: (T, 2) unit vectors, where the pelvis faces.
        longer_m: see `with_strides`.
    """
    moved, now = np.zeros_like(place), np.zeros(2)
    for first, last in steps:
        own, axis = place[last] - place[first], ahead[(first + last) // 2]
        along = float((own - now) @ axis)
        forth = 1.0 if along + _BIAS * float(own @ axis) >= 0 else -1.0
        after = (forth * np.hypot(along, longer_m) - along) * axis
        goes = gone(last - first + 1)
        straight = place[first] + goes[:, None] * own - place[first : last + 1]
        if np.abs(straight).max() > _ROUNDABOUT_M:
            straight = np.zeros_like(straight)
        moved[first : last + 1] = straight + now + goes[:, None] * (after - now)
        moved[last + 1 :] = now = after
    return moved


def _lifted(before: np.ndarray, place: np.ndarray, steps: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the heights (T,) of a toe whose steps are as high as they are long, and when it is off the floor, (T,).

    Args:
        before: (T,) its heights, metres.
        place: (T, 2) its x and z.
        steps: frames between which it is in the air.
    """
    count, height = len(before), before.copy()
    up = np.zeros(count, bool)
    for number, (first, last) in enumerate(steps):
        # where the motion begins or ends in a step, the floor is where the other end is
        ends = before[[last if first == 0 else first, first if last == count - 1 else last]]
        inside = np.arange(first, last + 1)
        risen = np.maximum(before[inside] - np.interp(inside, (first, last), ends), 0)
        way = float(np.linalg.norm(place[last] - place[first]))
        since = first - (steps[number - 1][1] if number else -count)
        until = (steps[number + 1][0] if number + 1 < len(steps) else 2 * count) - last
        longer = max(0, min(_LONGER, (since - _REST) // 2, (until - _REST) // 2))
        window = np.arange(max(first - longer, 0), min(last + longer, count - 1) + 1)
        shape = np.zeros(len(window))
        shape[inside - window[0]] = risen / max(risen.max(), 1e-9)
        rise = min(risen.max(), _deserved(way)) * (envelope(shape, longer) if longer else shape)
        floor = height[window]
        floor[inside - window[0]] -= risen
        height[window] = floor + rise
        up[window] |= rise > _OFF_M
    return height, up


def _deserved(way: float) -> float:
    """Return how high a step is that leads so far, metres."""
    lift = np.hypot(_LIFT_M, _LIFT_SHARE * way)
    return float(soft_limit(lift, 0.8 * _LIFT_MOST_M, _LIFT_MOST_M))


def _solved(legs: Legs, feet: Feet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rotation vectors (T, 2, 3) of hips, knees and ankles for feet, with heels that come up."""
    _, _, bent = solve_legs(legs, feet)
    most = _HEEL_MOST[0] + _free(legs.pelvis, feet.toe) * (_HEEL_MOST[1] - _HEEL_MOST[0])
    wanted = _HEEL_SHARE * np.maximum(-bent[..., 0] - _BEND, 0)
    heel = most * np.tanh(wanted / most)
    heel = gaussian(heel, _HEEL_FRAMES)
    turn = rotvec_to_matrix(feet.turn[..., 0] * heel[..., None]) @ feet.turn
    return solve_legs(legs, Feet(feet.toe, turn))


def _free(pelvis: np.ndarray, toe: np.ndarray) -> np.ndarray:
    """Return how far each foot is without weight (T, 2), 0-1, by the pelvis (T, 3) over the toes (T, 2, 3)."""
    apart = (toe[:, 0] - toe[:, 1])[:, _ACROSS]
    from_middle = (pelvis - toe.mean(1))[:, _ACROSS]
    to_left = 2 * (from_middle * apart).sum(-1) / np.maximum((apart**2).sum(-1), 1e-9)
    return np.stack([min_jerk((side * to_left - _FREE[0]) / (_FREE[1] - _FREE[0])) for side in (-1, 1)], 1)
