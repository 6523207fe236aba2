"""Both engines compute the same on ten recordings in every style of the bundled weights.

Whole takes are generated with PyTorch's codes. In each window the NumPy engine gets the same inputs, and its scores
are compared. Ten recordings come from the bundled one or are computed, so that the test needs no other file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest
import torch

from core import clock
from core.body.parts import Part
from core.generate.network import WindowOutput
from core.generate.speech_features import speech_features
from core.generate.window_inputs import Speech
from core.generate.windows import run_windows
from core.model.card import read_card
from core.model.loading import STARTER, load_words
from core.model.numpy_engine.network import NumpyNetwork
from core.model.torch_engine.network import load_network
from core.text.align import align
from core.text.timing import Word
from core.text.transcript import read_transcript
from tests.conftest import ROOT

RATE = clock.SAMPLE_RATE
LOGITS = 5e-4  # the largest difference between the engines that is allowed
MARGIN = 1e-3  # codes must agree where PyTorch's best two are further apart
STYLES = tuple(read_card(STARTER)["speakers"])
Spoken = tuple[np.ndarray, tuple[Word, ...]]


@cache
def bundled() -> Spoken:
    """The bundled recording (N,) with its words."""
    from core.audio.load import load_audio

    folder = ROOT / "addon" / "assets" / "demo"
    samples = load_audio(folder / "speech.flac").samples
    return samples, align(samples, read_transcript(folder / "transcript.txt")).words


def part(start_s: float, end_s: float, spoken: Spoken | None = None) -> Spoken:
    """A part of a recording, with the words that lie inside it."""
    samples, words = spoken or bundled()
    inside = (word for word in words if start_s <= word.start_s and word.end_s <= end_s)
    return samples[round(start_s * RATE) : round(end_s * RATE)], tuple(timed(word, 1, -start_s) for word in inside)


def timed(word: Word, pace: float, shift_s: float) -> Word:
    """A word, its times divided by a pace and then shifted."""

    def at(item):
        return replace(item, start_s=item.start_s / pace + shift_s, end_s=item.end_s / pace + shift_s)

    return replace(at(word), phones=tuple(at(phone) for phone in word.phones))


def played(pace: float, seconds: float) -> Spoken:
    """The bundled recording played faster or slower: another pitch and another pace."""
    samples, words = bundled()
    times = np.arange(0, len(samples) - 1, pace)
    other = np.interp(times, np.arange(len(samples)), samples).astype(np.float32)
    return part(0, seconds, (other, tuple(timed(word, pace, 0) for word in words)))


def noisy() -> Spoken:
    """Speech in white noise of the same power."""
    samples, words = part(4, 16)
    noise = np.random.default_rng(0).normal(0, samples.std(), len(samples))
    return (samples + noise).astype(np.float32), words


def soft_with_pauses() -> Spoken:
    """Three phrases, 40 dB softer, with three seconds of silence between them."""
    samples, words, gap = [], [], np.zeros(3 * RATE, np.float32)
    for start_s in (2.0, 9.0, 18.0):
        phrase, its_words = part(start_s, start_s + 4)
        begins_s = sum(map(len, samples)) / RATE
        words += [timed(word, 1, begins_s) for word in its_words]
        samples += [phrase * np.float32(0.01), gap]
    return np.concatenate(samples), tuple(words)


def hum() -> Spoken:
    """A hum whose pitch and loudness move: voiced sound without words."""
    time = np.arange(8 * RATE) / RATE
    pitch_hz = 140 * 2 ** (0.6 * np.sin(2 * np.pi * 0.4 * time))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE
    loudness = 0.5 + 0.5 * np.sin(2 * np.pi * 3.1 * time)
    return (0.2 * loudness * sum(np.sin(n * phase) / n for n in range(1, 9))).astype(np.float32), ()


RECORDINGS: dict[str, Callable[[], Spoken]] = {
    "whole, 32 s": lambda: bundled(),
    "one second": lambda: part(3.0, 4.0),
    "high and fast voice": lambda: played(1.3, 20),
    "low and slow voice": lambda: played(0.75, 20),
    "noise as loud as the voice": noisy,
    "no transcript": lambda: (part(16, 28)[0], ()),
    "soft, long pauses": soft_with_pauses,
    "silence": lambda: (np.zeros(5 * RATE, np.float32), ()),
    "hum without words": hum,
    "backwards": lambda: (part(0, 10)[0][::-1].copy(), ()),
}


@dataclass
class Both:
    """A network that computes every window with both engines, counts where they differ, and goes on with PyTorch's."""

    ours: NumpyNetwork = field(default_factory=lambda: NumpyNetwork(STARTER))
    theirs: object = field(default_factory=lambda: load_network(STARTER, "cpu"))
    largest: float = 0.0
    codes: int = 0
    close: int = 0  # codes whose best two scores are closer than the margin in PyTorch
    close_and_other: int = 0
    sure_and_other: int = 0

    def __post_init__(self):
        self.info = self.theirs.info
        self.decode, self.root, self.codebook = self.theirs.decode, self.theirs.root, self.theirs.codebook

    def conditions(self, audio, words, speaker):
        return self.ours.conditions(audio, words, speaker), self.theirs.conditions(audio, words, speaker)

    def window(self, conditions, motion, mask) -> WindowOutput:
        found, wanted = self.ours.window(conditions[0], motion, mask), self.theirs.window(conditions[1], motion, mask)
        for each in Part:
            found_rows, rows = (o.logits[each].reshape(-1, self.theirs.info.codebook_size) for o in (found, wanted))
            best = np.sort(rows, axis=-1)
            close = best[:, -1] - best[:, -2] <= MARGIN
            other = found_rows.argmax(-1) != rows.argmax(-1)
            self.largest = max(self.largest, float(np.abs(found.logits[each] - wanted.logits[each]).max()))
            self.codes += len(close)
            self.close += int(close.sum())
            self.close_and_other += int((close & other).sum())
            self.sure_and_other += int((~close & other).sum())
        return wanted


def compare(recording: str, style: int) -> Both:
    """Generate the codes of a take with both engines."""
    samples, words = RECORDINGS[recording]()
    both, frames = Both(), clock.frame_count(len(samples)) + read_card(STARTER).get("late_frames", 0)
    info = both.info
    features = speech_features(info.audio, samples, words).with_chance(info.chance, style, info.variation)
    vectors = load_words(STARTER, info.words).frames(words, frames)
    run_windows(both, Speech(features, vectors, style), info.neutral)
    return both


def agree(found: Both) -> None:
    assert found.largest < LOGITS
    assert found.sure_and_other == 0
    assert found.codes >= 4 * clock.FPS


def test_there_are_ten_recordings_of_several_lengths_with_and_without_words():
    made = {name: make() for name, make in RECORDINGS.items()}
    assert len(made) == 10
    assert {len(words) > 0 for _, words in made.values()} == {True, False}
    lengths_s = sorted(len(samples) / RATE for samples, _ in made.values())
    assert lengths_s[0] == 1
    assert lengths_s[-1] > 30


@pytest.mark.parametrize(("recording", "style"), [("one second", 0), ("hum without words", 1), ("silence", 2)])
def test_the_engines_agree_on_short_recordings(recording, style):
    agree(compare(recording, style))


@pytest.mark.slow
@pytest.mark.parametrize("recording", RECORDINGS)
def test_the_engines_agree_on_ten_recordings_in_every_style(recording, capsys):
    torch.set_num_threads(1)
    all_styles = [compare(recording, style) for style in range(len(STYLES))]
    with capsys.disabled():
        for style, found in zip(STYLES, all_styles, strict=True):
            print(
                f"\n{recording:28}{style:12}scores differ by {found.largest:.1e} at most; of {found.codes} codes "
                f"{found.close} were close, {found.close_and_other} of these differ",
                end="",
            )
    for found in all_styles:
        agree(found)
