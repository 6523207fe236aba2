"""The skeleton that a motion is measured on: its own, a user's SMPL-X body's, mannequin-x's or the character's."""

import importlib.util

import numpy as np

from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, resample
from core.body.skeleton import JOINT, default_rest_joints
from core.clock import FPS
from training.evaluation.smplx_face import SmplxFace

# The names of our joints in mannequin-x, which has no jaw and no eyes.
_NO_MANNEQUIN = ("jaw", "left_eye_smplhf", "right_eye_smplhf")


def bones(motion: Motion, smplx: SmplxFace | None = None) -> tuple[np.ndarray, str]:
    """Return the rest joints (55, 3) of a motion, metres, and the name of their source.

    A file that holds no `rest_joints` (BEAT2, AMASS) was recorded on an SMPL-X body of its own betas. Its bones can be
    computed with the user's SMPL-X file, or with the package mannequin-x where it is installed.
    """
    if motion.rest_joints is not None:
        return motion.rest_joints, "its own"
    if smplx is not None:
        return smplx.rest_joints(motion.betas), "the SMPL-X file"
    if importlib.util.find_spec("mannequin") is not None:
        return _mannequin_joints(motion.betas), "mannequin-x"
    return default_rest_joints(), "the bundled character"


def joint_positions(motion: Motion, rest_joints: np.ndarray) -> np.ndarray:
    """Return the positions of the joints (T, 55, 3), metres."""
    return forward_kinematics(motion.rotations, motion.translation, rest_joints)[0]


def at_our_rate(motion: Motion) -> Motion:
    """Resample a motion to 30 frames per second, at which everything is measured."""
    if abs(motion.fps - FPS) < 1e-6:
        return motion
    frames = round(motion.frame_count / motion.fps * FPS)
    return resample(motion, np.arange(frames) / FPS)


def _mannequin_joints(betas: np.ndarray) -> np.ndarray:
    from mannequin import Mannequin  # type: ignore[import-not-found]  # a package that only some users have

    shape = np.zeros(10, np.float32)
    shape[: min(10, len(betas))] = betas[:10]
    model = Mannequin("wooden", shape=shape, flat_hand_mean=True)
    places = np.asarray(model.joint_transforms(model.rest_pose()), np.float64)[:, :3, 3]
    known = dict(zip(model.joint_names, places, strict=True))
    rest = np.array(default_rest_joints())
    for name, joint in JOINT.items():
        if name not in _NO_MANNEQUIN:
            rest[joint] = known[_mannequin_name(name)]
    # The joints of the face have the same places relative to the head as the bundled character's.
    own = default_rest_joints()
    for name in _NO_MANNEQUIN:
        rest[JOINT[name]] = rest[JOINT["head"]] + own[JOINT[name]] - own[JOINT["head"]]
    return rest


def _mannequin_name(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{side[0].upper()}_{rest.capitalize()}" if rest else name.capitalize()
