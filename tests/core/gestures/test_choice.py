"""Words that call for gestures: phrases in every language, denial, near meanings, and not too many of them."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from core.generate.word_gestures import gestures_at_words
from core.gestures.choice import SAME_SPACING_S, SPACING_S, choose_gestures
from core.gestures.library import gestures
from core.gestures.phrases import find_calls, phrases
from core.text.lexicon import FOLDER, WITHOUT_SPACES
from core.text.timing import Word

LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def said(text, pace_s=0.3):
    return [Word(word, number * pace_s, number * pace_s + 0.25) for number, word in enumerate(text.split())]


def names(text, language="en"):
    return [call.name for call in find_calls(text.split(), language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_a_language_calls_for_its_gesture(language):
    known = phrases(language)
    assert len(known.lists) >= 25
    owners = defaultdict(set)
    for name, listed in known.lists.items():
        for text in listed:
            owners[text].add(name)
    for name, listed in known.lists.items():
        assert name == "none" or name in gestures()
        for text in listed:
            acted = all(entry[2] for entry in known.bound.get(text, [(False, False, False)]))
            words = [text] if language in WITHOUT_SPACES else [*(["our"] if acted else []), *text.split()]
            found = [call.name for call in find_calls(words, language)]
            assert owners[text] & set(found) or (not found and "none" in owners[text]), (name, text, found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the fish was this big", ["big"]),
        ("it is not so big", []),
        ("that was never huge . it was huge", ["big"]),
        ("on the one hand it is cheap", ["one_hand"]),
        ("nobody told me", ["me"]),
        ("how do you do", []),
        ("absolutely not", ["no"]),
    ],
)
def test_denied_phrases_call_for_nothing(text, wanted):
    assert names(text) == wanted


def test_a_gesture_lands_on_the_marked_word():
    (call,) = find_calls("it comes down to three things you know".split())
    assert (call.name, call.word) == ("count_three", 4)


def test_at_most_one_gesture_in_six_seconds_and_none_that_offends():
    words = said("stop it now . on the one hand . i do not know . " * 8)
    moments = [words[call.word].start_s for call in choose_gestures(words)]
    assert len(moments) > 2
    assert np.diff(moments).min() >= SPACING_S
    assert not choose_gestures(said("okay well done excellent money"))


def test_words_near_a_phrase_call_for_its_gesture():
    rng = np.random.default_rng(1)
    vectors = {word: rng.normal(size=40) for word in ("enormous", "colour", "titanic")}
    vectors["titanic"] = vectors["enormous"] + 0.2 * rng.normal(size=40)
    vector_of = lambda word: vectors.setdefault(word, rng.normal(size=40))  # noqa: E731
    found = choose_gestures(said("the colour of a titanic ship"), vector_of=vector_of)
    assert [(call.name, call.word) for call in found] == [("big", 4)]
    assert found[0].score < 1


def test_markers_stay_away_from_the_ends_of_a_take():
    words = said("stop it now please wait a moment")
    assert not gestures_at_words(words, "en", 0.5, None)
    (marker,), (other,) = (gestures_at_words(said("well then stop it"), "en", 5.0, None, seed=seed) for seed in (0, 1))
    assert marker.setting.name == "stop"
    assert marker.setting.is_auto
    assert marker.start_s == pytest.approx(0.8)
    assert marker.setting.uneven != other.setting.uneven
    assert 0.3 < abs(marker.setting.uneven) <= 1


def test_the_same_gesture_comes_again_only_after_twenty_seconds():
    words = said("i do not know , " * 60)
    moments = [words[call.word].start_s for call in choose_gestures(words)]
    assert len(moments) > 2
    assert np.diff(moments).min() >= SAME_SPACING_S


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("on the one hand it is cheap , on the other hand it breaks", ["one_hand", "other_hand"]),
        ("it is on the one hand a big problem", ["one_hand", "big"]),
        ("get out of my house", ["go_away"]),
        ("so what about you", ["point_you"]),
        ("how do you do , i do not know", ["shrug"]),
    ],
)
def test_of_phrases_that_overlap_the_longest_counts_and_no_two_share_a_word(text, wanted):
    found = find_calls(text.split())
    assert [call.name for call in found] == wanted
    assert all(before.last < after.first for before, after in pairwise(found))
