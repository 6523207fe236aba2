"""Contacts of the feet: the level of the floor, and when feet touch it, from height, speed and contact channels."""

from dataclasses import dataclass

import numpy as np

from ..body.curves import runs
from ..body.legs import Feet, Skeleton, ankles
from ..body.motion import Motion

# Below the first value of each pair a foot surely touches the floor, above the second it surely does not: metres above
# its own level, and metres per second.
_HEIGHT_M = (0.01, 0.04)
_SPEED_M_S = (0.05, 0.3)
# A contact begins where the score exceeds the first value, and it reaches in both directions as far as the score
# exceeds the second.
_BEGIN, _END = 0.7, 0.68
# Seconds. Shorter contacts are removed, and shorter gaps in a contact are filled: nobody steps that fast.
_SHORTEST_CONTACT_S = 0.17
_SHORTEST_GAP_S = 0.1
# Weight of the motion's own contact channels beside height and speed; it is low, because decoded channels are often
# wrong.
_CHANNEL_SHARE = 0.35
# Metres over the floor within which a toe joint counts as near it.
NEAR_FLOOR_M = 0.03
# Metres. If the estimated floor is this near to the floor of the skeleton's rest pose, the latter is used.
_SNAP_M = 0.02


@dataclass(frozen=True)
class Ground:
    """Where the floor is, and how high toe joints are over it.

    Attributes:
        height_m: height of the ground.
        sole_m: height of the toe joint above it when the foot stands.
        levels: (2,) height of each toe joint in the motion's own stance; feet of recordings rarely agree.
    """

    height_m: float
    sole_m: float
    levels: np.ndarray

    @property
    def toe_m(self) -> float:
        """Return the height of the toe joints of standing feet."""
        return self.height_m + self.sole_m


@dataclass(frozen=True)
class Contacts:
    """When feet touch the floor, left then right.

    Attributes:
        toe, heel: (T, 2) bool.
    """

    toe: np.ndarray
    heel: np.ndarray

    @property
    def channels(self) -> np.ndarray:
        """Return channels (T, 4), left ankle, right ankle, left foot, right foot, as motions store them."""
        return np.concatenate([self.heel, self.toe], axis=1).astype(np.float64)


def find_ground(toe: np.ndarray, sole_m: float, floor_m: float | None) -> Ground:
    """Estimate the floor from the toe joints, or take it as given.

    Args:
        toe: (T, 2, 3) metres, Y up.
        sole_m: height of the toe joint over the sole.
        floor_m: the ground's height when it is known.
    """
    height = toe[..., 1]
    lowest = np.percentile(height.min(axis=1), 2)
    levels = np.empty(2)
    for side in range(2):
        near = height[:, side] < lowest + 2 * NEAR_FLOOR_M
        levels[side] = np.median(height[near, side]) if near.any() else lowest
    if floor_m is None:
        floor_m = float(levels.mean()) - sole_m
        if abs(floor_m) < _SNAP_M:
            floor_m = 0.0
    else:
        # A foot that never comes near the given floor does not stand on it.
        levels = np.where(np.abs(levels - floor_m - sole_m) < 2 * NEAR_FLOOR_M, levels, floor_m + sole_m)
    return Ground(float(floor_m), sole_m, levels)


def certainty(points: np.ndarray, levels: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how surely points stand, by height and by speed: two arrays (T, 2), 0-1.

    Args:
        points: (T, 2, 3) toe joints or ankles, metres.
        levels: (2,) their heights in stance.
        fps: frames per second.
    """
    speed = np.zeros(points.shape[:2])
    if len(points) > 1:
        speed = np.linalg.norm(np.gradient(points[..., [0, 2]], axis=0), axis=-1) * fps
    height = points[..., 1] - levels
    return _falling(height, *_HEIGHT_M), _falling(speed, *_SPEED_M_S)


def _falling(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 1 below `low`, 0 above `high`, and values on a straight line between."""
    return np.clip((high - values) / (high - low), 0.0, 1.0)


def detect(feet: Feet, skeleton: Skeleton, ground: Ground, motion: Motion) -> Contacts:
    """Find contacts of toes and heels by height and speed, with hysteresis and least durations.

    The motion's contact channels, when there are any, count beside what is measured.
    """
    heel = ankles(feet, skeleton)
    # When a foot stands, its ankle is as high above its toe as in the rest pose, whatever the level of the toe is.
    heel_levels = ground.levels - skeleton.foot[:, 1]
    found = []
    for points, levels, columns in ((feet.toe, ground.levels, [2, 3]), (heel, heel_levels, [0, 1])):
        by_height, by_speed = certainty(points, levels, motion.fps)
        score = np.sqrt(by_height * by_speed)
        if motion.contacts is not None:
            score = (1 - _CHANNEL_SHARE) * score + _CHANNEL_SHARE * motion.contacts[:, columns]
        found.append(np.stack([hold(score[:, side], motion.fps) for side in range(2)], axis=1))
    return Contacts(toe=found[0], heel=found[1])


def given(motion: Motion) -> Contacts:
    """Read the motion's own contact channels, which it must have: a foot stands where they exceed one half."""
    assert motion.contacts is not None
    return Contacts(toe=motion.contacts[:, 2:] > 0.5, heel=motion.contacts[:, :2] > 0.5)


def hold(score: np.ndarray, fps: float) -> np.ndarray:
    """Return contacts (T,) from a score (T,): a high score begins one, a low score ends it, and short ones go."""
    standing = np.zeros(len(score), bool)
    for start, end in runs(score >= _END):
        standing[start:end] = (score[start:end] >= _BEGIN).any()
    for start, end in runs(~standing):
        if start > 0 and end < len(score) and end - start < _SHORTEST_GAP_S * fps:
            standing[start:end] = True
    for start, end in runs(standing):
        if end - start < min(_SHORTEST_CONTACT_S * fps, len(score)):
            standing[start:end] = False
    return standing


def typical_slide(feet: Feet, ground: Ground, fps: float) -> float:
    """Return the median horizontal speed of the toes while they are near the floor, m/s; 0 if they never are."""
    if len(feet.toe) < 2:
        return 0.0
    near = np.abs(feet.toe[1:, :, 1] - ground.levels) < NEAR_FLOOR_M
    speed = np.linalg.norm(np.diff(feet.toe[..., [0, 2]], axis=0), axis=-1) * fps
    return float(np.median(speed[near])) if near.any() else 0.0
