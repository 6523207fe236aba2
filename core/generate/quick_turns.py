"""Quick turns of groups of joints made larger or smaller, while their slow turns stay as they are.

The Gaussian at a decoder's end takes most of what a head does faster than 5 Hz. Collars and arms flicker more than
people's do, and the trunk goes along with strokes less far. Weights say for each group by which share its quick turns
grow, and what counts as quick (`quick_turns` in model.json):

    decoded                    ─╲╱╲─────╱╲╱─
    minus its Gaussian, twice   ╲╱╲     ╱╲╱      what is quick
    shown                      ─╲╱╲─────╱╲╱─     quick turns larger or smaller by the share
"""

from collections.abc import Mapping

import numpy as np

from ..body.curves import gaussian
from ..body.joints import COLLARS, ELBOWS, SHOULDERS, WRISTS
from ..body.motion import Motion
from ..body.parts import AREAS, SPECS, Part
from ..body.rotation import quat_continuous, quat_to_rotvec, rotvec_to_quat
from ..plain_values import is_number

# Group to (share, frames): by which share quick turns grow, and sigma of the Gaussian whose difference counts as quick.
QuickTurns = Mapping[str, tuple[float, float]]

GROUPS: dict[str, tuple[int, ...]] = {
    "head": AREAS["head"].joints,
    "trunk": AREAS["torso"].joints,
    "collars": tuple(COLLARS),
    "arms": (*SHOULDERS, *ELBOWS),
    "wrists": tuple(WRISTS),
    "fingers": SPECS[Part.HANDS].joints,
}
_MOST_FRAMES = 60


def with_quick_turns(motion: Motion, table: QuickTurns) -> Motion:
    """Return a motion whose quick turns are larger or smaller.

    A turn whose Gaussian keeps a share g of it grows by (1 - g)² of the table's share: with a Gaussian of one frame
    turns of 2 Hz by a hundredth of it, turns of 5 Hz by a fifth.

    Args:
        motion: as decoded.
        table: groups to share and frames; a share of 0 leaves a group as it is.
    """
    changed = {group: pair for group, pair in table.items() if pair[0]}
    if not changed or motion.frame_count < 2:
        return motion
    rotations = motion.rotations.copy()
    for group, (share, frames) in changed.items():
        joints = list(GROUPS[group])
        turns = quat_continuous(rotvec_to_quat(rotations[:, joints]))
        quick = turns - gaussian(turns, frames)
        turns += share * (quick - gaussian(quick, frames))
        rotations[:, joints] = quat_to_rotvec(turns / np.linalg.norm(turns, axis=-1, keepdims=True))
    return motion.replace(rotations=rotations)


def is_quick_turns(value: object) -> bool:
    """Return whether an entry of model.json is a table of groups with share and frames each."""
    return isinstance(value, dict) and all(
        group in GROUPS
        and isinstance(pair, list)
        and len(pair) == 2
        and is_number(pair[0], -1, 2)
        and is_number(pair[1], 0.1, _MOST_FRAMES)
        for group, pair in value.items()
    )
