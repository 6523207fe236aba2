"""Wrists on their own smoothed paths: small turns of the arms remove the shake that smoothing of joints leaves.

Every joint of an arm may be smooth by itself while their small errors add up at the wrist, the end of a long lever.
So the wrist's path, seen from the pelvis, is smoothed too, and shoulder and elbow turn a little to follow it. Where it
is snatched (`snatches`), path and arm are softened first.
"""

from functools import partial

import numpy as np

from ..body.blocks import run_for
from ..body.joints import ARM_CHAINS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import Part
from ..body.reach import reach_rotations
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from .settings import FinishSettings
from .smoothing import smooth_track
from .snatches import soft_path, soft_turns


def refine_wrists(motion: Motion, before: Motion, settings: FinishSettings, cutoffs_hz: dict[str, float]) -> Motion:
    """Bring each wrist to its smoothed path, relative to the pelvis, by turning shoulder and elbow a little.

    Args:
        motion: after the rotations were smoothed.
        before: the motion before smoothing, whose wrist paths are the reference.
        settings: `upper` is the strength.
        cutoffs_hz: the frequencies that suit the motion.

    Returns:
        The motion with shoulder, elbow and wrist rotations changed; the hands keep their direction in the world.
    """
    if settings.upper <= 0 or motion.frame_count < 4:
        return motion

    def turned(chain: list[int]) -> np.ndarray:
        reference = chosen_joints(before.rotations, before.translation, before.skeleton, (0, chain[-1]))[0]
        path = smooth_track(reference[:, 1] - reference[:, 0], cutoffs_hz[Part.UPPER], motion.fps, settings.upper)
        path, shares = soft_path(path, motion.fps, settings.upper)
        return _follow(_softened(motion, chain, shares), chain, path)

    rotations = motion.rotations.copy()
    tasks = [partial(turned, chain) for chain in ARM_CHAINS]
    for chain, turns in zip(ARM_CHAINS, run_for(motion.frame_count)(tasks), strict=True):
        rotations[:, chain[1:]] = turns
    return motion.replace(rotations=rotations)


def _follow(motion: Motion, chain: list[int], path: np.ndarray) -> np.ndarray:
    """Return parent-local rotations (T, 3, 3) of shoulder, elbow and wrist that bring the wrist to its path (T, 3)."""
    positions, world = chosen_joints(motion.rotations, motion.translation, motion.skeleton, (0, *chain))
    pelvis, _, *arm = np.moveaxis(positions, 1, 0)
    _, *turns = np.moveaxis(world, 1, 0)
    return reach_rotations(tuple(arm), tuple(turns), path + pelvis)


def _softened(motion: Motion, chain: list[int], shares: np.ndarray) -> Motion:
    """Return the motion with the turns of shoulder, elbow and wrist softened by shares (passes, T)."""
    rows = np.flatnonzero(shares.any(0))
    if not len(rows):
        return motion
    rotations, joints = motion.rotations.copy(), np.array(chain[1:])
    turns = soft_turns(quat_continuous(rotvec_to_quat(rotations[:, joints])), shares, motion.fps)
    rotations[np.ix_(rows, joints)] = quat_to_rotvec(turns[rows])
    return motion.replace(rotations=rotations)
