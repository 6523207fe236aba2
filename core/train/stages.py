"""The training stages from corpus folder to model folder; each goes on where a killed run left it."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch

from ..body.parts import Part
from ..errors import GestureError
from ..generate.conditions import AMPLITUDE_ONSET, CUES_CHANCE
from ..generate.decode import decode_take
from ..generate.windows import run_windows
from ..model.checkpoint import LoadedModel, build_weights, load_part, save_model, save_part
from ..model.config import STARTER, ModelConfig
from ..model.torch_network import TorchNetwork
from .autoencoders import train_autoencoder, train_root
from .dataset import Clip, Corpus, Take, load_corpus
from .fit import FitSettings, Step
from .generator import GeneratorSettings, GeneratorTraining, train_generator
from .gesture import STYLES, neutral_pose
from .metrics import accuracy, free_run, reconstruction
from .windows import WindowSet

FILES = {Part.FACE: "face", Part.UPPER: "upper", Part.HANDS: "hands", Part.LOWER: "lower"}
STRIDE = 20
EXPORT_S = 480.0
VARIATION = 1.0  # every seed its own curves of chance
LATE_FRAMES = 0
# longest first, so that two processes end together; the root predictor needs the lower body's autoencoder
JOBS = (("upper",), ("hands",), ("lower", "root"), ("face",))


@dataclass(frozen=True)
class Plan:
    """One training run.

    Attributes:
        corpus: folder with speech and motion.
        out: model folder to write; `words.bin` lies there already.
        cache: features and checkpoints.
        minutes: wall clock of the stage (or, for `all`, of everything).
        seed: of every random draw.
        threads: of PyTorch.
        steps: per stage-one network, and of the generator.
        speakers: styles in the order of the speaker table.
        command: how this run was started, for the model card.
        config: sizes of the networks.
        generator: what one step of stage two sees.
    """

    corpus: Path
    out: Path
    cache: Path
    minutes: float
    seed: int = 0
    threads: int = 2
    steps: tuple[int, int] = (3000, 6000)
    speakers: tuple[str, ...] = tuple(STYLES)
    command: str = ""
    config: ModelConfig = STARTER
    generator: GeneratorSettings = field(default_factory=GeneratorSettings)
    learning_rate: float = 1e-3
    log_every: int = 100

    @property
    def checkpoints(self) -> Path:
        """Where stages keep their state."""
        return self.cache / "train"

    @property
    def context(self) -> int | None:
        """Frames of sound that a window hears on both sides; None when it hears samples."""
        return self.config.context_frames if self.config.audio_encoder == "frames" else None

    @property
    def audio(self) -> str:
        """The kind of sound features."""
        return CUES_CHANCE if self.config.audio_encoder == "frames" else AMPLITUDE_ONSET

    def load(self, split: str = "train", minutes: float = np.inf, sound: bool = True) -> Corpus:
        """The corpus as it is now."""
        return load_corpus(
            self.corpus,
            self.cache / "features",
            self.out / "words.bin",
            self.speakers,
            split,
            minutes,
            sound,
            self.audio,
        )


def say(line: str) -> None:
    """One log line with the time of day."""
    print(time.strftime("%H:%M:%S"), line, flush=True)


def _prepare(plan: Plan) -> None:
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    # states of the scan decay into denormal numbers, which are many times slower
    torch.set_flush_denormal(True)


def run_parts(plan: Plan, names: tuple[str, ...]) -> None:
    """Stage one for some of face, upper, hands, lower, root; writes each to the model folder when done."""
    _prepare(plan)
    weights = build_weights(plan.config)
    corpus = plan.load(sound=False)
    say(f"corpus: {corpus.facts}")
    share = plan.minutes / len(names)
    for name in names:
        settings = FitSettings(plan.steps[0], share, plan.learning_rate, seed=plan.seed, log_every=plan.log_every)
        checkpoint = plan.checkpoints / f"{name}.pt"
        plan.out.mkdir(parents=True, exist_ok=True)
        if name == "root":
            load_part(plan.out, "lower", weights.autoencoders[Part.LOWER])
            train_root(weights.root, weights.autoencoders[Part.LOWER], corpus, settings, checkpoint)
            save_part(plan.out, "root", weights.root)
            continue
        part = Part(name)
        train_autoencoder(part, weights.autoencoders[part], corpus, settings, checkpoint)
        save_part(plan.out, name, weights.autoencoders[part])
        held_out = _held_out(plan, corpus, sound=False)
        report = reconstruction(part, weights.autoencoders[part], held_out)
        say(f"{name} held out: " + " ".join(f"{key} {value:.3g}" for key, value in report.items()))
        _note(plan, name, report)


def run_stage_one(plan: Plan, processes: int) -> None:
    """All five networks of stage one, several at a time with a thread each.

    Raises:
        subprocess.CalledProcessError: one of them failed; its error is in the log.
    """
    share = plan.minutes * min(processes, len(JOBS)) / len(JOBS)
    waiting = [
        [
            *(sys.executable, "-m", "core.train", "parts", "--parts", ",".join(job)),
            *("--corpus", str(plan.corpus), "--out", str(plan.out), "--cache", str(plan.cache)),
            *("--minutes", str(share), "--seed", str(plan.seed), "--threads", "1"),
            *("--stage-one-steps", str(plan.steps[0])),
        ]
        for job in JOBS
    ]
    running: list[subprocess.Popen] = []
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                running.append(subprocess.Popen(waiting.pop(0)))
            time.sleep(0.5)
            for process in [p for p in running if p.poll() is not None]:
                running.remove(process)
                if process.returncode:
                    raise subprocess.CalledProcessError(process.returncode, process.args)
    finally:
        for process in running:
            process.terminate()


def run_generator(plan: Plan) -> None:
    """Stage two; writes the model folder every few minutes and at the end."""
    _prepare(plan)
    weights = build_weights(plan.config)
    for part, name in FILES.items():
        load_part(plan.out, name, weights.autoencoders[part])
    load_part(plan.out, "root", weights.root)
    for module in (*weights.autoencoders.values(), weights.root):
        module.eval().requires_grad_(False)
    corpus = plan.load()
    held_out = _held_out(plan, corpus)
    say(f"corpus: {corpus.facts}, held out: {held_out.facts}")
    windows = WindowSet(corpus, weights.autoencoders, STRIDE, plan.context)
    unseen = WindowSet(held_out, weights.autoencoders, STRIDE, plan.context)
    training = GeneratorTraining(weights.generator, weights.autoencoders, plan.generator)
    say(f"{len(windows)} windows, {sum(p.numel() for p in weights.generator.parameters()) / 1e6:.2f} M parameters")
    exported = time.monotonic() - EXPORT_S / 2  # the first one soon: others may be waiting for something that loads

    def export(note: str) -> None:
        nonlocal exported
        report = accuracy(training, unseen)
        weights.generator.eval()
        card = model_card(plan, corpus)
        neutral = neutral_pose()
        report |= free_run(_generate_with(LoadedModel(weights, card, neutral, plan.out)), held_out)
        say(f"held out, {note}: " + " ".join(f"{key} {value:.3g}" for key, value in report.items()))
        _note(plan, "generator", report | {"at": note})
        save_model(plan.out, weights, model_card(plan, corpus), neutral)
        weights.generator.train()
        exported = time.monotonic()

    def after(step: Step) -> None:
        if time.monotonic() - exported > EXPORT_S:
            export(f"step {step.index + 1}")

    settings = FitSettings(plan.steps[1], plan.minutes, plan.learning_rate, seed=plan.seed, log_every=plan.log_every)
    train_generator(
        weights.generator,
        weights.autoencoders,
        windows,
        settings,
        plan.checkpoints / "generator.pt",
        plan.generator,
        after,
    )
    export("end")


def run_all(plan: Plan, processes: int) -> None:
    """Both stages in the given time: a quarter for the autoencoders, the rest for the generator."""
    run_stage_one(replace(plan, minutes=plan.minutes * 0.25), processes)
    run_generator(replace(plan, minutes=plan.minutes * 0.7))


def model_card(plan: Plan, corpus: Corpus) -> dict:
    """What model.json says beside the sizes: inputs, styles, licence, and where the weights come from."""
    notes = plan.checkpoints / "report.json"
    return {
        "name": "starter",
        "audio": plan.audio,
        "words": {"kind": "fasttext", "file": "words.bin"},
        "face_basis": corpus.face_basis,
        "fps": 30,
        "window": 64,
        "seed_frames": 4,
        "variation": VARIATION,
        "late_frames": LATE_FRAMES,
        "speakers": list(plan.speakers),
        "license": "CC0-1.0",
        "provenance": {
            "corpus": "made by this project: synthetic speech (core.train.corpus_speech) with motion from a gesture "
            "grammar (core.train.gesture); no recorded motion",
            "speech": "Kokoro voices (Apache-2.0), whose own training audio was partly synthetic",
            **corpus.facts,
            "seed": plan.seed,
            "command": plan.command,
            "held_out": json.loads(notes.read_text()) if notes.exists() else {},
        },
    }


def _generate_with(model: LoadedModel):
    network = TorchNetwork(model, "cpu")

    def generate(clip: Clip, take: Take):
        audio = clip.audio.astype(np.float32)
        if network.info.context is not None:
            audio = np.concatenate([audio, take.chance.astype(np.float32)], 1)
        codes = run_windows(network, audio, clip.words.astype(np.float32), take.speaker, model.neutral)
        return decode_take(network, codes, np.zeros(3))

    return generate


def _held_out(plan: Plan, corpus: Corpus, sound: bool = True) -> Corpus:
    """A few minutes of held-out takes, or the corpus itself where it is too small to hold any out."""
    try:
        return plan.load("held_out", 6.0, sound)
    except GestureError:
        return replace(corpus, takes=corpus.takes[:4])


def _note(plan: Plan, name: str, report: dict) -> None:
    file = plan.checkpoints / "report.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    notes = json.loads(file.read_text()) if file.exists() else {}
    notes[name] = {key: round(value, 4) if isinstance(value, float) else value for key, value in report.items()}
    file.write_text(json.dumps(notes, indent=1))
