"""Words are found where they are spoken, at a cost that grows with the length; another text is refused."""

import random
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.audio.load import load_audio
from core.errors import Cancelled, GestureError
from core.phones.activity import energy_db, quiet_cuts
from core.text.align import align
from core.text.transcript import read_transcript

DEMO = Path(__file__).resolve().parents[3] / "addon" / "assets" / "demo"
OTHER = (
    "The committee will meet on Thursday to discuss next year's budget. Bring your laptops, three copies of every "
    "report, and a list of the equipment that should be replaced before summer. Nobody expected the harbour to freeze, "
    "but the fishermen had already moved their boats to the southern shore."
)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    return load_audio(DEMO / "speech.flac").samples


@pytest.fixture(scope="module")
def text() -> str:
    return read_transcript(DEMO / "transcript.txt").text


@pytest.fixture(scope="module")
def demo(speech, text):
    return align(speech, text)


def test_the_bundled_recording_aligns(demo, text):
    assert [word.word.lower() for word in demo.words][:4] == ["and", "mister", "john", "dashwood"]
    assert len(demo.words) == len(text.split())
    assert demo.missing == 0
    assert demo.matched > 0.85
    assert demo.score > 2
    assert np.median([word.confidence for word in demo.words]) > 0.9


def test_words_follow_each_other_inside_the_recording(demo, speech):
    ends = [0.0]
    for word in demo.words:
        assert word.start_s >= ends[-1] - 1e-6
        assert word.end_s > word.start_s
        ends.append(word.end_s)
    assert ends[-1] <= len(speech) / 16000


def test_every_word_is_filled_by_its_phones(demo):
    for word in demo.words:
        assert word.phones
        assert word.phones[0].start_s == pytest.approx(word.start_s, abs=0.011)
        assert word.phones[-1].end_s == pytest.approx(word.end_s, abs=0.011)
        assert all(a.end_s == pytest.approx(b.start_s, abs=0.011) for a, b in pairwise(word.phones))
    assert [phone.phone for phone in demo.words[2].phones] == ["JH", "AA", "N"]


def test_the_sentences_start_where_the_clips_were_joined(demo):
    starts = {word.word: word.start_s for word in demo.words if word.word in ("And", "Unless", "Had")}
    assert 0.7 <= starts["And"] <= 1.2
    assert 13.6 <= starts["Unless"] <= 14.2
    assert 20.5 <= starts["Had"] <= 21.1


def test_pauses_are_not_part_of_words(demo, speech):
    level = energy_db(speech)
    spoken = np.zeros(len(level), bool)
    for word in demo.words:
        spoken[round(word.start_s * 100) : round(word.end_s * 100)] = True
    assert level[spoken].mean() > level[~spoken].mean() + 15
    gaps = [b.start_s - a.end_s for a, b in pairwise(demo.words)]
    assert sum(gap > 1 for gap in gaps) == 4


def test_level_does_not_matter(demo, speech, text):
    quiet = align(speech * np.float32(0.01), text)
    moved = [abs(a.start_s - b.start_s) for a, b in zip(demo.words, quiet.words, strict=True)]
    assert np.median(moved) == 0
    assert np.mean(np.array(moved) < 0.05) > 0.95


def test_numbers_unknown_words_and_symbols_are_placed(speech, text):
    changed = text.replace("Mister John", "Mr. Jon").replace("young man", "yung mann").replace(" and ", " & ")
    alignment = align(speech, changed)
    assert "&" in [word.word for word in alignment.words]
    assert len(alignment.words) == len(changed.split())
    assert alignment.matched > 0.8


@pytest.mark.parametrize("kind", ["another text", "shuffled", "backwards"])
def test_another_text_is_refused_with_a_remedy(speech, text, kind):
    words = text.split()
    wrong = {
        "another text": OTHER,
        "shuffled": " ".join(np.random.default_rng(4).permutation(words)),
        "backwards": " ".join(reversed(words)),
    }[kind]
    with pytest.raises(GestureError, match="does not seem to be of this recording") as error:
        align(speech, wrong)
    assert "without words" in error.value.remedy


def test_another_text_aligns_when_told_to(speech):
    alignment = align(speech[: 16000 * 12], OTHER, language_check=False)
    assert alignment.words
    assert np.mean([word.confidence for word in alignment.words]) < 0.4


def test_noise_is_refused(text):
    noise = np.random.default_rng(0).standard_normal(16000 * 12).astype(np.float32) * 0.1
    with pytest.raises(GestureError):
        align(noise, text)


def test_a_text_without_words_is_refused(speech):
    with pytest.raises(GestureError, match="no words"):
        align(speech, "[music] … --")


def test_part_of_a_recording_finds_its_part_of_the_text(demo, speech, text):
    start_s = 20.2
    part = align(speech[round(start_s * 16000) :], OTHER + " " + text)
    expected = [word for word in demo.words if word.start_s > start_s]
    found = {(word.word, round(word.start_s + start_s, 1)) for word in part.words}
    assert sum((word.word, round(word.start_s, 1)) in found for word in expected) > 0.85 * len(expected)
    assert len(part.words) <= len(expected) + 3
    assert part.missing > 50


def test_three_times_the_text_is_placed_three_times(demo, speech, text):
    long = align(np.tile(speech, 3), " ".join([text] * 3))
    period_s = len(speech) / 16000
    count = len(demo.words)
    assert len(long.words) == 3 * count
    moved = [
        abs(word.start_s - demo.words[i % count].start_s - period_s * (i // count)) for i, word in enumerate(long.words)
    ]
    assert np.median(moved) < 0.02
    assert np.mean(np.array(moved) < 0.1) > 0.97


@pytest.mark.parametrize("seed", [8, 11, 16])
def test_words_beside_a_pause_stay_on_their_side_where_the_text_lacks_others(demo, speech, seed):
    left_out = random.Random(seed).sample(range(len(demo.words)), 7)
    words = [word for place, word in enumerate(demo.words) if place not in left_out]
    found = align(speech, " ".join(word.word for word in words))
    assert [word.word for word in found.words] == [word.word for word in words]
    assert max(abs(a.start_s - b.start_s) for a, b in zip(found.words, words, strict=True)) < 1


@pytest.mark.parametrize(("first", "second", "end"), [(0, 22, 29), (41, 60, 68)])
def test_sentences_that_are_exchanged_in_the_text_are_found_where_they_are_said(demo, speech, first, second, end):
    words = [word.word for word in demo.words]
    text = [*words[:first], *words[second:end], *words[first:second], *words[end:]]
    found = [(word.word, word.start_s) for word in align(speech, " ".join(text)).words]
    assert [start_s for _, start_s in found] == sorted(start_s for _, start_s in found)
    kept = [any(said == word.word and abs(at - word.start_s) < 0.1 for said, at in found) for word in demo.words]
    assert all(kept[:first] + kept[end:])
    assert sum(kept[first:end]) >= 0.9 * (end - first)


def test_progress_rises_to_one_and_cancelling_stops(speech, text):
    told: list[float] = []
    align(speech[: 16000 * 9], text, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(Cancelled):
        align(speech, text, cancelled=lambda: True)


def test_a_long_text_reports_and_can_be_cancelled_all_the_time(speech, text):
    asked = [time.process_time()]

    def cancelled() -> bool:
        asked.append(time.process_time())
        return len(asked) > 60

    with pytest.raises(Cancelled):
        align(speech, text * 170, cancelled=cancelled)
    assert len(text.split()) * 170 > 11_000
    assert max(np.diff(asked[1:])) < 1


def test_cuts_lie_in_the_pauses(speech):
    level = energy_db(speech)
    cuts = quiet_cuts(level, 7.0, 12.0)
    assert cuts[0] == 0
    assert cuts[-1] == len(level)
    assert all(700 <= b - a <= 1200 for a, b in pairwise(cuts[:-1]))
    assert all(level[cut] < np.quantile(level, 0.3) for cut in cuts[1:-1])


def test_a_real_minute_agrees_with_the_usual_truth(real_dir):
    audio = load_audio(real_dir / "2_scott_0_2_2.wav")
    truth = read_transcript(real_dir / "2_scott_0_2_2.TextGrid")
    alignment = align(audio.samples, truth.text)
    late = [abs(a.start_s - b.start_s) for a, b in zip(alignment.words, truth.words, strict=True)]
    print(f"median {np.median(late):.3f} s", [round(float(np.mean(np.array(late) < x)), 3) for x in (0.05, 0.1)])
    assert np.median(late) <= 0.015
    assert np.mean(np.array(late) < 0.05) >= 0.88
    assert np.mean(np.array(late) < 0.1) >= 0.93
