"""Convolutions of 15 taps by Fourier transforms: on a processor a third of the work of the plain ones.

The samples are cut into blocks of N that overlap by 14 (overlap-save, Stockham 1966). In each block a convolution is a
product of spectra, one small matrix for each of N / 2 + 1 frequencies, so that a sample costs 2.3 to 3.8
multiplications for each pair of channels instead of 15. The results differ from the plain ones by rounding alone.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

# Samples of a block, for long and for short sequences, and the length that divides them. Long blocks need fewer
# multiplications; the last block of a short sequence would be mostly empty.
LONG_BLOCK, SHORT_BLOCK = 128, 32
LONG = 500


class LongConv:
    """A convolution without stride whose output is as long as its input, for a processor, without gradient.

    Args:
        weight: (out, in, K).
        scale: (out,) that the weight is to be multiplied by.
        bias: (out,).
    """

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor):
        self._weight, self._scale, self._bias = weight, scale, bias
        self._spectra: dict[int, Tensor] = {}

    def __call__(self, x: Tensor) -> Tensor:
        """Map (B, in, S) to (B, out, S)."""
        size = LONG_BLOCK if x.shape[-1] >= LONG else SHORT_BLOCK
        if size not in self._spectra:
            self._spectra[size] = spectra_of(self._weight, size).mul_(self._scale)
        return convolve_in_blocks(x, self._spectra[size], self._weight.shape[-1], size).add_(self._bias[:, None])


def spectra_of(weight: Tensor, size: int) -> Tensor:
    """Return the spectra (F, in, out) of a convolution's taps (out, in, K), for blocks of `size` samples."""
    return torch.fft.rfft(weight, size).conj().resolve_conj().permute(2, 1, 0).contiguous()


def convolve_in_blocks(x: Tensor, spectra: Tensor, taps: int, size: int) -> Tensor:
    """Convolve with zeros beyond the ends.

    Args:
        x: (B, in, S).
        spectra: (F, in, out), from `spectra_of`.
        taps: K, odd.
        size: samples of a block.

    Returns:
        (B, out, S).
    """
    batch, _, length = x.shape
    hop, before = size - taps + 1, taps // 2
    blocks = -(-length // hop)
    padded = F.pad(x, (before, blocks * hop + taps - 1 - before - length))
    of_blocks = torch.fft.rfft(padded.unfold(-1, size, hop))  # (B, in, blocks, F)
    flat = of_blocks.permute(3, 0, 2, 1).flatten(1, 2)  # (F, B blocks, in)
    product = torch.bmm(flat.contiguous(), spectra).unflatten(1, (batch, blocks))  # (F, B, blocks, out)
    samples = torch.fft.irfft(product.permute(1, 3, 2, 0), size)[..., :hop]  # (B, out, blocks, hop)
    return samples.flatten(2)[..., :length]
