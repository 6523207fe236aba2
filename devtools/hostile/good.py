"""Files that work, which hostile ones are made from, and command lines that work with them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import soundfile

from core.body.motion import load_motion
from core.take.files import CHECKSUM, checksum_of
from devtools.hostile.trial import Case
from devtools.shell import ROOT

DEMO = ROOT / "addon" / "assets" / "demo"
WORDS = "And Mister John Dashwood had then leisure to consider"


@dataclass(frozen=True)
class Good:
    """Files that work, which hostile ones are made from.

    Attributes:
        folder: for hostile files.
        speech: three seconds of speech.
        transcript: what is said in it.
        take: a take of it.
        motion: the take's motion.
        table: of a batch with the speech.
        set: a folder of motions, to evaluate.
        corpus: a data folder, to train on.
        empty: a folder with nothing in it.
        autoencoder: a folder for an autoencoder to evaluate with, which `make_autoencoder` fills.
    """

    folder: Path
    speech: Path
    transcript: Path
    take: Path
    motion: Path
    table: Path
    set: Path
    corpus: Path
    empty: Path
    autoencoder: Path


def make_good(folder: Path, run_program: Callable[[list[str]], int]) -> Good:
    """Make a short recording and a take of it."""
    samples, rate = soundfile.read(DEMO / "speech.flac")
    speech, take = folder / "speech.wav", folder / "take"
    soundfile.write(speech, samples[: 3 * rate], rate)
    if run_program(["generate", str(speech), "--out", str(take), "--device", "cpu"]):
        raise RuntimeError("the good take cannot be made")
    words = [
        {"word": name, "start_s": at, "end_s": at + 0.4, "confidence": 0.9, "phones": []}
        for at, name in ((0.2, "so"), (1.0, "it"))
    ]
    (take / "words.json").write_text(json.dumps(words))
    description = json.loads((take / "take.json").read_text())
    description[CHECKSUM] = checksum_of(description, take)
    (take / "take.json").write_text(json.dumps(description))
    motion = take / "motion.npz"
    return Good(
        folder=folder,
        speech=speech,
        transcript=_written(folder / "speech.txt", WORDS),
        take=take,
        motion=motion,
        table=_written(folder / "table.csv", "audio\nspeech.wav\n"),
        set=_linked(folder / "set", {"a.npz": motion, "b.npz": motion}),
        corpus=_make_corpus(folder / "corpus", speech, motion),
        empty=_linked(folder / "empty", {}),
        autoencoder=folder / "autoencoder",
    )


def make_autoencoder(good: Good) -> None:
    """Train an autoencoder for one step: training one for each evaluation would take minutes. This loads PyTorch."""
    from training.evaluation.fgd_autoencoder import FgdSettings, channels, train_fgd
    from training.evaluation.fgd_files import save_fgd

    trained = train_fgd([channels(load_motion(good.motion))], settings=FgdSettings(steps=1))
    save_fgd(trained, good.autoencoder, "one step")


def _make_corpus(folder: Path, speech: Path, motion: Path) -> Path:
    _linked(folder, {"a.wav": speech, "a.npz": motion})
    _written(folder / "a.txt", WORDS)
    _written(folder / "manifest.csv", "audio,transcript,motion,speaker\na.wav,a.txt,a.npz,x\n")
    return folder


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _linked(folder: Path, links: dict[str, Path]) -> Path:
    folder.mkdir()
    for name, target in links.items():
        (folder / name).symlink_to(target)
    return folder


def case(command: str, arguments: list, expected: str, title: str) -> Case:
    """Return a case; paths among its arguments become texts."""
    return Case(command, tuple(str(each) for each in arguments), expected, title)


def commands(good: Good) -> dict[str, list]:
    """Return a working command line for each command that makes something."""
    take, speech = good.take, good.speech
    return {
        "generate": [speech, "--out", "OUT", "--device", "cpu"],
        "resample": [take, "--part", "hands", "--frames", "20:60", "--out", "OUT", "--device", "cpu"],
        "mix": [take, "--from", take, "upper", "20:60", "--out", "OUT"],
        "direct": [take, "--out", "OUT", "--upper", "1.2"],
        "finish": [good.motion, "OUT.npz"],
        "import": [good.motion, "OUT.npz"],
        "batch": [good.table, "--out", "OUT", "--dry-run"],
    }
