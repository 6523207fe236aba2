"""Stage one: a quantised autoencoder per body part, and the predictor of the root's path from the legs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..body.parts import SPECS, TRANSLATION_WIDTH, Part
from .codebook import CodebookLearner, jitter, nearest
from .dataset import WINDOW, Corpus
from .fit import FitSettings, Step, fit
from .losses import PartLoss, RootLoss
from .rotations import orthonormal

FREE_SHARE = 0.15  # of the run, before the codebook exists
START_LATENTS = 20_000
COMMITMENT = 0.25
SMOOTHNESS = 0.02
SCALE = 0.05  # keeps the latents' variance near one: every loss on latents, here and in stage two, assumes it
JITTER = 0.05
ROOT_WINDOW = 128
DECODED_SHARE = 0.5  # of the predictor's batches that show decoded rather than recorded legs


@dataclass(frozen=True)
class PartFrames:
    """All motions of a part end to end.

    Attributes:
        channels: (N, C) float32.
        starts: first frame of every motion.
        lengths: frames of every motion.
    """

    channels: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray

    def windows(self, random: np.random.Generator, count: int, frames: int) -> np.ndarray:
        """`count` windows (count, frames, C) from anywhere; motions shorter than a window hold their last frame."""
        chosen = random.choice(len(self.starts), count, p=self.lengths / self.lengths.sum())
        first = random.integers(0, np.maximum(self.lengths[chosen] - frames, 0) + 1)
        index = np.minimum(first[:, None] + np.arange(frames), self.lengths[chosen, None] - 1)
        return self.channels[self.starts[chosen, None] + index]


def part_frames(corpus: Corpus, part: Part) -> PartFrames:
    """A corpus' channels of one part, end to end."""
    channels = [take.channels[part] for take in corpus.takes]
    lengths = np.array([len(c) for c in channels])
    return PartFrames(np.concatenate(channels), np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)


def encoder_input(part: Part, channels: Tensor) -> Tensor:
    """What the encoder is shown: the lower body without its root motion, every other part as it is."""
    if not SPECS[part].extra.startswith("translation"):
        return channels
    width = SPECS[part].rotation_width
    shown = channels.clone()
    shown[..., width : width + TRANSLATION_WIDTH] = 0
    return shown


def root_input(lower: Tensor) -> Tensor:
    """What the root predictor is shown of a lower body (..., 61): true rotations, no root motion, raw contacts."""
    width = SPECS[Part.LOWER].rotation_width
    shown = lower.clone()
    shown[..., :width] = orthonormal(lower[..., :width])
    shown[..., width : width + TRANSLATION_WIDTH] = 0
    return shown


def scale_to_data(encoder: nn.Module, decoder: nn.Module, shown: np.ndarray, channels: np.ndarray) -> None:
    """Start as if channels were standardised, without changing the architecture: fold means and spreads into the ends.

    Args:
        encoder: its first Conv1d is changed.
        decoder: its last Conv1d is changed.
        shown: (N, C) sample of the encoder's input.
        channels: (N, C) sample of the decoder's wanted output.
    """
    first = next(m for m in encoder.modules() if isinstance(m, nn.Conv1d))
    last = [m for m in decoder.modules() if isinstance(m, nn.Conv1d)][-1]
    with torch.no_grad():
        mean, spread = _statistics(shown, first.weight)
        first.weight.div_(spread[None, :, None])
        first.bias.sub_((first.weight * mean[None, :, None]).sum((1, 2)))
        mean, spread = _statistics(channels, last.weight)
        last.weight.mul_(spread[:, None, None])
        last.bias.mul_(spread).add_(mean)


def _statistics(channels: np.ndarray, like: Tensor) -> tuple[Tensor, Tensor]:
    spread = np.maximum(channels.std(0), 0.03)
    return torch.as_tensor(channels.mean(0)).to(like), torch.as_tensor(spread).to(like)


class AutoencoderTraining(nn.Module):
    """One part's autoencoder with everything its training remembers."""

    def __init__(self, part: Part, autoencoder: nn.Module, rest_joints: np.ndarray):
        super().__init__()
        self.part = part
        self.autoencoder = autoencoder
        self.learner = CodebookLearner(autoencoder.quantizer.embedding.weight)
        self.loss = PartLoss(part, rest_joints)

    def forward(self, channels: Tensor, quantise: bool) -> tuple[Tensor, dict[str, float]]:
        """Loss of windows (B, T, C), and its terms."""
        latents = self.autoencoder.encode(encoder_input(self.part, channels))  # (B, T, D)
        spread = latents.var((0, 1)).mean().clamp(min=1e-6)
        extra = SMOOTHNESS * torch.diff(latents, dim=1).square().mean() + SCALE * torch.log(spread).square()
        inner, report = latents, {"spread": float(spread.detach())}
        if quantise:
            codebook = self.learner.codebook
            codes = nearest(latents.detach(), codebook)
            entries = codebook[codes]
            extra = extra + COMMITMENT * (latents - entries).square().mean()
            inner = jitter(latents + (entries - latents).detach(), JITTER)
            if self.training:
                self.learner.update(latents.detach().flatten(0, 1), codes.flatten())
            report["changes"] = float((torch.diff(codes, dim=1) != 0).float().mean())
        value, terms = self.loss(self.autoencoder.decode(inner), channels)
        return value + extra, terms | report


def train_autoencoder(
    part: Part, autoencoder: nn.Module, corpus: Corpus, settings: FitSettings, checkpoint: Path, batch: int = 32
) -> None:
    """Train one part's autoencoder in place."""
    frames = part_frames(corpus, part)
    if not checkpoint.exists():
        sample = np.random.default_rng(settings.seed).choice(frames.channels, min(len(frames.channels), START_LATENTS))
        shown = encoder_input(part, torch.as_tensor(sample)).numpy()
        scale_to_data(autoencoder.encoder, autoencoder.decoder, shown, sample)
    training = AutoencoderTraining(part, autoencoder, corpus.rest_joints)

    def loss(step: Step) -> tuple[Tensor, dict[str, float]]:
        quantise = step.progress > FREE_SHARE
        if quantise and not bool(training.learner.ready):
            many = torch.as_tensor(frames.windows(step.random, START_LATENTS // WINDOW, WINDOW))
            with torch.no_grad():
                latents = autoencoder.encode(encoder_input(part, many))
            normalise_latents(autoencoder, float(latents.var((0, 1)).mean() ** 0.5))
            with torch.no_grad():
                latents = autoencoder.encode(encoder_input(part, many))
            training.learner.start(latents.flatten(0, 1))
        return training(torch.as_tensor(frames.windows(step.random, batch, WINDOW)), quantise)

    fit(part.value, training, loss, settings, checkpoint)
    normalise_latents(autoencoder, codebook_spread(autoencoder))


def codebook_spread(autoencoder: nn.Module) -> float:
    """Standard deviation of the codebook, all channels together."""
    return float(autoencoder.quantizer.embedding.weight.detach().var(0).mean() ** 0.5)


@torch.no_grad()
def normalise_latents(autoencoder: nn.Module, spread: float) -> None:
    """Divide latents and codebook by `spread` without changing what is decoded.

    LeakyReLU commutes with positive factors, so the factor moves through the ends of encoder and decoder: weights of
    the convolution that reaches the latents shrink, the one that leaves them grows, biases between shrink.
    """
    reach, *inside = [m for m in autoencoder.encoder.modules() if isinstance(m, nn.Conv1d)][-3:]
    blocks = [m for m in autoencoder.decoder.modules() if isinstance(m, nn.Conv1d)]
    reach.weight.div_(spread)
    for layer in (reach, *inside, *blocks[:4]):
        layer.bias.div_(spread)
    blocks[4].weight.mul_(spread)
    autoencoder.quantizer.embedding.weight.div_(spread)


class RootTraining(nn.Module):
    """The root predictor and its loss."""

    def __init__(self, predictor: nn.Module, rest_joints: np.ndarray):
        super().__init__()
        self.predictor = predictor
        self.loss = RootLoss(rest_joints)

    def forward(self, lower: Tensor, true: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss of the path predicted for the shown legs `lower` (B, T, 61)."""
        predicted = self.predictor(root_input(lower))
        return self.loss(predicted, lower, true)


def train_root(
    predictor: nn.Module,
    lower: nn.Module,
    corpus: Corpus,
    settings: FitSettings,
    checkpoint: Path,
    batch: int = 16,
) -> None:
    """Train the root predictor in place, on recorded legs and on legs as the trained `lower` decodes them."""
    frames = part_frames(corpus, Part.LOWER)
    decoded = PartFrames(reconstruct(Part.LOWER, lower, frames), frames.starts, frames.lengths)
    if not checkpoint.exists():
        random = np.random.default_rng(settings.seed)
        sample = random.choice(frames.channels, min(len(frames.channels), START_LATENTS))
        scale_to_data(predictor.encoder, predictor.decoder, root_input(torch.as_tensor(sample)).numpy(), sample)
    training = RootTraining(predictor, corpus.rest_joints)

    def loss(step: Step) -> tuple[Tensor, dict[str, float]]:
        seed = step.random.integers(2**31)
        true, shown = (f.windows(np.random.default_rng(seed), batch, ROOT_WINDOW) for f in (frames, decoded))
        keep = step.random.random(batch) >= DECODED_SHARE
        shown[keep] = true[keep]
        return training(torch.as_tensor(shown), torch.as_tensor(true))

    fit("root", training, loss, settings, checkpoint)


@torch.no_grad()
def encode(part: Part, autoencoder: nn.Module, channels: np.ndarray) -> np.ndarray:
    """Codes (T,) of one motion's channels (T, C), the whole motion at once as it will be decoded."""
    latents = autoencoder.encode(encoder_input(part, torch.as_tensor(channels)[None]))
    return nearest(latents[0], autoencoder.quantizer.embedding.weight).numpy()


@torch.no_grad()
def decode(autoencoder: nn.Module, codes: np.ndarray) -> np.ndarray:
    """Channels (T, C) of codes (T,)."""
    return autoencoder.decode(autoencoder.quantizer.embedding.weight[torch.as_tensor(codes)][None])[0].numpy()


def reconstruct(part: Part, autoencoder: nn.Module, frames: PartFrames) -> np.ndarray:
    """Every motion through the autoencoder; (N, C)."""
    out = np.empty_like(frames.channels)
    autoencoder.eval()
    for start, length in zip(frames.starts, frames.lengths, strict=True):
        piece = frames.channels[start : start + length]
        out[start : start + length] = decode(autoencoder, encode(part, autoencoder, piece))
    return out
