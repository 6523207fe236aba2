"""The device that runs the networks: a CUDA card is tried before it is used, and the processor takes its place."""

import logging
import warnings
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F

from ...errors import GestureError

DEVICES = ("auto", "cpu", "cuda")
TOLERANCE = 1e-4  # of a card's product and convolution against the processor's
_OLD_DRIVER = (
    "The driver of the graphics card is too old for this PyTorch, so the processor runs the networks. "
    "Update the NVIDIA driver."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """What is known about the first CUDA card.

    Attributes:
        name: "" where PyTorch finds no card.
        note: a sentence for the user where there is a card and it cannot be used, else "".
    """

    name: str = ""
    note: str = ""

    @property
    def usable(self) -> bool:
        """Whether networks can run on it."""
        return bool(self.name) and not self.note


def pick_device(device: str) -> torch.device:
    """Choose the device that "auto", "cpu" or "cuda" means; products on it are exact to single precision.

    Raises:
        GestureError: another name, or CUDA where no card can be used.
    """
    if device not in DEVICES:
        raise GestureError(f"There is no device {device!r}.", remedy="Choose auto, cpu or cuda.")
    # With TF32, PyTorch's default for convolutions, the same seed can give another take on another device.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    if device == "cpu":
        return torch.device("cpu")
    card = find_card()
    if device == "cuda" and not card.usable:
        raise GestureError("PyTorch finds no CUDA device.", remedy="Choose the device auto or cpu.", detail=card.note)
    return torch.device("cuda", torch.cuda.current_device()) if card.usable else torch.device("cpu")


@cache
def find_card() -> Card:
    """Find the CUDA card and try it once: a product and a convolution must give the processor's numbers."""
    card = _tried_card()
    if card.note:
        _log.warning("%s", card.note)
    return card


def _tried_card() -> Card:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = torch.cuda.is_available()
    if not found:
        # PyTorch says in a warning what is wrong. A computer without a card is not told anything.
        return Card(note=next((_OLD_DRIVER for each in caught if "too old" in str(each.message)), ""))
    name = "CUDA"
    try:
        name = torch.cuda.get_device_name()
        trouble = trouble_of(torch.device("cuda", torch.cuda.current_device()))
    except Exception as error:  # a driver, a card or a build can fail in any way
        trouble = _first_line(error)
    return Card(name, not_used(name, trouble) if trouble else "")


def not_used(name: str, trouble: str) -> str:
    """Return the sentence for the user about a card with a trouble."""
    return f"{name} cannot be used, so the processor runs the networks: {trouble}"


def trouble_of(device: torch.device) -> str:
    """Return why a device cannot compute, "" if it can."""
    generator = torch.Generator().manual_seed(0)
    x, weight = (torch.randn(size, generator=generator) for size in ((1, 8, 16), (8, 8, 3)))

    def compute(where: torch.device) -> torch.Tensor:
        convolved = F.conv1d(x.to(where), weight.to(where), padding=1)
        return (convolved @ convolved.transpose(1, 2)).cpu()

    try:
        result, wanted = compute(device), compute(torch.device("cpu"))
    except Exception as error:  # a driver, a card or a build can fail in any way
        return _first_line(error)
    if not float((result - wanted).abs().max() / wanted.abs().max()) <= TOLERANCE:  # also where it is no number
        return "it computes wrong numbers."
    return ""


def _first_line(error: Exception) -> str:
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    return line if line.endswith(".") else f"{line}."
