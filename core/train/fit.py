"""One training loop for every stage: Adam, cosine schedule, clipped gradients, checkpoints that resume."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class FitSettings:
    """How long and how fast a stage learns.

    Attributes:
        steps: the whole run, resumed or not.
        minutes: wall clock after which the schedule must have ended; what comes first ends the run.
        learning_rate: at the start; falls by a cosine to a hundredth.
        betas: Adam's.
        clip: largest gradient norm.
        warm_up: steps of rising learning rate.
        checkpoint_s: seconds between checkpoints.
        seed: of batches, masks and dropout; step n draws the same numbers in every run.
        log_every: steps between log lines.
    """

    steps: int
    minutes: float = math.inf
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 0.99
    warm_up: int = 50
    checkpoint_s: float = 60.0
    seed: int = 0
    log_every: int = 100


@dataclass(frozen=True)
class Step:
    """Where a run is.

    Attributes:
        index: step number.
        progress: 0 at the start, 1 at the end of the schedule.
        random: numpy's generator for this step.
    """

    index: int
    progress: float
    random: np.random.Generator


Loss = Callable[[Step], tuple[Tensor, dict[str, float]]]


def fit(
    name: str,
    module: nn.Module,
    loss: Loss,
    settings: FitSettings,
    checkpoint: Path,
    after: Callable[[Step], None] = lambda step: None,
    log: Callable[[str], None] = lambda line: print(line, flush=True),
) -> None:
    """Train a module, going on from `checkpoint` when it exists.

    Args:
        name: for the log.
        module: its parameters that require gradients are trained; its whole state is kept in the checkpoint.
        loss: one step's loss and terms for the log.
        settings: lengths and rates.
        checkpoint: file, written whole or not at all.
        after: called after every step (codebook updates, exports).
        log: where lines go.
    """
    parameters = [p for p in module.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=settings.learning_rate, betas=settings.betas)
    first, spent = _resume(module, optimiser, checkpoint)
    if first:
        log(f"{name}: goes on at step {first}")
    began = saved = time.monotonic()
    means: dict[str, float] = {}
    module.train()
    for index in range(first, settings.steps):
        elapsed = spent + time.monotonic() - began
        progress = max(index / settings.steps, elapsed / 60 / settings.minutes)
        if progress >= 1:
            break
        step = Step(index, progress, np.random.default_rng([settings.seed, index]))
        torch.manual_seed(settings.seed * 1_000_003 + index)
        rate = settings.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (index + 1) / settings.warm_up)
        value, terms = loss(step)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        norm = float(nn.utils.clip_grad_norm_(parameters, settings.clip))
        if math.isfinite(norm):
            optimiser.step()
        after(step)
        for key, term in {"loss": float(value.detach()), "gradient": norm, **terms}.items():
            means[key] = term if key not in means else 0.95 * means[key] + 0.05 * term
        line = f"{name} step {index + 1}/{settings.steps} {progress:.0%} {elapsed / (index + 1):.2f} s/step "
        line += " ".join(f"{key} {term:.4g}" for key, term in means.items())
        if (index + 1) % settings.log_every == 0:
            log(line)
        if time.monotonic() - saved > settings.checkpoint_s:
            saved = time.monotonic()
            save_checkpoint(module, optimiser, index + 1, spent + saved - began, checkpoint)
    if means:
        log(f"{line} (end)")
    save_checkpoint(module, optimiser, settings.steps, spent + time.monotonic() - began, checkpoint)
    module.eval()


def save_checkpoint(module: nn.Module, optimiser: torch.optim.Optimizer, step: int, seconds: float, file: Path) -> None:
    """Write a checkpoint whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    state = {"module": module.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "seconds": seconds}
    torch.save(state, part)
    os.replace(part, file)


def _resume(module: nn.Module, optimiser: torch.optim.Optimizer, file: Path) -> tuple[int, float]:
    if not file.exists():
        return 0, 0.0
    state = torch.load(file, map_location=next(module.parameters()).device, weights_only=True)
    module.load_state_dict(state["module"])
    optimiser.load_state_dict(state["optimiser"])
    return state["step"], state["seconds"]
