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
    """A codebook of K entries of length D, whose columns are chosen in groups (`core.generate.code_groups`)."""

    def __init__(self, size: int, width: int, groups: int = 1):
        super().__init__()
        self.groups = groups
        self.embedding = nn.Embedding(size, width)
        nn.init.uniform_(self.embedding.weight, -1 / size, 1 / size)

    def codes(self, latents: Tensor) -> Tensor:
        """Find the nearest entries (B, T) of latents (B, T, D) by squared distance."""
        pairs = zip(latents.chunk(self.groups, -1), self.books(), strict=True)
        # |z|² is the same for every entry, so it does not decide.
        return self.join([(book.square().sum(-1) - 2 * (part @ book.t())).argmin(-1) for part, book in pairs])

    def lookup(self, codes: Tensor) -> Tensor:
        """Return the entries (B, T, D) of codes (B, T)."""
        pairs = zip(self.rows(codes), self.books(), strict=True)
        return torch.cat([F.embedding(rows, book) for rows, book in pairs], -1)

    def books(self) -> tuple[Tensor, ...]:
        """Return each group's columns (K, D / G) of the codebook."""
        return self.embedding.weight.chunk(self.groups, -1)

    def rows(self, codes: Tensor) -> list[Tensor]:
        """Return each group's rows (...) of codes (...)."""
        size = len(self.embedding.weight)
        return [codes // size**group % size for group in range(self.groups)]

    def join(self, rows: list[Tensor]) -> Tensor:
        """Return the codes (...) of each group's rows (...)."""
        size = len(self.embedding.weight)
        codes = rows[0]
        for group, more in enumerate(rows[1:], 1):
            codes = codes + more * size**group
        return codes

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
        groups: groups of the codes.
    """

    def __init__(
        self,
        width: int,
        inner: int,
        code_dim: int,
        codebook_size: int,
        depth: int,
        sigma: float = 0.0,
        groups: int = 1,
    ):
        super().__init__()
        self.sigma = sigma
        self.encoder = ConvEncoder(width, inner, code_dim, depth)
        self.quantizer = Quantizer(codebook_size, code_dim, groups)
        self.decoder = ConvDecoder(code_dim, inner, width, depth)
        self.reach = self.decoder.reach + math.ceil(3 * sigma)  # of decoding, in frames to either side

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
        self.reach = self.encoder.reach + self.decoder.reach  # in frames to either side

    def forward(self, lower: Tensor) -> Tensor:
        """Map (B, T, 61) to (B, T, 61); of the output, channels 54-56 are x velocity m/s, y metres, z velocity m/s."""
        return self.decoder(self.encoder(lower))


def build_autoencoder(config: ModelConfig, part: Part) -> Autoencoder:
    """Make a part's autoencoder with new random weights."""
    depth = config.vae_depths[part]
    width, sigma = config.part_width(part), config.decoder_sigma[part]
    size, groups = config.codebook_size, config.code_groups
    return Autoencoder(width, config.vae_width, config.code_dim, size, depth, sigma, groups)


def build_root(config: ModelConfig) -> RootPredictor:
    """Make the global motion predictor with new random weights."""
    return RootPredictor(config.part_width(ROOT), config.vae_width, config.code_dim, config.vae_depths[ROOT])
