"""The motions of a body part, from which windows are drawn without reading all of them into memory."""

from collections.abc import Sequence

import numpy as np

from core.body.parts import Part
from training.data.dataset import Corpus


class PartFrames:
    """A part's channels of every motion.

    Args:
        motions: (T, C) float32 each, in memory or mapped from files.
    """

    def __init__(self, motions: Sequence[np.ndarray]):
        self.motions = tuple(motions)
        self.lengths = np.array([len(motion) for motion in motions])

    @property
    def width(self) -> int:
        """Channels."""
        return self.motions[0].shape[1]

    def first(self, count: int) -> "PartFrames":
        """Return the first few motions only."""
        return PartFrames(self.motions[:count])

    def windows(self, random: np.random.Generator, count: int, frames: int, rows: slice = slice(None)) -> np.ndarray:
        """Draw `count` windows (count, frames, C) and return `rows` of them; short motions hold their last frame."""
        chosen = random.choice(len(self.motions), count, p=self.lengths / self.lengths.sum())
        first = random.integers(0, np.maximum(self.lengths[chosen] - frames, 0) + 1)
        return np.stack([self._window(*place, frames) for place in zip(chosen[rows], first[rows], strict=True)])

    def sample(self, random: np.random.Generator, count: int) -> np.ndarray:
        """Draw about `count` frames (N, C) in short runs."""
        run = 32
        return self.windows(random, -(-count // run), run).reshape(-1, self.width)

    def _window(self, motion: int, first: int, frames: int) -> np.ndarray:
        piece = np.asarray(self.motions[motion][first : first + frames], np.float32)
        missing = frames - len(piece)
        return np.concatenate([piece, np.repeat(piece[-1:], missing, 0)]) if missing else piece


def part_frames(corpus: Corpus, part: Part) -> PartFrames:
    """Return a corpus' channels of one body part."""
    return PartFrames([take.channels[part] for take in corpus.takes])
