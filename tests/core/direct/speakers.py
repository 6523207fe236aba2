"""Speakers for the tests of directing: who sways, gestures and blinks all the time, or strikes now and then."""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from core.body.joints import ARM_CHAINS, WRISTS
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.parts import SPECS, Part
from core.body.rotation import quat_conjugate, quat_multiply, quat_to_rotvec, rotvec_to_quat
from core.body.skeleton import JOINT
from core.direct.clip_statistics import BLINK_SHAPES
from core.direct.markers import Kind, Marker

from ..talkers import talker

ARMS = [*ARM_CHAINS[0], *ARM_CHAINS[1]]
LOWER = list(SPECS[Part.LOWER].joints)
SPEECH = ((0.3, 0.8), (0.9, 2.0), (4.5, 5.0), (5.2, 7.0))
HEAD_NAMES = ("neck", "head")
DEEPER = 0.01


def wander(frames: int, channels: int, seed: int, width: float = 6.0) -> np.ndarray:
    """Smooth noise (T, C) of unit size."""
    noise = np.random.default_rng(seed).normal(0, 1, (frames + 80, channels))
    return gaussian_filter1d(noise, width, axis=0)[40:-40] * np.sqrt(2 * width * np.sqrt(np.pi))


def speaker(frames: int = 240, seed: int = 0, size: float = 0.25) -> Motion:
    """A figure that stands bent-kneed, sways, and whose arms, hands, head, face and eyes move all the time."""
    base = talker(frames / 30, seed=seed, bend=0.5)
    rotations = base.rotations + size * wander(frames, 165, seed).reshape(frames, 55, 3)
    trunk = [JOINT[name] for name in ("spine1", "spine2", "spine3", "left_collar", "right_collar", *HEAD_NAMES)]
    rotations[:, trunk] *= 0.2
    rotations[:, LOWER] = base.rotations[:, LOWER]
    rotations[:, 0] += 0.05 * wander(frames, 3, seed + 1, 20)
    expression = np.clip(0.2 + 0.1 * wander(frames, 52, seed + 2, 3), 0, 1)
    lids = np.zeros(frames)
    for middle in range(40, frames - 10, 60):
        lids[middle - 2 : middle + 4] = [0.3, 0.9, 1.0, 0.8, 0.5, 0.2]
    expression[:, BLINK_SHAPES] = lids[:, None]
    contacts = np.clip(0.5 + 0.4 * wander(frames, 4, seed + 3), 0, 1)
    return base.replace(rotations=rotations, expression=expression, contacts=contacts)


def same(a: Motion, b: Motion) -> bool:
    names = ("rotations", "translation", "expression", "contacts")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def turn_angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    between = quat_multiply(quat_conjugate(rotvec_to_quat(a)), rotvec_to_quat(b))
    return np.linalg.norm(quat_to_rotvec(between), axis=-1)


def gesturer(seconds: float = 30, seed: int = 0) -> Motion:
    """Someone who strikes now and then: minimum-jerk moves of the arms between poses, with rests of 0.1 to 1.5 s."""
    frames = round(seconds * 30)
    motion = speaker(frames, seed, size=0.03)
    rng = np.random.default_rng(seed)
    arms = np.zeros((frames, len(ARMS), 3))
    for side in (0, 1):
        pose, frame = np.zeros((4, 3)), 0
        while frame < frames:
            length, rest = rng.integers(9, 20), rng.integers(3, 45)
            goal = rng.normal(0, [[0.03], [0.2], [0.35], [0.15]], (4, 3))
            phase = np.clip(np.arange(frames - frame) / length, 0, 1)
            rise = (phase**3 * (10 - 15 * phase + 6 * phase**2))[:, None, None]
            arms[frame:, 4 * side : 4 * side + 4] = pose + rise * (goal - pose)
            pose, frame = goal, frame + length + rest
    rotations = motion.rotations.copy()
    rotations[:, ARMS] += arms
    # hands well in front of the body, where most gestures are
    rotations[:, [JOINT["left_shoulder"], JOINT["right_shoulder"]]] += [[0, -0.5, 0.2], [0, 0.5, -0.2]]
    return motion.replace(rotations=rotations)


def motionless(frames: int) -> Motion:
    motion = speaker(frames)
    return motion.replace(rotations=np.repeat(motion.rotations[:1], frames, 0))


def paths(motion: Motion) -> np.ndarray:
    """Wrists (T, 2, 3) from the pelvis, along the world's axes."""
    places, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    return places[:, WRISTS] - places[:, :1]


def apexes(motion: Motion) -> np.ndarray:
    """Where strokes end, as measuring tools find it, with scipy."""
    ends = []
    for wrist in np.moveaxis(paths(motion), 1, 0):
        smooth = gaussian_filter1d(wrist, 1.0, axis=0)
        speed = np.linalg.norm(np.gradient(smooth, axis=0), axis=-1) * 30
        for high in find_peaks(speed, height=0.35)[0]:
            window = speed[high : high + 16]
            lows = find_peaks(-window)[0]
            if len(lows) and window[lows[0]] < 0.6 * speed[high]:
                ends.append(high + lows[0])
    return np.unique(np.array(ends, int))


def accents(times_s) -> tuple[Marker, ...]:
    return tuple(Marker(Kind.ACCENT, float(t), float(t)) for t in times_s)


def misses(motion: Motion, times_s) -> np.ndarray:
    """Frames from each time to the nearest apex."""
    found = apexes(motion)
    return np.array([np.abs(found - round(t * 30)).min() for t in times_s])
