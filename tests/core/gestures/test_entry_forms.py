"""Entries of a lexicon written out, and what contractions, punctuation and those who speak change."""

import pytest

from core.gestures.choice import choose_gestures, told_words, with_clauses
from core.gestures.entry_forms import forms, split_words
from core.gestures.phrases import find_calls
from core.text.timing import Word

GROUPS = {"go": ["go", "went"]}
CONTRACTIONS = {"n't": ["not"], "won't": ["will", "not"], "let's": ["let", "us"], "'m": ["am"]}


def said(text, pace_s=0.3):
    return [Word(word, number * pace_s, number * pace_s + 0.29) for number, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("(turn|<go>) *left", ["turn left", "go left", "went left"]),
        ("(so|) tired", ["so tired", "tired"]),
        ("you (sir|are the (best|one))", ["you sir", "you are the best", "you are the one"]),
        ("^*don't you dare", ["do not you dare"]),
    ],
)
def test_an_entry_stands_for_all_its_forms(entry, wanted):
    assert [" ".join(form.words) for form in forms(entry, GROUPS, CONTRACTIONS)] == wanted


def test_a_form_lands_on_its_marked_word_and_keeps_its_bounds():
    (form,) = forms("^i won't *go$", GROUPS, CONTRACTIONS)
    assert (form.words, form.lands, form.begins, form.ends, form.acted) == (
        ("i", "will", "not", "go"),
        3,
        True,
        True,
        False,
    )
    assert forms("~coffee", {}, {})[0].acted


def test_contractions_of_a_text_belong_to_their_words():
    assert split_words(["I", "won't,", "let's"], CONTRACTIONS) == (
        ["I", "will", "not,", "let", "us"],
        [0, 1, 1, 2, 2],
    )


@pytest.mark.parametrize("text", ["I do not know", "I don't know", "I dunno"])
def test_a_phrase_is_found_however_it_is_contracted(text):
    assert [call.name for call in find_calls(text.split())] == ["shrug"]


@pytest.mark.parametrize(("text", "count"), [("I had a coffee", 1), ("the price of coffee", 0)])
def test_some_phrases_count_only_of_those_who_speak(text, count):
    assert sum(call.name == "drink" for call in find_calls(text.split())) == count


def test_the_punctuation_of_the_text_ends_clauses_that_are_spoken_without_a_pause():
    words = said("Stop do not open that door")
    assert with_clauses(words, "“Stop”, do not open that door!") == ["Stop,", "do", "not", "open", "that", "door!"]
    assert with_clauses(said("你好 谢谢"), "你好，谢谢。") == ["你好，", "谢谢。"]
    assert with_clauses(said("art a start"), "Some start. A") == ["art", "a", "start."]
    names = [call.name for call in choose_gestures(words, text="Stop, do not open that door!")]
    assert names == ["stop"]


def test_a_text_that_is_not_that_of_the_words_changes_nothing():
    words = said("we went home")
    assert with_clauses(words, "Nothing of this, at all.") == ["we", "went", "home"]


def test_what_nobody_says_to_anybody_calls_for_sure_gestures_only():
    told = "the road to the pass was closed because the old bridge collapsed in the night " * 3
    assert not [call for call in choose_gestures(said(told)) if call.name == "fall"]
    asked = told + "and I said that it collapsed"
    assert choose_gestures(said(asked))[-1].name == "fall"
    assert choose_gestures(said("the old bridge collapsed"))[0].name == "fall"
    assert choose_gestures(said(told + "and on the other hand it was old"))[-1].name == "other_hand"


@pytest.mark.parametrize(
    ("language", "told", "speaks"),
    [
        ("de", "die Straße zum Pass war gesperrt weil die alte Brücke in der Nacht einstürzte", "ich euch unsere"),
        ("es", "la carretera estaba cerrada porque el viejo puente cayó durante la noche", "nosotros voy tengo"),
        ("fr", "la route était fermée parce que le vieux pont était tombé pendant la nuit", "je j’ai m'en vos"),
        ("it", "la strada era chiusa perché il vecchio ponte era crollato durante la notte", "noi vado ho"),
        ("pt", "a estrada estava fechada porque a velha ponte caiu durante a noite", "nós tenho você"),
        ("ja", "その 道 は 夜 に 古い 橋 が 落ちた ため 閉鎖 された", "私たちは あなた ください"),
        ("zh", "夜里 那座 旧桥 倒塌 了 所以 道路 被 封闭 了", "我们的 你 请"),
    ],
)
def test_far_from_words_of_who_speaks_a_text_is_told_in_every_language(language, told, speaks):
    words = (told + " ").split() * 6
    assert told_words(words, language) == set(range(len(words)))
    for word in speaks.split():
        assert 0 not in told_words([*words[:5], word, *words[5:]], language)
    assert len(words) - 1 not in told_words([*words, "？" if language in ("ja", "zh") else "?"], language)
