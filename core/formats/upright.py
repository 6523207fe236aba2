"""Motion from any world put into ours: Y up, feet on the floor, beginning at the origin."""

import numpy as np

from ..body.joints import ANKLES, TOES
from ..body.kinematics import chosen_joints
from ..body.motion import Motion
from ..body.proportions import sole_height
from ..body.rotation import matrix_to_rotvec, rotvec_to_matrix
from ..body.skeleton import JOINT, default_rest_joints
from .user_choices import UserChoices

# Rotations from a world in which this axis is up to a world in which Y is up.
_TO_Y_UP = {
    "y": np.eye(3),
    "z": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
    "-y": np.diag([1.0, -1.0, -1.0]),
}
# The up axis is found from this many frames, and the floor's height from this many.
_UP_FRAMES, _FLOOR_FRAMES = 300, 2000
# If the mean direction from the ankles to the head is shorter than this, it does not show an up axis: the person lies
# or tumbles.
_CLEAR = 0.5
_HEAD = JOINT["head"]


def stand_upright(motion: Motion, choices: UserChoices, likely: str, notes: list[str]) -> tuple[Motion, str]:
    """Turn a motion so that Y is up, and place it as `choices` ask.

    Args:
        motion: in its own world. Without `rest_joints` its path is assumed to be that of the pelvis, which is wrong by
            up to 35 cm.
        choices: what the user chose.
        likely: the axis to assume where the motion does not show it: "y" or "z".
        notes: gets a sentence for what was assumed.

    Returns:
        the motion, and the axis that was up.
    """
    up = _up_axis(motion, choices, likely, notes)
    turn = _TO_Y_UP[up]
    rotations = motion.rotations.copy()
    rotations[:, 0] = matrix_to_rotvec(turn @ rotvec_to_matrix(rotations[:, 0]))
    # The path moves the rest pelvis, which stands where the model's own axes place it.
    own = motion.rest_joints
    pelvis = (motion.translation + (0.0 if own is None else own[0])) @ turn.T
    rest = default_rest_joints() if own is None else own
    upright = motion.replace(rotations=rotations, translation=pelvis - rest[0])
    shift = np.zeros(3)
    if choices.at_origin:
        shift[[0, 2]] = -pelvis[0, [0, 2]]
    if choices.on_floor or own is None:
        shift[1] = -floor_height(upright, rest)
    return upright.replace(translation=upright.translation + shift), up


def _up_axis(motion: Motion, choices: UserChoices, likely: str, notes: list[str]) -> str:
    if choices.up != "auto":
        return choices.up
    up = find_up(motion)
    if up is None:
        notes.append(f"Which way is up is not clear: taken as {likely.upper()}")
        return likely
    return up


def find_up(motion: Motion) -> str | None:
    """Find the axis along which the body stands, on average: "y", "z" or "-y"; None when it does not stand."""
    frames = _spread_frames(motion.frame_count, _UP_FRAMES)
    joints, _ = chosen_joints(
        motion.rotations[frames], np.zeros((len(frames), 3)), default_rest_joints(), (_HEAD, *ANKLES)
    )
    body = joints[:, 0] - joints[:, 1:].mean(axis=1)
    mean = (body / np.maximum(np.linalg.norm(body, axis=1, keepdims=True), 1e-9)).mean(axis=0)
    sizes = {"y": mean[1], "z": mean[2], "-y": -mean[1]}
    best = max(sizes, key=lambda axis: sizes[axis])
    return best if sizes[best] > _CLEAR else None


def floor_height(motion: Motion, rest_joints: np.ndarray) -> float:
    """Find the height of the floor, metres: the usual lowest height of a toe, less its height over the sole."""
    frames = _spread_frames(motion.frame_count, _FLOOR_FRAMES)
    toes, _ = chosen_joints(motion.rotations[frames], motion.translation[frames], rest_joints, TOES)
    return float(np.percentile(toes[..., 1].min(axis=1), 2)) - sole_height(rest_joints)


def _spread_frames(frame_count: int, limit: int) -> np.ndarray:
    """Return at most `limit` frames, spread evenly from the first to the last."""
    return np.unique(np.linspace(0, frame_count - 1, min(frame_count, limit)).round().astype(int))
