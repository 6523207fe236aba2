"""The PyTorch engine: the methods of `core.generate.network.Network` over the modules of this package."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...body.parts import Part
from ...errors import GestureError
from ...generate.network import Conditions, NetworkInfo, WindowOutput
from ..card import network_info
from ..inputs import check_inputs
from .checkpoint import LoadedModel, load_model


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
        with self._guard():
            for module in model.weights.modules().values():
                module.to(self.device).eval()
        self.info: NetworkInfo = network_info(model.card, config, model.neutral)

    @torch.inference_mode()
    def conditions(self, audio: np.ndarray, words: np.ndarray, speaker: int) -> Conditions:
        """Compute the features of one window that do not depend on motion; see `Network`.

        Raises:
            GestureError: inputs of another kind than the weights were trained with, or no such speaker.
        """
        check_inputs(self.info, self._weights.config, audio, words, speaker)
        words = np.asarray(words, np.int64 if words.ndim == 1 else np.float32)
        with self._guard():
            out = self._weights.generator.conditions(
                self._tensor(audio), self._tensor(words), torch.tensor([speaker], device=self.device)
            )
            return {name: _array(value) for name, value in out.items()}

    @torch.inference_mode()
    def window(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict one window; see `Network`."""
        with self._guard():
            given = {name: self._tensor(value) for name, value in conditions.items()}
            output = self._weights.generator(given, self._tensor(motion), self._tensor(mask))
            return WindowOutput(
                {part: _array(value) for part, value in output.logits.items()},
                {part: _array(value) for part, value in output.latents.items()},
            )

    @torch.inference_mode()
    def decode(self, part: Part, codes: np.ndarray) -> np.ndarray:
        """Decode a part's codes; see `Network`."""
        with self._guard():
            return _array(self._weights.autoencoders[part].decode_codes(self._tensor(codes.astype(np.int64))))

    @torch.inference_mode()
    def root(self, lower: np.ndarray) -> np.ndarray:
        """Predict the root's velocities; see `Network`."""
        with self._guard():
            return _array(self._weights.root(self._tensor(lower)))

    def codebook(self, part: Part) -> np.ndarray:
        """Return a part's codebook; see `Network`."""
        return self._weights.autoencoders[part].quantizer.embedding.weight.detach().cpu().numpy()

    def _tensor(self, values: np.ndarray) -> Tensor:
        """Put an array (...) on the device as (1, ...); floats in single precision."""
        kind = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float32
        return torch.from_numpy(np.ascontiguousarray(values, kind))[None].to(self.device)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except torch.OutOfMemoryError as error:
            raise GestureError(
                "The graphics card ran out of memory.",
                remedy="Choose the device CPU, or close other programs that use the card.",
                detail=str(error),
            ) from error


def pick_device(device: str) -> torch.device:
    """Choose the device that "auto", "cpu" or "cuda" means.

    Raises:
        GestureError: another name, or CUDA where there is none.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise GestureError(f"There is no device {device!r}.", remedy="Choose auto, cpu or cuda.")
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise GestureError("PyTorch finds no CUDA device.", remedy="Choose the device auto or cpu.")
    return torch.device("cuda" if available and device != "cpu" else "cpu")


def _array(values: Tensor) -> np.ndarray:
    return values[0].cpu().numpy()
