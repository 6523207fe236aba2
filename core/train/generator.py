"""Stage two: the generator learns the codes of the frozen autoencoders from speech, words, style and seed poses."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..body.parts import Part
from .fit import FitSettings, Step, fit
from .losses import generator_loss
from .windows import SEED_FRAMES, Batch, WindowSet

LATENT = 3.0
FIRST_RATIO = 0.05


@dataclass(frozen=True)
class GeneratorSettings:
    """What one step of stage two sees.

    Attributes:
        batch: windows per step.
        masked_passes: passes with a random mask beside the seed-only one (the published training has two).
        masked_every: steps between those with masked passes; the others spend all their time on the seed-only one.
        seed_noise: standard deviation of noise on the seed poses, which generating never hits exactly.
        smoothing: label smoothing.
        share_neighbours: how much of a label goes to entries near the true one (0: none).
    """

    batch: int = 24
    masked_passes: int = 1
    masked_every: int = 3
    seed_noise: float = 0.02
    smoothing: float = 0.0
    share_neighbours: float = 0.0


class GeneratorTraining(nn.Module):
    """The generator with the constants of its loss."""

    def __init__(self, generator: nn.Module, autoencoders: dict[Part, nn.Module], settings: GeneratorSettings):
        super().__init__()
        self.generator = generator
        self.settings = settings
        for part in Part:
            codebook = autoencoders[part].quantizer.embedding.weight.detach().clone()
            self.register_buffer(f"codebook_{part}", codebook, persistent=False)
            self.register_buffer(f"spread_{part}", codebook.var(0).mean().clamp(min=1e-6), persistent=False)
            self.register_buffer(f"soft_{part}", _soft_labels(codebook, settings.share_neighbours), persistent=False)

    def inputs(self, batch: Batch, progress: float, masked_passes: int) -> tuple[Tensor, Tensor]:
        """Motion and mask (passes · B, T, 337): first the seed-only pass, then the randomly masked ones."""
        seeded = batch.motion.clone()
        # half of the windows start from recorded poses, half from decoded ones, all a little off
        decoded = (torch.rand(len(seeded), 1, 1, device=seeded.device) < 0.5).float()
        first = decoded * batch.seed + (1 - decoded) * batch.motion[:, :SEED_FRAMES]
        seeded[:, :SEED_FRAMES] = first + self.settings.seed_noise * torch.randn_like(first)
        hidden = torch.ones_like(seeded)
        hidden[:, :SEED_FRAMES] = 0
        ratio = FIRST_RATIO + (1 - FIRST_RATIO) * progress
        masks = [(torch.rand_like(seeded) < ratio).float() for _ in range(masked_passes)]
        return torch.cat([seeded] + [batch.motion] * len(masks)), torch.cat([hidden, *masks])

    def forward(self, batch: Batch, progress: float, masked: bool = True) -> tuple[Tensor, dict[str, float]]:
        """Loss of one batch, and the seed-only pass' terms."""
        conditions = self.generator.conditions(batch.audio, batch.words, batch.speaker)
        masked_passes = self.settings.masked_passes if masked else 0
        passes = 1 + masked_passes
        conditions = {name: value.repeat(passes, *[1] * (value.ndim - 1)) for name, value in conditions.items()}
        output = self.generator(conditions, *self.inputs(batch, progress, masked_passes))
        weight = batch.weight
        value, report = 0.0, {}
        for part in Part:
            codebook, spread = getattr(self, f"codebook_{part}"), getattr(self, f"spread_{part}")
            labels = batch.codes[part]
            soft = getattr(self, f"soft_{part}")[labels] if self.settings.share_neighbours else labels
            for index in range(passes):
                rows = slice(index * len(weight), (index + 1) * len(weight))
                nll, error = generator_loss(
                    output.logits[part][rows],
                    output.latents[part][rows],
                    soft,
                    labels,
                    codebook,
                    weight,
                    self.settings.smoothing,
                )
                value = value + nll + LATENT * error / spread
                if index == 0:
                    report[f"{part}_nll"] = float(nll.detach())
                    report[f"{part}_mse"] = float((error / spread).detach())
        return value / passes, report


def _soft_labels(codebook: Tensor, share: float) -> Tensor:
    """Label distributions (K, K): 1 - share on the entry itself, the rest on entries by nearness."""
    entries = len(codebook)
    if not share:
        return torch.empty(0)
    distance = torch.cdist(codebook, codebook).square() + torch.eye(entries, device=codebook.device) * 1e9
    scale = distance.min(1).values.clamp(min=1e-9)[:, None]
    near = torch.softmax(-distance / scale, -1)
    return (1 - share) * torch.eye(entries, device=codebook.device) + share * near


@torch.no_grad()
def standardise_motion_input(generator: nn.Module, motion: Tensor) -> None:
    """Start as if the motion input were standardised: seeds differ from each other far less than their channels do.

    Args:
        generator: its first motion convolution and its learnable query are changed.
        motion: (B, T, 337) a sample.
    """
    scan = generator.global_scan
    first = scan.motion_encoder.main[0]
    mean, spread = motion.mean((0, 1)), motion.std((0, 1)).clamp(min=0.03)
    first.weight.div_(spread[None, :, None])
    first.bias.sub_((first.weight * mean[None, :, None]).sum((1, 2)))
    scan.learnable_query.copy_(mean)


# Linear layers that join streams: with PyTorch's small random weights, sound, words and motion would whisper beside
# speaker and position for hundreds of steps.
_JOINTS = (
    "audio_pre_encoder",
    "text_encoder",
    "body_proj",
    "motion_proj2",
    "motion2latent",
    "motion_down",
    "face_scan.out",
)


@torch.no_grad()
def even_out(training: GeneratorTraining, batch: Batch) -> None:
    """Scale the layers that join streams so that they speak with unit variance (Mishkin and Matas 2015, LSUV).

    Args:
        training: its generator's weights are changed.
        batch: a sample.
    """
    handles = []

    def rescale(layer: nn.Linear, inputs: tuple[Tensor], output: Tensor) -> Tensor:
        spread = output.std().clamp(min=1e-3)
        layer.weight.div_(spread)
        layer.bias.div_(spread)
        return output / spread

    for name, layer in training.generator.named_modules():
        if isinstance(layer, nn.Linear) and any(joint in name for joint in _JOINTS) and not name.endswith("mlp.0"):
            handles.append(layer.register_forward_hook(rescale))
    training(batch, 0.0, masked=False)
    for handle in handles:
        handle.remove()


def train_generator(
    generator: nn.Module,
    autoencoders: dict[Part, nn.Module],
    windows: WindowSet,
    fit_settings: FitSettings,
    checkpoint: Path,
    settings: GeneratorSettings | None = None,
    after: Callable[[Step], None] = lambda step: None,
) -> None:
    """Train the generator in place; `after` runs after every step, to export or evaluate."""
    settings = settings or GeneratorSettings()
    if not checkpoint.exists():
        sample = windows.draw(np.random.default_rng(fit_settings.seed), 16)
        standardise_motion_input(generator, sample.motion)
    training = GeneratorTraining(generator, autoencoders, settings)
    if not checkpoint.exists():
        even_out(training, sample)

    def loss(step: Step) -> tuple[Tensor, dict[str, float]]:
        masked = step.index % settings.masked_every == 0
        return training(windows.draw(step.random, settings.batch), step.progress, masked)

    fit("generator", training, loss, fit_settings, checkpoint, after)
