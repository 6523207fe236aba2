"""All checks of one motion, and what they find, in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..body.motion import Motion
from ..clearance.gaps import Surroundings
from ..clearance.push import DEEP_M, depths
from .feet import feet
from .finding import Finding, stretches
from .joints import joints
from .speech import early, lips

# Frames between two stretches with hands in the body that are one finding.
_JOIN_S = 0.3
# Metres by which hands that were pushed out may be deeper than the limit: keys are rounded, and turns are small steps.
_ROUNDING_M = 5e-4


@dataclass(frozen=True)
class Subject:
    """What is checked.

    Attributes:
        motion: as it is seen.
        words: entries of words.json: word, start_s, end_s, phones; seconds from the first frame.
        body: the body that performs the motion.
    """

    motion: Motion
    words: Sequence[dict]
    body: Surroundings


def check(subject: Subject) -> list[Finding]:
    """Return everything that an animator would fix, in the order of time; nothing for a motion without frames."""
    motion, words = subject.motion, subject.words
    if not motion.frame_count:
        return []
    found = [*feet(motion), *joints(motion), *_inside(subject), *lips(motion, words), *early(motion, words)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.kind, finding.part))


def _inside(subject: Subject) -> list[Finding]:
    """Find stretches with a hand or forearm inside the body."""
    depth = depths(subject.motion.rotations, subject.body)
    ranges = stretches(depth > DEEP_M + _ROUNDING_M, round(_JOIN_S * subject.motion.fps))
    return [
        Finding("inside", start, end, "hands or forearms", "", 100 * float(depth[start:end].max()))
        for start, end in ranges
    ]
