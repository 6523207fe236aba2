"""Groups of joints that several features need: left and right pairs, and the chain of each arm."""

from .skeleton import JOINT

SIDES = ("left", "right")


def _pair(name: str) -> list[int]:
    return [JOINT[f"{side}_{name}"] for side in SIDES]


# Pairs, left then right; lists, because NumPy takes a tuple for several indices. Toes are SMPL-X's "foot" joints.
HIPS, KNEES, ANKLES, TOES = (_pair(name) for name in ("hip", "knee", "ankle", "foot"))
COLLARS, SHOULDERS, ELBOWS, WRISTS = (_pair(name) for name in ("collar", "shoulder", "elbow", "wrist"))
# The knuckle of the middle finger, which says where a hand points.
KNUCKLES = _pair("middle1")
# Per side the joints from collar to wrist.
ARM_CHAINS = [list(chain) for chain in zip(COLLARS, SHOULDERS, ELBOWS, WRISTS, strict=True)]
