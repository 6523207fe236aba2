"""Two processes that train together do what one does alone."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.loop.processes import ALONE, SharedBatchNorm, Team, share_batch_norms
from training.stages.stage_one import run_parts
from training.stages.stage_two import run_generator

from ..tiny_corpus import TINY_WAVE, make_corpus, make_vectors, plan_for

ROOT = Path(__file__).resolve().parents[3]
STEPS = (6, 5)
PROGRAM = """
import sys
from pathlib import Path
import torch
from tests.training.loop.test_processes import train
from training.loop.processes import join_team

torch.set_num_threads(1)
with join_team("cpu") as team:
    train(Path(sys.argv[1]), team)
"""


def train(folder: Path, team: Team) -> None:
    """Train all networks for some steps into a folder whose parent holds the corpus."""
    plan = plan_for(folder.parent, STEPS, folder.name, TINY_WAVE, team=team)
    fast = replace(plan.recipe.fit_autoencoders, log_every=1)
    recipe = replace(plan.recipe, fit_autoencoders=fast, fit_generator=replace(plan.recipe.fit_generator, log_every=1))
    run_parts(replace(plan, recipe=recipe), ("upper", "hands", "lower", "root", "face"))
    run_generator(replace(plan, recipe=recipe))


def train_together(folder: Path) -> str:
    """Do what `train` does in two processes, and return their output."""
    program = folder.with_suffix(".py")
    program.write_text(PROGRAM)
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nnodes", "1", "--nproc_per_node", "2"]
    command = [sys.executable, *launcher, str(program), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def losses(output: str, name: str) -> list[float]:
    lines = [line for line in output.splitlines() if f" {name} step" in line and " loss " in line]
    return [float(line.split(" loss ")[1].split()[0]) for line in lines if "(end)" not in line]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    pytest.importorskip("fasttext")
    folder = tmp_path_factory.mktemp("team")
    make_corpus(folder / "corpus")
    make_vectors(folder / "words.bin")
    return folder


def test_two_processes_train_like_one_on_the_same_batches(root, capsys):
    """With the sound's encoder that has batch norms."""
    train(root / "alone", ALONE)
    alone, together = capsys.readouterr().out, train_together(root / "together")
    for name in ("upper", "hands", "lower", "root", "face", "generator"):
        wanted, found = losses(alone, name), losses(together, name)
        assert len(wanted) == STEPS[name == "generator"]
        assert found == pytest.approx(wanted, rel=1e-3), name
        one, two = (torch.load(root / work / "state" / f"{name}.pt")["module"] for work in ("alone", "together"))
        for key, value in one.items():
            # a latent between two entries may fall to the other one by the last bit, which moves both entries
            loose = key.startswith("learner.") or "quantizer" in key
            near = torch.allclose(value.float(), two[key].float(), atol=0.1 if loose else 2e-3, rtol=2e-2)
            assert near, (name, key)
    # only the leading process writes and logs
    assert together.count("generator step 1/") == 1
    files = [{path.name for path in (root / work / "model").iterdir()} for work in ("alone", "together")]
    assert files[0] == files[1]


def test_a_lone_process_needs_nobody():
    assert ALONE.leads
    assert ALONE.agree(3.0) == 3.0
    rows = torch.rand(3, 2)
    assert ALONE.gather(rows) is rows
    assert not Team(rank=1, size=2).leads


def test_shared_batch_norms_keep_their_state_and_evaluate_alike():
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Conv1d(2, 4, 3), torch.nn.BatchNorm1d(4))
    module(torch.randn(8, 2, 20))
    module.eval()
    x = torch.randn(3, 2, 20)
    before, names = module(x), list(module.state_dict())
    share_batch_norms(module)
    assert type(module[1]) is SharedBatchNorm
    assert torch.equal(module(x), before)
    assert list(module.state_dict()) == names
