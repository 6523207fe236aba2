"""The two recordings that motion is measured on: what they say, and where they say it."""

import json
import re
import tomllib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from core.errors import GestureError
from core.text import lexicon
from core.text.timing import Word, load_words
from training.corpus import flite
from training.corpus.measuring_speech import Script, Sentence, describe, make_recording, scripts
from training.corpus.texts import PHRASES, SPEAKABLE
from training.corpus.voices import ENGINES, HELD_OUT

TRIGGERS, PAUSES = scripts()
DOUBT = {"maybe", "perhaps", "possibly", "probably", "might", "wonder", "guess"}


def plain_words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_there_are_thirty_triggers_of_every_kind_about_equally_often():
    kinds = Counter(sentence.trigger_class for sentence in TRIGGERS.sentences)
    assert sum(kinds.values()) == 30
    directions = {"up", "down", "left", "right"}
    assert all(kinds[direction] == 1 for direction in directions)
    assert set(kinds) == directions | {
        "negation", "number", "self", "you", "large", "small", "list", "contrast", "question", "uncertainty"
    }  # fmt: skip
    assert all(2 <= count <= 3 for kind, count in kinds.items() if kind not in directions)


@pytest.mark.parametrize("sentence", TRIGGERS.sentences, ids=lambda sentence: sentence.text)
def test_a_trigger_is_the_only_word_of_its_sentence_that_calls_for_a_gesture(sentence):
    kinds = {
        index: "uncertainty" if word in DOUBT else lexicon.word_classes([word])[0]
        for index, word in enumerate(plain_words(sentence.text))
    }
    assert {index: kind for index, kind in kinds.items() if kind} == {sentence.trigger_index: sentence.trigger_class}


def test_the_sentences_can_be_read_aloud_and_share_no_wording_with_the_training_phrases():
    book = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    training = " | ".join(" ".join(plain_words(text)) for part in book.values() for text in _texts(part))
    for sentence in (*TRIGGERS.sentences, *PAUSES.sentences):
        assert SPEAKABLE.fullmatch(sentence.text)
        words = plain_words(sentence.text)
        for start in range(len(words) - 3):
            assert " ".join(words[start : start + 4]) not in training, sentence.text


def _texts(part) -> list[str]:
    return [part] if isinstance(part, str) else [t for p in getattr(part, "values", lambda: part)() for t in _texts(p)]


@pytest.mark.parametrize("script", [TRIGGERS, PAUSES], ids=lambda script: script.name)
def test_both_held_out_voices_speak_half_each_with_the_pauses_promised(script):
    voices = Counter(sentence.voice for sentence in script.sentences)
    assert set(voices) == set(HELD_OUT)
    assert max(voices.values()) - min(voices.values()) <= 1
    shortest, longest = {"triggers": (0.8, 1.2), "pauses": (1.5, 3.0)}[script.name]
    between = script.pauses_s[:-1]
    assert len(between) == len(script.sentences) - 1
    assert (min(between), max(between)) == (shortest, longest)
    assert scripts() == (TRIGGERS, PAUSES)


def test_there_are_twenty_long_pauses():
    assert len(PAUSES.pauses_s[:-1]) == 20


def test_a_trigger_is_found_among_the_aligned_words():
    script = Script("two", (Sentence("Go home.", "a"), Sentence("It is left.", "b", "left", 2)), (1.0, 1.0))
    words = tuple(Word(text, i, i + 0.5) for i, text in enumerate("Go home It is left".split()))
    row = describe(script, words)["sentences"][1]
    assert (row["first_word"], row["trigger_word"], row["trigger"]) == (2, 4, "left")
    assert (row["start_s"], row["end_s"], row["trigger_start_s"]) == (2, 4.5, 4)
    with pytest.raises(GestureError, match="5 words, but 4"):
        describe(script, words[:4])


@pytest.mark.skipif(bool(flite.why_not()), reason=flite.why_not() or "flite is here")
def test_a_recording_is_spoken_and_aligned_where_its_json_says(tmp_path):
    sentences = [replace(sentence, voice="flite_slt") for sentence in TRIGGERS.sentences[7:9]]
    facts = make_recording(ENGINES["flite"].load(1), Script("triggers", tuple(sentences), (1.0, 1.0)), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"triggers.{kind}" for kind in ("json", "txt", "wav", "words.json")
    ]
    assert facts == json.loads((tmp_path / "triggers.json").read_text())
    words = load_words(tmp_path / "triggers.words.json")
    assert [words[row["trigger_word"]].word for row in facts["sentences"]] == ["up", "Maybe"]
    first, second = facts["sentences"]
    assert second["start_s"] - first["end_s"] == pytest.approx(1.0, abs=0.25)
    assert np.mean([word.confidence for word in words]) > 0.8
