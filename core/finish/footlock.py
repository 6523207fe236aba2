"""Feet that stay where they stand: the places of the feet are decided, then pelvis and legs follow.

Decoded feet slide with the pelvis, because the network predicts joint angles and no contacts with the floor:

    toe, x     ▁▂▃▄▅▅▆▇▇        decoded: the foot drifts while it stands
    planned    ▁▁▁▁▁╱▇▇▇▇       replan: few places that suit the motion (`step_plan`), clean steps between them
    corrected  ▁▁▁▂▂▂▇▇▇        correct: the motion's own contacts, each held still (`foot_paths.hold_foot`)

1. Where the floor is, and when feet touch it (`contacts`).
2. The root's path and heading are held (`root`).
3. The feet get their paths: `_stand`, `_replan` or `_correct`.
4. The pelvis goes where both legs reach their feet (`pelvis`), and the legs are solved (`body.legs`).

The feet's places come from the motion before smoothing: smoothing joint by joint makes standing feet slide.
"""

from dataclasses import replace
from functools import partial

import numpy as np

from ..body.curves import runs
from ..body.joints import ANKLES, HIPS, KNEES
from ..body.legs import Feet, Legs, Skeleton, ankles, solve_legs
from ..body.motion import Motion
from ..body.proportions import sole_height
from ..body.rotation import matrix_to_rotvec, matrix_to_yaw
from ..stops import check_stop
from .contacts import NEAR_FLOOR_M, Contacts, Ground, certainty, detect, find_ground, given, typical_slide
from .foot_paths import hold_foot, walk
from .knees import near_bend
from .pelvis import balance, ride, sink_and_tip
from .root import hold_root
from .settings import FinishSettings
from .smoothing import smooth_track
from .stances import Stance, keep_apart, stances_of_steps, with_swings
from .step_plan import Track, plan_both, plan_steps

# Metres per second. Feet that typically slide faster get new places; slower feet are only held. Feet of recordings move
# by a few millimetres per second in contact, those of the bundled weights by three centimetres, others by twelve.
SLIDES_M_S = 0.05
# Radians that heels may lift before the pelvis sinks where the motion's own steps are kept: 5 degrees. This is a
# centimetre at the heel, which nobody sees, and the pelvis keeps its height.
_TIP_KEPT = 0.08
# A foot flies, and no stance is planned for it, if its toe is higher over its stance than this, metres, for at least
# this long, seconds: a planned step lifts the toe by 0.06 m only.
_ALOFT_M = 0.1
_FLIGHT_S = 0.3
# Hz. Cutoff of the smoothing of a toe's path where its own steps are kept. It is higher than for legs (2.6 Hz), because
# steps are quick.
_TOE_CUTOFF_HZ = 5.0
# Seconds. A foot that slowly moves or turns in a long contact gets this long to reach its next place: two thirds of a
# planned step, because the way is short.
_SHUFFLE_S = 0.4
# Cost of such a small step, in the unit of `step_plan.STEP_COST`. It is lower than a normal step's, because the foot
# moves by little.
_SHUFFLE_COST = 0.5
# Least weight of a frame when places are averaged: above zero, so that a foot that never comes down has a place.
_LEAST_WEIGHT = 0.05
# Weight of frames that `replant` keeps, beside 1 for the others: the place of a stance then differs from where the
# kept foot stands by a fraction of a millimetre.
_FIRM = 1e5


def lock_feet(motion: Motion, before: Motion, settings: FinishSettings) -> Motion:
    """Hold the root as asked and the feet where they stand, and solve the legs between them.

    Args:
        motion: after smoothing.
        before: the motion before smoothing, which gives the places of the feet.
        settings: root, feet, floor and contacts.

    Returns:
        The motion with new legs, root and contacts.
    """
    return _with_legs(motion, *_put_on_feet(motion.fps, *_place_feet(motion, before, settings)))


def _place_feet(motion: Motion, before: Motion, settings: FinishSettings) -> tuple[Legs, Feet, Contacts, bool]:
    """Return the legs under the held root, where the feet shall be, when they stand, and whether the steps are kept."""
    legs = replace(Legs.of(motion), feet=Legs.of(before).feet)
    check_stop()
    ground = find_ground(legs.feet.toe, sole_height(motion.skeleton), settings.floor_m)
    slide = typical_slide(legs.feet, ground, motion.fps)
    contacts = given(motion) if settings.use_contacts and motion.contacts is not None else None
    detected = contacts or detect(legs.feet, legs.skeleton, ground, motion)
    check_stop()
    held = hold_root(legs, settings.root, motion.fps)
    check_stop()
    own_steps, equally = False, np.ones(motion.frame_count)
    if settings.root == "stand_still":
        feet, standing = _stand(held, ground, motion.fps, equally)
    elif settings.feet == "replan" or (settings.feet == "auto" and slide > SLIDES_M_S):
        feet, standing = _replan(held, legs, contacts, ground, motion.fps, equally)
    else:
        own_steps = True
        feet, standing = _correct(held, detected, ground, motion.fps, settings.lower, shuffle=contacts is None)
    return held, feet, standing, own_steps


def replant(motion: Motion, kept: np.ndarray, steady: np.ndarray, settings: FinishSettings) -> Motion:
    """Join motion that was put into another one by steps: no foot slides from one place to the next.

    Args:
        motion: finished, in pieces that do not stand in the same places.
        kept: (T,) bool, frames whose feet stay where they are.
        steady: (T,) bool, frames in which no step may have its middle.
        settings: whether the feet stand still altogether, and the height of the ground.

    Returns:
        The motion with new legs, root and contacts; kept frames change by fractions of a millimetre.
    """
    legs, sureness = Legs.of(motion), np.where(kept, _FIRM, 1.0)
    ground = find_ground(legs.feet.toe, sole_height(motion.skeleton), settings.floor_m)
    if settings.root == "stand_still":
        feet, standing = _stand(legs, ground, motion.fps, sureness)
    else:
        feet, standing = _replan(legs, legs, None, ground, motion.fps, sureness, steady)
    return _with_legs(motion, *_put_on_feet(motion.fps, legs, feet, standing, own_steps=True))


def _stand(legs: Legs, ground: Ground, fps: float, sureness: np.ndarray) -> tuple[Feet, Contacts]:
    """Put both feet flat in their mean places for the whole take; `sureness` (T,) weighs the frames."""
    frames = len(legs.pelvis)
    places = _places(legs.feet, legs.skeleton)
    stances = [
        stances_of_steps([], (0, frames), places[:, side], sureness, ground.toe_m, _middle_to_toe(legs.skeleton)[side])
        for side in range(2)
    ]
    stances = keep_apart(stances, _heading(legs), legs.skeleton)
    always = np.ones((frames, 2), bool)
    return _walk_both(legs, stances, fps), Contacts(always, always)


def _replan(
    legs: Legs,
    before: Legs,
    contacts: Contacts | None,
    ground: Ground,
    fps: float,
    sureness: np.ndarray,
    steady: np.ndarray | None = None,
) -> tuple[Feet, Contacts]:
    """Put the feet in few places that suit the motion, with clean steps between them.

    Args:
        legs: under the held root.
        before: under the motion's own root, which shows when feet are near the floor and still.
        contacts: when feet stand, if that is given; else the steps are planned.
        ground: the floor.
        fps: frames per second.
        sureness: (T,) how much each frame counts for the places.
        steady: (T,) bool, frames in which no step may have its middle; None: it may anywhere.
    """
    places = _places(legs.feet, legs.skeleton)
    by_height, by_speed = certainty(before.feet.toe, ground.levels, fps)
    weights = np.maximum(by_height, _LEAST_WEIGHT) * sureness[:, None]
    if contacts is None:
        restless = 1 - by_height * by_speed
        tracks = [Track(places[:, side], weights[:, side], restless[:, side], steady) for side in range(2)]
        spans = [_spans_on_ground(before.feet.toe[:, side, 1] - ground.levels[side], fps) for side in range(2)]
        steps = plan_both(tracks, spans, fps)
    else:
        spans = [runs(contacts.toe[:, side] | contacts.heel[:, side]) for side in range(2)]
        steps = [[[]] * len(spans[side]) for side in range(2)]
    stances = [
        [
            stance
            for span, inside in zip(spans[side], steps[side], strict=True)
            for stance in stances_of_steps(
                inside, span, places[:, side], weights[:, side], ground.toe_m, _middle_to_toe(legs.skeleton)[side]
            )
        ]
        for side in range(2)
    ]
    stances = keep_apart(stances, _heading(legs), legs.skeleton)
    if contacts is not None:
        return _walk_both(legs, stances, fps), contacts
    stances = [with_swings(foot, fps) for foot in stances]
    standing = np.zeros((len(legs.pelvis), 2), bool)
    for side, foot in enumerate(stances):
        for stance in foot:
            standing[stance.start : stance.end, side] = True
    return _walk_both(legs, stances, fps), Contacts(standing, standing)


def _correct(
    legs: Legs, contacts: Contacts, ground: Ground, fps: float, smoothing: float, shuffle: bool
) -> tuple[Feet, Contacts]:
    """Let the feet go as the motion moves them, held wherever they touch: flat, on the toes or on the heel.

    Args:
        legs: under the held root.
        contacts: when feet touch.
        ground: the floor.
        fps: frames per second.
        smoothing: strength of the smoothing of the toes' paths, 0-1.
        shuffle: whether a foot that creeps in a long contact may be let go for a moment.
    """
    places = _places(legs.feet, legs.skeleton)
    toe, heel, ways = contacts.toe.copy(), contacts.heel.copy(), []
    half = round(_SHUFFLE_S * fps / 2)
    for side in range(2):
        for start, end in runs(toe[:, side] | heel[:, side]):
            still = np.ones(end - start)
            track = Track(places[start:end, side], still, 0 * still)
            for step in plan_steps(track, fps, [], _SHUFFLE_COST) if shuffle else ():
                frames = slice(start + step - half, start + step + half)
                toe[frames, side] = heel[frames, side] = False
        ways.append(
            hold_foot(
                smooth_track(legs.feet.toe[:, side], _TOE_CUTOFF_HZ, fps, smoothing),
                legs.feet.turn[:, side],
                legs.skeleton.foot[side],
                toe[:, side],
                heel[:, side],
                float(ground.levels[side]),
                fps,
            )
        )
    return _both(ways), Contacts(toe, heel)


def _spans_on_ground(height: np.ndarray, fps: float) -> list[tuple[int, int]]:
    """Return half-open ranges of frames outside of flights.

    A foot flies while it is off the floor, if in that time it is high up for longer than a step, or if it is off the
    floor for the whole take and high up at all.

    Args:
        height: (T,) metres above its stance.
        fps: frames per second.
    """
    flies = np.zeros(len(height), bool)
    for start, end in runs(height > NEAR_FLOOR_M):
        high = height[start:end] > _ALOFT_M
        flies[start:end] = high.sum() >= _FLIGHT_S * fps or (high.any() and end - start == len(height))
    return runs(~flies)


def _walk_both(legs: Legs, stances: list[list[Stance]], fps: float) -> Feet:
    return _both([walk(stances[side], legs.feet.toe[:, side], legs.feet.turn[:, side], fps) for side in range(2)])


def _both(ways: list[tuple[np.ndarray, np.ndarray]]) -> Feet:
    """Join the toes (T, 3) and turns (T, 3, 3) of the left and of the right foot."""
    return Feet(toe=np.stack([way[0] for way in ways], 1), turn=np.stack([way[1] for way in ways], 1))


def _places(feet: Feet, skeleton: Skeleton) -> np.ndarray:
    """Return x and z of each foot's middle, metres, and its heading, radians: (T, 2, 3)."""
    middle = (feet.toe + ankles(feet, skeleton)) / 2
    return np.concatenate([middle[..., [0, 2]], feet.yaw[..., None]], axis=-1)


def _middle_to_toe(skeleton: Skeleton) -> np.ndarray:
    return skeleton.foot / 2


def _heading(legs: Legs) -> np.ndarray:
    return np.unwrap(matrix_to_yaw(legs.pelvis_turn))


def _put_on_feet(
    fps: float, legs: Legs, feet: Feet, standing: Contacts, own_steps: bool
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Place the pelvis and solve the legs for feet that are in place.

    Args:
        fps: frames per second.
        legs: under the held root.
        feet: where the feet shall be.
        standing: the contacts of the result.
        own_steps: whether the motion's own steps are kept; then pelvis and knees change as little as they can.

    Returns:
        rotation vectors of the pelvis (T, 3), hips, knees and ankles (T, 2, 3), the translation (T, 3) and the contacts
        (T, 4). Nothing else is kept, so that a long motion is copied when little else is in memory.
    """
    if own_steps:
        legs, first_tip, bend = ride(legs, feet, fps), _TIP_KEPT, partial(near_bend, fps=fps)
    else:
        legs, first_tip, bend = balance(legs, feet, fps), 0.0, None
    legs, feet = sink_and_tip(legs, feet, legs.skeleton.reach(own_steps), first_tip, fps)
    turns = (matrix_to_rotvec(legs.pelvis_turn), *solve_legs(legs, feet, bend))
    return turns, legs.pelvis - legs.skeleton.pelvis, standing.channels


def _with_legs(motion: Motion, turns: tuple[np.ndarray, ...], translation: np.ndarray, contacts: np.ndarray) -> Motion:
    rotations = motion.rotations.copy()
    rotations[:, 0], rotations[:, HIPS], rotations[:, KNEES], rotations[:, ANKLES] = turns
    return motion.replace(rotations=rotations, translation=translation, contacts=contacts)
