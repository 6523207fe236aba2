"""The gestures that the words of a take call for: phrases of the lexicon, and words that mean nearly the same.

    words ── phrases, not denied ────────────────┐
      └───── vectors near those of the phrases ──┴── the surest first, one in six seconds at most, and
                                                      the same one in twenty ──▶ gestures

Vectors are those of the weights (fastText). Words and pairs of words are compared with the phrases of every gesture.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..text.lexicon import ENGLISH, bare
from ..text.timing import Word
from .entry_forms import split_word
from .library import gestures
from .phrases import NONE, Call, find_calls, is_acted, is_denied, phrases

# Seconds between two gestures at least, and between two times the same one.
SPACING_S, SAME_SPACING_S = 6.0, 20.0
# Seconds within which phrases that call for the same gesture are one idea.
SAME_IDEA_S = 3.0
# Seconds after the start of its word at which a gesture means something.
LATE_S = 0.2
# Words on either side of a place in which somebody speaks of "I" or "you", and the least score where nobody does.
AROUND, LEAST_TOLD = 30, 1.25
# Gestures whose phrases are said to somebody in any case.
_SAID_TO_SOMEBODY = frozenset(
    "stop wait no no_finger calm_down go_away wave welcome thanks plea swear facepalm clap".split()
)
# Cosine from which a word means nearly the same as a phrase, and by how much that gesture is nearer than others.
LEAST_COSINE, LEAST_MARGIN = 0.8, 0.12
# Words shorter than this stand in too many contexts to be compared.
_SHORTEST = 4
# Seconds without a word that end a clause, where words have no punctuation.
_PAUSE_S = 0.3
# Letters of a text in which the next word of a take is looked for: words may be left out.
_AHEAD = 120
_PUNCTUATION = re.compile(r"[\"'”’»)]*\s*([.,;:!?…。，！？；：、—–])")
# Scripts without spaces between words come after the alphabets.
_FIRST_OF_NO_SPACES = "\u0e00"

VectorOf = Callable[[str], np.ndarray]


def choose_gestures(
    words: Sequence[Word],
    language: str = ENGLISH,
    vector_of: VectorOf | None = None,
    text: str = "",
) -> list[Call]:
    """Return the words that call for gestures, in order of time, with `SPACING_S` between them at least, and
    `SAME_SPACING_S` before the same gesture comes again.

    Gestures that offend somewhere are never chosen.

    Args:
        words: of the take, with their times.
        language: of the words.
        vector_of: function from a word to its vector; None leaves out words that mean nearly the same.
        text: the transcript, whose punctuation says where clauses end; empty where only pauses say so.
    """
    if not words:
        return []
    texts = with_clauses(words, text)
    calls = find_calls(texts, language)
    if vector_of is not None:
        taken = {number for call in calls for number in range(call.first, call.last + 1)}
        calls += [call for call in near_calls(texts, language, vector_of) if call.word not in taken]
    told = told_words(texts, language)
    calls = [
        call for call in calls if call.score >= LEAST_TOLD or call.word not in told or call.name in _SAID_TO_SOMEBODY
    ]
    chosen: list[Call] = []
    calls = [call for call in calls if not gestures()[call.name].offends]
    for call in sorted(_once(calls, words), key=lambda call: (-call.score, call.word)):
        if all(_are_apart(call, other, words) for other in chosen):
            chosen.append(call)
    return sorted(chosen, key=lambda call: call.word)


def _are_apart(call: Call, other: Call, words: Sequence[Word]) -> bool:
    """Return whether two calls are so far from each other that both may be shown."""
    least_s = SAME_SPACING_S if call.name == other.name else SPACING_S
    return abs(words[call.word].start_s - words[other.word].start_s) >= least_s


def told_words(words: Sequence[str], language: str) -> set[int]:
    """Return the numbers of words that are told, as in news or a recipe: nobody near them says "I" or "you".

    Args:
        words: displayed words in order, with what ends clauses.
        language: of the words; without `speakers` or `actors` in its lexicon nothing is known to be told.
    """
    if not phrases(language).speakers:
        return set()
    speaks = np.array([word.endswith(("?", "!", "？", "！")) or _speaks(word, language) for word in words], int)
    sums = np.concatenate([[0], np.cumsum(speaks)])
    told = set()
    for number in range(len(words)):
        low, high = max(0, number - AROUND), min(len(words), number + AROUND + 1)
        if high - low > AROUND and sums[high] == sums[low]:
            told.add(number)
    return told


def _speaks(word: str, language: str) -> bool:
    """Return whether a displayed word shows that somebody speaks of himself, or to somebody."""
    known, text = phrases(language), bare(word)
    if known.entries is not None:  # without spaces, a displayed word may be several words
        return any(speaker in text for speaker in known.speakers)
    elided = text.partition("'")  # "j'ai", "m'en"
    return not known.speakers.isdisjoint((text, elided[0] + elided[1], *split_word(text, known.contractions)))


def _once(calls: list[Call], words: Sequence[Word]) -> list[Call]:
    """Return the calls with one for each idea: of calls for the same gesture in a row the first one counts for all."""
    kept: dict[str, Call] = {}
    out: list[Call] = []
    for call in sorted(calls, key=lambda call: call.word):
        before = kept.get(call.name)
        if before is not None and words[call.word].start_s - words[before.word].start_s < SAME_IDEA_S:
            out[out.index(before)] = kept[call.name] = replace(before, score=max(before.score, call.score))
            continue
        kept[call.name] = call
        out.append(call)
    return out


def with_clauses(words: Sequence[Word], text: str = "") -> list[str]:
    """Return the displayed words with what ends a clause: the text's punctuation, or a comma where the speaker pauses.

    Args:
        words: of the take, with their times.
        text: the transcript; words that are not in it have no punctuation.
    """
    shown = [word.word for word in words]
    pauses = [after.start_s - word.end_s for word, after in pairwise(words)]
    ends = ["," if pause_s >= _PAUSE_S else "" for pause_s in [*pauses, 0.0]]
    at = 0
    for number, word in enumerate(shown):
        place = _place(text, word, at)
        if place >= 0:
            at = place + len(word)
            if sign := _PUNCTUATION.match(text, at):
                ends[number] = sign[1]
    return [word + end for word, end in zip(shown, ends, strict=True)]


def _place(text: str, word: str, at: int) -> int:
    """Return where a word stands in a text, shortly after a place; below 0 where it does not."""
    end = at + len(word) + _AHEAD
    place = text.find(word, at, end)
    while place >= 0 and _is_inside(text, place, place + len(word)):
        place = text.find(word, place + 1, end)
    return place


def _is_inside(text: str, start: int, end: int) -> bool:
    """Return whether letters of an alphabet go on before or after a part of a text."""
    around = text[max(start - 1, 0) : start], text[end : end + 1]
    return any(letter.isalnum() and letter < _FIRST_OF_NO_SPACES for letter in around)


def near_calls(words: Sequence[str], language: str, vector_of: VectorOf) -> list[Call]:
    """Find words that mean nearly the same as a phrase of a gesture.

    Args:
        words: displayed words in order.
        language: of the words.
        vector_of: function from a word to its vector.
    """
    names, table = _phrase_vectors(language, vector_of)
    if not names:
        return []
    known = phrases(language)
    own = np.array(names)
    found = []
    for number, word in enumerate(words):
        text = bare(word)
        if len(text) < _SHORTEST or is_denied(words, number, known.negations):
            continue
        near = table @ _unit(vector_of(text))
        best = int(near.argmax())
        others = near[own != own[best]].max(initial=-1.0)
        is_near = names[best] != NONE and near[best] >= LEAST_COSINE and near[best] - others >= LEAST_MARGIN
        if is_near and is_acted(words, number, number, names[best], known):
            found.append(Call(number, number, number, names[best], float(near[best])))
    return found


_kept: dict[tuple[str, int], tuple[list[str], np.ndarray]] = {}


def _phrase_vectors(language: str, vector_of: VectorOf) -> tuple[list[str], np.ndarray]:
    """Return the gesture of every phrase of one word, and their unit vectors (N, D)."""
    key = language, id(vector_of)
    if key not in _kept:
        _kept.clear()
        known = phrases(language)
        single = [(name, text) for name, texts in known.lists.items() for text in texts if " " not in text]
        single = [(name, text) for name, text in single if text not in known.bound]
        long = [(name, text) for name, text in single if len(text) >= _SHORTEST]
        vectors = [_unit(vector_of(text)) for _, text in long]
        _kept[key] = [name for name, _ in long], np.array(vectors) if vectors else np.zeros((0, 1))
    return _kept[key]


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
