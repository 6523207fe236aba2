"""The plan of one training run: its data, folders and recipe; and the steps that both stages begin with."""

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from core.errors import GestureError
from core.files import whole_file
from core.model.torch_engine.checkpoint import Weights, build_weights
from training.data.dataset import Corpus
from training.data.sources import Source
from training.loop.interface import FitSettings
from training.loop.journal import Journal, say
from training.loop.processes import ALONE, Team
from training.stages.recipes import Recipe

HELD_OUT_MINUTES = 6.0


@dataclass(frozen=True)
class TrainingPlan:
    """One training run.

    Attributes:
        source: the data.
        out: model folder to write.
        work: checkpoints, logs, samples and reports.
        words: the fastText model of the words; copied into the model folder.
        recipe: sizes, rates, lengths.
        minutes: time limit of the stage (for `all`, of both stages); if infinite, the recipe's lengths alone count.
        seed: seed of every random draw.
        threads: of PyTorch; 0 leaves its choice.
        team: the processes that train together.
        sample_every: steps between samples; 0: only with exports.
        card: keys of model.json that do not follow from the data (name, licence, variation, …).
        options: the command line, for the processes that train single networks.
    """

    source: Source
    out: Path
    work: Path
    words: Path
    recipe: Recipe = field(default_factory=Recipe)
    minutes: float = math.inf
    seed: int = 0
    threads: int = 0
    team: Team = ALONE
    sample_every: int = 0
    card: dict = field(default_factory=dict)
    options: tuple[str, ...] = ()

    @property
    def checkpoints(self) -> Path:
        """The folder of the stages' state."""
        return self.work / "state"

    def journal(self, name: str) -> Journal:
        """Return the journal of one network; it is silent in processes that do not lead."""
        return Journal(name, self.work / "logs", say if self.team.leads else None)

    def fit(self, settings: FitSettings, minutes: float) -> FitSettings:
        """Return a recipe's settings with this run's seed and time."""
        return replace(settings, seed=self.seed, minutes=minutes)


def prepare(plan: TrainingPlan, corpus: Corpus) -> Weights:
    """Build fresh networks, the same in every process and stage."""
    if plan.threads:
        torch.set_num_threads(plan.threads)
    # states of the scan become denormal numbers, which are many times slower
    torch.set_flush_denormal(True)
    torch.manual_seed(plan.seed)
    weights = build_weights(plan.recipe.model_for(corpus, plan.source.word_dim))
    for module in weights.modules().values():
        module.to(plan.team.device)
    plan.out.mkdir(parents=True, exist_ok=True)
    return weights


def read_data(plan: TrainingPlan, sound: bool) -> tuple[Corpus, Corpus]:
    """Read the training data and some held-out minutes; the leading process makes the features, others read them."""
    if not plan.team.leads:
        plan.team.wait()
    corpus = plan.source.load("train", sound=sound)
    try:
        held_out = plan.source.load("held_out", HELD_OUT_MINUTES, sound)
    except GestureError:
        found = "none"
    else:
        # A face of another kind has other channels, which these networks do not take.
        found = "" if held_out.face_basis == corpus.face_basis else f"only faces that are {held_out.face_basis}"
    if found:
        held_out = replace(corpus, takes=corpus.takes[:4])
        note = f"held out: {found}; the first clips of the training data stand in, so early stopping means nothing"
    else:
        note = f"held out: {held_out.facts}"
    if plan.team.leads:
        say(f"data: {corpus.facts}")
        say(note)
        plan.team.wait()
    return corpus, held_out


def note_report(plan: TrainingPlan, name: str, report: dict) -> None:
    """Keep held-out numbers of one network for model.json."""
    file = plan.checkpoints / "report.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    notes = json.loads(file.read_text()) if file.exists() else {}
    notes[name] = {key: round(value, 4) if isinstance(value, float) else value for key, value in report.items()}
    with whole_file(file) as temporary:
        temporary.write_text(json.dumps(notes, indent=1))
