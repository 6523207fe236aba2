"""Examples for stage two: windows of sound, the codes to predict, and seed poses like those of generated windows."""

from dataclasses import dataclass, fields

import numpy as np
import torch

from core.body.parts import SPECS, TRANSLATION_WIDTH, Part
from core.clock import FPS
from core.generate.code_groups import rows_of
from core.generate.window_inputs import window_inputs
from core.model.torch_engine.vqvae import Autoencoder
from training.data.dataset import WINDOW, Corpus, Take, full_vector, window_starts
from training.loop.interface import Step
from training.stages.autoencoders import encode
from training.stages.torch_kinematics import orthonormal

SEED_FRAMES = 4
LEAD = WINDOW - SEED_FRAMES  # a generated window starts this long after the one before
FREE_JOINTS = slice(6 * 22, 6 * 25)  # jaw and eyes: seeds hold the identity, because generating has no codes for them
IDENTITY = np.array([1, 0, 0, 0, 1, 0], np.float32)
SEED_PARTS = (Part.UPPER, Part.HANDS, Part.LOWER)


@dataclass(frozen=True)
class Batch:
    """The network's inputs and targets of B windows, T frames each.

    Attributes:
        audio: (B, S, C), S samples or frames with their context.
        words: (B, T, D).
        speaker: (B,) int64.
        motion: (B, T, 337), the recorded motion with x and z from the window's first frame.
        seed: (B, 4, 337), the first frames, decoded as when generating.
        codes: part -> (B, T) int64.
        weight: (B, T), zero past the end of the clip.
        first: number of the first of these windows in the step's whole batch.
        total: windows in the step's whole batch.
    """

    audio: torch.Tensor
    words: torch.Tensor
    speaker: torch.Tensor
    motion: torch.Tensor
    seed: torch.Tensor
    codes: dict[Part, torch.Tensor]
    weight: torch.Tensor
    first: int
    total: int

    def to(self, device: torch.device) -> "Batch":
        """Copy the batch to a device."""

        def moved(value):
            if isinstance(value, dict):
                return {key: moved(inner) for key, inner in value.items()}
            return value.to(device) if isinstance(value, torch.Tensor) else value

        return Batch(**{field.name: moved(getattr(self, field.name)) for field in fields(self)})


class WindowSet:
    """All windows of a corpus, every `stride` frames.

    Args:
        corpus: clips and motions.
        autoencoders: the trained ones; they are not changed.
        stride: frames between windows' starts.
        context: frames of sound that a window has on both sides; None where its sound is samples.
    """

    def __init__(self, corpus: Corpus, autoencoders: dict[Part, Autoencoder], stride: int, context: int | None = None):
        self.corpus = corpus
        self.context = context
        quantizer = autoencoders[Part.UPPER].quantizer
        self.rows, self.groups = len(quantizer.embedding.weight), quantizer.groups
        self.codes = [
            {part: encode(part, autoencoders[part], take.channels[part]) for part in Part} for take in corpus.takes
        ]
        self.places: list[tuple[int, int]] = []  # (take, first frame)
        seeds = []
        for number, take in enumerate(corpus.takes):
            starts = window_starts(take.frames, stride)
            self.places += [(number, start) for start in starts]
            seeds.append(_seeds(take, self.codes[number], starts, autoencoders))
        self.seeds = np.concatenate(seeds)

    def __len__(self) -> int:
        return len(self.places)

    def code_counts(self, part: Part) -> np.ndarray:
        """Count the frames of each row of a part's codebook in each group of the codes, (G, K)."""
        rows = rows_of(np.concatenate([codes[part] for codes in self.codes]), self.rows, self.groups)
        return np.stack([np.bincount(group, minlength=self.rows) for group in rows.T])

    def draw(self, step: Step, count: int) -> Batch:
        """Draw this part of `count` random windows."""
        mine = step.mine(count)
        return self.batch(step.random().integers(0, len(self), count)[mine], mine.start, count)

    def batch(self, chosen: np.ndarray, first: int = 0, total: int | None = None) -> Batch:
        """Return the windows with these numbers."""
        rows = [self.places[i] for i in chosen]
        takes = [self.corpus.takes[number] for number, _ in rows]
        sounds = [self._sound(take, start) for take, (_, start) in zip(takes, rows, strict=True)]
        windows = [self._window(*row) for row in rows]
        audio, words = (torch.from_numpy(np.stack([pair[i] for pair in sounds])) for i in (0, 1))
        motion = torch.from_numpy(np.stack([window[0] for window in windows]))
        weight = torch.from_numpy(np.stack([window[1] for window in windows]))
        return Batch(
            audio=audio,
            words=words,
            speaker=torch.tensor([take.speaker for take in takes]),
            motion=motion,
            seed=torch.from_numpy(self.seeds[chosen]),
            codes={part: torch.from_numpy(np.stack([window[2][part] for window in windows])) for part in Part},
            weight=weight,
            first=first,
            total=len(rows) if total is None else total,
        )

    def _sound(self, take: Take, start: int) -> tuple[np.ndarray, np.ndarray]:
        clip = self.corpus.clips[take.clip]
        audio, words = window_inputs(clip.audio, clip.words, start, WINDOW, context=self.context)
        if self.context is not None:
            drawn, _ = window_inputs(take.chance, clip.words, start, WINDOW, context=self.context)
            audio = np.concatenate([audio, drawn], 1)
        return audio.astype(np.float32), words.astype(np.float32)

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
    take: Take, codes: dict[Part, np.ndarray], starts: list[int], autoencoders: dict[Part, Autoencoder]
) -> np.ndarray:
    """Decode the first frames (len(starts), 4, 337) of windows from the codes of the window before."""
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
        device = autoencoder.quantizer.embedding.weight.device
        chosen = torch.as_tensor(codes[part][frames]).to(device)
        decoded = autoencoder.decode_codes(chosen)[:, -SEED_FRAMES:].cpu()  # (n, 4, C)
        rot6d = orthonormal(decoded[..., : spec.rotation_width]).numpy().reshape(len(late), SEED_FRAMES, -1, 6)
        for place, joint in enumerate(spec.joints):
            out[late, :, 6 * joint : 6 * joint + 6] = rot6d[:, :, place]
        if part is Part.LOWER:
            rest = decoded[..., spec.rotation_width :].numpy()
            root = rest[..., :TRANSLATION_WIDTH].copy()
            root[:, 1:, [0, 2]] = np.cumsum(rest[:, :-1][..., [0, 2]], axis=1) / FPS
            root[:, 0, [0, 2]] = 0
            out[late, :, 330:] = np.concatenate([root, rest[..., TRANSLATION_WIDTH:]], -1)
    return out
