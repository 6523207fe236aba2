"""Passes over windows that stay on the card: codes, decoding and the next seeds, with one flag for the processor.

`core.generate.window_passes` says what a pass is. There, codes and seeds cross between card and processor in every
pass; here nothing does but the flag that says whether a seed has changed. The work of a pass is recorded once for each
number of rows and replayed from then on (a CUDA graph), so that its thousand small operations cost no time to start:

    conditions, seeds ── network ── codes ── decoders ── next seeds ── changed?
         └───────────────────────── into the same memory ──┘

What records is a `Record`: on a card CUDA. Not run on a card yet; a test records with plain calls on the processor.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...body.parts import SPECS, Part
from ...clock import FPS
from ...generate.decode import GROUND, IDENTITY_ROT6D, MOTION_WIDTH, ROTATION_WIDTH, SEEDED_PARTS
from ...generate.network import NetworkInfo
from .checkpoint import Weights

_log = logging.getLogger(__name__)
_HEIGHT = ROTATION_WIDTH + 1
_CONTACTS = slice(ROTATION_WIDTH + 3, MOTION_WIDTH)
_LEAST_NORM = 1e-12

# Runs a function of no arguments, whose tensors stay where they are, and returns a function that does the same work.
Record = Callable[[Callable[[], None]], Callable[[], None]]


def cuda_graph(work: Callable[[], None]) -> Callable[[], None]:
    """Record work as a CUDA graph, after two runs on another stream, as CUDA asks."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


class Settled(NamedTuple):
    """What passes have made when no seed changes any more.

    Attributes:
        codes: (B, T) int64 of each part.
        following: (B, S, 337) the seeds of the windows after these.
        passes: how many there were.
    """

    codes: dict[Part, Tensor]
    following: Tensor
    passes: int


@dataclass
class _Recorded:
    """The memory of a recorded pass, and what repeats it."""

    conditions: dict[str, Tensor]
    known: Tensor  # (B, S, 337) seeds of rows whose window before is made
    is_first: Tensor  # (B, 1, 1) bool, which rows these are
    origins: Tensor  # (B, 3)
    seeds: Tensor  # (B, S, 337), replaced by the next ones in every pass
    following: Tensor
    codes: dict[Part, Tensor]
    changed: Tensor  # () bool
    run: Callable[[], None]


class Resident:
    """Passes of a network on its device.

    Args:
        weights: its modules, on the device.
        info: facts about it.
        recentre: whether windows are shifted to x = z = 0 (`core.generate.window_inputs.WindowClock`).
        record: records a pass; None where every pass is made by plain calls.
    """

    def __init__(self, weights: Weights, info: NetworkInfo, recentre: bool, record: Record | None):
        self._weights, self._info, self._recentre, self._record = weights, info, recentre, record
        self._device = next(weights.generator.parameters()).device
        self._columns = {
            part: torch.tensor([6 * j + i for j in SPECS[part].joints for i in range(6)], device=self._device)
            for part in SEEDED_PARTS
        }
        straight = torch.tensor(IDENTITY_ROT6D, dtype=torch.float32).repeat(ROTATION_WIDTH // 6)
        self._straight = F.pad(straight, (0, MOTION_WIDTH - ROTATION_WIDTH)).to(self._device)
        self._recorded: dict[int, _Recorded] = {}

    @torch.inference_mode()
    def settle(self, conditions: Mapping[str, Tensor], known: Tensor, is_first: Tensor, origins: Tensor) -> Settled:
        """Make passes until no seed changes.

        Args:
            conditions: of each window, one a row; rows of a take are in order, one after the other.
            known: (B, S, 337) the seed of each row whose window before is made, else a guess.
            is_first: (B,) bool, which rows these are.
            origins: (B, 3) metres, where the root's path starts.
        """
        count = len(known)
        rows = 1 << (count - 1).bit_length()  # few numbers of rows, so that few passes are recorded
        spare = rows - count
        given = (
            {name: _padded(values, spare) for name, values in conditions.items()},
            _padded(known, spare),
            _padded(is_first, spare, True),
            _padded(origins, spare),
        )
        held = self._held(rows, *given)
        passes = 0
        while True:
            held.run()
            passes += 1
            if not bool(held.changed):
                codes = {part: values[:count].clone() for part, values in held.codes.items()}
                return Settled(codes, held.following[:count].clone(), passes)

    def _held(
        self, rows: int, conditions: dict[str, Tensor], known: Tensor, is_first: Tensor, origins: Tensor
    ) -> _Recorded:
        """Return the memory for a number of rows with these inputs in it; it is recorded when it is new."""
        held = self._recorded.get(rows)
        if held is None:
            held = _Recorded(
                {name: values.clone() for name, values in conditions.items()},
                known.clone(),
                is_first[:, None, None].clone(),
                origins.clone(),
                known.clone(),
                torch.zeros_like(known),
                {part: torch.zeros(rows, self._info.window, dtype=torch.int64, device=self._device) for part in Part},
                torch.zeros((), dtype=torch.bool, device=self._device),
                lambda: None,
            )
            self._record_pass(held)
            self._recorded[rows] = held
        for name, values in conditions.items():
            held.conditions[name].copy_(values)
        held.known.copy_(known)
        held.is_first.copy_(is_first[:, None, None])
        held.origins.copy_(origins)
        held.seeds.copy_(known)
        return held

    def _record_pass(self, held: _Recorded) -> None:
        def work() -> None:
            self._pass(held)

        held.run = work
        if self._record is None:
            return
        try:
            held.run = self._record(work)
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # a driver or an operator that cannot be recorded raises anything
            self._record = None
            _log.warning("Passes are not recorded on this card, so their operations are started one by one: %s", error)

    def _pass(self, held: _Recorded) -> None:
        """Make one pass in place; nothing of it depends on values that the processor would have to know."""
        seeds = held.seeds
        length = self._info.window - seeds.shape[1]
        if self._recentre:
            shift = torch.zeros_like(seeds[:, :1])
            shift[..., GROUND] = seeds[:, :1, GROUND]
            seeds = seeds - shift
        motion = F.pad(seeds, (0, 0, 0, length))
        mask = F.pad(torch.zeros_like(seeds), (0, 0, 0, length), value=1.0)
        output = self._weights.generator(held.conditions, motion, mask)
        for part in Part:
            quantizer = self._weights.autoencoders[part].quantizer
            if part in self._info.by_latent:
                held.codes[part].copy_(quantizer.codes(output.latents[part]))
                continue
            scores = output.logits[part].unflatten(-1, (quantizer.groups, -1))
            held.codes[part].copy_(quantizer.join(list(scores.argmax(-1).unbind(-1))))
        self._next_seeds(held)
        fresh = torch.where(held.is_first, held.known, held.following.roll(1, 0))
        held.changed.copy_((fresh != held.seeds).any())
        held.seeds.copy_(fresh)

    def _next_seeds(self, held: _Recorded) -> None:
        """Decode the codes, and write the last frames of each window; see `core.generate.decode.seeds_after`."""
        count = held.known.shape[1]
        held.following.copy_(self._straight.expand_as(held.following))
        for part in SEEDED_PARTS:
            channels = self._weights.autoencoders[part].decode_codes(held.codes[part])
            width = SPECS[part].rotation_width
            turned = channels[:, -count:, :width].double().unflatten(-1, (-1, 6))
            held.following[..., self._columns[part]] = _orthonormal(turned).flatten(-2).float()
            if part is Part.LOWER:
                velocity = channels[..., width : width + 3].double()
                path = F.pad(velocity.cumsum(1)[:, :-1] / FPS, (0, 0, 1, 0)) + held.origins[:, None]
                for axis, column in zip((0, 2), GROUND, strict=True):
                    held.following[..., column] = path[:, -count:, axis].float()
                held.following[..., _HEIGHT] = velocity[:, -count:, 1].float()
                held.following[..., _CONTACTS] = channels[:, -count:, -4:]


def _orthonormal(rot6d: Tensor) -> Tensor:
    """Make two rows orthonormal, as `core.body.rotation.rot6d_to_matrix`; (..., 6) to (..., 6)."""
    first, second = rot6d[..., :3], rot6d[..., 3:]
    a = first / first.norm(dim=-1, keepdim=True).clamp_min(_LEAST_NORM)
    b = second - (a * second).sum(-1, keepdim=True) * a
    b = b / b.norm(dim=-1, keepdim=True).clamp_min(_LEAST_NORM)
    return torch.cat([a, b], -1)


def _padded(values: Tensor, rows: int, value: float = 0.0) -> Tensor:
    """Add rows of one value at the end."""
    return torch.cat([values, values.new_full((rows, *values.shape[1:]), value)]) if rows else values
