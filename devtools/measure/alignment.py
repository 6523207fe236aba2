"""How robust alignment is: `python -m devtools.measure.alignment [--real DIR]`.

Transcripts with missing, added and wrong words, and recordings with pauses, silence and noise are aligned. The bundled
recording is compared with the alignment of its own text; recordings of DIR (`NAME.wav` beside `NAME.TextGrid`) are
compared with the times in their TextGrids, and after a pause was inserted also with the alignment without it.
"""

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from core.audio.load import load_audio
from core.clock import SAMPLE_RATE
from core.parallel import thread_count
from core.phones.activity import active_frames, energy_db
from core.take.word_edits import LOW_CONFIDENCE
from core.text.align import Alignment, align
from core.text.timing import Word
from core.text.transcript import read_transcript
from devtools.bench.harness import DEMO

SHARE = 0.1  # of the words that are deleted, inserted or replaced
SEEDS = (1, 2, 3)
PAUSES = (0.1, 0.35, 0.6, 0.85)  # where they are inserted, as shares of the words
SENTENCE = 12  # words
DISPLACED_S = 0.25  # words that are farther away should have a low confidence
NOISE_DB = 15.0
OTHER_WORDS = (
    "thirty kitchen auction humble yogurt chimney azure wolf ballot oyster hedge museum parrot shovel union theory "
    "glimpse vacuum towel journey mask the and of it was house water people which about before never could"
).split()


@dataclass(frozen=True)
class Case:
    """A recording, a text, and where the text's true words are.

    Attributes:
        samples: (N,) 16 kHz.
        text: the words of the transcript.
        truth_s: for each of them when it begins; None for a word that nobody says.
        said: the words in the order of the speech, to which the times belong; empty where that is the text's order.
    """

    samples: np.ndarray
    text: tuple[str, ...]
    truth_s: tuple[float | None, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """Errors of the words of a case that are said.

    Attributes:
        errors_s: (words,) seconds; infinite for words that were left out.
        low: (words,) whether a word has a low confidence.
        wrong_sure: share of the words that nobody says which are shown as sure; None without such words.
        speed: seconds of sound in a second of one processor.
    """

    errors_s: np.ndarray
    low: np.ndarray
    wrong_sure: float | None
    speed: float


def changed(case: Case, kind: str, share: float, seed: int) -> Case:
    """Delete, insert or replace a share of the words of a transcript."""
    rng = random.Random(seed)
    picked = set(rng.sample(range(len(case.text)), round(share * len(case.text))))
    text: list[str] = []
    truth: list[float | None] = []
    for place, (word, start_s) in enumerate(zip(case.text, case.truth_s, strict=True)):
        if place in picked and kind != "deleted":
            text.append(rng.choice(OTHER_WORDS))
            truth.append(None)
        if place not in picked or kind == "inserted":
            text.append(word)
            truth.append(start_s)
    return Case(case.samples, tuple(text), tuple(truth))


def with_sentence(case: Case, kind: str, seed: int) -> Case:
    """Delete a sentence from a transcript, or insert one that nobody says."""
    rng = random.Random(seed)
    at = rng.randrange(len(case.text) // 5, 4 * len(case.text) // 5)
    rest = at + SENTENCE if kind == "deleted" else at
    added = [] if kind == "deleted" else rng.sample(OTHER_WORDS, SENTENCE)
    return Case(
        case.samples,
        (*case.text[:at], *added, *case.text[rest:]),
        (*case.truth_s[:at], *(None for _ in added), *case.truth_s[rest:]),
    )


def exchanged(case: Case, seed: int) -> Case:
    """Exchange two neighbouring sentences of a transcript."""
    first = random.Random(seed).randrange(len(case.text) - 2 * SENTENCE)
    second, end = first + SENTENCE, first + 2 * SENTENCE
    text = (*case.text[:first], *case.text[second:end], *case.text[first:second], *case.text[end:])
    return Case(case.samples, text, case.truth_s, case.text)


def with_pause(case: Case, words: Sequence[Word], share: float, seconds: float, filled: np.ndarray) -> Case:
    """Insert a pause before one of the words, at the quietest place between it and the word before it."""
    at = round(share * (len(words) - 1)) + 1
    at_s = (words[at - 1].end_s + words[at].start_s) / 2
    cut = round(at_s * SAMPLE_RATE)
    pause = np.resize(filled, round(seconds * SAMPLE_RATE)).astype(np.float32)
    moved = tuple(
        None if start_s is None else start_s + (seconds if start_s > at_s - 0.02 else 0.0) for start_s in case.truth_s
    )
    return Case(np.concatenate([case.samples[:cut], pause, case.samples[cut:]]), case.text, moved)


def with_noise(case: Case, colour: str) -> Case:
    """Add noise that is `NOISE_DB` below the recording."""
    count = len(case.samples)
    noise = np.random.default_rng(0).standard_normal(count)
    if colour == "pink":
        hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
        noise = np.fft.irfft(np.fft.rfft(noise) / np.sqrt(np.maximum(hz, 50)), count)
    if colour == "voices":
        noise = sum(np.roll(case.samples[::-1], shift * count // 5) for shift in range(5))
    level = np.sqrt(np.mean(case.samples**2) / np.mean(noise**2)) * 10 ** (-NOISE_DB / 20)
    return Case((case.samples + level * noise).astype(np.float32), case.text, case.truth_s)


def measured(case: Case) -> Result:
    """Align a case and compare."""
    start = time.process_time()
    alignment = align(case.samples, " ".join(case.text))
    spent = time.process_time() - start
    found = words_found(alignment, case.said or case.text)
    said = [(word, start_s) for word, start_s in zip(found, case.truth_s, strict=True) if start_s is not None]
    errors = [np.inf if word is None else abs(word.start_s - start_s) for word, start_s in said]
    low = [word is not None and word.confidence < LOW_CONFIDENCE for word, _ in said]
    wrong = [
        word is not None and word.confidence >= LOW_CONFIDENCE
        for word, start_s in zip(found, case.truth_s, strict=True)
        if start_s is None
    ]
    wrong_sure = float(np.mean(wrong)) if wrong else None
    return Result(np.array(errors), np.array(low), wrong_sure, len(case.samples) / SAMPLE_RATE / spent)


def words_found(alignment: Alignment, text: Sequence[str]) -> list[Word | None]:
    """Return for each word of a text the word that was placed, None for one that was left out."""
    said = [word.word for word in alignment.words]
    out: list[Word | None] = [None] * len(text)
    for block in SequenceMatcher(None, said, list(text), autojunk=False).get_matching_blocks():
        out[block.b : block.b + block.size] = alignment.words[block.a : block.a + block.size]
    return out


def cases(plain: Case, words: Sequence[Word]) -> Iterator[tuple[str, Iterable[Case]]]:
    """List all rows of the table.

    Args:
        plain: the recording with its own text.
        words: its alignment.
    """
    same = Case(plain.samples, plain.text, tuple(word.start_s for word in words))
    quiet = np.sort(energy_db(plain.samples))[len(words) // 4]
    room = np.random.default_rng(1).standard_normal(SAMPLE_RATE) * 10 ** (quiet / 20)
    yield "as it is", [plain]
    for kind in ("deleted", "inserted", "replaced"):
        yield f"{SHARE:.0%} of the words {kind}", [changed(plain, kind, SHARE, seed) for seed in SEEDS]
    for kind in ("deleted", "inserted"):
        yield f"a sentence {kind}", [with_sentence(plain, kind, seed) for seed in SEEDS]
    yield "two sentences exchanged", [exchanged(plain, seed) for seed in SEEDS]
    for seconds in (10.0, 30.0):
        for name, sound in (("silence", np.zeros(1)), ("room", room)):
            yield f"pause of {seconds:g} s, {name}", [with_pause(same, words, at, seconds, sound) for at in PAUSES]
    silence = np.zeros(30 * SAMPLE_RATE, np.float32)
    yield "30 s of silence after", [Case(np.concatenate([plain.samples, silence]), same.text, same.truth_s)]
    later = tuple(None if start_s is None else start_s + 30 for start_s in same.truth_s)
    yield "30 s of silence before", [Case(np.concatenate([silence, plain.samples]), same.text, later)]
    for colour in ("white", "pink", "voices"):
        yield f"{colour}, {NOISE_DB:g} dB below", [with_noise(plain, colour)]


def table(name: str, plain: Case, say: Callable[[str], None] = print) -> None:
    """Print the rows of one recording."""
    words = align(plain.samples, " ".join(plain.text)).words
    active = active_frames(energy_db(plain.samples)).mean()
    say(f"\n{name}: {len(plain.samples) / SAMPLE_RATE:.0f} s, {len(plain.text)} words, {active:.0%} speech")
    say(
        f"{'':32}{'median':>8}{'<=50 ms':>9}{'<=100 ms':>9}{'> 1 s':>7}{'left out':>9}{'wrong, sure':>12}{'x CPU':>8}"
        f"{'> 250 ms':>9}{'of these low':>13}{'low':>5}"
    )
    for title, group in cases(plain, words):
        results = [measured(case) for case in group]
        errors = np.concatenate([result.errors_s for result in results])
        low = np.concatenate([result.low for result in results])
        far, displaced = errors[np.isfinite(errors)], np.isfinite(errors) & (errors > DISPLACED_S)
        wrong = [result.wrong_sure for result in results if result.wrong_sure is not None]
        say(
            f"{title:32}{np.median(errors) * 1000:6.0f} ms"
            f"{np.mean(errors < 0.0501):9.1%}{np.mean(errors < 0.1001):9.1%}"
            f"{np.sum(far > 1):7d}{np.mean(np.isinf(errors)):9.1%}{np.mean(wrong) if wrong else 0:12.0%}"
            f"{np.mean([result.speed for result in results]):8.0f}"
            f"{displaced.sum():9d}{low[displaced].sum():13d}{low.sum():5d}"
        )


def long_row(name: str, plain: Case, minutes: int, say: Callable[[str], None] = print) -> None:
    """Repeat a recording and its text to a length, and print how far words are from where they are in the short one."""
    times = max(1, round(minutes * 60 * SAMPLE_RATE / len(plain.samples)))
    words = align(plain.samples, " ".join(plain.text)).words
    period_s = len(plain.samples) / SAMPLE_RATE
    truth = tuple(word.start_s + period_s * turn for turn in range(times) for word in words)
    before, start, told = time.process_time(), time.perf_counter(), [time.perf_counter()]
    found = align(
        np.tile(plain.samples, times), " ".join(plain.text * times), lambda _: told.append(time.perf_counter())
    )
    spent, passed = time.process_time() - before, time.perf_counter() - start
    errors = (
        np.abs(np.array([word.start_s for word in found.words]) - truth) if found.missing == 0 else np.array([np.inf])
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(
        f"{name}, {times * period_s / 60:.0f} min, {len(truth)} words: {np.mean(errors <= 0.1001):.1%} within 100 ms, "
        f"{times * period_s / spent:.0f} x CPU, {times * period_s / passed:.0f} x clock on {thread_count()} threads, "
        f"{peak} MB, progress every {max(np.diff(told)):.1f} s or sooner"
    )


def plain_cases(real: Path | None) -> Iterator[tuple[str, Case]]:
    """Yield the name and the case of every recording."""
    samples = load_audio(DEMO / "speech.flac").samples
    words = align(samples, read_transcript(DEMO / "transcript.txt").text).words
    yield "bundled recording", Case(samples, tuple(w.word for w in words), tuple(w.start_s for w in words))
    for path in sorted(real.glob("*.TextGrid")) if real else ():
        truth = read_transcript(path).words or ()
        samples = load_audio(path.with_suffix(".wav")).samples
        yield path.stem, Case(samples, tuple(w.word for w in truth), tuple(w.start_s for w in truth))


def main() -> None:
    """Print one table for each recording."""
    parser = argparse.ArgumentParser(prog="python -m devtools.measure.alignment", description=__doc__)
    parser.add_argument("--real", type=Path, help="a folder of recordings with TextGrids")
    parser.add_argument("--minutes", type=int, help="only repeat each recording to this length, and measure memory")
    options = parser.parse_args()
    for name, case in plain_cases(options.real):
        if options.minutes:
            long_row(name, case, options.minutes)
        else:
            table(name, case)


if __name__ == "__main__":
    main()
