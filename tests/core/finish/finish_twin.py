"""The foot lock once more, slowly: one frame and one leg at a time, from geometry; limits are the fast path's own."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.body import legs
from core.body.joints import ANKLES, HIPS, KNEES
from core.body.legs import Skeleton
from core.body.proportions import sole_height
from core.finish import contacts, footlock, pelvis, root, smoothing, step_plan
from core.finish.stances import keep_apart, stances_of_steps, with_swings

from .curves_twin import envelope, gaussian, ranges, soft_limit
from .feet_twin import Foot, hold_foot, walk
from .legs_twin import SIDES, Pose, pose_of, reach, solve
from .rotation_twin import about, heading, rotvec_of, wrapped, yaw


def lock(motion, before, settings):
    """What `footlock.lock_feet` does, frame by frame; detection, planning and the root's trend are the fast path's."""
    skeleton, fps = Skeleton.of(motion.skeleton), motion.fps
    original = [pose_of(before, frame, skeleton) for frame in range(before.frame_count)]
    poses = [
        replace(pose_of(motion, frame, skeleton), feet=original[frame].feet) for frame in range(motion.frame_count)
    ]
    feet_before = as_arrays([pose.feet for pose in poses])
    ground = contacts.find_ground(feet_before.toe, sole_height(motion.skeleton), settings.floor_m)
    given = contacts.given(motion) if settings.use_contacts and motion.contacts is not None else None
    slides = contacts.typical_slide(feet_before, ground, fps) > footlock.SLIDES_M_S
    held = hold_root(poses, settings.root, fps)
    kept = False
    if settings.root == "stand_still":
        feet, standing = stand(held, skeleton, ground, fps)
    elif settings.feet == "replan" or (settings.feet == "auto" and slides):
        feet, standing = place_anew(held, feet_before, given, skeleton, ground, fps)
    else:
        kept = True
        touching = given or contacts.detect(feet_before, skeleton, ground, motion)
        feet, standing = correct(held, touching, skeleton, ground, fps, settings.lower, shuffle=given is None)
    held = ride(held, feet, skeleton, fps) if kept else balance(held, feet, skeleton, fps)
    longest = [reach(skeleton, side, kept) for side in SIDES]
    held, feet = sink_and_tip(held, feet, skeleton, longest, footlock._TIP_KEPT if kept else 0.0, fps)
    rotations, solved = motion.rotations.copy(), solve(held, feet, skeleton, kept, fps)
    for frame, pose in enumerate(held):
        rotations[frame, 0] = rotvec_of(pose.pelvis_turn)
        rotations[frame, HIPS], rotations[frame, KNEES], rotations[frame, ANKLES] = solved[frame]
    translation = np.array([pose.pelvis - skeleton.pelvis for pose in held])
    return motion.replace(rotations=rotations, translation=translation, contacts=standing.channels)


def as_arrays(feet) -> legs.Feet:
    return legs.Feet(
        toe=np.array([[foot.toe for foot in pair] for pair in feet]),
        turn=np.array([[foot.turn for foot in pair] for pair in feet]),
    )


def hold_root(poses: list[Pose], mode: str, fps: float) -> list[Pose]:
    """Put the pelvis on the path that it may keep and turn everything about it."""
    if mode in ("free", "path") or len(poses) < 2:
        return poses
    path = root.hold_path(np.array([pose.pelvis[[0, 2]] for pose in poses]), mode, fps)
    angles = root.heading_correction(np.unwrap([heading(pose.pelvis_turn) for pose in poses]), fps)
    held = []
    for pose, place, angle in zip(poses, path, angles, strict=True):
        at, spin = np.array([place[0], pose.pelvis[1], place[1]]), yaw(angle)
        feet = tuple(Foot(at + spin @ (foot.toe - pose.pelvis), spin @ foot.turn) for foot in pose.feet)
        hips, knees = (tuple(spin @ turn for turn in turns) for turns in (pose.hip_turn, pose.knee_turn))
        held.append(Pose(at, spin @ pose.pelvis_turn, hips, knees, feet))
    return held


def places_of(poses: list[Pose], skeleton: Skeleton, side: int) -> np.ndarray:
    """x and z of the middle of a foot and its heading, for every frame (T, 3)."""
    middles = [(pose.feet[side].toe + pose.feet[side].ankle(skeleton.foot[side])) / 2 for pose in poses]
    headings = np.unwrap([heading(pose.feet[side].turn) for pose in poses])
    return np.array([[middle[0], middle[2], angle] for middle, angle in zip(middles, headings, strict=True)])


def stand(poses, skeleton, ground, fps):
    """One stance per foot from the first frame to the last."""
    count = len(poses)
    stances = [
        stances_of_steps(
            [], (0, count), places_of(poses, skeleton, side), np.ones(count), ground.toe_m, skeleton.foot[side] / 2
        )
        for side in SIDES
    ]
    always = np.ones((count, 2), bool)
    return walk_both(poses, apart(stances, poses, skeleton), fps), contacts.Contacts(always, always)


def place_anew(poses, feet_before, given, skeleton, ground, fps):
    """Stances where the plan or the given contacts want them."""
    by_height, by_speed = contacts.certainty(feet_before.toe, ground.levels, fps)
    weights = np.maximum(by_height, footlock._LEAST_WEIGHT)
    places = [places_of(poses, skeleton, side) for side in SIDES]
    if given is None:
        heights = [feet_before.toe[:, side, 1] - ground.levels[side] for side in SIDES]
        spans = [outside_flights(heights[side], fps) for side in SIDES]
        restless = 1 - by_height * by_speed
        tracks = [step_plan.Track(places[side], weights[:, side], restless[:, side]) for side in SIDES]
        planned = step_plan.plan_both(tracks, spans, fps)
    else:
        spans = [ranges(given.toe[:, side] | given.heel[:, side]) for side in SIDES]
        planned = [[[] for _ in spans[side]] for side in SIDES]
    stances = [[], []]
    for side in SIDES:
        for span, inside in zip(spans[side], planned[side], strict=True):
            stances[side] += stances_of_steps(
                inside, span, places[side], weights[:, side], ground.toe_m, skeleton.foot[side] / 2
            )
    stances = apart(stances, poses, skeleton)
    if given is not None:
        return walk_both(poses, stances, fps), given
    stances = [with_swings(foot, fps) for foot in stances]
    standing = np.array(
        [[any(s.start <= frame < s.end for s in stances[side]) for side in SIDES] for frame in range(len(poses))]
    )
    return walk_both(poses, stances, fps), contacts.Contacts(standing, standing)


def outside_flights(height, fps):
    """Ranges without flights: a foot off the floor that is high up for longer than a step takes."""
    grounded = np.ones(len(height), bool)
    for start, end in ranges([value > contacts.NEAR_FLOOR_M for value in height]):
        high = sum(value > footlock._ALOFT_M for value in height[start:end])
        if high >= footlock._FLIGHT_S * fps or (high > 0 and end - start == len(height)):
            grounded[start:end] = False
    return ranges(grounded)


def apart(stances, poses, skeleton):
    return keep_apart(stances, np.unwrap([heading(pose.pelvis_turn) for pose in poses]), skeleton)


def walk_both(poses, stances, fps):
    ways = [walk(stances[side], [pose.feet[side] for pose in poses], fps) for side in SIDES]
    return list(zip(*ways, strict=True))


def correct(poses, touching, skeleton, ground, fps, strength, shuffle):
    """The motion's own feet, held where they touch; long contacts that creep are cut by shuffles."""
    toe, heel, ways = touching.toe.copy(), touching.heel.copy(), []
    half = round(footlock._SHUFFLE_S * fps / 2)
    for side in SIDES:
        places = places_of(poses, skeleton, side)
        for start, end in ranges(toe[:, side] | heel[:, side]) if shuffle else ():
            track = step_plan.Track(places[start:end], np.ones(end - start), np.zeros(end - start))
            for step in step_plan.plan_steps(track, fps, [], footlock._SHUFFLE_COST):
                toe[start + step - half : start + step + half, side] = False
                heel[start + step - half : start + step + half, side] = False
        toes = smoothing.smooth_track(
            np.array([pose.feet[side].toe for pose in poses]), footlock._TOE_CUTOFF_HZ, fps, strength
        )
        feet = [Foot(place, pose.feet[side].turn) for place, pose in zip(toes, poses, strict=True)]
        ways.append(hold_foot(feet, skeleton.foot[side], toe[:, side], heel[:, side], ground.levels[side], fps))
    return list(zip(*ways, strict=True)), contacts.Contacts(toe, heel)


def moved(poses: list[Pose], shifts) -> list[Pose]:
    return [replace(pose, pelvis=pose.pelvis + shift) for pose, shift in zip(poses, shifts, strict=True)]


def ride(poses, feet, skeleton, fps):
    """Keep, on average over both legs, the length from hip to ankle; the pelvis goes up or down by little."""
    changes = []
    for pose, pair in zip(poses, feet, strict=True):
        change = 0.0
        for side in SIDES:
            hip, bone = pose.hip(side, skeleton), skeleton.foot[side]
            length = np.linalg.norm(hip - pose.feet[side].ankle(bone))
            now = hip - pair[side].ankle(bone)
            upright = np.sqrt(max(length**2 - now[0] ** 2 - now[2] ** 2, 0.0))
            change += (upright - now[1]) / 2
        changes.append(np.sign(change) * soft_limit(abs(change), *pelvis._RIDE_M))
    return moved(poses, [np.array([0.0, up, 0.0]) for up in gaussian(changes, pelvis._RIDE_S * fps)])


def balance(poses, feet, skeleton, fps):
    """Bring the pelvis back to its feet by what its distance from them exceeds the soft limit."""
    shifts = []
    for pose, pair in zip(poses, feet, strict=True):
        points = [point[[0, 2]] for s in SIDES for point in (pair[s].toe, pair[s].ankle(skeleton.foot[s]))]
        back = way_to_hull(pose.pelvis[[0, 2]], points)
        lean = np.linalg.norm(back)
        shifts.append(back * (1 - soft_limit(lean, *pelvis._LEAN_M) / lean) if lean > 0 else back)
    smoothed = zip(*(gaussian([s[axis] for s in shifts], pelvis._BALANCE_S * fps) for axis in (0, 1)), strict=True)
    return moved(poses, [np.array([x, 0.0, z]) for x, z in smoothed])


def way_to_hull(point, corners) -> np.ndarray:
    """Shortest way from a point into the convex hull of corners: none inside, else to the nearest joining line."""
    angles = sorted(np.arctan2(*(corner - point)) for corner in corners)
    gaps = [b - a for a, b in pairwise([*angles, angles[0] + 2 * np.pi])]
    if max(gaps) < np.pi:  # seen from inside, corners lie all around
        return np.zeros(2)
    ways = []
    for i, start in enumerate(corners):
        for end in corners[i + 1 :]:
            along = end - start
            share = (point - start) @ along / max(along @ along, 1e-12)
            ways.append(start + min(max(share, 0.0), 1.0) * along - point)
    return min(ways, key=np.linalg.norm)


def sink_and_tip(poses, feet, skeleton, longest, first_tip, fps):
    """Lift heels a little, lower the pelvis as far as it may sink, lift heels for the rest."""
    feet = tipped(poses, feet, skeleton, longest, first_tip, fps)
    shorts = []
    for pose, pair in zip(poses, feet, strict=True):
        short = 0.0
        for side in SIDES:
            offset = pose.hip(side, skeleton) - pair[side].ankle(skeleton.foot[side])
            lowest = np.sqrt(max(longest[side] ** 2 - offset[0] ** 2 - offset[2] ** 2, 0.0))
            short = max(short, offset[1] - lowest)
        shorts.append(soft_limit(short, *pelvis._SINK_M))
    poses = moved(poses, [np.array([0.0, -down, 0.0]) for down in envelope(shorts, pelvis._SINK_S, fps)])
    return poses, tipped(poses, feet, skeleton, longest, pelvis._TIP_MOST, fps)


def tipped(poses, feet, skeleton, longest, most, fps):
    """Feet turned about the X axis through their toes, heels up, smoothly over time."""
    out = []
    for side in SIDES:
        tips = [
            min(tip_needed(pose.hip(side, skeleton), pair[side], skeleton.foot[side], longest[side]), most)
            for pose, pair in zip(poses, feet, strict=True)
        ]
        tips = envelope(tips, pelvis._TIP_S, fps)
        out.append([tip_foot(pair[side], tip) for pair, tip in zip(feet, tips, strict=True)])
    return list(zip(*out, strict=True))


def tip_foot(foot: Foot, angle: float) -> Foot:
    return Foot(foot.toe, about(foot.turn[:, 0], angle) @ foot.turn)


def tip_needed(hip, foot: Foot, bone, longest: float) -> float:
    """The least angle by which the heel must rise until the leg reaches the ankle, by bisection."""

    def short(angle):
        return np.linalg.norm(hip - tip_foot(foot, angle).ankle(bone)) > longest

    if not short(0.0):
        return 0.0
    # Seen along the foot's X axis the ankle comes nearest when it points from the toe to the hip.
    to_hip, to_ankle = foot.turn.T @ (hip - foot.toe), -bone
    nearest = wrapped(np.arctan2(to_hip[2], to_hip[1]) - np.arctan2(to_ankle[2], to_ankle[1]))
    low, high = 0.0, min(max(nearest, 0.0), pelvis._TIP_MOST)
    if short(high):
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return high
