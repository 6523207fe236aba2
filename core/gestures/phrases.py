"""Phrases that call for gestures of the library: the table `gestures` of a language's lexicon (`core.text.lexicon`).

    "over *there"            the gesture lands on "there"; without a *, on the longest word
    "(turn|go) *left"        one of several words
    "^stop", "to *me$"       only where a clause begins or ends: an order is one, "the trams stop at night" is none
    none = ["how do you do"] a phrase that looks like another entry and calls for nothing
    openers = ["please"]     words that may stand before what begins a clause
    actors = ["i", "let's"]  acting a thing out (sleep, write) needs one of these before it in its clause, or an order

A phrase that is denied ("not a big problem") calls for nothing, unless the phrase itself denies something.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from ..text.lexicon import ENGLISH, NEGATION, WITHOUT_SPACES, Entries, bare, read_lexicon
from .library import gestures

NONE, OPENERS, ACTORS = "none", "openers", "actors"
# Gestures that act out what somebody does.
_ACTED = frozenset("sleep phone write type drive eat drink book".split())
TABLE = "gestures"
# Words before a phrase, in the same clause, in which a negation denies it.
_REACH = 4
# Words after which a text without punctuation is cut, so that the search stays short.
_LONGEST = 60
# Gestures that suit a denied phrase, too: those that deny or ask, and those that show whom, where or how many.
_ANYWAY = frozenset(
    "no no_finger shrug push_away wait facepalm question point_there point_here point_you me we to_the_left "
    "to_the_right point_up point_down behind one_hand other_hand "
    "count_one count_two count_three count_four count_five".split()
)
_CLAUSE_END = re.compile(r"[.,;:!?…。，！？；：、]['\"”»)]*$")
_CHOICE = re.compile(r"\(([^)]*)\)")


@dataclass(frozen=True)
class Call:
    """Words that call for a gesture.

    Attributes:
        first, last: the first of the words and the last one.
        word: the one on which the gesture lands.
        name: the gesture.
        score: how surely they do; 1 and more for phrases of the lexicon, below 1 for words that mean nearly the same.
    """

    first: int
    last: int
    word: int
    name: str
    score: float


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language.

    Attributes:
        entries: without signs, to be found in texts.
        lands: by phrase, the number of its word on which the gesture lands.
        bound: phrases that count only where a clause begins, or ends: for each of its entries, whether it must begin
            and whether it must end there. One of them is enough.
        openers: words that may stand before what begins a clause.
        actors: words one of which stands before what is acted out; empty where a language needs none.
        negations: words that deny what follows.
        lists: the phrases of each gesture.
    """

    entries: Entries
    lands: dict[str, int]
    bound: dict[str, frozenset[tuple[bool, bool]]]
    openers: frozenset[str]
    actors: frozenset[str]
    negations: frozenset[str]
    lists: dict[str, tuple[str, ...]]


@lru_cache(maxsize=8)
def phrases(language: str = ENGLISH) -> Phrases:
    """Read the phrases of a language; a language without such a table has none."""
    lexicon = read_lexicon(language)
    table = dict(lexicon.tables.get(TABLE, {}))
    openers, actors = (frozenset(table.pop(name, ())) for name in (OPENERS, ACTORS))
    lands: dict[str, int] = {}
    lists: dict[str, tuple[str, ...]] = {}
    signs: dict[str, set[tuple[bool, bool]]] = defaultdict(set)
    for name, entries in table.items():
        if name != NONE and name not in gestures():
            raise ValueError(f"The lexicon of {language} names no gesture {name!r}.")
        plain = []
        for entry in entries:
            for form in _forms(entry):
                text = form.replace("*", "").strip("^$").lower()
                lands.setdefault(text, _landing(form))
                signs[text].add((form.startswith("^"), form.endswith("$")))
                plain.append(text)
        lists[name] = tuple(dict.fromkeys(plain))
    # what calls for nothing counts before what looks the same
    ordered = {NONE: lists.get(NONE, ()), **lists}
    negations = frozenset(lexicon.tables.get("words", {}).get(NEGATION, ()))
    between = "" if lexicon.language in WITHOUT_SPACES else " "
    known = Entries(ordered, (), between)
    bound = {text: frozenset(forms) for text, forms in signs.items() if (False, False) not in forms}
    return Phrases(known, lands, bound, openers, actors, negations, lists)


def _landing(form: str) -> int:
    """Return the number of the word on which a form of an entry lands: the marked one, else the longest."""
    words = form.strip("^$").split()
    marked = [number for number, word in enumerate(words) if word.startswith("*")]
    return marked[0] if marked else max(range(len(words)), key=lambda number: len(words[number]))


def _forms(entry: str) -> list[str]:
    """Return an entry with each choice of its brackets; a * before a bracket belongs to the chosen word.

    >>> _forms("(turn|go) *left")
    ['turn *left', 'go *left']
    """
    parts = _CHOICE.split(entry)
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    return ["".join(chosen) for chosen in product(*choices)]


def find_calls(words: Sequence[str], language: str = ENGLISH) -> list[Call]:
    """Find the phrases of a text that call for gestures.

    Args:
        words: the displayed words in order, with their punctuation where there is any.
        language: of the text.
    """
    known = phrases(language)
    found = []
    for begin, end in _clauses(words):
        at = begin
        while at < end and (matches := known.entries.find(words[at:end])):
            first, last = at + matches[0].first, at + matches[0].last
            call = _call(words, first, last, matches[0].name, known)
            # what calls for nothing here may hide a phrase that begins later
            at = first + 1 if call is None and matches[0].name != NONE else last + 1
            found += [] if call is None else [call]
    return found


def _clauses(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the first word of each clause, and the one after its last; a phrase does not go on in the next clause."""
    begin = 0
    for number, word in enumerate(words):
        if _CLAUSE_END.search(word) or number - begin >= _LONGEST or number == len(words) - 1:
            yield begin, number + 1
            begin = number + 1


def _call(words: Sequence[str], first: int, last: int, name: str, known: Phrases) -> Call | None:
    """Return the call of a phrase; None where it calls for nothing."""
    if name == NONE or (name not in _ANYWAY and is_denied(words, first, known.negations)):
        return None
    text = " ".join(bare(word) for word in words[first : last + 1])
    if not _stands_right(words, first, last, text, known) or not is_acted(words, first, last, name, known):
        return None
    length = last - first + 1
    return Call(first, last, first + known.lands.get(text, last - first), name, 1 + 0.1 * length)


def is_denied(words: Sequence[str], first: int, negations: frozenset[str]) -> bool:
    """Return whether a negation stands shortly before a word, in the same clause."""
    for number in range(first - 1, max(first - 1 - _REACH, -1), -1):
        if _CLAUSE_END.search(words[number]):
            return False
        if bare(words[number]) in negations:
            return True
    return False


def _stands_right(words: Sequence[str], first: int, last: int, text: str, known: Phrases) -> bool:
    """Return whether a phrase that counts only at the beginning or the end of a clause stands there."""
    begins = begins_clause(words, first, known.openers)
    ends = last + 1 == len(words) or bool(_CLAUSE_END.search(words[last]))
    forms = known.bound.get(text)
    return forms is None or any((begins or not starts) and (ends or not stops) for starts, stops in forms)


def begins_clause(words: Sequence[str], first: int, openers: frozenset[str]) -> bool:
    """Return whether a clause begins with a word; openers such as "please" may stand before it."""
    while first > 0 and bare(words[first - 1]) in openers:
        first -= 1
    return first == 0 or bool(_CLAUSE_END.search(words[first - 1]))


def is_acted(words: Sequence[str], first: int, last: int, name: str, known: Phrases) -> bool:
    """Return whether a gesture that acts something out fits: the speaker or the listener does it, or is told to.

    "I was asleep" is acted, "the children were asleep" is not. In a language without `actors` everything is.
    """
    if name not in _ACTED or not known.actors:
        return True
    if begins_clause(words, first, known.openers):
        return True
    for number in range(last, max(first - 1 - _REACH, -1), -1):
        if number < first and _CLAUSE_END.search(words[number]):
            return False
        if bare(words[number]) in known.actors:
            return True
    return False
