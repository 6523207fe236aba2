"""Times that a transcript's file states are kept: captions hold their words, timed words stay where they are."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio.load import load_audio
from core.text.align import Alignment, align
from core.text.timing import Word
from core.text.transcript import Caption, Transcript, read_transcript

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return load_audio(DEMO / "speech.flac").samples[: 14 * 16000]


@pytest.fixture(scope="module")
def free(speech) -> Alignment:
    text = read_transcript(DEMO / "transcript.txt").text.split()
    return align(speech, " ".join(text[:29]))


def starts(words) -> np.ndarray:
    return np.array([word.start_s for word in words])


def captions_of(words, offset_s: float = 0.0) -> Transcript:
    """Captions of six words with careless times."""
    groups = [words[first : first + 6] for first in range(0, len(words), 6)]
    captions = [
        Caption(" ".join(w.word for w in group), group[0].start_s - 0.2 + offset_s, group[-1].end_s + 0.25 + offset_s)
        for group in groups
    ]
    return Transcript(" ".join(caption.text for caption in captions), captions=tuple(captions))


def test_words_of_captions_are_found_inside_them(speech, free):
    found = align(speech, captions_of(free.words))
    assert [word.word for word in found.words] == [word.word for word in free.words]
    assert np.abs(starts(found.words) - starts(free.words)).max() <= 0.1
    assert found.matched > 0.7


def test_captions_of_a_whole_recording_serve_a_part_of_it(speech, free):
    part = align(speech[7 * 16000 :], captions_of(free.words, 100.0), offset_s=107.0)
    expected = [word.start_s - 7 for word in free.words if word.start_s > 7.5]
    assert np.abs(starts(part.words[-len(expected) :]) - expected).max() <= 0.1


def test_captions_that_are_not_in_time_are_no_hindrance(speech, free):
    found = align(speech, captions_of(free.words, 6.0))
    assert np.abs(starts(found.words) - starts(free.words)).max() <= 0.05


def test_timed_words_keep_their_times_and_get_phones_inside(speech, free):
    given = tuple(Word(word.word, word.start_s - 0.03, word.end_s + 0.02) for word in free.words)
    given = (replace(given[0], start_s=given[0].start_s - 0.1), *given[1:])
    found = align(speech, Transcript(" ".join(word.word for word in given), words=given))
    assert [(w.word, w.start_s, w.end_s) for w in found.words] == [(w.word, w.start_s, w.end_s) for w in given]
    for word in found.words:
        assert word.start_s <= word.phones[0].start_s < word.phones[-1].end_s <= word.end_s
    apart = [
        abs(a.start_s - b.start_s) for x, y in zip(found.words, free.words, strict=True)
        for a, b in zip(x.phones, y.phones, strict=False)
    ]  # fmt: skip
    assert np.median(apart) <= 0.02


@pytest.mark.parametrize("kind", ["captions", "words"])
def test_times_that_cannot_be_those_of_the_words_are_ignored(speech, free, kind):
    text = " ".join(word.word for word in free.words)
    lost = "nobody ever says this " * 600
    if kind == "words":
        given = tuple(Word(word, 0.0, 14.0) for word in f"{text} {lost}".split())
        transcript = Transcript(f"{text} {lost}", words=given)
    else:
        transcript = Transcript(f"{text} {lost}", captions=(Caption(f"{text} {lost}", 0.0, 14.0),))
    start = time.process_time()
    found = align(speech, transcript).words[: len(free.words)]
    assert time.process_time() - start < 4
    assert np.abs(starts(found) - starts(free.words)).max() <= 0.1


def test_a_wrong_word_is_placed_and_doubted(speech, free):
    words = [word.word for word in free.words]
    words[11] = "hippopotamus"
    found = align(speech, " ".join(words)).words
    wrong = [word for word in found if word.word == "hippopotamus"]
    assert all(word.confidence < 0.5 for word in wrong)
    rest = [word for word in found if word.word != "hippopotamus"]
    assert [word.word for word in rest] == [*words[:11], *words[12:]]
    assert np.abs(starts(rest) - starts([*free.words[:11], *free.words[12:]])).max() <= 0.1


def test_a_word_that_the_transcript_lacks_moves_no_other(speech, free):
    words = [word.word for word in free.words]
    found = align(speech, " ".join([*words[:8], *words[11:]])).words
    assert np.abs(starts(found) - starts([*free.words[:8], *free.words[11:]])).max() <= 0.1


@pytest.mark.parametrize("seconds", [10, 30])
def test_a_pause_moves_no_word_to_its_other_side(speech, free, seconds):
    at_s = (free.words[13].end_s + free.words[14].start_s) / 2
    cut = round(at_s * 16000)
    longer = np.concatenate([speech[:cut], np.zeros(seconds * 16000, np.float32), speech[cut:]])
    found = align(longer, " ".join(word.word for word in free.words)).words
    wanted = [word.start_s + (seconds if word.start_s > at_s - 0.02 else 0) for word in free.words]
    assert np.abs(starts(found) - wanted).max() <= 0.1
