"""What a decoded body is fitted to: when its recording is stressed, silent and loud, and the chance of its arms."""

from dataclasses import dataclass, field

import numpy as np

from ..clock import FPS
from .own_arms import WIDTH


@dataclass(frozen=True)
class Moments:
    """When a recording is stressed, silent and loud, and how the take's arms differ.

    Attributes:
        stressed_s: when syllables are stressed, ascending seconds.
        spoken_s: starts and ends of the stretches of speech without a long pause, ascending seconds.
        loudness: (T,) 0 in silence, about 1 at the loudest.
        arms: (T, `own_arms.WIDTH`) curves of chance of the arms.
    """

    stressed_s: tuple[float, ...] = ()
    spoken_s: tuple[tuple[float, float], ...] = ()
    loudness: np.ndarray = field(default_factory=lambda: np.zeros(0))
    arms: np.ndarray = field(default_factory=lambda: np.zeros((0, WIDTH)))

    def since(self, first: int) -> "Moments":
        """Return the moments as a piece that begins with frame `first` has them."""
        first_s = first / FPS
        return Moments(
            tuple(time - first_s for time in self.stressed_s),
            tuple((start - first_s, end - first_s) for start, end in self.spoken_s),
            self.loudness[first:],
            self.arms[first:],
        )


# Of a recording for weights that know nothing of stress and pauses.
NO_MOMENTS = Moments()
