"""Stage one of a run: five networks, one after the other or several at a time."""

import math
import subprocess
import sys
import time

from core.body.parts import Part
from core.errors import GestureError
from core.model.torch_engine.checkpoint import Weights, load_part, save_part
from training.data.dataset import Corpus
from training.data.part_frames import part_frames
from training.loop.interface import FitSettings, Periodic, Step
from training.loop.journal import shown
from training.loop.training_loop import fit
from training.stages.autoencoders import AutoencoderTraining, reconstruct
from training.stages.log_metrics import reconstruction
from training.stages.root_predictor import RootTraining
from training.stages.samples import write_sample
from training.stages.training_plan import TrainingPlan, note_report, prepare, read_data

# the longest first, so that two processes end at about the same time; the root predictor needs the lower body's
# autoencoder
JOBS = (("upper",), ("hands",), ("lower", "root"), ("face",))
NETWORKS = tuple(name for job in JOBS for name in job)


def run_parts(plan: TrainingPlan, names: tuple[str, ...]) -> None:
    """Run stage one for some of face, upper, hands, lower, root; write each to the model folder when it is done."""
    corpus, held_out = read_data(plan, sound=False)
    weights = prepare(plan, corpus)
    for name in names:
        settings = plan.fit(_length(plan, name, corpus), plan.minutes / len(names))
        run = _train_root if name == "root" else _train_part
        run(plan, name, weights, corpus, held_out, settings)


def _length(plan: TrainingPlan, name: str, corpus: Corpus) -> FitSettings:
    return plan.recipe.autoencoder_fit(name, sum(take.frames for take in corpus.takes))


def _train_part(
    plan: TrainingPlan, name: str, weights: Weights, corpus: Corpus, held_out: Corpus, settings: FitSettings
) -> None:
    part = Part(name)
    autoencoder = weights.autoencoders[part]
    training = AutoencoderTraining(
        part, autoencoder, part_frames(corpus, part), corpus.rest_joints, plan.recipe.autoencoders
    )
    training.to(plan.team.device)
    checkpoint = plan.checkpoints / f"{name}.pt"
    if not checkpoint.exists():
        training.prepare(plan.seed)
    unseen = part_frames(held_out, part)

    def sample(step: Step) -> None:
        made = reconstruct(part, autoencoder, unseen.first(1)).motions[0]
        write_sample(plan.work / "samples" / name, step.index + 1, held_out, 0, {part: made})

    journal = plan.journal(name)
    periodic = (Periodic(sample, plan.sample_every),)
    fit(training, settings, checkpoint, journal, plan.team, lambda: training.held_out(unseen), periodic)
    training.finish()
    journal.close()
    if plan.team.leads:
        save_part(plan.out, name, autoencoder)
        report = reconstruction(part, autoencoder, held_out)
        journal.note(f"held out: {shown(report)}")
        note_report(plan, name, report)
    plan.team.wait()


def _train_root(
    plan: TrainingPlan, name: str, weights: Weights, corpus: Corpus, held_out: Corpus, settings: FitSettings
) -> None:
    lower = weights.autoencoders[Part.LOWER]
    load_part(plan.out, "lower", lower)
    recorded, unseen = (part_frames(frames, Part.LOWER) for frames in (corpus, held_out))
    decoded = reconstruct(Part.LOWER, lower, recorded) if plan.recipe.autoencoders.decoded_share else None
    training = RootTraining(weights.root, recorded, decoded, corpus.rest_joints, plan.recipe.autoencoders)
    training.to(plan.team.device)
    checkpoint = plan.checkpoints / f"{name}.pt"
    if not checkpoint.exists():
        training.prepare(plan.seed)
    journal = plan.journal(name)
    fit(training, settings, checkpoint, journal, plan.team, lambda: training.held_out(unseen, None))
    journal.close()
    if plan.team.leads:
        save_part(plan.out, name, weights.root)
        report = training.held_out(unseen, None)
        journal.note(f"held out: {shown(report)}")
        note_report(plan, name, report)
    plan.team.wait()


def run_stage_one(plan: TrainingPlan, processes: int, root: bool = True) -> None:
    """Train all networks of stage one; several at a time, with a thread each, where this is the only process.

    Args:
        plan: the run.
        processes: how many at a time.
        root: whether the root predictor belongs to them.

    Raises:
        GestureError: one of them failed; its error is in the log.
    """
    jobs = [tuple(name for name in job if root or name != "root") for job in JOBS]
    if processes < 2 or plan.team.size > 1:
        run_parts(plan, tuple(name for job in jobs for name in job))
        return
    read_data(plan, sound=False)  # features are made once, here
    share = plan.minutes * min(processes, len(jobs)) / len(jobs)
    command = [sys.executable, "-m", "training", "autoencoders", *plan.options, "--processes", "1", "--threads", "1"]
    if math.isfinite(share):
        command += ["--minutes", str(share)]
    waiting = [",".join(job) for job in jobs]
    running: list[tuple[str, subprocess.Popen]] = []
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                names = waiting.pop(0)
                running.append((names, subprocess.Popen([*command, "--parts", names])))
            time.sleep(0.5)
            for names, process in [job for job in running if job[1].poll() is not None]:
                running.remove((names, process))
                if process.returncode:
                    raise GestureError(
                        f"Training of {names} failed.",
                        remedy="Read its error above; the same command goes on where it stopped.",
                    )
    finally:
        for _, process in running:
            process.terminate()
