"""What the training loop and a stage say to each other: how long, which part of which step, and what came of it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from training.loop.processes import Team

LAST_RATE = 0.01  # of the learning rate, at the end of the cosine
STEP_DOWN = 0.1


@dataclass(frozen=True)
class FitSettings:
    """How long and how fast a stage learns.

    Attributes:
        steps: the whole run, resumed or not.
        minutes: wall clock after which the schedule must have ended; what comes first ends the run. A finite one makes
            a run depend on the machine's speed: only runs without it end in the same weights every time.
        learning_rate: at the start.
        schedule: "cosine" to a hundredth, or "step": a tenth after `step_at`.
        step_at: share of the run.
        betas: Adam's.
        clip: largest gradient norm.
        warm_up: steps of rising learning rate.
        accumulate: parts that a process works through one after the other, for batches larger than its memory.
        precision: "float32", or "bfloat16" for the networks' products (losses and weights stay float32).
        compile: networks through torch.compile.
        average: decay of the moving average of the weights, which then is what is exported; 0: none.
        evaluate_every: steps between looks at held-out data; 0: none.
        patience: looks without a better loss that end the run; 0: never.
        checkpoint_s: seconds between checkpoints.
        seed: of batches, masks and dropout; step n draws the same numbers in every run.
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
        """Learning rate of a step."""
        if self.schedule == "step":
            factor = 1.0 if step.progress < self.step_at else STEP_DOWN
        else:
            factor = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * step.progress))
        return self.learning_rate * factor * min(1.0, (step.index + 1) / max(self.warm_up, 1))


@dataclass(frozen=True)
class Step:
    """Where a run is, and which part of the step's batch is meant.

    Every random draw is made for the whole batch and then cut, so that any number of processes and parts sees the
    same batch.

    Attributes:
        index: step number.
        progress: 0 at the start, 1 at the end of the schedule.
        seed: of the run.
        chunk: which part.
        chunks: how many parts there are over all processes.
    """

    index: int
    progress: float = 0.0
    seed: int = 0
    chunk: int = 0
    chunks: int = 1

    def random(self, stream: int = 0) -> np.random.Generator:
        """A fresh generator, the same for every part of the step."""
        return np.random.default_rng([self.seed, self.index, stream])

    def generator(self, stream: int = 0) -> torch.Generator:
        """A fresh PyTorch generator on the CPU, the same for every part of the step."""
        return torch.Generator().manual_seed(int(self.random(1000 + stream).integers(2**62)))

    def mine(self, count: int) -> slice:
        """This part of `count` items."""
        return slice(count * self.chunk // self.chunks, count * (self.chunk + 1) // self.chunks)


class Result(NamedTuple):
    """What a part of a batch came to.

    Attributes:
        loss: mean over the part's items.
        terms: parts of the loss and other means, for the log.
        share: the part's share of the batch.
    """

    loss: Tensor
    terms: dict[str, Tensor]
    share: float = 1.0


class Training(nn.Module):
    """What a stage trains: networks, data and loss together; a step is `draw`, `before`, call, `settle`."""

    def networks(self) -> Iterator[nn.Module]:
        """The modules that torch.compile gets."""
        yield from ()

    def draw(self, step: Step) -> Any:
        """This part of the step's batch, on the CPU; runs in a thread beside the step before."""
        raise NotImplementedError

    def before(self, step: Step) -> None:
        """Changes of state that must happen before a step; the same in every process."""

    def forward(self, batch: Any, step: Step) -> Result:
        """Loss of this part of the batch."""
        raise NotImplementedError

    def settle(self, step: Step, team: Team) -> dict[str, float]:
        """Changes of state after the optimiser's step; numbers for the log."""
        return {}


@dataclass(frozen=True)
class Periodic:
    """Something the leading process does now and then, with the weights as they would be exported.

    Attributes:
        run: told the step.
        every: steps between runs; 0: none.
        every_s: seconds between runs; what comes first.
        first_s: seconds to the first run.
    """

    run: Callable[[Step], None]
    every: int = 0
    every_s: float = math.inf
    first_s: float = math.inf
