"""Checks of motions of which an area was replaced: what must be as it was, and that no joint turns abruptly."""

import numpy as np

from core.body.motion import Motion
from core.body.parts import AREAS, Part
from core.generate.seams import LEAST_JUMP, velocity_jumps
from core.take.span import Span

# A joint may turn this much more abruptly at a seam than it usually does.
MOST_JUMP = 1.2


def untouched(kept: Motion, new: Motion, area: str, first: int, stop: int) -> bool:
    """Whether all but the area within the frames is as it was, to the bit."""
    joints = list(AREAS[area].joints)
    changed = {"rotations": joints, "translation": [], "expression": [], "contacts": []}
    if area == Part.LOWER:
        changed |= {"translation": [0, 1, 2], "contacts": [0, 1, 2, 3]}
    if area == Part.FACE:
        changed["expression"] = list(range(kept.expression.shape[1]))
    for name, columns in changed.items():
        before, after = getattr(kept, name), getattr(new, name)
        same = np.ones(before.shape[:2], bool)
        same[np.ix_(range(first, stop), columns)] = False
        if before[same].tobytes() != after[same].tobytes():
            return False
    return True


def seam_jumps(rotations: np.ndarray, span: Span) -> float:
    """The largest velocity jump within the margin of either seam; a range that ends with the take has none there."""
    centre = np.arange(1, span.frames - 1)
    near = np.zeros(len(centre), bool)
    for edge in (span.start, span.end - 1):
        if edge not in (0, span.frames - 1):
            near |= np.abs(centre - edge) <= span.margin + 1
    return velocity_jumps(rotations)[near].max(initial=0)


def continuous_at_seams(kept: Motion, new: Motion, area: str, span: Span) -> bool:
    joints = list(AREAS[area].joints)
    limit = MOST_JUMP * np.percentile(velocity_jumps(kept.rotations[:, joints]), 99)
    own = seam_jumps(kept.rotations[:, joints], span)
    return seam_jumps(new.rotations[:, joints], span) <= max(limit, 1.05 * own, LEAST_JUMP)
