"""The PyTorch engine: the methods of `core.generate.network.Network` over the modules of this package."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from ...body.parts import Part
from ...generate.network import Conditions, NetworkInfo, Running, WindowOutput
from ..card import network_info
from ..config import ModelConfig
from ..inputs import check_inputs
from .checkpoint import LoadedModel, load_model
from .device import find_card, pick_device
from .mamba import EXPAND
from .scan_choice import scan_name

_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


def load_network(folder: Path | str, device: str = "auto", threads: int | None = None) -> "TorchNetwork":
    """Read a model folder and make it ready.

    Raises:
        GestureError: missing, broken or misfitting files, or no such device.
    """
    return TorchNetwork(load_model(folder), device, threads)


class TorchNetwork:
    """A model on a device; see `core.generate.network.Network`.

    Args:
        model: a loaded model folder; its modules move to the device.
        device: "auto" (CUDA where there is one), "cpu" or "cuda".
        threads: number of CPU threads of PyTorch in this whole process; None leaves PyTorch's choice.

    Raises:
        GestureError: no such device.
    """

    def __init__(self, model: LoadedModel, device: str = "auto", threads: int | None = None):
        config = model.weights.config
        # Activations of untrained or tiny weights decay into denormals, which slow the scan tenfold.
        torch.set_flush_denormal(True)
        if threads is not None:
            torch.set_num_threads(threads)
        self.device = pick_device(device)
        self._weights = model.weights
        self.info: NetworkInfo = network_info(model.card, config, model.neutral)
        note = find_card().note if device == "auto" else ""
        self._running = running_on(self.device, config, self.info.window, note)
        self._compute(self._weights_to_device)

    @property
    def running(self) -> Running:
        """Where and how it runs now; see `Network`."""
        return self._running

    @torch.inference_mode()
    def conditions(self, audio: np.ndarray, words: np.ndarray, speaker: int) -> Conditions:
        """Compute the features of one window that do not depend on motion; see `Network`.

        Raises:
            GestureError: inputs of another kind than the weights were trained with, or no such speaker.
        """
        check_inputs(self.info, self._weights.config, audio, words, speaker)
        words = np.asarray(words, np.int64 if words.ndim == 1 else np.float32)

        def task() -> Conditions:
            out = self._weights.generator.conditions(
                self._tensor(audio), self._tensor(words), torch.tensor([speaker], device=self.device)
            )
            return {name: _array(value) for name, value in out.items()}

        return self._compute(task)

    @torch.inference_mode()
    def window(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict one window; see `Network`."""

        def task() -> WindowOutput:
            given = {name: self._tensor(value) for name, value in conditions.items()}
            output = self._weights.generator(given, self._tensor(motion), self._tensor(mask))
            return WindowOutput(
                {part: _array(value) for part, value in output.logits.items()},
                {part: _array(value) for part, value in output.latents.items()},
            )

        return self._compute(task)

    @torch.inference_mode()
    def decode(self, part: Part, codes: np.ndarray) -> np.ndarray:
        """Decode a part's codes; see `Network`."""
        decode = self._weights.autoencoders[part].decode_codes
        return self._compute(lambda: _array(decode(self._tensor(codes.astype(np.int64)))))

    @torch.inference_mode()
    def root(self, lower: np.ndarray) -> np.ndarray:
        """Predict the root's velocities; see `Network`."""
        return self._compute(lambda: _array(self._weights.root(self._tensor(lower))))

    def codebook(self, part: Part) -> np.ndarray:
        """Return a part's codebook; see `Network`."""
        return self._weights.autoencoders[part].quantizer.embedding.weight.detach().cpu().numpy()

    def _tensor(self, values: np.ndarray) -> Tensor:
        """Put an array (...) on the device as (1, ...); floats in single precision."""
        kind = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float32
        return torch.from_numpy(np.ascontiguousarray(values, kind))[None].to(self.device)

    def _compute(self, task: Callable[[], _Result]) -> _Result:
        """Run a task on the device; once a card is out of memory, this and all later tasks run on the processor."""
        try:
            return task()
        except torch.OutOfMemoryError:
            pass  # the error holds tensors of the card, so it must be gone before the card's memory is freed
        self._move_to_processor()
        return task()

    def _move_to_processor(self) -> None:
        note = f"{self._running.device} ran out of memory, so the processor runs the networks."
        self.device = torch.device("cpu")
        self._weights_to_device()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self._running = running_on(self.device, self._weights.config, self.info.window, note)
        _log.warning("%s", note)

    def _weights_to_device(self) -> None:
        for module in self._weights.modules().values():
            module.to(self.device).eval()


def running_on(device: torch.device, config: ModelConfig, window: int = 64, note: str = "") -> Running:
    """Return how PyTorch runs an architecture on a device; kernels for a card are tried.

    Args:
        device: where.
        config: the sizes.
        window: frames of a window.
        note: why the processor takes a card's place, for the user.
    """
    name = find_card().name if device.type == "cuda" else "the processor"
    return Running("PyTorch", name, scan_name(device, window * EXPAND * config.hidden * config.mamba_state), note)


def _array(values: Tensor) -> np.ndarray:
    return values[0].cpu().numpy()
