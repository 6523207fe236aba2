"""Feet that stay where they stand: legs and contacts of a motion in, corrected legs, pelvis and contacts out."""

from dataclasses import replace
from functools import partial

import numpy as np

from ..body.curves import envelope, runs, soft_limit
from ..body.joints import ANKLES, HIPS, KNEES
from ..body.legs import Feet, Legs, Skeleton, ankles, solve_legs, turned
from ..body.motion import Motion
from ..body.proportions import sole_height
from ..body.rotation import matrix_to_rotvec, rotvec_to_matrix, yaw_to_matrix
from ..filters import gaussian_filter1d
from .contacts import NEAR_FLOOR_M, Contacts, Ground, certainty, detect, find_ground, given, typical_slide
from .knees import near_bend
from .root import heading_correction, hold_path
from .settings import FinishSettings
from .smoothing import smooth_track
from .step_plan import Track, plan_both, plan_steps
from .steps import Stance, hold_foot, keep_apart, stances_of_steps, walk, with_swings

# Feet that slide faster than this, typically, are placed anew; slower ones are only held.
SLIDES_M_S = 0.025
# The pelvis sinks at most this far so that the feet reach their places; beyond, the heels lift.
_SINK_M = (0.018, 0.027)
_SINK_S = 0.4
_TIP_MOST = 0.7
_RIDE_M = (0.008, 0.015)
_RIDE_S = 0.1
# How far the pelvis may be outside of the feet: freely, and at most.
_LEAN_M = (0.06, 0.105)
_BALANCE_S = 0.15
_TIP_S = 0.2
# Where the motion's own steps are kept heels give way first, invisibly, and the pelvis keeps its height.
_TIP_KEPT = 0.08
# A toe higher than this over its own stance, for so long, is in the air, however the feet are planned.
_ALOFT_M = 0.1
_FLIGHT_S = 0.3
# Steps that are kept are quicker than other motion of the legs.
_TOE_CUTOFF_HZ = 5.0
# Feet that creep or pivot in a long contact do so in shuffles of this length; what one costs, see plan.STEP_COST.
_SHUFFLE_S = 0.4
_SHUFFLE_COST = 0.5
_LEAST_WEIGHT = 0.05
# What `replant` keeps counts so much more that feet stand where they stood to a fraction of a millimetre.
_FIRM = 1e5


def lock_feet(motion: Motion, before: Motion, settings: FinishSettings) -> Motion:
    """Hold the root as asked, the feet where they stand, and solve the legs between them.

    Args:
        motion: after smoothing.
        before: the motion as it came. Its feet count: joint by joint smoothing makes standing feet slide.
        settings: root, feet, floor and contacts.

    Returns:
        The motion with new legs, root and contacts.
    """
    legs = replace(Legs.of(motion), feet=Legs.of(before).feet)
    ground = find_ground(legs.feet.toe, sole_height(motion.skeleton), settings.floor_m)
    slide = typical_slide(legs.feet, ground, motion.fps)
    contacts = given(motion) if settings.use_contacts and motion.contacts is not None else None
    detected = contacts or detect(legs.feet, legs.skeleton, ground, motion)
    held = hold_root(legs, settings.root, motion.fps)
    kept, equally = False, np.ones(motion.frame_count)
    if settings.root == "stand_still":
        feet, standing = _stand(held, ground, motion.fps, equally)
    elif settings.feet == "replan" or (settings.feet == "auto" and slide > SLIDES_M_S):
        feet, standing = _replan(held, legs, contacts, ground, motion.fps, equally)
    else:
        kept = True
        feet, standing = _correct(held, detected, ground, motion.fps, settings.lower, shuffle=contacts is None)
    return _settled(motion, held, feet, standing, kept)


def replant(motion: Motion, kept: np.ndarray, steady: np.ndarray, settings: FinishSettings) -> Motion:
    """Join the places of motion that was put into another one by steps: no foot slides from one to the next.

    Args:
        motion: finished, in pieces that do not stand in the same places.
        kept: (T,) bool, frames whose feet stay where they are.
        steady: (T,) bool, frames that are not the middle of a step.
        settings: whether the feet stand still altogether, and the height of the ground.

    Returns:
        The motion with new legs, root and contacts; in frames that are kept nearly as it was.
    """
    legs, sure = Legs.of(motion), np.where(kept, _FIRM, 1.0)
    ground = find_ground(legs.feet.toe, sole_height(motion.skeleton), settings.floor_m)
    if settings.root == "stand_still":
        feet, standing = _stand(legs, ground, motion.fps, sure)
    else:
        feet, standing = _replan(legs, legs, None, ground, motion.fps, sure, steady)
    return _settled(motion, legs, feet, standing, kept=True)


def hold_root(legs: Legs, mode: str, fps: float) -> Legs:
    """The legs under a root that keeps its place as the mode says; feet go along with the pelvis."""
    if mode in ("free", "path") or len(legs.pelvis) < 2:
        return legs
    pelvis = legs.pelvis.copy()
    pelvis[:, [0, 2]] = hold_path(pelvis[:, [0, 2]], mode, fps)
    facing = legs.pelvis_turn[..., 2]
    heading = np.unwrap(np.arctan2(facing[:, 0], facing[:, 2]))
    spin = yaw_to_matrix(heading_correction(heading, fps))
    feet = Feet(
        toe=pelvis[:, None] + turned(spin[:, None], legs.feet.toe - legs.pelvis[:, None]),
        turn=spin[:, None] @ legs.feet.turn,
    )
    return replace(
        legs,
        pelvis=pelvis,
        pelvis_turn=spin @ legs.pelvis_turn,
        hip_turn=spin[:, None] @ legs.hip_turn,
        knee_turn=spin[:, None] @ legs.knee_turn,
        feet=feet,
    )


def _stand(legs: Legs, ground: Ground, fps: float, sure: np.ndarray) -> tuple[Feet, Contacts]:
    """Both feet flat in their mean places, by how sure (T,) these are, for the whole take."""
    frames = len(legs.pelvis)
    places = _places(legs.feet, legs.skeleton)
    stances = [
        stances_of_steps([], (0, frames), places[:, side], sure, ground.toe_m, _middle(legs.skeleton)[side])
        for side in range(2)
    ]
    stances = keep_apart(stances, _heading(legs), legs.skeleton)
    always = np.ones((frames, 2), bool)
    return _walked(legs, stances, fps), Contacts(always, always)


def _replan(
    legs: Legs,
    before: Legs,
    contacts: Contacts | None,
    ground: Ground,
    fps: float,
    sure: np.ndarray,
    steady: np.ndarray | None = None,
) -> tuple[Feet, Contacts]:
    """Feet in the fewest places that suit the motion, or in given contacts, with clean steps between.

    Frames of which it is surer (T,) count for more; no step has its middle where it is steady (T,).
    """
    places = _places(legs.feet, legs.skeleton)
    by_height, by_speed = certainty(before.feet.toe, ground.levels, fps)
    weights = np.maximum(by_height, _LEAST_WEIGHT) * sure[:, None]
    restless = 1 - by_height * by_speed
    tracks = [Track(places[:, side], weights[:, side], restless[:, side], steady) for side in range(2)]
    if contacts is None:
        spans = [_grounded(before.feet.toe[:, side, 1] - ground.levels[side], fps) for side in range(2)]
        steps = plan_both(tracks, spans, fps)
    else:
        spans = [runs(contacts.toe[:, side] | contacts.heel[:, side]) for side in range(2)]
        steps = [[[]] * len(spans[side]) for side in range(2)]
    stances = [
        [
            stance
            for span, inside in zip(spans[side], steps[side], strict=True)
            for stance in stances_of_steps(
                inside, span, places[:, side], weights[:, side], ground.toe_m, _middle(legs.skeleton)[side]
            )
        ]
        for side in range(2)
    ]
    stances = keep_apart(stances, _heading(legs), legs.skeleton)
    if contacts is not None:
        return _walked(legs, stances, fps), contacts
    stances = [with_swings(foot, fps) for foot in stances]
    standing = np.zeros((len(legs.pelvis), 2), bool)
    for side, foot in enumerate(stances):
        for stance in foot:
            standing[stance.start : stance.end, side] = True
    return _walked(legs, stances, fps), Contacts(standing, standing)


def _grounded(height: np.ndarray, fps: float) -> list[tuple[int, int]]:
    """Ranges of frames outside of flights: a foot (T,) metres above its stance is high up, for longer than a step."""
    up = np.zeros(len(height), bool)
    for start, end in runs(height > NEAR_FLOOR_M):
        high = height[start:end] > _ALOFT_M
        up[start:end] = high.sum() >= _FLIGHT_S * fps or (high.any() and end - start == len(height))
    return runs(~up)


def _walked(legs: Legs, stances: list[list[Stance]], fps: float) -> Feet:
    ways = [walk(stances[side], legs.feet.toe[:, side], legs.feet.turn[:, side], fps) for side in range(2)]
    return Feet(toe=np.stack([way[0] for way in ways], 1), turn=np.stack([way[1] for way in ways], 1))


def _places(feet: Feet, skeleton: Skeleton) -> np.ndarray:
    """Horizontal place of each foot's middle and its heading (T, 2, 3)."""
    middle = (feet.toe + ankles(feet, skeleton)) / 2
    return np.concatenate([middle[..., [0, 2]], feet.yaw[..., None]], axis=-1)


def _middle(skeleton: Skeleton) -> np.ndarray:
    return skeleton.foot / 2


def _heading(legs: Legs) -> np.ndarray:
    facing = legs.pelvis_turn[..., 2]
    return np.unwrap(np.arctan2(facing[:, 0], facing[:, 2]))


def ride(legs: Legs, feet: Feet, fps: float) -> Legs:
    """Raise or lower the pelvis by little so that both legs, on average, keep the length that the motion gave them."""
    before = legs.hips - ankles(legs.feet, legs.skeleton)
    after = legs.hips - ankles(feet, legs.skeleton)
    upright = np.sqrt(np.maximum((before**2).sum(-1) - (after[..., [0, 2]] ** 2).sum(-1), 0.0))
    change = (upright - after[..., 1]).mean(axis=1)
    change = np.sign(change) * soft_limit(np.abs(change), *_RIDE_M)
    pelvis = legs.pelvis.copy()
    pelvis[:, 1] += gaussian_filter1d(change, _RIDE_S * fps, mode="nearest")
    return replace(legs, pelvis=pelvis)


def balance(legs: Legs, feet: Feet, fps: float) -> Legs:
    """Shift the pelvis back over its feet where it leaned out by more than people do."""
    points = np.concatenate([feet.toe, ankles(feet, legs.skeleton)], axis=1)[..., [0, 2]]
    back = to_hull(legs.pelvis[:, [0, 2]], points)
    lean = np.linalg.norm(back, axis=1, keepdims=True)
    shift = back * (1 - soft_limit(lean, *_LEAN_M) / np.maximum(lean, 1e-9))
    pelvis = legs.pelvis.copy()
    pelvis[:, [0, 2]] += gaussian_filter1d(shift, _BALANCE_S * fps, axis=0, mode="nearest")
    return replace(legs, pelvis=pelvis)


def to_hull(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The shortest ways (T, 2) from points (T, 2) to the convex hulls of four corners (T, 4, 2); zero inside."""
    best = np.full_like(point, np.inf)
    inside = np.zeros(len(point), bool)
    for i, j in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
        start, along = corners[:, i], corners[:, j] - corners[:, i]
        share = ((point - start) * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-12)
        way = start + np.clip(share, 0.0, 1.0)[:, None] * along - point
        nearer = (way**2).sum(-1) < (best**2).sum(-1)
        best[nearer] = way[nearer]
    for triangle in ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)):
        a, b, c = (corners[:, k] - point for k in triangle)
        turns = np.stack([u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] for u, v in ((a, b), (b, c), (c, a))])
        inside |= (turns > 0).all(axis=0) | (turns < 0).all(axis=0)
    return np.where(inside[:, None], 0.0, best)


def sink_and_tip(legs: Legs, feet: Feet, reach: np.ndarray, first_tip: float, fps: float) -> tuple[Legs, Feet]:
    """Lower the pelvis smoothly, then lift heels about their toes, until every leg reaches its foot.

    Args:
        legs: pelvis and hips.
        feet: where the feet shall be.
        reach: (2,) longest distance from hip to ankle, metres.
        first_tip: radians that heels may lift before the pelvis sinks.
        fps: frames per second.
    """
    feet = _tipped(legs, feet, reach, first_tip, fps)
    aim = ankles(feet, legs.skeleton)
    offset = legs.hips - aim
    flat = np.minimum((offset[..., [0, 2]] ** 2).sum(-1), reach**2)
    short = np.maximum(offset[..., 1] - np.sqrt(reach**2 - flat), 0.0).max(axis=1)
    pelvis = legs.pelvis.copy()
    pelvis[:, 1] -= envelope(soft_limit(short, *_SINK_M), max(1, round(_SINK_S * fps)))
    legs = replace(legs, pelvis=pelvis)
    return legs, _tipped(legs, feet, reach, _TIP_MOST, fps)


def _tipped(legs: Legs, feet: Feet, reach: np.ndarray, most: float, fps: float) -> Feet:
    tip = envelope(np.minimum(_tips(legs, feet, reach), most), max(1, round(_TIP_S * fps)))
    return replace(feet, turn=rotvec_to_matrix(feet.turn[..., 0] * tip[..., None]) @ feet.turn)


def _tips(legs: Legs, feet: Feet, reach: np.ndarray) -> np.ndarray:
    """Angles (T, 2), radians, by which feet tip about their toes so that the ankles come within reach of the hips."""
    heel = -turned(feet.turn, legs.skeleton.foot)
    across = feet.turn[..., 0]
    beside = (heel * across).sum(-1, keepdims=True) * across
    ahead = heel - beside
    above = np.cross(across, ahead)
    hip = legs.hips - feet.toe - beside
    # |hip - (ahead cos φ + above sin φ)| = reach, for the smallest φ that is not negative
    along, over = (hip * ahead).sum(-1), (hip * above).sum(-1)
    wanted = ((hip**2).sum(-1) + (ahead**2).sum(-1) - reach**2) / 2
    size = np.maximum(np.hypot(along, over), 1e-12)
    best = np.arctan2(over, along)
    angle = best - np.arccos(np.clip(wanted / size, -1.0, 1.0))
    short = wanted > along
    return np.where(short, np.clip(angle, 0.0, _TIP_MOST), 0.0)


def _settled(motion: Motion, legs: Legs, feet: Feet, standing: Contacts, kept: bool) -> Motion:
    """The motion with its pelvis over these feet and legs that reach them; `kept`: changing its own steps little."""
    legs = ride(legs, feet, motion.fps) if kept else balance(legs, feet, motion.fps)
    legs, feet = sink_and_tip(legs, feet, legs.skeleton.reach(kept), _TIP_KEPT if kept else 0.0, motion.fps)
    return _written(motion, legs, feet, standing, kept)


def _written(motion: Motion, legs: Legs, feet: Feet, standing: Contacts, kept: bool) -> Motion:
    """The motion with the solved legs."""
    rotations = motion.rotations.copy()
    rotations[:, 0] = matrix_to_rotvec(legs.pelvis_turn)
    bend = partial(near_bend, fps=motion.fps) if kept else None
    rotations[:, HIPS], rotations[:, KNEES], rotations[:, ANKLES] = solve_legs(legs, feet, bend)
    return motion.replace(
        rotations=rotations, translation=legs.pelvis - legs.skeleton.pelvis, contacts=standing.channels
    )


def _correct(
    legs: Legs, contacts: Contacts, ground: Ground, fps: float, smoothing: float, shuffle: bool
) -> tuple[Feet, Contacts]:
    """Feet as the motion moves them, held wherever they touch: flat, on the toes or on the heel."""
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
    feet = Feet(toe=np.stack([way[0] for way in ways], 1), turn=np.stack([way[1] for way in ways], 1))
    return feet, Contacts(toe, heel)
