"""The default skeleton with legs of other lengths."""

import numpy as np

from core.body.skeleton import JOINT, default_rest_joints

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]


def longer(thigh: float, shin: float) -> np.ndarray:
    """The default skeleton with legs of other lengths, standing on the floor."""
    default, rest = default_rest_joints(), default_rest_joints().copy()
    for side in ("left", "right"):
        hip, knee, ankle, foot = (JOINT[f"{side}_{name}"] for name in ("hip", "knee", "ankle", "foot"))
        rest[knee] = rest[hip] + thigh * (default[knee] - default[hip])
        rest[ankle] = rest[knee] + shin * (default[ankle] - default[knee])
        rest[foot] = rest[ankle] + default[foot] - default[ankle]
    rest[:, 1] += default[ANKLES, 1].mean() - rest[ANKLES, 1].mean()
    return rest
