"""Motions for the finishing tests: people who talk, sway, drift, step or walk on the bundled character's legs."""

import numpy as np

from core.body.motion import Motion
from core.body.skeleton import JOINT, default_rest_joints

ARMS_DOWN = np.radians(70)


def talker(
    seconds=20.0, fps=30.0, drift_m_s=0.0, sway_m=0.06, shake=0.0, turn=0.0, bend=0.25, seed=0, **changes
) -> Motion:
    """A figure whose feet go wherever its pelvis goes: it slides.

    Arms gesture; the pelvis sways, drifts along +Z and turns; `shake` radians of noise lie on every rotation.
    """
    frames = max(1, round(seconds * fps))
    time = np.arange(frames) / fps
    rng = np.random.default_rng(seed)
    rotations = np.zeros((frames, 55, 3))
    rotations[:, JOINT["left_shoulder"], 2] = -ARMS_DOWN + 0.3 * np.sin(2 * np.pi * 0.6 * time)
    rotations[:, JOINT["right_shoulder"], 2] = ARMS_DOWN + 0.3 * np.sin(2 * np.pi * 0.5 * time + 1)
    rotations[:, JOINT["left_elbow"], 1] = -1.2 + 0.5 * np.sin(2 * np.pi * 0.8 * time)
    rotations[:, JOINT["right_elbow"], 1] = 1.2 + 0.5 * np.sin(2 * np.pi * 0.7 * time + 2)
    for side in ("left", "right"):
        rotations[:, JOINT[f"{side}_hip"], 0] = -bend / 2
        rotations[:, JOINT[f"{side}_knee"], 0] = bend
        rotations[:, JOINT[f"{side}_ankle"], 0] = -bend / 2
    rotations[:, 0, 1] = turn * np.sin(2 * np.pi * 0.13 * time)
    rotations += rng.normal(0, shake, rotations.shape)
    rest = default_rest_joints()
    thigh, shin = rest[JOINT["left_hip"], 1] - rest[JOINT["left_knee"], 1], rest[JOINT["left_knee"], 1] - rest[7, 1]
    translation = np.zeros((frames, 3))
    translation[:, 0] = sway_m * np.sin(2 * np.pi * 0.17 * time)
    translation[:, 1] = -(thigh + shin) * (1 - np.cos(bend / 2))
    translation[:, 2] = drift_m_s * time + sway_m / 2 * np.sin(2 * np.pi * 0.23 * time + 1)
    motion = Motion(
        rotations=rotations,
        translation=translation,
        expression=rng.random((frames, 52)) * 0.2 + 0.2,
        rest_joints=rest,
        fps=float(fps),
    )
    return motion.replace(**changes)


def walker(seconds=8.0, fps=30.0, speed_m_s=0.6, turn_rad_s=0.0) -> Motion:
    """A figure that walks: every foot stands 60 % of its cycle, exactly, and swings 40 %."""
    from dataclasses import replace

    from core.body.joints import ANKLES, HIPS, KNEES
    from core.body.legs import Feet, Legs, solve_legs
    from core.body.rotation import yaw_to_matrix

    base = talker(seconds, fps, sway_m=0.0, bend=0.5)
    frames, period = base.frame_count, 1.1
    time = np.arange(frames) / fps
    heading = turn_rad_s * time
    forward = np.stack([np.sin(heading), np.zeros(frames), np.cos(heading)], 1)
    path = np.cumsum(forward, axis=0) * speed_m_s / fps
    rotations = base.rotations.copy()
    rotations[:, 0, 1] = heading
    motion = base.replace(rotations=rotations, translation=base.translation * [0, 1, 0] + path)
    legs = Legs.of(motion)
    toe, yaw = legs.feet.toe.copy(), np.repeat(heading[:, None], 2, 1)
    for side in range(2):
        phase = time / period + side / 2
        cycle, within = np.floor(phase), phase - np.floor(phase)
        swing = np.clip((within - 0.6) / 0.4, 0, 1)
        eased = swing**3 * (10 - 15 * swing + 6 * swing**2)
        # A stance's place is where the sliding foot is at its middle.
        at = lambda c, side=side: np.clip((c + 0.3 - side / 2) * period * fps, 0, frames - 1)  # noqa: E731
        place = lambda c, at=at, side=side: np.stack(  # noqa: E731
            [np.interp(at(c), np.arange(frames), legs.feet.toe[:, side, axis]) for axis in range(3)], 1
        )
        angle = lambda c, at=at: np.interp(at(c), np.arange(frames), heading)  # noqa: E731
        toe[:, side] = place(cycle) + eased[:, None] * (place(cycle + 1) - place(cycle))
        toe[:, side, 1] += 0.1 * np.sin(np.pi * swing) ** 2
        yaw[:, side] = angle(cycle) + eased * (angle(cycle + 1) - angle(cycle))
    solved = solve_legs(replace(legs), Feet(toe, yaw_to_matrix(yaw)))
    rotations[:, HIPS], rotations[:, KNEES], rotations[:, ANKLES] = solved
    return motion.replace(rotations=rotations)


def mirrored(motion: Motion) -> Motion:
    """Left and right exchanged."""
    from core.body.skeleton import JOINT_NAMES

    def other(name):
        if name.startswith("left_"):
            return "right_" + name[5:]
        return "left_" + name[6:] if name.startswith("right_") else name

    order = [JOINT[other(name)] for name in JOINT_NAMES]
    flip = np.array([-1.0, 1.0, 1.0])
    return motion.replace(
        rotations=motion.rotations[:, order] * [1.0, -1.0, -1.0],
        translation=motion.translation * flip,
        rest_joints=motion.skeleton[order] * flip,
        contacts=None if motion.contacts is None else motion.contacts[:, [1, 0, 3, 2]],
    )
