"""Products with the weights of wide layers that oneDNN has packed once: on a processor, without gradient.

PyTorch's own product packs the weights each time. A window has few rows, so that this costs as much as a quarter of the
product. A packed form takes as much memory as the weights. Results differ from PyTorch's by rounding alone.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Weights with fewer numbers are not packed: the bundled ones are faster without.
LEAST = 150_000
_TOLERANCE = 1e-4


class PackedWeights:
    """The packed weights of a module by their names; each is kept until the weights change."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, Tensor]] = {}

    def linear(self, name: str, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Compute `torch.nn.functional.linear`, with packed weights where that is faster.

        Args:
            name: of the weight in its module.
            x: (..., in).
            weight: (out, in).
            bias: (out,), or None.
        """
        if not packs(x, weight):
            return F.linear(x, weight, bias)
        if name not in self._kept or self._kept[name][0] != weight._version:
            self._kept[name] = weight._version, _packed(weight)
        return _product(x, self._kept[name][1], bias)


class Linear(nn.Linear):
    """`torch.nn.Linear` that packs its weights where that is faster."""

    def __init__(self, width: int, out: int, bias: bool = True):
        super().__init__(width, out, bias)
        self._packed = PackedWeights()

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., out)."""
        return self._packed.linear("weight", x, self.weight, self.bias)


def packs(x: Tensor, weight: Tensor) -> bool:
    """Return whether a product with a weight (out, in) is made with its packed form."""
    return (
        weight.numel() >= LEAST
        and x.device.type == "cpu"
        and x.dtype == weight.dtype == torch.float32
        and not torch.is_grad_enabled()
        and not torch.is_autocast_enabled("cpu")
        and _works()
    )


@cache
def _works() -> bool:
    """Return whether this PyTorch can pack, and gives the numbers of its own product then."""
    if not torch.backends.mkldnn.is_available():
        return False
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (torch.randn(size, generator=generator) for size in ((3, 40), (24, 40), (24,)))
    try:
        made = _product(x, _packed(weight), bias)
    except (AttributeError, RuntimeError):  # another version of PyTorch, or a build without these operators
        return False
    return bool((made - F.linear(x, weight, bias)).abs().max() <= _TOLERANCE)


def _packed(weight: Tensor) -> Tensor:
    return torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous())


def _product(x: Tensor, packed: Tensor, bias: Tensor | None) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(x.contiguous(), packed, bias, "none", [], "")
