"""The gesture grammar as one function: speech and words in, a whole-body motion out."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from ...body.motion import Motion
from ...body.rotation import matrix_to_rotvec, rotvec_to_matrix
from ...body.skeleton import JOINT, JOINT_COUNT, default_rest_joints
from ...clock import frame_to_sample
from .arms import arm_path, solve_arm
from .face import face_channels
from .hands import hand_channels, hand_rotations
from .legs import stand
from .plan import Plan, make_plan
from .prosody import Prosody, analyse
from .styles import STYLES
from .torso import torso_path

NEUTRAL_FRAMES = 8


def synthesise(
    samples: np.ndarray,
    words: Sequence,
    style: str,
    seed: int = 0,
    rest_joints: np.ndarray | None = None,
) -> Motion:
    """Gesture with speech.

    Args:
        samples: (N,) mono speech at 16 kHz.
        words: aligned words (`core.text.timing.Word`) with their phones.
        style: a name in STYLES.
        seed: changes only slow drift.
        rest_joints: (55, 3) skeleton in metres; the bundled character's when None.

    Returns:
        a motion of frame_count(N) frames, feet planted throughout.
    """
    prosody = analyse(samples, words)
    plan = make_plan(prosody, STYLES[style])
    return perform(prosody, plan, style, seed, rest_joints)


def perform(prosody: Prosody, plan: Plan, style: str, seed: int = 0, rest_joints: np.ndarray | None = None) -> Motion:
    """Turn a plan into motion (see `synthesise`)."""
    manner = STYLES[style]
    rest = default_rest_joints() if rest_joints is None else rest_joints
    rng = np.random.default_rng([seed, crc32(style.encode())])
    times_s = prosody.times_s
    count = prosody.frame_count
    matrices = np.tile(np.eye(3), (count, JOINT_COUNT, 1, 1))

    arms = []
    for side, name in enumerate(("left", "right")):
        arm = solve_arm(arm_path(plan, manner, side, times_s, rng), rest, side)
        arms.append(arm)
        for joint in ("collar", "shoulder", "elbow", "wrist"):
            matrices[:, JOINT[f"{name}_{joint}"]] = getattr(arm, joint)
        for joint, turn in hand_rotations(hand_channels(plan, manner, side, times_s), rest, side).items():
            matrices[:, joint] = turn

    wrists = np.stack([arm.reached for arm in arms], 1)
    torso = torso_path(plan, manner, times_s, wrists - wrists[:1], rng)
    for joint, rotvec in torso.rotvecs.items():
        matrices[:, joint] = rotvec_to_matrix(rotvec)
    translation, legs = stand(torso.shift, matrices[:, JOINT["pelvis"]], rest)
    for joint, turn in legs.items():
        matrices[:, joint] = turn

    trunk = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
    head = sum(torso.rotvecs[JOINT[name]] for name in trunk)
    return Motion(
        rotations=matrix_to_rotvec(matrices),
        translation=translation,
        expression=face_channels(prosody, plan, manner, head, rng),
        contacts=np.ones((count, 4)),
        rest_joints=rest,
    )


def neutral_pose(style: str = "calm", rest_joints: np.ndarray | None = None) -> Motion:
    """Eight frames of standing at rest: what clips begin with, and the generator's seed."""
    return synthesise(np.zeros(frame_to_sample(NEUTRAL_FRAMES) - 1), (), style, rest_joints=rest_joints)
