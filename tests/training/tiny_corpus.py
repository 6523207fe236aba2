"""A data folder small enough to train on in seconds, and the sizes and arguments for it."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from scipy.ndimage import gaussian_filter1d

from core.body.motion import Motion, save_motion
from core.body.skeleton import default_rest_joints
from core.clock import frame_count
from core.model.config import STARTER
from core.text.timing import Word, save_words
from training.data.sources import Source
from training.gesture import STYLES as GRAMMAR_STYLES
from training.loop.interface import FitSettings
from training.stages.generator import GeneratorSettings
from training.stages.recipes import Recipe
from training.stages.training_plan import TrainingPlan

SECONDS = 6
WORDS = (Word("hand", 0.5, 1.0), Word("sea", 1.5, 2.0))
BEAT2_SECONDS = 4
UP = np.array([0, 1.3, 0])  # SMPL-X files measure the root from near the chest
STYLES = tuple(GRAMMAR_STYLES)
SIZES = {
    "hidden": 16,
    "audio_dim": 8,
    "motion_dim": 8,
    "code_dim": 16,
    "codebook_size": 32,
    "wav_widths": (4, 4, 8),
    "cross_layers": 1,
    "face_blocks": 1,
    "vae_width": 32,
}
TINY = replace(STARTER, **SIZES)
TINY_WAVE = replace(TINY, audio_encoder="wave", context_frames=0, audio_channels_face=2, audio_channels_body=2)


def smooth(random: np.random.Generator, frames: int, *shape: int) -> np.ndarray:
    return gaussian_filter1d(random.normal(size=(frames, *shape)), 10, axis=0) * 3


def speech(random: np.random.Generator, seconds: float) -> np.ndarray:
    time = np.arange(int(seconds * 16000))
    return 0.1 * random.normal(size=len(time)) * np.sin(time / 3000) ** 2


def motion(random: np.random.Generator, frames: int, face_basis: str = "arkit52", **fields) -> Motion:
    width = 52 if face_basis == "arkit52" else 100
    return Motion(
        0.3 * smooth(random, frames, 55, 3),
        0.02 * smooth(random, frames, 3),
        np.clip(0.2 * smooth(random, frames, width), 0, 1),
        face_basis,
        **fields,
    )


def make_vectors(path: Path) -> Path:
    """A fastText model that knows a few words."""
    import fasttext

    text = path.with_suffix(".txt")
    text.write_text("we raise the hand and lower the hand while we speak of the sea " * 50)
    vectors = fasttext.train_unsupervised(str(text), dim=8, bucket=50, epoch=1, thread=1, minCount=1, verbose=0)
    vectors.save_model(str(path))
    return path


def make_corpus(folder: Path, clips: int = 2) -> Path:
    """Clips of our own layout in two styles each."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(clips):
        samples = speech(random, SECONDS - 1.3 * (number % 2))
        soundfile.write(folder / f"clip{number}.wav", samples, 16000)
        save_words(WORDS, folder / f"clip{number}.words.json")
        frames = frame_count(len(samples))
        for style in STYLES[:2]:
            fields = {"contacts": np.ones((frames, 4)), "rest_joints": default_rest_joints()}
            save_motion(motion(random, frames, **fields), folder / f"clip{number}.{style}.npz")
    return folder


def write_textgrid(path: Path, seconds: float) -> None:
    from praatio import textgrid

    grid = textgrid.Textgrid()
    for name, entries in {
        "words": [(word.start_s, word.end_s, word.word) for word in WORDS],
        "phones": [(0.5, 1.0, "HH"), (1.5, 2.0, "S")],
    }.items():
        grid.addTier(textgrid.IntervalTier(name, entries, 0, seconds))
    grid.save(str(path), "long_textgrid", includeBlankSpaces=True)


def make_beat2(folder: Path) -> Path:
    """Speakers 2 and 12, four recordings each, as BEAT2 lays them out."""
    for name in ("smplxflame_30", "wave16k", "textgrid"):
        (folder / name).mkdir(parents=True)
    random = np.random.default_rng(1)
    rows = []
    for speaker, name in ((2, "scott"), (12, "ayana")):
        for number, kind in enumerate(("train", "val", "test", "additional")):
            clip = f"{speaker}_{name}_0_{number}_{number}"
            rows.append((clip, kind))
            soundfile.write(folder / "wave16k" / f"{clip}.wav", speech(random, BEAT2_SECONDS), 16000)
            write_textgrid(folder / "textgrid" / f"{clip}.TextGrid", BEAT2_SECONDS)
            moving = motion(random, 30 * BEAT2_SECONDS, "flame100")
            save_motion(moving.replace(translation=moving.translation + UP), motion_path(folder, clip))
    write_csv(folder / "train_test_split.csv", ("id", "type"), rows)
    return folder


def motion_path(folder: Path, clip: str) -> Path:
    return folder / "smplxflame_30" / f"{clip}.npz"


def write_csv(path: Path, columns, rows) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def plan_for(
    root: Path | None, steps: tuple[int, int] = (40, 20), work: str = "work", model=TINY, **changes
) -> TrainingPlan:
    """A run over `root/corpus` with `root/words.bin` that takes seconds."""
    fit = FitSettings(1, log_every=10)
    recipe = Recipe(
        model=model,
        generator=GeneratorSettings(batch=4),
        fit_autoencoders=replace(fit, steps=steps[0]),
        fit_generator=replace(fit, steps=steps[1]),
    )
    root = root or Path()
    plan = TrainingPlan(
        source=Source(root / "corpus", root / "features", root / "words.bin", recipe.audio, reports=root / work),
        out=root / work / "model",
        work=root / work,
        words=root / "words.bin",
        recipe=recipe,
        threads=1,
        card={"name": "tiny", "license": "CC0-1.0"},
    )
    return replace(plan, **changes)
