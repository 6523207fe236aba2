"""The quantised autoencoder of a body part (van den Oord et al. 2017), and the global motion predictor."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...body.parts import Part
from ..config import ROOT, ModelConfig
from .layers import ConvDecoder, ConvEncoder

COMMITMENT = 1.0


class Quantised(NamedTuple):
    """Latents snapped to the codebook.

    Attributes:
        latents: (B, T, D) entries; gradients pass straight through to the encoder.
        codes: (B, T) int64.
        loss: codebook and commitment loss, scalar.
    """

    latents: Tensor
    codes: Tensor
    loss: Tensor


class Quantizer(nn.Module):
    """A codebook of K entries of length D."""

    def __init__(self, size: int, width: int):
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        nn.init.uniform_(self.embedding.weight, -1 / size, 1 / size)

    def codes(self, latents: Tensor) -> Tensor:
        """Find the nearest entries (B, T) of latents (B, T, D) by squared distance."""
        book = self.embedding.weight
        # |z|² is the same for every entry, so it does not decide.
        return (book.square().sum(-1) - 2 * (latents @ book.t())).argmin(-1)

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the entries (B, T, D) of codes (B, T)."""
        return self.embedding(codes)

    def forward(self, latents: Tensor) -> Quantised:
        """Snap latents (B, T, D) to their nearest entries."""
        codes = self.codes(latents.detach())
        entries = self.lookup(codes)
        loss = F.mse_loss(entries, latents.detach()) + COMMITMENT * F.mse_loss(latents, entries.detach())
        return Quantised(latents + (entries - latents).detach(), codes, loss)


class Autoencoder(nn.Module):
    """Encoder, quantizer, decoder; one code per frame.

    Args:
        width: channels of the part.
        inner: channels inside.
        code_dim: length of a codebook entry.
        codebook_size: number of entries.
        depth: stages of encoder and decoder.
        sigma: standard deviation in frames of the Gaussian over decoded channels; 0 for none.
    """

    def __init__(self, width: int, inner: int, code_dim: int, codebook_size: int, depth: int, sigma: float = 0.0):
        super().__init__()
        self.sigma = sigma
        self.encoder = ConvEncoder(width, inner, code_dim, depth)
        self.quantizer = Quantizer(codebook_size, code_dim)
        self.decoder = ConvDecoder(code_dim, inner, width, depth)

    def encode(self, motion: Tensor) -> Tensor:
        """Encode channels (B, T, width) as latents (B, T, D), not yet quantised."""
        return self.encoder(motion)

    def decode(self, latents: Tensor) -> Tensor:
        """Decode latents (B, T, D) to channels (B, T, width)."""
        decoded = self.decoder(latents)
        return smooth(decoded, self.sigma) if self.sigma else decoded

    def codes(self, motion: Tensor) -> Tensor:
        """Encode channels (B, T, width) as codes (B, T)."""
        return self.quantizer.codes(self.encode(motion))

    def decode_codes(self, codes: Tensor) -> Tensor:
        """Decode codes (B, T) to channels (B, T, width)."""
        return self.decode(self.quantizer.lookup(codes))

    def forward(self, motion: Tensor) -> tuple[Tensor, Quantised]:
        """Encode, quantise and decode: the reconstruction (B, T, width), and the quantised latents."""
        quantised = self.quantizer(self.encode(motion))
        return self.decode(quantised.latents), quantised


def smooth(channels: Tensor, sigma: float) -> Tensor:
    """Smooth channels (B, T, C) with a Gaussian over time that holds the ends."""
    reach = math.ceil(3 * sigma)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=channels.device) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).to(channels.dtype)
    x = channels.transpose(1, 2)
    x = F.pad(x, (reach, reach), mode="replicate")
    return F.conv1d(x.flatten(0, 1)[:, None], kernel[None, None])[:, 0].unflatten(0, x.shape[:2]).transpose(1, 2)


class RootPredictor(nn.Module):
    """The global motion predictor: from the lower body (translation channels zero) to itself with root velocities."""

    def __init__(self, width: int, inner: int, code_dim: int, depth: int):
        super().__init__()
        self.encoder = ConvEncoder(width, inner, code_dim, depth)
        self.decoder = ConvDecoder(code_dim, inner, width, depth)

    def forward(self, lower: Tensor) -> Tensor:
        """Map (B, T, 61) to (B, T, 61); of the output, channels 54-56 are x velocity m/s, y metres, z velocity m/s."""
        return self.decoder(self.encoder(lower))


def build_autoencoder(config: ModelConfig, part: Part) -> Autoencoder:
    """Make a part's autoencoder with new random weights."""
    depth = config.vae_depths[part]
    width, sigma = config.part_width(part), config.decoder_sigma[part]
    return Autoencoder(width, config.vae_width, config.code_dim, config.codebook_size, depth, sigma)


def build_root(config: ModelConfig) -> RootPredictor:
    """Make the global motion predictor with new random weights."""
    return RootPredictor(config.part_width(ROOT), config.vae_width, config.code_dim, config.vae_depths[ROOT])
