"""The training loop: a killed run ends like an unbroken one, and a batch is the same batch however it is cut."""

import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import GestureError
from training.loop.checkpoints import load_state, save_state
from training.loop.interface import FitSettings, Periodic, Result, Step, Training
from training.loop.journal import Journal
from training.loop.training_loop import fit
from training.loop.weight_average import Average

ROOT = Path(__file__).resolve().parents[3]


class Line(Training):
    """Finds the sum of three numbers; noise and dropout are drawn as real stages draw them."""

    def __init__(self, batch: int = 8, dropout: float = 0.0):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(3, 1)
        self.dropout = torch.nn.Dropout(dropout)
        self.batch = batch
        self.losses: list[float] = []

    def draw(self, step: Step) -> torch.Tensor:
        points = step.random().normal(size=(self.batch, 3))
        return torch.tensor(points[step.mine(self.batch)], dtype=torch.float32)

    def forward(self, x: torch.Tensor, step: Step) -> Result:
        noise = torch.randn(self.batch, 1, generator=step.generator())[step.mine(self.batch)]
        wanted = x.sum(-1, keepdim=True) + 0.01 * noise
        loss = (self.layer(self.dropout(x)) - wanted).square().mean()
        return Result(loss, {"twice": 2 * loss}, len(x) / self.batch)

    def settle(self, step, team):
        self.losses.append(self.layer.weight.detach().sum().item())
        return {}


class Killed(Exception):
    pass


def settings(steps: int = 60, **changes) -> FitSettings:
    return FitSettings(**{"steps": steps, "learning_rate": 0.05, "checkpoint_s": 0.0, "warm_up": 1} | changes)


def silent(name: str = "line") -> Journal:
    return Journal(name, log=None)


def run(checkpoint, training=None, stop=None, **options):
    training = training or Line()

    def perhaps(step):
        if step.index == stop:
            raise Killed

    periodic = (Periodic(perhaps, every=1),)
    evaluate = options.pop("evaluate", None)
    fit(training, settings(**options), checkpoint, silent(), evaluate=evaluate, periodic=periodic)
    return training


@pytest.mark.parametrize("options", [{}, {"average": 0.9}, {"accumulate": 2}, {"schedule": "step", "step_at": 0.5}])
def test_a_stopped_run_goes_on_and_ends_like_an_unbroken_one(tmp_path, options):
    whole = run(tmp_path / "whole.pt", Line(dropout=0.2), **options)
    with pytest.raises(Killed):
        run(tmp_path / "broken.pt", Line(dropout=0.2), stop=30, **options)
    resumed = run(tmp_path / "broken.pt", Line(dropout=0.2), **options)
    assert len(resumed.losses) == 30
    assert torch.equal(whole.layer.weight, resumed.layer.weight)


def test_a_run_killed_at_any_moment_ends_with_the_same_weights(tmp_path):
    """SIGKILL, in the middle of whatever it does; checkpoints are written after every step."""
    code = (
        "import sys; sys.path.insert(0, '.'); from pathlib import Path\n"
        "from tests.training.loop.test_training_loop import run\n"
        "print('ready', flush=True)\n"
        "run(Path(sys.argv[1]), steps=150)\n"
    )

    def start(name: str) -> subprocess.Popen:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment)
        assert process.stdout.readline() == b"ready\n"
        return process

    whole = run(tmp_path / "whole.pt", steps=150).layer.weight
    for delay in (0.05, 0.12):
        process = start("broken.pt")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert torch.equal(whole, run(tmp_path / "broken.pt", steps=150).layer.weight)
    assert not list(tmp_path.glob(".*.part"))


def test_the_same_seed_gives_the_same_weights_and_another_one_others(tmp_path):
    weights = [run(tmp_path / f"{i}.pt", seed=seed).layer.weight for i, seed in enumerate((0, 0, 1))]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_it_learns(tmp_path):
    assert torch.allclose(run(tmp_path / "a.pt", steps=200).layer.weight, torch.ones(1, 3), atol=0.02)


@pytest.mark.parametrize("parts", [2, 3, 8])
def test_a_batch_in_parts_is_the_same_batch(tmp_path, parts):
    whole = run(tmp_path / "whole.pt")
    cut = run(tmp_path / "cut.pt", accumulate=parts)
    assert np.allclose(whole.losses, cut.losses, atol=1e-5)


def test_the_average_lags_behind_and_is_what_is_left(tmp_path):
    plain = run(tmp_path / "plain.pt", steps=20)
    averaged = run(tmp_path / "averaged.pt", steps=20, average=0.9)
    assert np.allclose(plain.losses, averaged.losses)  # training itself is untouched
    lagging = averaged.layer.weight.detach().sum().item()
    assert min(plain.losses) < lagging < plain.losses[-1]


def test_the_average_is_shown_only_for_a_while():
    module = torch.nn.Linear(2, 2)
    average = Average(module, 0.5)
    before = module.weight.detach().clone()
    with torch.no_grad():
        module.weight.add_(1.0)
    for step in range(100, 103):
        average.update(step)
    with average.shown():
        assert torch.allclose(module.weight, before + 1 - 0.5**3)
    assert torch.equal(module.weight, before + 1)


def test_it_stops_when_held_out_data_get_no_better_and_keeps_the_best_weights(tmp_path):
    held_out = iter([3.0, 1.0, 2.0, 2.0, 2.0, 9.0])
    training = run(
        tmp_path / "a.pt", steps=100, evaluate_every=5, patience=3, evaluate=lambda: {"loss": next(held_out)}
    )
    assert len(training.losses) == 25
    assert training.layer.weight.detach().sum().item() == pytest.approx(training.losses[9])
    again = run(tmp_path / "a.pt", steps=100, evaluate_every=5, patience=3, evaluate=lambda: {"loss": 0.0})
    assert again.losses == []
    assert torch.equal(again.layer.weight, training.layer.weight)


def test_a_resumed_run_still_knows_its_best_weights(tmp_path):
    def evaluate_by(values):
        return lambda: {"loss": next(values)}

    with pytest.raises(Killed):
        run(tmp_path / "a.pt", stop=12, evaluate_every=5, evaluate=evaluate_by(iter([1.0, 0.5])))
    resumed = run(tmp_path / "a.pt", evaluate_every=5, evaluate=evaluate_by(iter([0.9] * 20)))
    whole = run(tmp_path / "b.pt", steps=60)
    assert resumed.layer.weight.detach().sum().item() == pytest.approx(whole.losses[9])


def test_a_loss_that_is_no_number_is_left_out_and_in_the_end_an_error(tmp_path):
    class Broken(Line):
        def forward(self, x, step):
            result = super().forward(x, step)
            return result._replace(loss=result.loss * math.nan) if step.index >= self.bad else result

    training = Broken()
    training.bad = 3
    with pytest.raises(GestureError, match="diverged"):
        run(tmp_path / "a.pt", training)
    assert torch.isfinite(training.layer.weight).all()


def test_a_checkpoint_of_other_networks_or_a_broken_one_is_an_error_with_a_remedy(tmp_path):
    run(tmp_path / "a.pt", steps=2)
    other = Line()
    other.layer = torch.nn.Linear(4, 1)
    with pytest.raises(GestureError, match="other networks"):
        run(tmp_path / "a.pt", other)
    (tmp_path / "a.pt").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(GestureError, match="broken"):
        run(tmp_path / "a.pt")
    torch.save({"module": {}}, tmp_path / "a.pt")
    with pytest.raises(GestureError, match="another version"):
        run(tmp_path / "a.pt")


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(tmp_path):
    file = tmp_path / "a.pt"
    save_state(file, step=1)
    with pytest.raises(GestureError, match="could not be written"):
        save_state(file / "below", step=2)
    assert load_state(file, torch.device("cpu"))["step"] == 1


def test_learning_rates_follow_their_schedule():
    cosine = settings(learning_rate=1.0, warm_up=4)
    assert cosine.rate(Step(1, 0.0)) == pytest.approx(0.5)
    assert cosine.rate(Step(50, 1.0)) == pytest.approx(0.01)
    step = settings(learning_rate=1.0, schedule="step", step_at=0.975)
    assert step.rate(Step(50, 0.97)) == 1.0
    assert step.rate(Step(50, 0.98)) == pytest.approx(0.1)


def test_parts_of_a_step_cover_the_batch_once():
    for chunks in (1, 2, 3, 7):
        rows = [i for chunk in range(chunks) for i in range(20)[Step(0, chunk=chunk, chunks=chunks).mine(20)]]
        assert rows == list(range(20))
    a, b = Step(5, seed=1, chunk=0, chunks=2), Step(5, seed=1, chunk=1, chunks=2)
    assert a.random().integers(1000) == b.random().integers(1000)
    assert torch.equal(torch.rand(3, generator=a.generator()), torch.rand(3, generator=b.generator()))
    assert a.random(1).integers(1 << 40) != a.random(2).integers(1 << 40)


def test_curves_are_written_for_tensorboard_and_cut_where_a_killed_run_goes_on(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    lines = []
    journal = Journal("line", tmp_path / "logs", lines.append)
    held_out = {"loss": 1.0}
    fit(Line(), settings(20, log_every=5, evaluate_every=10), tmp_path / "a.pt", journal, evaluate=lambda: held_out)
    journal.close()
    events = EventAccumulator(str(tmp_path / "logs" / "line")).Reload()
    assert [event.step for event in events.Scalars("train/loss")] == [5, 10, 15, 20, 20]
    assert [event.step for event in events.Scalars("held_out/loss")] == [10, 20]
    assert any("step 20/20" in line and "twice" in line for line in lines)
