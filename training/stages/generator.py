"""Stage two: the generator learns the codes of the frozen autoencoders from speech, words, style and seed poses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.body.parts import Part
from core.model.torch_engine.mambatalk import MambaTalk
from core.model.torch_engine.vqvae import Autoencoder
from training.loop.interface import Result, Step, Training
from training.stages.generator_windows import SEED_FRAMES, Batch, WindowSet
from training.stages.losses import code_loss

FIRST_RATIO = 0.05
HELD_OUT_WINDOWS = 32
MOST_RARITY = 10.0


@dataclass(frozen=True)
class GeneratorSettings:
    """The inputs and the loss of one step of stage two; the defaults suit small networks and short runs.

    Attributes:
        batch: windows per step.
        masked_passes: passes with a random mask beside the seed-only one.
        masked_every: steps from one step with masked passes to the next; all other steps have the seed-only pass alone.
        same_mask: whether the masked passes of a step share their mask.
        seed_noise: standard deviation of noise on the seed poses, because seeds of generated windows are never exact.
        decoded_seeds: share of windows whose seed poses are decoded instead of recorded.
        latent: weight of the regressed latents' squared error.
        relative: whether that error is counted in units of the codebook's variance.
        nll: weight of the classification.
        face_seeded: whether the seed-only pass classifies the face too.
        average: whether the loss is the passes' mean instead of their sum.
        smoothing: label smoothing.
        share_neighbours: how much of a label goes to entries near the true one (0: none).
        rarity: how much more the classification of a rare code counts: by its share of all frames to the power of minus
            this. Steps of the feet take about a thirtieth of the time; without this they would never be the most likely
            codes.
    """

    batch: int = 24
    masked_passes: int = 1
    masked_every: int = 3
    same_mask: bool = False
    seed_noise: float = 0.02
    decoded_seeds: float = 0.5
    latent: float = 3.0
    relative: bool = True
    nll: float = 1.0
    face_seeded: bool = True
    average: bool = True
    smoothing: float = 0.0
    share_neighbours: float = 0.0
    rarity: float = 0.7


PUBLISHED_GENERATOR = GeneratorSettings(
    batch=64,
    masked_passes=2,
    masked_every=1,
    same_mask=True,
    seed_noise=0.0,
    decoded_seeds=0.0,
    relative=False,
    face_seeded=False,
    average=False,
    rarity=0.0,
)


class GeneratorTraining(Training):
    """The training of the generator, with its data and the constants of its loss.

    Args:
        generator: trained in place.
        autoencoders: the trained ones.
        windows: the training windows; None where only the loss is computed.
        settings: the inputs and the loss of a step.
    """

    def __init__(
        self,
        generator: MambaTalk,
        autoencoders: dict[Part, Autoencoder],
        windows: WindowSet | None,
        settings: GeneratorSettings | None = None,
    ):
        super().__init__()
        self.generator = generator
        self.windows = windows
        self.settings = settings or GeneratorSettings()
        for part in Part:
            codebook = autoencoders[part].quantizer.embedding.weight.detach().clone()
            spread = codebook.var(0).mean().clamp(min=1e-6)
            books = codebook.chunk(autoencoders[part].quantizer.groups, -1)
            soft = torch.stack([_soft_labels(book, self.settings.share_neighbours) for book in books])
            self.register_buffer(f"codebook_{part}", codebook, persistent=False)
            self.register_buffer(f"spread_{part}", spread, persistent=False)
            self.register_buffer(f"soft_{part}", soft, persistent=False)
            counts = np.zeros((len(books), len(codebook))) if windows is None else windows.code_counts(part)
            rarity = torch.stack([_rarity(group, self.settings.rarity) for group in counts])
            self.register_buffer(f"rarity_{part}", rarity, persistent=False)

    def networks(self) -> Iterator[nn.Module]:
        """See `Training`."""
        yield from (module for name, module in self.generator.named_modules() if name in COMPILED)

    def prepare(self, seed: int) -> None:
        """Set the networks, before the first step, as if inputs were standardised and streams were equally strong."""
        sample = self._given_windows().draw(Step(0, seed=seed), 16).to(self.device)
        standardise_motion_input(self.generator, sample.motion)
        even_out(self, sample)

    def _given_windows(self) -> WindowSet:
        assert self.windows is not None, "given wherever steps are trained"
        return self.windows

    @property
    def device(self) -> torch.device:
        """The device of the generator."""
        return self.get_buffer("codebook_face").device

    def rows(self, part: Part, codes: Tensor) -> Tensor:
        """Return the codebook's rows (..., G) of a part's codes (...), one for each group."""
        groups, size = self.get_buffer(f"rarity_{part}").shape
        return torch.stack([codes // size**group % size for group in range(groups)], -1)

    def entries(self, part: Part, rows: Tensor) -> Tensor:
        """Return the codebook's entries (..., D) of rows (..., G)."""
        books = self.get_buffer(f"codebook_{part}").chunk(rows.shape[-1], -1)
        return torch.cat([book[row] for book, row in zip(books, rows.unbind(-1), strict=True)], -1)

    def draw(self, step: Step) -> Batch:
        """See `Training`."""
        return self._given_windows().draw(step, self.settings.batch)

    def inputs(self, batch: Batch, step: Step, masked_passes: int, exact: bool = False) -> tuple[Tensor, Tensor]:
        """Return motion and mask (passes · B, T, 337): first the seed-only pass, then the randomly masked ones.

        Args:
            batch: the windows.
            step: where the run is; the masked share grows from 0.05 to 1.
            masked_passes: number of randomly masked passes.
            exact: True uses recorded seed poses without noise.
        """
        generator, rows = step.generator(), slice(batch.first, batch.first + len(batch.motion))

        def random(draw, *shape: int) -> Tensor:  # for the whole batch, then this part of it
            return draw(batch.total, *shape, generator=generator)[rows].to(batch.motion.device)

        seeded = batch.motion.clone()
        if not exact:
            first = seeded[:, :SEED_FRAMES]
            decoded = (random(torch.rand, 1, 1) < self.settings.decoded_seeds).float()
            first = decoded * batch.seed + (1 - decoded) * first
            seeded[:, :SEED_FRAMES] = first + self.settings.seed_noise * random(torch.randn, *first.shape[1:])
        hidden = torch.ones_like(seeded)
        hidden[:, :SEED_FRAMES] = 0
        ratio = FIRST_RATIO + (1 - FIRST_RATIO) * step.progress
        masks: list[Tensor] = []
        for _ in range(masked_passes):
            again = masks and self.settings.same_mask
            masks.append(masks[0] if again else (random(torch.rand, *seeded.shape[1:]) < ratio).float())
        return torch.cat([seeded] + [batch.motion] * len(masks)), torch.cat([hidden, *masks])

    def forward(self, batch: Batch, step: Step) -> Result:
        """Compute the loss of this part of the batch, and the terms of the seed-only pass."""
        masked = step.index % self.settings.masked_every == 0
        batch = batch.to(self.device)
        value, terms = self.passes(batch, step, self.settings.masked_passes if masked else 0)
        return Result(value, terms, len(batch.weight) / batch.total)

    def passes(
        self, batch: Batch, step: Step, masked_passes: int, exact: bool = False
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Compute the loss of the seed-only pass and of some masked ones."""
        settings, passes = self.settings, 1 + masked_passes
        conditions = self.generator.conditions(batch.audio, batch.words, batch.speaker)
        conditions = {name: value.repeat(passes, *[1] * (value.ndim - 1)) for name, value in conditions.items()}
        output = self.generator(conditions, *self.inputs(batch, step, masked_passes, exact))
        value = batch.weight.new_zeros(())
        report: dict[str, Tensor] = {}
        for part in Part:
            labels, spread = self.rows(part, batch.codes[part]), getattr(self, f"spread_{part}")
            groups = torch.arange(labels.shape[-1], device=labels.device)
            rarity, entries = getattr(self, f"rarity_{part}")[groups, labels], self.entries(part, labels)
            soft = getattr(self, f"soft_{part}")[groups, labels] if settings.share_neighbours else labels
            for index in range(passes):
                rows = slice(index * len(labels), (index + 1) * len(labels))
                logits, latents = output.logits[part][rows], output.latents[part][rows]
                nll, error = code_loss(logits, latents, soft, entries, rarity, batch.weight, settings.smoothing)
                error = error / spread if settings.relative else error
                classified = part is not Part.FACE or index or settings.face_seeded
                value = value + settings.latent * error + (settings.nll * nll if classified else 0.0)
                if index == 0:
                    report |= {f"{part}_nll": nll.detach(), f"{part}_mse": error.detach()}
        return value / passes if settings.average else value, report

    @torch.no_grad()
    def held_out(self, windows: WindowSet) -> dict[str, float]:
        """Compute the seed-only pass' loss on held-out windows, always the same windows."""
        chosen = np.random.default_rng(0).permutation(len(windows))[:HELD_OUT_WINDOWS]
        rows: list[dict[str, float]] = []
        for piece in np.array_split(chosen, max(len(chosen) // 8, 1)):
            value, terms = self.passes(windows.batch(piece).to(self.device), Step(0), 0, exact=True)
            rows.append({"loss": float(value)} | {name: float(term) for name, term in terms.items()})
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


# Modules that torch.compile compiles: those without loops over time.
COMPILED = (
    "audio_pre_encoder_face",
    "audio_pre_encoder_body",
    "global_scan.motion_encoder",
    "global_scan.motion_self_encoder",
    "global_scan.body_q_self_attn",
    "local_scan.motion_cross_attn",
)


def _soft_labels(codebook: Tensor, share: float) -> Tensor:
    """Return label distributions (K, K): 1 - share on the entry itself, the rest mostly on near entries."""
    entries = len(codebook)
    if not share:
        return codebook.new_empty(0)
    distance = torch.cdist(codebook, codebook).square() + torch.eye(entries, device=codebook.device) * 1e9
    scale = distance.min(1).values.clamp(min=1e-9)[:, None]
    near = torch.softmax(-distance / scale, -1)
    return (1 - share) * torch.eye(entries, device=codebook.device) + share * near


def _rarity(counts: np.ndarray, power: float) -> Tensor:
    """Return weights (K,) of codes from their counts (K,): 1 on average over frames, at most MOST_RARITY."""
    share = np.maximum(counts, 1) / max(counts.sum(), 1)
    weights = share**-power
    weights = np.minimum(weights / ((weights * counts).sum() / max(counts.sum(), 1) or 1.0), MOST_RARITY)
    return torch.from_numpy(weights.astype(np.float32))


@torch.no_grad()
def standardise_motion_input(generator: MambaTalk, motion: Tensor) -> None:
    """Set first weights as if the motion input were standardised, because seeds differ far less than their channels.

    Args:
        generator: its first motion convolution and its learnable query are changed.
        motion: (B, T, 337) a sample.
    """
    scan = generator.global_scan
    first = scan.motion_encoder.main[0]
    assert isinstance(first, nn.Conv1d), "what ConvEncoder begins with"
    assert first.bias is not None
    mean, spread = motion.mean((0, 1)), motion.std((0, 1)).clamp(min=0.03)
    first.weight.div_(spread[None, :, None])
    first.bias.sub_((first.weight * mean[None, :, None]).sum((1, 2)))
    scan.learnable_query.copy_(mean)


# Linear layers that join streams. With PyTorch's small random weights, sound, words and motion would have much less
# influence than speaker and position for hundreds of steps.
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
    """Scale the layers that join streams to outputs of unit variance (Mishkin and Matas 2015, LSUV).

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
    training.passes(batch, Step(0), 0)
    for handle in handles:
        handle.remove()
