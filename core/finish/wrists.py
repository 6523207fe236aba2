"""Wrists on their own smoothed paths: what smoothing joint by joint leaves of the shake is solved away in the arms."""

import numpy as np

from ..body.joints import ARM_CHAINS
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.parts import Part
from ..body.reach import reach
from ..body.rotation import matrix_to_rotvec
from .settings import FinishSettings
from .smoothing import CUTOFF_HZ, smooth_track


def refine_wrists(motion: Motion, before: Motion, settings: FinishSettings) -> Motion:
    """Bring each wrist to its smoothed path, relative to the pelvis, by turning shoulder and elbow a little.

    Args:
        motion: after the rotations were smoothed.
        before: the motion as it came, whose wrist paths are the reference.
        settings: `upper` is the strength.

    Returns:
        The motion with shoulder, elbow and wrist rotations changed; the hands keep their direction in the world.
    """
    if settings.upper <= 0 or motion.frame_count < 4:
        return motion
    rotations = motion.rotations.copy()
    for chain in ARM_CHAINS:
        reference, _ = chosen_joints(before.rotations, before.translation, before.skeleton, (0, chain[-1]))
        path = smooth_track(reference[:, 1] - reference[:, 0], CUTOFF_HZ[Part.UPPER], motion.fps, settings.upper)
        positions, world = chosen_joints(motion.rotations, motion.translation, motion.skeleton, (0, *chain))
        pelvis, _, shoulder, elbow, wrist = np.moveaxis(positions, 1, 0)
        turns = reach(shoulder, elbow - shoulder, wrist - elbow, path + pelvis)
        _, collar, upper, lower, hand = np.moveaxis(world, 1, 0)
        upper, lower = turns[0] @ upper, turns[1] @ turns[0] @ lower
        rotations[:, chain[1]] = matrix_to_rotvec(np.swapaxes(collar, -1, -2) @ upper)
        rotations[:, chain[2]] = matrix_to_rotvec(np.swapaxes(upper, -1, -2) @ lower)
        rotations[:, chain[3]] = matrix_to_rotvec(np.swapaxes(lower, -1, -2) @ hand)
    return motion.replace(rotations=rotations)
