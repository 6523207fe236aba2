"""The gesture grammar as one function, which turns speech and words into a whole-body motion."""

from collections.abc import Sequence

import numpy as np

from core.audio.prosody import Prosody, analyse
from core.body.motion import Motion
from core.body.rotation import matrix_to_rotvec, rotvec_to_matrix
from core.body.skeleton import JOINT, JOINT_COUNT, default_rest_joints
from core.clock import frame_to_sample
from core.generate.chance_curves import CHANNELS, draw_chance
from training.gesture.arm_joints import solve_arm
from training.gesture.arms import arm_path
from training.gesture.face import face_channels
from training.gesture.gesture_plan import Plan, make_plan
from training.gesture.hands import hand_channels, hand_rotations
from training.gesture.head import head_path
from training.gesture.legs import Foot, free_legs, stand
from training.gesture.rhythm import rhythm
from training.gesture.styles import STYLES
from training.gesture.torso import torso_path
from training.gesture.voice import voice_curve

NEUTRAL_FRAMES = 8
FULL_NOD = 8.0  # degrees; head and trunk of a style with this nod move at full scale
OF_TRUNK = (3.6, 7.4)  # degrees; the trunk nods no less and no more than this, whatever the head does
LIVELIER = 0.3  # chance makes beats larger or smaller by this share


def synthesise(
    samples: np.ndarray,
    words: Sequence,
    style: str,
    seed: int = 0,
    rest_joints: np.ndarray | None = None,
    chance: np.ndarray | None = None,
) -> Motion:
    """Make a whole-body motion for speech.

    Args:
        samples: (N,) mono speech at 16 kHz.
        words: aligned words (`core.text.timing.Word`) with their phones.
        style: a name in STYLES.
        seed: seed of the curves of chance.
        rest_joints: (55, 3) skeleton in metres; the bundled character's when None.
        chance: (T, C) curves (`core.generate.chance_curves`) instead of those of the seed.

    Returns:
        A motion of frame_count(N) frames; feet stand still except for steps.
    """
    prosody = analyse(samples, words)
    plan = make_plan(prosody, STYLES[style])
    chance = draw_chance(prosody.frame_count, seed, prosody.moments_s) if chance is None else chance
    return perform(prosody, plan, style, chance, rest_joints)


def perform(
    prosody: Prosody, plan: Plan, style: str, chance: np.ndarray, rest_joints: np.ndarray | None = None
) -> Motion:
    """Turn a plan into motion (see `synthesise`)."""
    manner = STYLES[style]
    rest = default_rest_joints() if rest_joints is None else rest_joints
    curves = dict(zip(CHANNELS, chance.astype(np.float64).T, strict=True))
    times_s = prosody.times_s
    count = prosody.frame_count
    matrices = np.tile(np.eye(3), (count, JOINT_COUNT, 1, 1))

    voice = voice_curve(prosody.loudness)
    arms = []
    for side, name in enumerate(("left", "right")):
        path = arm_path(plan, manner, side, times_s, curves, voice)
        arm = solve_arm(path, rest, side, curves[f"{name}_idle"], voice)
        arms.append(arm)
        for joint in ("collar", "shoulder", "elbow", "wrist"):
            matrices[:, JOINT[f"{name}_{joint}"]] = getattr(arm, joint)
        for index, turn in hand_rotations(
            hand_channels(plan, manner, side, times_s, curves, voice), rest, side
        ).items():
            matrices[:, index] = turn

    wrists = np.stack([arm.reached for arm in arms], 1)
    beat, livelier = rhythm(plan, prosody), (1 + LIVELIER * curves["vigour"]) / FULL_NOD
    lively = manner.nod * livelier
    torso = torso_path(beat, manner, wrists - wrists[:1], curves, np.clip(manner.nod, *OF_TRUNK) * livelier)
    turns = torso.rotvecs | head_path(beat, torso.swing, curves, lively)
    for index, rotvec in turns.items():
        matrices[:, index] = rotvec_to_matrix(rotvec)
    feet = [Foot(curves[f"{side}_place"], curves[f"{side}_step"], free) for side, free in free_legs(curves["weight"])]
    pelvis, hips = matrices[:, JOINT["pelvis"]], rotvec_to_matrix(torso.hips)
    translation, legs, contacts = stand(torso.shift, torso.dip, pelvis, hips, rest, feet)
    for index, turn in legs.items():
        matrices[:, index] = turn

    trunk = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
    head = np.sum([turns[JOINT[name]] for name in trunk], axis=0)
    return Motion(
        rotations=matrix_to_rotvec(matrices),
        translation=translation,
        expression=face_channels(prosody, plan, manner, head),
        contacts=contacts,
        rest_joints=rest,
    )


def neutral_pose(style: str = "calm", rest_joints: np.ndarray | None = None) -> Motion:
    """Return eight frames of standing at rest: the start of every clip, and the generator's seed."""
    still = np.zeros((NEUTRAL_FRAMES, len(CHANNELS)))
    silence = np.zeros(frame_to_sample(NEUTRAL_FRAMES) - 1)
    return synthesise(silence, (), style, rest_joints=rest_joints, chance=still)
