"""The training loop of every stage, in one process or several; a resumed run gives exactly the same result."""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from core.errors import GestureError
from training.loop.checkpoints import load_state, restore, save_state
from training.loop.interface import FitSettings, Periodic, Step, Training
from training.loop.journal import Journal, shown
from training.loop.processes import ALONE, Team, share_batch_norms
from training.loop.weight_average import Average

SMOOTH = 0.95  # of the logged means
MOST_BAD_STEPS = 25  # bad steps in a row after which a run counts as diverged


def fit(
    training: Training,
    settings: FitSettings,
    checkpoint: Path,
    journal: Journal,
    team: Team = ALONE,
    evaluate: Callable[[], dict[str, float]] | None = None,
    periodic: tuple[Periodic, ...] = (),
) -> None:
    """Train, from `checkpoint` on when it exists; at the end `training` has the weights to export.

    With `evaluate_every` these are the weights with the smallest held-out loss, else the average, where there is one.

    Args:
        training: its parameters that require gradients are trained; its whole state is kept in the checkpoint.
        settings: lengths and rates.
        checkpoint: file, written whole or not at all.
        journal: gets the numbers.
        team: the processes that train together.
        evaluate: held-out numbers, of which "loss" decides; runs in the leading process only.
        periodic: exports and samples.

    Raises:
        GestureError: the loss is not a number any more, or the checkpoint does not fit.
    """
    _Run(training, settings, checkpoint, journal, team, evaluate, periodic).go()


class _Run:
    """One call of `fit`: its arguments, and the state that a checkpoint keeps.

    A step draws its batch in a thread during the step before, sums the gradients of its parts, and updates the weights.
    After a step, the run may log, evaluate, export, draw samples and save, by the numbers in the settings.
    """

    def __init__(
        self,
        training: Training,
        settings: FitSettings,
        checkpoint: Path,
        journal: Journal,
        team: Team,
        evaluate: Callable[[], dict[str, float]] | None,
        periodic: tuple[Periodic, ...],
    ):
        self.training = training
        self.settings = settings
        self.checkpoint = checkpoint
        self.journal = journal
        self.team = team
        self.evaluate = evaluate if settings.evaluate_every else None
        self.periodic = periodic
        self.best_file = checkpoint.with_name(f"{checkpoint.stem}.best{checkpoint.suffix}")
        self.parameters = [p for p in training.parameters() if p.requires_grad]
        self.optimiser = torch.optim.Adam(self.parameters, lr=settings.learning_rate, betas=settings.betas)
        self.average: Average | None = None
        self.first, self.seconds, self.ended = 0, 0.0, False
        self.best, self.misses = math.inf, 0
        self.bad_steps = 0
        self.means: dict[str, float] = {}  # averages of values that vary from batch to batch
        self.latest: dict[str, float] = {}  # values that do not vary so

    def go(self) -> None:
        self._resume()
        runner = self._wrapped()
        began = saved = time.monotonic()
        resumed_with = self.seconds
        due = [began + min(job.first_s, job.every_s) for job in self.periodic]
        settings, team, step = self.settings, self.team, None
        self.training.train()
        with ThreadPoolExecutor(1) as reader:
            drawn = self._submit(reader, self.first)
            for index in range(self.first, settings.steps):
                progress = index / settings.steps
                if self.ended:
                    break
                if math.isfinite(settings.minutes):
                    progress = team.agree(max(progress, self.seconds / 60 / settings.minutes))
                if progress >= 1:
                    break
                step = Step(index, progress, settings.seed, 0, team.size * settings.accumulate)
                batches, drawn = drawn, self._submit(reader, index + 1)
                terms = self._step(runner, step, [batch.result() for batch in batches])
                self.seconds = resumed_with + time.monotonic() - began
                self._log(step, terms)
                if self.evaluate and (index + 1) % settings.evaluate_every == 0:
                    self._evaluate(step, self.evaluate)
                now = time.monotonic()
                for number, job in enumerate(self.periodic):
                    if (job.every and (index + 1) % job.every == 0) or now > due[number]:
                        due[number] = now + job.every_s
                        self._showing(partial(job.run, step))
                if now - saved > settings.checkpoint_s:
                    saved = now
                    self._save(index + 1)
        if step is not None:
            self._log(step, {}, last=True)
            self._save(step.index + 1)
        team.wait()
        self._leave()

    def _wrapped(self) -> nn.Module:
        """Return the module that a step calls; compiling and distributing it do not change the names of its state."""
        if self.settings.compile:
            for network in self.training.networks():
                network.compile()
        if self.team.size == 1:
            return self.training
        share_batch_norms(self.training)
        # an ablation or a switch may leave parameters without gradients, and shared buffers must not be overwritten
        return DistributedDataParallel(self.training, broadcast_buffers=False, find_unused_parameters=True)

    def _submit(self, reader: ThreadPoolExecutor, index: int) -> list:
        if index >= self.settings.steps:
            return []
        return [reader.submit(self.training.draw, part) for part in self._parts(Step(index, 0.0, self.settings.seed))]

    def _parts(self, step: Step) -> list[Step]:
        """List this process' parts of a step."""
        count = self.settings.accumulate
        return [
            Step(step.index, step.progress, step.seed, self.team.rank * count + i, self.team.size * count)
            for i in range(count)
        ]

    def _step(self, runner: nn.Module, step: Step, batches: list) -> dict[str, float]:
        settings, team = self.settings, self.team
        seed = settings.seed * 1_000_003 + step.index
        torch.manual_seed(seed)
        self.training.before(step)
        rate = settings.rate(step)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        sums: dict[str, Tensor] = {}
        parts = self._parts(step)
        for part, batch in zip(parts, batches, strict=True):
            torch.manual_seed(seed + 7_919 * part.chunk)  # dropout differs from part to part
            waits = team.size > 1 and part is not parts[-1]
            with runner.no_sync() if isinstance(runner, DistributedDataParallel) and waits else nullcontext():
                with torch.autocast(team.device.type, torch.bfloat16, enabled=settings.precision == "bfloat16"):
                    result = runner(batch, part)
                # gradients are averaged over processes, but the gradient of the whole batch is the sum over its parts
                (result.loss * (result.share * team.size)).backward()
            for key, term in {"loss": result.loss, **result.terms}.items():
                sums[key] = sums.get(key, 0.0) + term.detach().double() * result.share
        norm = float(nn.utils.clip_grad_norm_(self.parameters, settings.clip))
        if math.isfinite(norm):
            self.optimiser.step()
        self._watch(norm, step)
        torch.manual_seed(seed)
        settled = self.training.settle(step, team)
        if self.average is not None:
            self.average.update(step.index)
        values = team.total(torch.stack([torch.as_tensor(sums[key]) for key in sums])).tolist()
        self.latest = {"rate": rate} | settled
        return dict(zip(sums, values, strict=True)) | {"gradient": norm}

    def _watch(self, norm: float, step: Step) -> None:
        self.bad_steps = 0 if math.isfinite(norm) else self.bad_steps + 1
        if self.bad_steps:
            self.journal.note(f"step {step.index + 1}: the gradient is not a number; the step is left out")
        if self.bad_steps >= MOST_BAD_STEPS:
            raise GestureError(
                f"Training of {self.journal.name} diverged at step {step.index + 1}.",
                remedy="Lower --learning-rate; the last checkpoint is from before.",
            )

    def _log(self, step: Step, terms: dict[str, float], last: bool = False) -> None:
        for key, term in terms.items():
            held = self.means.get(key)
            self.means[key] = term if held is None or not math.isfinite(held) else SMOOTH * held + (1 - SMOOTH) * term
        done = step.index + 1
        if last or done % self.settings.log_every == 0:
            pace = self.seconds / done
            numbers = self.means | self.latest
            line = f"step {done}/{self.settings.steps} {step.progress:.0%} {pace:.3f} s/step {shown(numbers)}"
            self.journal.note(line + (" (end)" if last else ""))
            self.journal.curves(done, numbers | {"seconds_per_step": pace})

    def _evaluate(self, step: Step, evaluate: Callable[[], dict[str, float]]) -> None:
        report: dict[str, float] = {}
        if self.team.leads:
            self._showing(lambda: report.update(evaluate()))
            self.journal.note(f"step {step.index + 1} held out: {shown(report)}")
            self.journal.curves(step.index + 1, report, "held_out")
        loss = self.team.agree(report.get("loss", math.nan))
        if loss < self.best:
            self.best, self.misses = loss, 0
            if self.team.leads:
                state = self.training.state_dict() | (self.average.state if self.average else {})
                save_state(self.best_file, module=state, step=step.index + 1, loss=loss)
            return
        self.misses += 1
        if self.settings.patience and self.misses >= self.settings.patience:
            self.ended = True
            self.journal.note(
                f"step {step.index + 1}: no better on held-out data {self.misses} times in a row; training stops"
            )

    def _showing(self, run: Callable[[], None]) -> None:
        """Run with the weights that would be exported, in the leading process."""
        if not self.team.leads:
            return
        self.training.eval()
        with self.average.shown() if self.average else nullcontext():
            run()
        self.training.train()

    def _save(self, step: int) -> None:
        if not self.team.leads:
            return
        save_state(
            self.checkpoint,
            module=self.training.state_dict(),
            optimiser=self.optimiser.state_dict(),
            average=self.average.state if self.average else {},
            step=step,
            seconds=self.seconds,
            best=self.best,
            looks=self.misses,
            means=self.means,
            ended=self.ended,
        )

    def _resume(self) -> None:
        state = load_state(self.checkpoint, self.team.device)
        if state is not None:
            restore(self.training, state["module"], self.checkpoint)
            restore(self.optimiser, state["optimiser"], self.checkpoint)
            self.first, self.seconds, self.ended = state["step"], state["seconds"], state["ended"]
            self.best, self.misses, self.means = state["best"], state["looks"], state["means"]
            self.journal.note(f"goes on at step {self.first}")
        elif self.team.leads:
            self.best_file.unlink(missing_ok=True)  # left over by another run
        if self.settings.average:
            self.average = Average(self.training, self.settings.average)
            if state is not None and state["average"]:
                self.average.state = state["average"]

    def _leave(self) -> None:
        """Load the weights to export into the training."""
        best = load_state(self.best_file, self.team.device) if self.evaluate else None
        if best is not None:
            restore(self.training, best["module"], self.best_file)
            self.journal.note(f"keeps the weights of step {best['step']} (held-out loss {best['loss']:.4g})")
        elif self.average is not None:
            self.average.apply()
        self.training.eval()
