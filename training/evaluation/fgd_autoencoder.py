"""The autoencoder of the Frechet gesture distance; it encodes windows of rotations as one latent for four frames.

Two real motions that differ only in timing have different joint angles in every frame; in the latents of a network that
was trained to rebuild motion from them, the two are similar. The distance compares the latents of whole sets as
Gaussians.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.body.motion import Motion
from core.body.parts import EYES
from core.body.rotation import rotvec_to_rot6d
from core.body.skeleton import JOINT, JOINT_COUNT
from core.errors import GestureError

# Jaw and eyes are left out, because another face basis moves them differently, or not at all.
JOINTS = tuple(j for j in range(JOINT_COUNT) if j not in (JOINT["jaw"], *EYES))
CHANNELS = 6 * len(JOINTS)
FRAMES_PER_LATENT = 4


@dataclass(frozen=True)
class FgdConfig:
    """Sizes of the autoencoder: channels inside and latent channels."""

    width: int = 128
    latent: int = 32


@dataclass(frozen=True)
class FgdSettings:
    """Settings of the autoencoder's training; the result depends on nothing else but the motions."""

    steps: int = 1000
    batch: int = 32
    window: int = 64
    learning_rate: float = 1e-3
    noise: float = 0.1
    seed: int = 0


class FgdAutoencoder(nn.Module):
    """An encoder of convolutions over time, two of them with stride 2, and a mirrored decoder; LeakyReLU 0.2 between.

    `mean` and `scale` (C,) standardise the channels as the training set had them.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, config: FgdConfig = FgdConfig(), channels: int = CHANNELS):
        super().__init__()
        self.config = config
        width, latent = config.width, config.latent
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))
        self.encoder = nn.Sequential(
            nn.Conv1d(channels, width, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, latent, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(latent, width, 3, padding=1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(width, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose1d(width, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv1d(width, channels, 3, padding=1),
        )

    def standard(self, x: Tensor) -> Tensor:
        """Standardise rot6d (B, T, C), and return it as (B, C, T)."""
        return ((x - self.mean) / self.scale).transpose(1, 2)

    def encode(self, x: Tensor) -> Tensor:
        """Encode rot6d (B, T, C) as latents (B, T / 4, L)."""
        return self.encoder(self.standard(x)).transpose(1, 2)


def channels(motion: Motion) -> np.ndarray:
    """Return the autoencoder's input for a motion: rot6d (T, 312) of all joints but jaw and eyes, float32."""
    rot6d = rotvec_to_rot6d(motion.rotations[:, list(JOINTS)])
    return rot6d.reshape(motion.frame_count, -1).astype(np.float32)


@torch.no_grad()
def features(autoencoder: FgdAutoencoder, x: np.ndarray) -> np.ndarray:
    """Return the latents (T // 4, L) of a whole motion's channels (T, C)."""
    whole = len(x) // FRAMES_PER_LATENT * FRAMES_PER_LATENT
    return autoencoder.eval().encode(torch.as_tensor(x[None, :whole]))[0].double().numpy()


def train_fgd(
    motions: Sequence[np.ndarray],
    config: FgdConfig = FgdConfig(),
    settings: FgdSettings = FgdSettings(),
    progress: Callable[[float], None] = lambda fraction: None,
) -> FgdAutoencoder:
    """Train on real motions: rebuild standardised rot6d and its frame differences (both L1) from noisy input.

    Args:
        motions: channels (T, C) each.
        config: sizes.
        settings: steps, batch, seed.
        progress: called with the share done, 0-1.

    Raises:
        GestureError: no motion is as long as a window.
    """
    long_enough = [m for m in motions if len(m) >= settings.window]
    if not long_enough:
        raise GestureError(
            f"No recorded motion holds {settings.window} frames; there is nothing to train on.",
            remedy="Give longer recordings, or an autoencoder trained elsewhere.",
        )
    random = np.random.default_rng(settings.seed)
    share = np.array([len(m) for m in long_enough], float)
    share /= share.sum()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = FgdAutoencoder(config, long_enough[0].shape[1])
        every = np.concatenate(long_enough)
        network.mean.copy_(torch.as_tensor(every.mean(0)))
        # Without this, joints that hardly move would count as much as arms.
        network.scale.copy_(torch.as_tensor(np.maximum(every.std(0), 0.02)))
        optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.steps)
        for step in range(settings.steps):
            chosen = random.choice(len(long_enough), settings.batch, p=share)
            starts = [random.integers(0, len(long_enough[i]) - settings.window + 1) for i in chosen]
            windows = [long_enough[i][s : s + settings.window] for i, s in zip(chosen, starts, strict=True)]
            wanted = network.standard(torch.as_tensor(np.stack(windows)))
            rebuilt = network.decoder(network.encoder(wanted + settings.noise * torch.randn_like(wanted)))
            loss = (rebuilt - wanted).abs().mean() + (rebuilt.diff(dim=2) - wanted.diff(dim=2)).abs().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            progress((step + 1) / settings.steps)
    return network.eval()
