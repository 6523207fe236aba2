"""A motion whose hands and forearms stay out of the body, and the frames in which they were inside."""

from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from .gaps import Surroundings
from .push import DEEP_M, push_out


@dataclass(frozen=True)
class Pushed:
    """In which frames hands or forearms are deeper than `DEEP_M` inside the body or each other.

    Attributes:
        before, after: (T,) bool.
        deepest_before_m, deepest_after_m: greatest depth, metres.
    """

    before: np.ndarray
    after: np.ndarray
    deepest_before_m: float
    deepest_after_m: float

    def as_dict(self) -> dict[str, int | float]:
        """Return plain values for take.json and reports."""
        return {
            "frames_inside_before": int(self.before.sum()),
            "frames_inside_after": int(self.after.sum()),
            "deepest_before_cm": round(100 * self.deepest_before_m, 2),
            "deepest_after_cm": round(100 * self.deepest_after_m, 2),
        }


def hands_out(motion: Motion, body: Surroundings) -> tuple[Motion, Pushed]:
    """Push hands and forearms out of a body, smoothly.

    Args:
        motion: of any skeleton; its rotations are performed by the body.
        body: what its arms can run into.

    Returns:
        The motion, the same object where nothing was inside; and what was inside, before and after.
    """
    push = push_out(motion.rotations, motion.fps, body)
    if push.rotations is not motion.rotations:
        motion = motion.replace(rotations=push.rotations)
    deepest = (float(depth.max(initial=0)) for depth in (push.before, push.after))
    return motion, Pushed(push.before > DEEP_M, push.after > DEEP_M, *deepest)
