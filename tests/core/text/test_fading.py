"""Words that a speaker swallows after a pause stay with the phrase that they begin."""

import numpy as np
import pytest

from core.phones.search import Placed, Stretch, phone_numbers
from core.text import fading
from core.text.align import align
from core.text.fading import joined_after_pauses
from core.text.pieces import Piece
from core.text.placing import forced
from core.text.pronounce import pronunciations


@pytest.fixture(scope="module")
def spoken(samples, text):
    return align(samples, text).words


def ways(word):
    return [phone_numbers(way) for way in pronunciations(word.lower())]


def placed_as_spoken(sound, spoken):
    """Place every word of the recording where it is said."""
    words = [[phone_numbers(" ".join(phone.phone for phone in word.phones))] for word in spoken]
    stretches = [
        Stretch(round(word.start_s * 100), round(word.end_s * 100), [way])
        for word, way in zip(spoken, words, strict=True)
    ]
    found = [Placed(n, own[0].phones, own[0].bounds, own[0].score) for n, own in enumerate(forced(sound, stretches))]
    return words, found


def test_a_word_that_is_hardly_said_after_a_pause_is_not_placed_before_it(samples, spoken, text):
    found = align(samples, text.replace("He was", "But He was", 1)).words
    number = next(n for n, each in enumerate(found) if each.word == "But")
    assert 0 <= spoken[number].start_s - found[number].start_s < 0.4
    others = [*found[:number], *found[number + 1 :]]
    assert max(abs(a.start_s - b.start_s) for a, b in zip(others, spoken, strict=True)) < 0.1


@pytest.mark.parametrize("word", ["to", "for", "a", "than"])
def test_a_quick_word_before_a_pause_that_was_put_into_the_sentence_stays_before_it(samples, spoken, text, word):
    number = max(n for n, each in enumerate(spoken) if each.word == word)
    cut = round(spoken[number].end_s * 16000)
    found = align(np.concatenate([samples[:cut], np.zeros(160_000, np.float32), samples[cut:]]), text).words
    assert max(abs(a.start_s - b.start_s) for a, b in zip(found[: number + 1], spoken, strict=False)) < 0.1


def test_words_that_are_said_before_a_pause_stay_there_however_quick(sound, spoken, monkeypatch):
    monkeypatch.setattr(fading, "QUICK", 1000.0)
    monkeypatch.setattr(fading, "FADING", 1.0)
    words, placed = placed_as_spoken(sound, spoken)
    tried = []

    def counted(stretches):
        tried.extend(stretches)
        return forced(sound, stretches)

    (found,) = joined_after_pauses(
        sound.scores, sound.active, [Piece(0, len(sound.active), tuple(range(len(words))))], [placed], words, counted
    )
    assert len(tried) >= 2 * 4  # one word at least before each of four pauses
    assert [word.bounds.tolist() for word in found] == [word.bounds.tolist() for word in placed]


def test_a_word_goes_into_the_piece_of_its_phrase(sound, spoken, monkeypatch):
    monkeypatch.setattr(fading, "MOST_SPEECH", 30)  # here the word is heard
    words, placed = placed_as_spoken(sound, spoken)
    number = next(n for n, word in enumerate(spoken) if word.word == "He")
    cut = placed[number].start - 80
    wrong = forced(sound, [Stretch(placed[number - 1].end - 3, placed[number - 1].end + 3, [words[number]])])[0][0]
    before = [*placed[:number], Placed(number, wrong.phones, wrong.bounds, wrong.score)]
    before[-2] = Placed(number - 1, before[-2].phones, np.minimum(before[-2].bounds, wrong.start), before[-2].score)
    pieces = [
        Piece(0, cut, tuple(range(number + 1))),
        Piece(cut, len(sound.active), tuple(range(number + 1, len(words)))),
    ]
    found = joined_after_pauses(
        sound.scores,
        sound.active,
        pieces,
        [before, placed[number + 1 :]],
        words,
        lambda stretches: forced(sound, stretches),
    )
    assert [word.word for word in found[1]] == list(range(number, len(words)))
    assert abs(found[1][0].start - placed[number].start) <= 5
