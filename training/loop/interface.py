"""The interface between the training loop and a stage: settings, one step, its result, and the methods of a stage."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from training.loop.processes import Team

LAST_RATE = 0.01  # share of the learning rate that is left at the end of the cosine
STEP_DOWN = 0.1


@dataclass(frozen=True)
class FitSettings:
    """How long and how fast a stage learns.

    Attributes:
        steps: steps of the whole run, including those before it was resumed.
        minutes: time limit; the run ends at this limit or after `steps`, whichever comes first. With a finite limit the
            weights depend on the speed of the machine.
        learning_rate: at the start.
        schedule: "cosine" to a hundredth, or "step": a tenth after `step_at`.
        step_at: share of the run.
        betas: Adam's.
        clip: largest gradient norm.
        warm_up: steps of rising learning rate.
        accumulate: parts that a process works through one after the other, for batches larger than its memory.
        precision: "float32", or "bfloat16" for the networks' products (losses and weights stay float32).
        compile: networks through torch.compile.
        average: decay of the moving average of the weights, which is then exported instead of the weights; 0: no
            average.
        evaluate_every: steps between measurements on held-out data; 0: none.
        patience: measurements without a better loss that end the run; 0: never.
        checkpoint_s: seconds between checkpoints.
        seed: seed of batches, masks and dropout; step n draws the same numbers in every run.
        log_every: steps between log lines.
    """

    steps: int
    minutes: float = math.inf
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    step_at: float = 0.975
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 0.99
    warm_up: int = 50
    accumulate: int = 1
    precision: str = "float32"
    compile: bool = False
    average: float = 0.0
    evaluate_every: int = 0
    patience: int = 0
    checkpoint_s: float = 60.0
    seed: int = 0
    log_every: int = 100

    def rate(self, step: "Step") -> float:
        """Return the learning rate of a step."""
        if self.schedule == "step":
            factor = 1.0 if step.progress < self.step_at else STEP_DOWN
        else:
            factor = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * step.progress))
        return self.learning_rate * factor * min(1.0, (step.index + 1) / max(self.warm_up, 1))


@dataclass(frozen=True)
class Step:
    """One step of a run, and one part of its batch.

    Random values are drawn for the whole batch and then divided, so that the batch is the same for any number of
    processes and parts.

    Attributes:
        index: step number.
        progress: 0 at the start, 1 at the end of the schedule.
        seed: seed of the run.
        chunk: which part.
        chunks: how many parts there are over all processes.
    """

    index: int
    progress: float = 0.0
    seed: int = 0
    chunk: int = 0
    chunks: int = 1

    def random(self, stream: int = 0) -> np.random.Generator:
        """Return a fresh generator, the same for every part of the step."""
        return np.random.default_rng([self.seed, self.index, stream])

    def generator(self, stream: int = 0) -> torch.Generator:
        """Return a fresh PyTorch generator on the CPU, the same for every part of the step."""
        return torch.Generator().manual_seed(int(self.random(1000 + stream).integers(2**62)))

    def mine(self, count: int) -> slice:
        """Return this part's slice of `count` items."""
        return slice(count * self.chunk // self.chunks, count * (self.chunk + 1) // self.chunks)


class Result(NamedTuple):
    """The loss of one part of a batch.

    Attributes:
        loss: mean over the part's items.
        terms: parts of the loss and other means, for the log.
        share: the part's share of the batch.
    """

    loss: Tensor
    terms: dict[str, Tensor]
    share: float = 1.0


class Training(nn.Module):
    """The base of a stage: networks, data and loss together; a step is `draw`, `before`, call, `settle`."""

    def networks(self) -> Iterator[nn.Module]:
        """Yield the modules that torch.compile may compile."""
        yield from ()

    def draw(self, step: Step) -> Any:
        """Draw this part of the step's batch on the CPU; runs in a thread during the step before."""
        raise NotImplementedError

    def before(self, step: Step) -> None:
        """Change the state before a step, in the same way in every process."""

    def forward(self, batch: Any, step: Step) -> Result:
        """Compute the loss of this part of the batch."""
        raise NotImplementedError

    def settle(self, step: Step, team: Team) -> dict[str, float]:
        """Change the state after the optimiser's step; return numbers for the log."""
        return {}


@dataclass(frozen=True)
class Periodic:
    """A job that the leading process runs now and then with the weights that would be exported.

    Attributes:
        run: called with the step.
        every: steps between runs; 0: none.
        every_s: seconds between runs. The job runs after `every` steps or `every_s` seconds, whichever comes first.
        first_s: seconds to the first run.
    """

    run: Callable[[Step], None]
    every: int = 0
    every_s: float = math.inf
    first_s: float = math.inf
