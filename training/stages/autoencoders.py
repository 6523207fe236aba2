"""Stage one: a quantised autoencoder per body part."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from core.body.parts import SPECS, TRANSLATION_WIDTH, Part
from core.model.torch_engine.vqvae import Autoencoder
from training.data.dataset import WINDOW
from training.data.part_frames import PartFrames
from training.loop.interface import Result, Step, Training
from training.loop.processes import Team, shared_mean
from training.stages.codebook import GroupLearner, jitter, moves
from training.stages.losses import PUBLISHED_PART, PUBLISHED_ROOT, PartLoss, PartWeights, RootWeights, even_joints

START_LATENTS = 20_000
LAST_RESTART = 0.9  # share of the run after which no entry starts again, because it would not have time to settle


@dataclass(frozen=True)
class AutoencoderSettings:
    """How stage one learns; the defaults suit small networks and short runs.

    Attributes:
        batch: windows per step.
        root_batch: windows of `root_window` frames per step of the root predictor.
        root_window: frames.
        decoded_share: share of the root predictor's windows with decoded instead of recorded legs.
        averages: whether the codebook follows moving averages of its latents; False learns it by gradients, as
            published.
        restarts: whether entries that nobody uses start again elsewhere.
        free_share: share of the run before the codebook exists.
        commitment: weight of the distance between latents and their entries.
        smoothness: weight of the latents' change from frame to frame.
        scale: weight of a term that keeps the latents' variance near one, as the defaults of stage two's loss assume.
        jitter: share of latents that are replaced by a neighbour in time before decoding.
        even_joints: whether joints that turn little count more (`losses.even_joints`).
        part: weights of the autoencoders' loss.
        root: weights of the root predictor's loss.
    """

    batch: int = 32
    root_batch: int = 16
    root_window: int = 128
    decoded_share: float = 0.5
    averages: bool = True
    restarts: bool = True
    free_share: float = 0.15
    commitment: float = 0.25
    smoothness: float = 0.02
    scale: float = 0.05
    jitter: float = 0.05
    even_joints: bool = True
    part: PartWeights = field(default_factory=PartWeights)
    root: RootWeights = field(default_factory=RootWeights)


PUBLISHED_AUTOENCODERS = AutoencoderSettings(
    batch=64,
    root_batch=64,
    root_window=WINDOW,
    decoded_share=0.0,
    averages=False,
    free_share=0.0,
    commitment=1.0,
    smoothness=0.0,
    scale=0.0,
    jitter=0.0,
    even_joints=False,
    part=PUBLISHED_PART,
    root=PUBLISHED_ROOT,
)


def encoder_input(part: Part, channels: Tensor) -> Tensor:
    """Return the encoder's input: the lower body without its root motion, every other part unchanged."""
    if not SPECS[part].extra.startswith("translation"):
        return channels
    width = SPECS[part].rotation_width
    shown = channels.clone()
    shown[..., width : width + TRANSLATION_WIDTH] = 0
    return shown


def scale_to_data(encoder: nn.Module, decoder: nn.Module, shown: np.ndarray, channels: np.ndarray) -> None:
    """Set the first and last weights so that training starts as if channels were standardised.

    Args:
        encoder: its first Conv1d is changed.
        decoder: its last Conv1d is changed.
        shown: (N, C) sample of the encoder's input.
        channels: (N, C) sample of the decoder's wanted output.
    """
    first, last = _convolutions(encoder)[0], _convolutions(decoder)[-1]
    with torch.no_grad():
        mean, spread = _statistics(shown, first.weight)
        first.weight.div_(spread[None, :, None])
        _bias(first).sub_((first.weight * mean[None, :, None]).sum((1, 2)))
        mean, spread = _statistics(channels, last.weight)
        last.weight.mul_(spread[:, None, None])
        _bias(last).mul_(spread).add_(mean)


def _convolutions(network: nn.Module) -> list[nn.Conv1d]:
    """Return the convolutions of a network, from its input to its output."""
    return [module for module in network.modules() if isinstance(module, nn.Conv1d)]


def _bias(layer: nn.Conv1d) -> Tensor:
    assert layer.bias is not None, "every convolution of these networks has one"
    return layer.bias


def _statistics(channels: np.ndarray, like: Tensor) -> tuple[Tensor, Tensor]:
    spread = np.maximum(channels.std(0), 0.03)
    return torch.as_tensor(channels.mean(0)).to(like), torch.as_tensor(spread).to(like)


class AutoencoderTraining(Training):
    """The training of one part's autoencoder, with all of its state.

    Args:
        part: which body part.
        autoencoder: trained in place.
        frames: the motions that it reconstructs.
        rest_joints: (55, 3) metres.
        settings: how it learns.
    """

    autoencoder: Autoencoder

    def __init__(
        self,
        part: Part,
        autoencoder: Autoencoder,
        frames: PartFrames,
        rest_joints: np.ndarray,
        settings: AutoencoderSettings | None = None,
    ):
        super().__init__()
        self.part = part
        self.settings = settings or AutoencoderSettings()
        self.frames = frames
        self.autoencoder = autoencoder
        self.learner = GroupLearner(autoencoder.quantizer, self.settings.averages)
        joints = None
        if self.settings.even_joints:
            joints = even_joints(frames.sample(np.random.default_rng(0), START_LATENTS), part)
        self.loss = PartLoss(part, rest_joints, self.settings.part, joints)
        self._seen: list[tuple[Tensor, Tensor]] = []

    def networks(self) -> Iterator[nn.Module]:
        """See `Training`."""
        yield from (self.autoencoder.encoder, self.autoencoder.decoder)

    def prepare(self, seed: int) -> None:
        """Set the networks, before the first step, as if channels were standardised."""
        sample = self.frames.sample(np.random.default_rng(seed), START_LATENTS)
        shown = encoder_input(self.part, torch.as_tensor(sample)).numpy()
        scale_to_data(self.autoencoder.encoder, self.autoencoder.decoder, shown, sample)

    def draw(self, step: Step) -> Tensor:
        """See `Training`; (b, T, C)."""
        count = self.settings.batch
        return torch.from_numpy(self.frames.windows(step.random(), count, WINDOW, step.mine(count)))

    def before(self, step: Step) -> None:
        """Start the codebook when its time comes."""
        if step.progress < self.settings.free_share or self.learner.ready:
            return
        sample = self.frames.windows(step.random(1), START_LATENTS // WINDOW, WINDOW)
        many = encoder_input(self.part, torch.from_numpy(sample).to(self.learner.device))
        with torch.no_grad():
            if self.settings.scale:
                spread = float(self.autoencoder.encode(many).var((0, 1)).mean() ** 0.5)
                normalise_latents(self.autoencoder, spread)
            self.learner.start(self.autoencoder.encode(many).flatten(0, 1))

    def forward(self, channels: Tensor, step: Step) -> Result:
        """Compute the loss of windows (b, T, C); the codebook is used once it has started."""
        settings, count = self.settings, self.settings.batch
        channels = channels.to(self.learner.device)
        latents = self.autoencoder.encode(encoder_input(self.part, channels)).float()  # (b, T, D)
        centred = latents - shared_mean(latents.mean((0, 1)))
        spread = shared_mean(centred.square().mean()).clamp(min=1e-6)
        extra = settings.smoothness * torch.diff(latents, dim=1).square().mean()
        extra = extra + settings.scale * torch.log(spread).square()
        inner, report = latents, {"spread": spread.detach()}
        if self.learner.ready:
            codes = self.autoencoder.quantizer.codes(latents.detach())
            entries = self.autoencoder.quantizer.lookup(codes)
            extra = extra + settings.commitment * (latents - entries.detach()).square().mean()
            if not settings.averages:
                extra = extra + (entries - latents.detach()).square().mean()
            inner = latents + (entries - latents).detach()
            if settings.jitter and self.training:
                move = moves(count, WINDOW, settings.jitter, step.generator())[step.mine(count)]
                inner = jitter(inner, move.to(inner.device))
            if self.training:
                self._seen.append((latents.detach().flatten(0, 1), codes.flatten()))
            report["changes"] = (torch.diff(codes, dim=1) != 0).float().mean()
        value, terms = self.loss(self.autoencoder.decode(inner), channels)
        return Result(value + extra, terms | report, len(channels) / count)

    def settle(self, step: Step, team: Team) -> dict[str, float]:
        """Move the codebook towards the latents of the whole batch."""
        if not self._seen:
            return {}
        latents, codes = (torch.cat(values) for values in zip(*self._seen, strict=True))
        self._seen = []
        self.learner.update(latents, codes, self.settings.restarts and step.progress < LAST_RESTART, team)
        return self.learner.use()

    def finish(self) -> None:
        """Give the latents unit variance after the last step, if the settings ask for it."""
        if self.settings.scale:
            normalise_latents(self.autoencoder, codebook_spread(self.autoencoder))

    @torch.no_grad()
    def held_out(self, frames: PartFrames, count: int = 64) -> dict[str, float]:
        """Compute the loss on windows of held-out motions, always the same windows."""
        channels = torch.from_numpy(frames.windows(np.random.default_rng(0), count, WINDOW))
        result = self(channels, Step(0))
        return {"loss": float(result.loss)} | {name: float(value) for name, value in result.terms.items()}


def codebook_spread(autoencoder: Autoencoder) -> float:
    """Return the standard deviation of the codebook, over all channels together."""
    return float(autoencoder.quantizer.embedding.weight.detach().var(0).mean() ** 0.5)


@torch.no_grad()
def normalise_latents(autoencoder: Autoencoder, spread: float) -> None:
    """Divide latents and codebook by `spread` without changing what is decoded.

    LeakyReLU commutes with positive factors, so the factor can be moved into the ends of encoder and decoder. The
    weights of the convolution before the latents shrink, those of the convolution after them grow, and the biases
    between shrink.
    """
    reach, *inside = _convolutions(autoencoder.encoder)[-3:]
    blocks = _convolutions(autoencoder.decoder)
    reach.weight.div_(spread)
    for layer in (reach, *inside, *blocks[:4]):
        _bias(layer).div_(spread)
    blocks[4].weight.mul_(spread)
    autoencoder.quantizer.embedding.weight.div_(spread)


@torch.no_grad()
def encode(part: Part, autoencoder: Autoencoder, channels: np.ndarray) -> np.ndarray:
    """Return the codes (T,) of one motion's channels (T, C), encoded at once, as they are decoded later."""
    device = autoencoder.quantizer.embedding.weight.device
    shown = encoder_input(part, torch.from_numpy(np.array(channels)).to(device)[None])
    return autoencoder.codes(shown)[0].cpu().numpy()


@torch.no_grad()
def decode(autoencoder: Autoencoder, codes: np.ndarray) -> np.ndarray:
    """Return the channels (T, C) of codes (T,)."""
    device = autoencoder.quantizer.embedding.weight.device
    return autoencoder.decode_codes(torch.as_tensor(codes).to(device)[None])[0].cpu().numpy()


def reconstruct(part: Part, autoencoder: Autoencoder, frames: PartFrames) -> PartFrames:
    """Encode and decode every motion."""
    autoencoder.eval()
    return PartFrames([decode(autoencoder, encode(part, autoencoder, motion)) for motion in frames.motions])
