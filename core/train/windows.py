"""Stage two's examples: windows of sound with the codes to predict and the seed poses generating would start from."""

from dataclasses import dataclass

import numpy as np
import torch

from ..body.parts import SPECS, TRANSLATION_WIDTH, Part
from ..clock import FPS
from .autoencoders import encode
from .dataset import WINDOW, Corpus, Take, full_vector, window_audio, window_starts, window_words
from .rotations import orthonormal

SEED_FRAMES = 4
LEAD = WINDOW - SEED_FRAMES  # a generated window starts this long after the one before
FREE_JOINTS = slice(6 * 22, 6 * 25)  # jaw and eyes: generating knows no codes of theirs, so seeds hold the identity
IDENTITY = np.array([1, 0, 0, 0, 1, 0], np.float32)
SEED_PARTS = (Part.UPPER, Part.HANDS, Part.LOWER)


@dataclass(frozen=True)
class Batch:
    """Windows as the network takes them: U stretches of sound, B windows (some share a sound), T frames.

    Attributes:
        audio: (U, S, 2).
        words: (U, T, D).
        sound: (B,) int64, which of the stretches a window hears.
        speaker: (B,) int64.
        motion: (B, T, 337), the recorded motion with x and z from the window's first frame.
        seed: (B, 4, 337), the first frames as generating would have decoded them.
        codes: part -> (B, T) int64.
        weight: (B, T), zero past the end of the clip.
    """

    audio: torch.Tensor
    words: torch.Tensor
    sound: torch.Tensor
    speaker: torch.Tensor
    motion: torch.Tensor
    seed: torch.Tensor
    codes: dict[Part, torch.Tensor]
    weight: torch.Tensor


class WindowSet:
    """All windows of a corpus, every `stride` frames.

    Args:
        corpus: clips and motions.
        autoencoders: the trained ones; they are not changed.
        stride: frames between windows' starts.
    """

    def __init__(self, corpus: Corpus, autoencoders: dict[Part, torch.nn.Module], stride: int):
        self.corpus = corpus
        self.codes = [
            {part: encode(part, autoencoders[part], take.channels[part]) for part in Part} for take in corpus.takes
        ]
        by_clip: dict[int, list[int]] = {}
        for number, take in enumerate(corpus.takes):
            by_clip.setdefault(take.clip, []).append(number)
        self.stretches: list[tuple[int, int]] = []
        self.rows: list[list[tuple[int, int]]] = []  # per stretch: (take, row of its seed)
        seeds = []
        for clip, numbers in by_clip.items():
            starts = window_starts(min(corpus.takes[number].frames for number in numbers), stride)
            self.stretches += [(clip, start) for start in starts]
            first = sum(map(len, seeds))
            seeds += [_seeds(corpus.takes[number], self.codes[number], starts, autoencoders) for number in numbers]
            self.rows += [
                [(number, first + order * len(starts) + index) for order, number in enumerate(numbers)]
                for index in range(len(starts))
            ]
        self.seeds = np.concatenate(seeds)

    def __len__(self) -> int:
        return len(self.stretches)

    def draw(self, random: np.random.Generator, count: int) -> Batch:
        """`count` stretches at random, with every take on them."""
        return self.batch(random.integers(0, len(self), count))

    def batch(self, chosen: np.ndarray) -> Batch:
        """The stretches with these numbers, with every take on them."""
        clips = [(self.corpus.clips[clip], start) for clip, start in (self.stretches[i] for i in chosen)]
        rows = [(place, *row) for place, i in enumerate(chosen) for row in self.rows[i]]
        windows = [self._window(number, self.stretches[chosen[place]][1]) for place, number, _ in rows]
        motion, weight = (torch.from_numpy(np.stack([window[i] for window in windows])) for i in (0, 1))
        return Batch(
            audio=torch.from_numpy(np.stack([window_audio(clip, start) for clip, start in clips])),
            words=torch.from_numpy(np.stack([window_words(clip, start) for clip, start in clips])),
            sound=torch.tensor([place for place, _, _ in rows]),
            speaker=torch.tensor([self.corpus.takes[number].speaker for _, number, _ in rows]),
            motion=motion,
            seed=torch.from_numpy(self.seeds[[seed for _, _, seed in rows]]),
            codes={part: torch.from_numpy(np.stack([window[2][part] for window in windows])) for part in Part},
            weight=weight,
        )

    def _window(self, number: int, start: int) -> tuple[np.ndarray, np.ndarray, dict[Part, np.ndarray]]:
        take = self.corpus.takes[number]
        motion = full_vector(take, start, start + WINDOW)
        motion[:, FREE_JOINTS] = np.tile(IDENTITY, 3)
        frames = np.arange(start, start + WINDOW)
        held = np.minimum(frames, take.frames - 1)
        codes = {part: self.codes[number][part][held] for part in Part}
        return motion, (frames < take.frames).astype(np.float32), codes


@torch.no_grad()
def _seeds(
    take: Take, codes: dict[Part, np.ndarray], starts: list[int], autoencoders: dict[Part, torch.nn.Module]
) -> np.ndarray:
    """The first frames (len(starts), 4, 337) of windows, decoded from the codes of the window before alone."""
    out = np.stack([full_vector(take, start, start + SEED_FRAMES) for start in starts])
    out[..., FREE_JOINTS] = np.tile(IDENTITY, 3)
    late = [row for row, start in enumerate(starts) if start >= LEAD]
    if not late:
        return out
    frames = np.array([starts[row] for row in late])[:, None] - LEAD + np.arange(WINDOW)
    frames = np.minimum(frames, take.frames - 1)
    for part in SEED_PARTS:
        spec = SPECS[part]
        autoencoder = autoencoders[part]
        entries = autoencoder.quantizer.embedding.weight[torch.as_tensor(codes[part][frames])]
        decoded = autoencoder.decode(entries)[:, -SEED_FRAMES:]  # (n, 4, C)
        rot6d = orthonormal(decoded[..., : spec.rotation_width]).numpy().reshape(len(late), SEED_FRAMES, -1, 6)
        for place, joint in enumerate(spec.joints):
            out[late, :, 6 * joint : 6 * joint + 6] = rot6d[:, :, place]
        if part is Part.LOWER:
            rest = decoded[..., spec.rotation_width :].numpy()
            place = rest[..., :TRANSLATION_WIDTH].copy()
            place[:, 1:, [0, 2]] = np.cumsum(rest[:, :-1][..., [0, 2]], axis=1) / FPS
            place[:, 0, [0, 2]] = 0
            out[late, :, 330:] = np.concatenate([place, rest[..., TRANSLATION_WIDTH:]], -1)
    return out
