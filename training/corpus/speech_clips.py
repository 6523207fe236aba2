"""The spoken half of the training corpus: clips of synthetic speech with transcripts and word times.

    python -m training.corpus.speech_clips --out cache/corpus --voices kokoro=75,flite=60 --seed 11

Everything about a clip (voice, pace, words, pauses, room) is drawn from the seed, the engine and the clip's number, so
clips can be made in any order and finished ones are skipped; engines may also run side by side, one command each.
Voices take turns and names sort by number: any prefix of the corpus is balanced. `kokoro` and `flite` describe the
voices and their licences, and `texts` describes what they read. `real_speech` adds a minute of a real voice.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import fftconvolve, lfilter

from core.audio.load import load_audio
from core.clock import SAMPLE_RATE
from core.errors import GestureError
from core.files import whole_file
from core.text.align import align
from core.text.timing import Word, save_words
from training.corpus.command_line import log, run_command
from training.corpus.texts import Utterance, utterance
from training.corpus.voices import ENGINES, Speak

SPEECHES_SHARE = 0.2
LONG_PAUSES = 0.35
VALIDATION_EVERY = 12
# Least mean confidence of a clip's words; the usual mean is 0.9. With a lower one, some words of the clip have wrong
# times.
LOWEST_CONFIDENCE = 0.75
CLIP_NAME = re.compile(r"(?P<number>\d{4})_(?P<voice>\w+)")


@dataclass(frozen=True)
class Clip:
    """The plan of a clip, before it is spoken.

    `pauses_s[i]` is the silence after sentence i, `lead_s` the one before the first; `room` is 0 for a dry recording.
    """

    name: str
    voice: str
    split: str
    utterance: Utterance
    speed: float
    lead_s: float
    pauses_s: tuple[float, ...]
    level_db: float
    noise_db: float
    room: float
    tilt_db: float


def plan_clip(number: int, seed: int, engine: str = "kokoro") -> Clip:
    """Draw clip `number` of an engine's part of the corpus `seed`."""
    rng = np.random.default_rng([seed, number, *engine.encode()])
    # Every second round of the voices starts one voice later, so that no voice always has the same source of text and
    # the same split.
    voices = ENGINES[engine].voices
    voice = voices[(number + number // len(voices)) % len(voices)]
    from_speeches = int((number + 1) * SPEECHES_SHARE) > int(number * SPEECHES_SHARE)
    said = utterance(rng, "speeches" if from_speeches else "patterns")
    # Most pauses are short, as between two sentences; many are long enough to lower the hands and rest.
    pauses_s = [rng.uniform(1.2, 3.0) if rng.random() < LONG_PAUSES else rng.uniform(0.3, 0.9) for _ in said.sentences]
    rough = rng.random() < 0.3
    return Clip(
        name=f"{number:04d}_{voice}",
        voice=voice,
        split=split_of(number),
        utterance=said,
        speed=round(float(rng.uniform(0.9, 1.15)), 3),
        lead_s=float(rng.uniform(1.0, 2.0) if rng.random() < 0.25 else rng.uniform(0.15, 0.6)),
        pauses_s=tuple(float(p) for p in pauses_s),
        level_db=float(rng.uniform(-27, -18)),
        noise_db=float(rng.uniform(-58, -46) if rough else rng.uniform(-78, -70)),
        room=float(rng.uniform(0.15, 0.4) if rough else 0.0),
        tilt_db=float(rng.uniform(-5, 3) if rough else 0.0),
    )


def split_of(number: int) -> str:
    """Return the part of the corpus that clip `number` belongs to: "train" or "val"."""
    return "val" if number % VALIDATION_EVERY == VALIDATION_EVERY // 2 else "train"


def trim(samples: np.ndarray, rate: int, floor_db: float = -42.0, margin_s: float = 0.03) -> np.ndarray:
    """Cut the near silence at both ends of a sentence: 10 ms frames `floor_db` below the loudest one."""
    hop = rate // 100
    frames = samples[: len(samples) // hop * hop].reshape(-1, hop)
    level = np.sqrt(np.mean(frames**2, axis=1))  # (F,)
    loud = np.flatnonzero(level > level.max() * 10 ** (floor_db / 20))
    margin = int(margin_s * rate)
    return samples[max(0, loud[0] * hop - margin) : (loud[-1] + 1) * hop + margin]


def assemble(clip: Clip, sentences: list[np.ndarray], seed: int) -> np.ndarray:
    """Join spoken sentences into the clip's recording.

    Args:
        clip: the plan.
        sentences: each (N,) float32 at 16 kHz.
        seed: seed of the corpus; the noise is drawn from it and the clip's name.

    Returns:
        (N,) float32, peak below 1.
    """
    rng = np.random.default_rng([seed, *clip.name.encode()])
    pieces = [np.zeros(round(clip.lead_s * SAMPLE_RATE), np.float32)]
    fade = np.linspace(0, 1, SAMPLE_RATE // 100, dtype=np.float32)
    for sentence, pause_s in zip(sentences, clip.pauses_s, strict=True):
        sentence = trim(sentence, SAMPLE_RATE).copy()
        sentence[: len(fade)] *= fade
        sentence[-len(fade) :] *= fade[::-1]
        pieces += [sentence, np.zeros(round(pause_s * SAMPLE_RATE), np.float32)]
    dry = np.concatenate(pieces)
    sound = _room(dry, clip, rng)
    spoken = np.abs(dry) > 0
    sound *= 10 ** (clip.level_db / 20) / np.sqrt(np.mean(sound[spoken] ** 2))
    noise = lfilter([1.0], [1.0, -0.9], rng.standard_normal(len(sound)))  # duller than white, as rooms are
    sound = sound + noise / noise.std() * 10 ** (clip.noise_db / 20)
    return (sound * min(1.0, 0.97 / np.abs(sound).max())).astype(np.float32)


def _room(dry: np.ndarray, clip: Clip, rng: np.random.Generator) -> np.ndarray:
    """Add a short decaying echo and a tilt of the spectrum; the direct sound keeps its time."""
    if not clip.room:
        return dry.astype(np.float64)
    seconds = np.arange(int(clip.room * SAMPLE_RATE)) / SAMPLE_RATE
    echo = rng.standard_normal(len(seconds)) * np.exp(-6.9 * seconds / clip.room)  # -60 dB at `room` seconds
    echo[: SAMPLE_RATE // 200] = 0
    wet = fftconvolve(dry, echo / np.sqrt(np.sum(echo**2)))[: len(dry)]
    sound = dry + 0.2 * wet
    low = lfilter([0.3], [1.0, -0.7], sound)
    return low + (sound - low) * 10 ** (clip.tilt_db / 20)


def make_clip(speak: Speak, clip: Clip, folder: Path, seed: int) -> float:
    """Speak a clip and write it; return its length in seconds."""
    sentences = [speak(clip.voice, text, clip.speed) for text in clip.utterance.sentences]
    samples = assemble(clip, sentences, seed)
    write_clip(clip.name, clip.utterance.sentences, samples, folder)
    return len(samples) / SAMPLE_RATE


def write_clip(name: str, sentences: Sequence[str], samples: np.ndarray, folder: Path) -> None:
    """Write NAME.txt and then NAME.wav (16 kHz, 16 bit), whole: a clip with a .wav is complete."""
    (folder / f"{name}.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")
    with whole_file(folder / f"{name}.wav") as path:
        soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16", format="WAV")


def align_clip(folder: Path, name: str) -> float:
    """Write NAME.words.json, and return the mean confidence of its words.

    Raises:
        GestureError: the words do not fit the sound, or too few of them surely.
    """
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    words = align(load_audio(folder / f"{name}.wav").samples, text).words
    confidence = check_confidence(name, words)
    save_words(words, folder / f"{name}.words.json")
    return confidence


def check_confidence(name: str, words: Sequence[Word]) -> float:
    """Return the mean confidence of a recording's words.

    Raises:
        GestureError: it is too low for the times to be trusted.
    """
    confidence = float(np.mean([word.confidence for word in words]))
    if confidence < LOWEST_CONFIDENCE:
        raise GestureError(
            f"The words of {name} have a mean confidence of {confidence:.2f}.",
            remedy="Leave the recording out.",
        )
    return confidence


def write_index(folder: Path) -> dict[str, float]:
    """Write index.json: every clip with sound and words, in order of name, with the entries that other programs added.

    Returns:
        The seconds of each clip by its name.
    """
    path = folder / "index.json"
    known = {entry["name"]: entry for entry in json.loads(path.read_text())} if path.exists() else {}
    entries = []
    for words in sorted(folder.glob("*.words.json")):
        name = words.name.removesuffix(".words.json")
        wav = folder / f"{name}.wav"
        if wav.exists() and (match := CLIP_NAME.fullmatch(name)):
            facts = {"name": name, "voice": match["voice"], "seconds": soundfile.info(wav).duration}
            entries.append({**known.get(name, {}), **facts, "split": split_of(int(match["number"]))})
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(entries, indent=1), encoding="utf-8")
    return {entry["name"]: entry["seconds"] for entry in entries}


def minutes_by_engine(text: str) -> dict[str, float]:
    """Read `--voices`: "kokoro=75,flite=60" is 75 minutes of the one and 60 of the other."""
    minutes = {}
    for part in text.split(","):
        engine, _, amount = part.partition("=")
        if engine not in ENGINES:
            raise argparse.ArgumentTypeError(f"there is no engine {engine!r}; there are {', '.join(ENGINES)}")
        try:
            minutes[engine] = float(amount)
        except ValueError:
            raise argparse.ArgumentTypeError(f"write {engine}=MINUTES instead of {part!r}") from None
    return minutes


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("cache/corpus"))
    parser.add_argument("--voices", type=minutes_by_engine, default="kokoro=75,flite=60", metavar="ENGINE=MINUTES,...")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--align-only", action="store_true", help="speak nothing, align what is there")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)

    def make() -> None:
        for engine, minutes in options.voices.items():
            _make_all(options, engine, minutes)

    return run_command(make)


def _make_all(options: argparse.Namespace, engine: str, minutes: float) -> None:
    """Speak and align clip by clip until the engine's minutes are there."""
    speak = None if options.align_only else ENGINES[engine].load(options.threads)
    # A clip lasts 15 s at the very least, so this many are always enough.
    clips = [plan_clip(number, options.seed, engine) for number in range(int(minutes * 4) + 1)]
    ready = write_index(options.out)
    left_out = 0

    def seconds() -> float:
        return sum(ready.get(clip.name, 0.0) for clip in clips)

    for clip in clips:
        spoken = (options.out / f"{clip.name}.wav").exists()
        if clip.name in ready or (options.align_only and not spoken):
            continue
        if not options.align_only and seconds() >= minutes * 60:
            break
        if not spoken:
            assert speak is not None, "loaded unless the option is --align-only"
            make_clip(speak, clip, options.out, options.seed)
        try:
            confidence = align_clip(options.out, clip.name)
        except GestureError as error:
            left_out += 1
            log.info("%s: left out, %s", clip.name, error.message)
            continue
        ready = write_index(options.out)
        log.info("%s: confidence %.2f, %.1f min", clip.name, confidence, seconds() / 60)
    log.info("%s: %.1f minutes in %s, %d clips left out", engine, seconds() / 60, options.out, left_out)


if __name__ == "__main__":
    sys.exit(main())
