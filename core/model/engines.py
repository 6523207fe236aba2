"""The choice of the engine for a model folder: NumPy for the small architecture, PyTorch for CUDA and the released one.

| weights | on the processor | on a CUDA card |
|---|---|---|
| small (the bundled ones) | NumPy | PyTorch, where it is installed |
| released architecture | PyTorch | PyTorch |
"""

import ctypes
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..errors import GestureError
from ..generate.network import Network, Running
from .card import read_card
from .config import ModelConfig
from .numpy_engine.network import NumpyNetwork, runs

NUMPY, TORCH = "numpy", "torch"
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Devices:
    """The devices on which this Python can run networks.

    Attributes:
        names: "cpu", and "cuda" where PyTorch finds a card that can be used.
        card: the name of the graphics card, "" without one.
        note: a sentence for the user where there is a card that cannot be used, else "".
    """

    names: tuple[str, ...]
    card: str = ""
    note: str = ""


def has_torch() -> bool:
    """Return whether PyTorch is installed; it is not imported, which takes seconds."""
    return find_spec("torch") is not None


def has_driver() -> bool:
    """Return whether there is NVIDIA's driver, without which PyTorch finds no card and need not be imported."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def find_devices() -> Devices:
    """Return the devices of this Python; a graphics card is tried."""
    if not has_torch() or not has_driver():
        return Devices(("cpu",))
    from .torch_engine.device import find_card

    card = find_card()
    return Devices(("cpu", "cuda"), card.name) if card.usable else Devices(("cpu",), note=card.note)


def engine_for(config: ModelConfig, device: str) -> str:
    """Return the engine, "numpy" or "torch", that runs an architecture on a device ("auto", "cpu" or "cuda").

    Raises:
        GestureError: an unknown device, or PyTorch is needed and not installed.
    """
    if device not in DEVICES:
        raise GestureError(f"There is no device {device!r}.", remedy="Choose auto, cpu or cuda.")
    if runs(config) and (device == "cpu" or (device == "auto" and "cuda" not in find_devices().names)):
        return NUMPY
    if not has_torch():
        raise GestureError(
            "A graphics card can be used only with PyTorch." if runs(config) else "These weights need PyTorch.",
            remedy="Choose a Python with PyTorch in the preferences (`python build.py setup --torch` makes one), "
            "or the processor and the bundled weights.",
        )
    return TORCH


def running(folder: Path, device: str = "auto") -> Running:
    """Return where and how a model folder would run, without loading it.

    Raises:
        GestureError: see `load_network`.
    """
    config = ModelConfig.from_dict(read_card(folder)["architecture"])
    if engine_for(config, device) == NUMPY:
        return Running("NumPy", note=_note(device))
    from .torch_engine.device import pick_device
    from .torch_engine.network import running_on

    return running_on(pick_device(device), config, note=_note(device))


def load_network(folder: Path, device: str = "auto", engine: str | None = None) -> Network:
    """Read a model folder and make it ready.

    Args:
        folder: with model.json.
        device: "auto", "cpu" or "cuda".
        engine: "numpy" or "torch"; None for the one that suits weights and device.

    Raises:
        GestureError: missing, broken or misfitting files, no such device, or PyTorch is needed and not installed.
    """
    config = ModelConfig.from_dict(read_card(folder)["architecture"])
    if (engine or engine_for(config, device)) == NUMPY:
        return NumpyNetwork(folder, _note(device))
    # PyTorch takes seconds to import, so it is imported only when it runs the network.
    from .torch_engine.network import load_network as load_torch

    return load_torch(folder, device)


def _note(device: str) -> str:
    """Return why the processor takes a card's place; "" where the user chose the device, or where it does not."""
    return find_devices().note if device == "auto" else ""
