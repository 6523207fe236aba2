"""The takes that are measured: recordings to speak, and their motion from weights, from the grammar or from files."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.audio.load import load_audio
from core.body.motion import Motion, load_motion
from core.errors import GestureError
from core.finish.chain import finish
from core.generate.pipeline import generate
from core.generate.recordings import Recordings
from core.model.loading import Models
from core.requests import Generate
from core.styles import style_number
from core.text.align import align
from core.text.timing import Word, load_words
from core.text.transcript import read_transcript
from training.evaluation.motion_sets import Clip
from training.evaluation.skeletons import at_our_rate, bones, joint_positions
from training.gesture import STYLES, synthesise

SOUNDS = (".wav", ".flac")
TRANSCRIPTS = (".txt", ".TextGrid", ".srt", ".vtt")


@dataclass(frozen=True)
class Recording:
    """Speech to generate from; `kind` says which targets count. A motion alone has no audio and no transcript."""

    name: str
    kind: str
    audio: Path | None = None
    transcript: Path | None = None


@dataclass(frozen=True)
class Take:
    """One motion of a recording in one style.

    Attributes:
        style: name of the style.
        seed: of the take; for files, their number.
        finished: the motion to judge.
        raw: the motion before finishing, where it is known.
        words: aligned words; none where there is no speech.
    """

    style: str
    seed: int
    finished: Clip
    raw: Clip | None = None
    words: tuple[Word, ...] = ()


def find_recording(stem: Path, kind: str) -> Recording:
    """Find the sound and the transcript of a stem.

    Raises:
        GestureError: no sound or no transcript of that name.
    """
    stem = stem.with_suffix("") if stem.suffix in SOUNDS else stem
    audio = _beside(stem, SOUNDS)
    if audio is None:
        raise GestureError(f"There is no recording {stem}.wav.", remedy="Give the path of a recording.")
    transcript = _beside(stem, TRANSCRIPTS)
    if transcript is None:
        raise GestureError(f"There is no transcript {stem}.txt.", remedy="Write what is said into it.")
    return Recording(stem.name, kind, audio, transcript)


def _beside(stem: Path, suffixes: tuple[str, ...]) -> Path | None:
    return next((p for suffix in suffixes if (p := stem.with_name(stem.name + suffix)).is_file()), None)


def clip_of(name: str, motion: Motion, audio: Path | None) -> Clip:
    """Put a motion on its bones, and read its speech."""
    motion = at_our_rate(motion)
    rest_joints, source = bones(motion)
    samples = None if audio is None else load_audio(audio).samples
    return Clip(name, motion, joint_positions(motion, rest_joints), source, samples)


def wanted_styles(asked: list[str] | None, styles: Sequence[str]) -> list[int]:
    """Return the numbers of the styles that were asked for by name or number; all where none was.

    Raises:
        GestureError: there is no such style.
    """
    return [style_number(text, styles) for text in asked or ()] or list(range(len(styles)))


def takes_of_weights(
    recording: Recording,
    folder: Path,
    weights: Path,
    styles: list[str] | None,
    seeds: list[int],
    variation: float | None,
    models: Models,
) -> Iterator[Take]:
    """Generate a recording's takes in every style with every seed; each is written to a folder of its own.

    Raises:
        GestureError: the weights or the recording cannot be used.
    """
    assert recording.audio is not None
    names, recordings = models.load(weights, "auto").network.info.speakers, Recordings()
    for style in wanted_styles(styles, names):
        for seed in seeds:
            print(f"{recording.name}: {names[style]}, seed {seed}", file=sys.stderr, flush=True)
            request = Generate(
                recording.audio,
                folder / f"{recording.name}.{names[style]}.{seed}",
                weights=weights,
                transcript=recording.transcript,
                speaker=style,
                seed=seed,
                variation=variation,
            )
            take = generate(request, models=models, recordings=recordings)
            finished, raw = (clip_of(recording.name, m, recording.audio) for m in (take.finished, take.raw))
            yield Take(names[style], seed, finished, raw, take.words)


def takes_of_grammar(recording: Recording, styles: list[str] | None, seeds: list[int]) -> Iterator[Take]:
    """Make a recording's motion with the gesture grammar, from which the weights learn, and finish it."""
    assert recording.audio is not None
    assert recording.transcript is not None
    samples = load_audio(recording.audio).samples
    words = align(samples, read_transcript(recording.transcript)).words
    names = list(STYLES)
    for style in [names[number] for number in wanted_styles(styles, names)]:
        for seed in seeds:
            print(f"{recording.name}: {style}, seed {seed}", file=sys.stderr, flush=True)
            motion = synthesise(samples, words, style, seed)
            raw, finished = (clip_of(recording.name, m, recording.audio) for m in (motion, finish(motion)))
            yield Take(style, seed, finished, raw, words)


def takes_of_files(paths: list[Path], finishing: bool) -> Iterator[Take]:
    """Read motions; `NAME.STYLE.npz` belongs to a style, and to the speech of NAME.wav where there is one.

    Args:
        paths: npz files.
        finishing: whether the files hold raw motion, which is finished first.

    Raises:
        GestureError: a file cannot be read.
    """
    for number, path in enumerate(paths):
        stem, _, style = path.stem.rpartition(".")
        if style not in STYLES:
            stem, style = path.stem, path.stem
        audio = _beside(path.with_name(stem), SOUNDS)
        motion = load_motion(path)
        raw = clip_of(stem, motion, audio) if finishing else None
        finished = clip_of(stem, finish(motion) if finishing else motion, audio)
        words_file = path.with_name(f"{stem}.words.json")
        words = load_words(words_file) if audio and words_file.is_file() else ()
        yield Take(style, number, finished, raw, tuple(words))
