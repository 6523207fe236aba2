"""The PyTorch engine: the methods of `core.generate.network.Network` over the modules of this package."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from ...body.parts import Part
from ...generate.network import Conditions, NetworkInfo, Running, WindowOutput
from ...parallel import at_once, one_by_one, thread_count
from ..card import network_info
from ..config import ModelConfig
from ..inputs import check_inputs
from ..pieces import in_pieces
from .checkpoint import LoadedModel, load_model
from .device import find_card, pick_device
from .mamba import EXPAND
from .resident import Record, Resident, cuda_graph
from .scan_choice import scan_name

WINDOWS_AT_ONCE = 32  # on a card: a minute of speech
_WIDE = 256  # channels from which on PyTorch's own threads save time
_CHOICE = torch.get_num_threads()
IN_STEP = 4  # on a processor: stretches of a take that a thread predicts together
ROWS_AT_ONCE = 8  # on a processor: windows of so many takes; more save nothing and need memory
_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


def load_network(folder: Path | str, device: str = "auto", threads: int | None = None) -> "TorchNetwork":
    """Read a model folder and make it ready.

    Args:
        folder: with model.json.
        device: as in `TorchNetwork`.
        threads: as in `TorchNetwork`; None for those that suit the size. Layers of small weights take longer on several
            threads than on one, so that they run on one, and several stretches of a take at the same time.

    Raises:
        GestureError: missing, broken or misfitting files, or no such device.
    """
    model = load_model(folder)
    if threads is None:
        threads = 1 if model.weights.config.hidden < _WIDE and pick_device(device).type == "cpu" else _CHOICE
    return TorchNetwork(model, device, threads)


class TorchNetwork:
    """A model on a device; see `core.generate.network.BatchNetwork`.

    Attributes:
        most_at_once: windows at a time.
        ahead: whether windows of one take run together: on a card.
        in_step: how many stretches of a take each thread predicts in step.

    Args:
        model: a loaded model folder; its modules move to the device.
        device: "auto" (CUDA where there is one), "cpu" or "cuda".
        threads: number of CPU threads of PyTorch in this whole process; None leaves PyTorch's choice.

    Raises:
        GestureError: no such device.
    """

    def __init__(self, model: LoadedModel, device: str = "auto", threads: int | None = None):
        config = model.weights.config
        if threads is not None:
            torch.set_num_threads(threads)
        self.device = pick_device(device)
        self._single = threads == 1
        self._weights = model.weights
        self.info: NetworkInfo = network_info(model.card, config, model.neutral)
        note = find_card().note if device == "auto" else ""
        self._running = running_on(self.device, config, self.info.window, note)
        self.most_at_once, self.in_step = 1, IN_STEP
        self._in_pieces(lambda _: self._weights_to_device(), 1)
        self.ahead = self.device.type != "cpu"
        # What records passes on a card; None where passes are made by `core.generate.window_passes`.
        self.record: Record | None = cuda_graph if self.device.type == "cuda" else None
        self._residents: dict[bool, Resident] = {}
        self.most_at_once = WINDOWS_AT_ONCE if self.ahead else ROWS_AT_ONCE

    @property
    def running(self) -> Running:
        """Where and how it runs now; see `Network`."""
        return self._running

    @property
    def side_by_side(self) -> int:
        """How many stretches of a take are predicted at the same time; see `BatchNetwork`."""
        return thread_count() if self._single and self.device.type == "cpu" else 0

    def conditions(self, audio: np.ndarray, words: np.ndarray, speaker: int) -> Conditions:
        """Compute the features of one window that do not depend on motion; see `Network`.

        Raises:
            GestureError: inputs of another kind than the weights were trained with, or no such speaker.
        """
        made = self.conditions_of(audio[None], words[None], np.array([speaker]))
        return {name: _array(value)[0] for name, value in made.items()}

    @torch.inference_mode()
    def conditions_of(self, audio: np.ndarray, words: np.ndarray, speakers: np.ndarray) -> dict[str, Tensor]:
        """Compute the conditions of several windows, on the device; see `BatchNetwork`.

        Raises:
            GestureError: inputs of another kind than the weights were trained with, or no such speaker.
        """
        for row in zip(audio, words, speakers, strict=True):
            check_inputs(self.info, self._weights.config, *row)
        words = np.asarray(words, np.int64 if words.ndim == 2 else np.float32)

        def task(rows: slice) -> dict[str, Tensor]:
            given = (self._tensor(values[rows]) for values in (audio, words, speakers))
            return self._weights.generator.conditions(*given)

        made = self._in_pieces(task, len(audio))
        return {name: torch.cat([piece[name] for piece in made]) for name in made[0]}

    def window(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict one window; see `Network`."""
        return self.windows({name: value[None] for name, value in conditions.items()}, motion[None], mask[None]).row(0)

    @torch.inference_mode()
    def windows(
        self, conditions: Mapping[str, np.ndarray | Tensor], motion: np.ndarray, mask: np.ndarray
    ) -> WindowOutput:
        """Predict several windows; see `BatchNetwork`."""

        def task(rows: slice) -> WindowOutput:
            given = {name: self._tensor(value[rows]) for name, value in conditions.items()}
            output = self._weights.generator(given, self._tensor(motion[rows]), self._tensor(mask[rows]))
            return WindowOutput(
                {part: _array(value) for part, value in output.logits.items()},
                {part: _array(value) for part, value in output.latents.items()},
            )

        made = self._in_pieces(task, len(motion))
        return WindowOutput(
            {part: np.concatenate([piece.logits[part] for piece in made]) for part in made[0].logits},
            {part: np.concatenate([piece.latents[part] for piece in made]) for part in made[0].latents},
        )

    def decode(self, part: Part, codes: np.ndarray) -> np.ndarray:
        """Decode a part's codes; see `Network`. Long takes are decoded piece by piece."""
        reach = self._weights.autoencoders[part].reach
        return in_pieces(lambda each: self.decode_many(part, each[None])[0], codes, reach, self._run_pieces)

    @torch.inference_mode()
    def decode_many(self, part: Part, codes: np.ndarray, last: int | None = None) -> np.ndarray:
        """Decode a part's codes of several windows; see `BatchNetwork`."""
        if last is not None:
            codes = codes[:, -(last + self._weights.autoencoders[part].reach) :]
        decode = self._weights.autoencoders[part].decode_codes

        def task(rows: slice) -> np.ndarray:
            return _array(decode(self._tensor(codes[rows].astype(np.int64))))

        return np.concatenate(self._in_pieces(task, len(codes)))[:, -(last or codes.shape[1]) :]

    def settle(
        self,
        conditions: Mapping[str, Tensor],
        known: np.ndarray,
        is_first: np.ndarray,
        origins: np.ndarray,
        recentre: bool,
    ) -> tuple[dict[Part, np.ndarray], np.ndarray] | None:
        """Make all passes on the card; see `BatchNetwork`. Out of memory, later calls get fewer rows."""
        if self.record is None:
            return None
        if recentre not in self._residents:
            self._residents[recentre] = Resident(self._weights, self.info, recentre, self.record)
        given = (self._tensor(known), torch.as_tensor(is_first, device=self.device), torch.as_tensor(origins))
        try:
            made = self._residents[recentre].settle(
                {name: self._tensor(values) for name, values in conditions.items()},
                *given[:2],
                given[2].to(self.device, torch.float64),
            )
        except torch.OutOfMemoryError:
            made = None
        if made is None:
            self._residents.clear()
            self._make_room()
            return None
        return {part: _array(codes) for part, codes in made.codes.items()}, _array(made.following)

    def root(self, lower: np.ndarray) -> np.ndarray:
        """Predict the root's velocities; see `Network`. Those of long takes are computed piece by piece."""

        @torch.inference_mode()
        def velocities(piece: np.ndarray) -> np.ndarray:
            return self._in_pieces(lambda _: _array(self._weights.root(self._tensor(piece[None])))[0], 1)[0]

        return in_pieces(velocities, lower, self._weights.root.reach, self._run_pieces)

    def _run_pieces(self, tasks: Sequence[Callable[[], np.ndarray]]) -> list[np.ndarray]:
        return at_once(tasks) if self.side_by_side > 1 else one_by_one(tasks)

    def codebook(self, part: Part) -> np.ndarray:
        """Return a part's codebook; see `Network`."""
        return self._weights.autoencoders[part].quantizer.embedding.weight.detach().cpu().numpy()

    def _tensor(self, values: np.ndarray | Tensor) -> Tensor:
        """Put values on the device; floats in single precision."""
        if isinstance(values, Tensor):
            return values.to(self.device)
        kind = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float32
        return torch.from_numpy(np.ascontiguousarray(values, kind)).to(self.device)

    def _in_pieces(self, task: Callable[[slice], _Result], count: int) -> list[_Result]:
        """Run a task over rows, at most `most_at_once` of them at a time.

        When the card is out of memory, this and all later tasks get half as many rows, and at last the processor.
        """
        while True:
            most = self.most_at_once
            try:
                with _flushing():
                    return [task(slice(at, at + most)) for at in range(0, count, most)]
            except torch.OutOfMemoryError:
                if most == 1 and self.device.type == "cpu":
                    raise
            # The error, which holds tensors of the card, is gone here.
            self._make_room()

    def _make_room(self) -> None:
        if self.most_at_once > 1:
            self.most_at_once //= 2
        else:
            note = f"{self._running.device} ran out of memory, so the processor runs the networks."
            self.device = torch.device("cpu")
            self.ahead, self.record = False, None
            self._weights_to_device()
            self._running = running_on(self.device, self._weights.config, self.info.window, note)
            _log.warning("%s", note)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

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


@contextmanager
def _flushing() -> Iterator[None]:
    """Let this thread flush denormals in the block: activations decay into them, which slows the scan tenfold.

    Only here, so that what NumPy computes afterwards does not depend on the thread.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _array(values: Tensor) -> np.ndarray:
    return values.cpu().numpy()
