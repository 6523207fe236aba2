"""A mood applied to a motion at its levels; what a change of the mood or the levels does not affect is used again."""

from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from ..body.rotation import quat_to_rotvec
from .applied_levels import Levelled
from .arm_clearance import Limits
from .mood import Mood
from .mood_body import lay_over_body
from .mood_face import lay_over_face
from .posed_arms import Arms


@dataclass(frozen=True)
class Mooded:
    """A motion in its mood, with values that the next change can use again.

    Attributes:
        motion: the result.
        mood: its mood.
        source: the motion at its levels that it was made from.
    """

    motion: Motion
    mood: Mood
    source: Motion


def apply_mood(levelled: Levelled, mood: Mood, before: Mooded | None = None) -> Mooded:
    """Lay a mood over a motion at its levels; a neutral one leaves every value as it is, to the bit.

    Faces in SMPL-X's coefficients keep their expression: moods are defined for ARKit's shapes.

    Args:
        levelled: the motion at its levels.
        mood: its mood over time.
        before: an earlier result; its body is used again where mood and turns of all joints are the same.
    """
    source = levelled.motion
    if mood.is_neutral:
        return Mooded(source, mood, source)
    weights = mood.weights(source.frame_count, source.fps)
    if before is not None and before.mood == mood and np.array_equal(before.source.rotations, source.rotations):
        rotations = before.motion.rotations
    else:
        rotations = lay_over_body(source, weights, _limits(levelled))
    expression = source.expression
    if source.face_basis == "arkit52":
        expression = lay_over_face(expression, weights)
    return Mooded(source.replace(rotations=rotations, expression=expression), mood, source)


def _limits(levelled: Levelled) -> Limits:
    """Return how near hands may come to the body: as near as in the motion at its levels, or at rest."""
    base, motion = levelled.base, levelled.motion
    if motion.rotations is base.motion.rotations:
        return base.limits
    rest = quat_to_rotvec(base.rest)[None]
    return Limits.of(Arms.of(motion.rotations, motion.skeleton), Arms.of(rest, motion.skeleton))
