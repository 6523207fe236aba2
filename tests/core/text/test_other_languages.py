"""Words of other languages than English in espeak-ng's speech, and words whose times are estimated."""

import re
from itertools import pairwise

import numpy as np
import pytest

from core.errors import GestureError
from core.text.align import FOREIGN_MATCHED, align
from core.text.estimate import estimated_words
from devtools.bench.espeak_speech import speak
from devtools.bench.languages import start_errors, text_of


def _beginning(language: str) -> str:
    return "".join(re.split(r"(?<=[.。])", text_of(language))[:2])


@pytest.mark.parametrize("language", ["de", "ja"])
def test_words_of_other_languages_are_timed_with_phones(language):
    text = _beginning(language)
    speech = speak(text, language)
    words = align(speech.samples, text, language=language).words
    errors = np.abs(start_errors(text, speech, words))
    assert len(errors) >= 12
    assert np.median(errors) <= 0.04
    assert np.mean(errors <= 0.1) >= 0.85
    assert all(word.phones for word in words)
    assert np.median([word.confidence for word in words]) > 0.5


def test_a_text_that_was_not_said_does_not_fit():
    with pytest.raises(GestureError, match="does not seem to be of this recording"):
        align(speak(text_of("de"), "de").samples, text_of("it"), language="it")


@pytest.mark.parametrize(("spoken", "written"), [("de", "hi"), ("zh", "es")])
def test_a_text_that_fits_a_short_recording_by_chance_is_refused_as_it_leaves_out_words(spoken, written):
    samples, text = speak(_beginning(spoken), spoken).samples, _beginning(written)
    by_chance = align(samples, text, language=written, language_check=False)
    assert by_chance.matched >= FOREIGN_MATCHED
    assert by_chance.missing >= 5
    with pytest.raises(GestureError, match="does not seem to be of this recording"):
        align(samples, text, language=written)


def test_estimated_words_follow_pauses_and_syllables():
    text = _beginning("de")
    speech = speak(text, "de")
    words = estimated_words(speech.samples, text, "de")
    assert [word.word for word in words][:3] == ["Guten", "Morgen", "und"]
    assert all(a.start_s <= a.end_s <= b.start_s + 0.011 for a, b in pairwise(words))
    errors = np.abs(start_errors(text, speech, words))
    assert np.median(errors) <= 0.25
    assert estimated_words(np.zeros(16000), text, "de") == ()
