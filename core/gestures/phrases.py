"""Phrases that call for gestures of the library: the table `gestures` of a language's lexicon (`core.text.lexicon`).

    "over *there"            the gesture lands on "there"; without a *, on the longest word
    "(turn|<go>) *left"      one of several words, or one of the group `go` (`entry_forms`)
    "^stop", "to *me$"       only where a clause begins or ends: an order is one, "the trams stop at night" is none
    none = ["how do you do"] a phrase that looks like another entry and calls for nothing
    openers = ["please"]     words that may stand before what begins a clause
    "~coffee"                only of those who speak: one of the actors stands before it in its clause
    actors = ["i", "let's"]  acting a thing out (sleep, write) needs one of these, too, or an order
    speakers = ["yo", "voy"] words that show that somebody speaks to somebody; the actors where there are none

A phrase that is denied ("not a big problem") calls for nothing, unless the phrase itself denies something.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..text.lexicon import ENGLISH, NEGATION, WITHOUT_SPACES, Entries, bare, read_lexicon
from .entry_forms import CLAUSE_END, Form, forms, split_word, split_words
from .library import gestures

NONE, OPENERS, ACTORS, SPEAKERS = "none", "openers", "actors", "speakers"
# A phrase that counts wherever it stands, as in `Phrases.bound`.
_ANYWHERE = (False, False, False)
# Gestures that act out what somebody does.
_ACTED = frozenset("sleep phone write type drive eat drink book".split())
TABLE, GROUPS, CONTRACTIONS = "gestures", "groups", "contractions"
# Gestures whose phrases stand in many sentences that mean another gesture, and by how much they yield to that.
_FREQUENT = frozenset(
    "count_two count_three count_four count_five me point_you offer look look_far listen wide big time "
    "push_away".split()
)
_YIELDS = 0.15
# By how much a phrase that is the first clause of a sentence goes before others: "Stop, do not open that door."
_WHOLE_CLAUSE = 0.3
# Words before a phrase, in the same clause, in which a negation denies it.
_REACH = 4
# Words before a phrase, in the same clause, in which somebody who acts it out may stand.
_ACTOR_REACH = 6
# Words after which a text without punctuation is cut, so that the search stays short.
_LONGEST = 60
_SENTENCE_END = re.compile(r"[.!?…。！？]$")
# Gestures that suit a denied phrase, too: those that deny or ask, and those that show whom, where or how many.
_ANYWAY = frozenset(
    "no no_finger shrug push_away wait facepalm question point_there point_here point_you me we to_the_left "
    "to_the_right point_up point_down behind one_hand other_hand "
    "count_one count_two count_three count_four count_five".split()
)


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
        names: by phrase, without signs, its gesture. A phrase that calls for nothing has none.
        most_words: of a phrase.
        entries: the same, to be found in texts without spaces; None for other languages.
        lands: by phrase, the number of its word on which the gesture lands.
        bound: phrases that do not count everywhere: for each of their entries, whether a clause must begin there,
            whether one must end there, and whether those who speak must act. One entry is enough.
        openers: words that may stand before what begins a clause.
        actors: words one of which stands before what is acted out; empty where a language needs none.
        speakers: words that show that somebody speaks of himself, or to somebody.
        negations: words that deny what follows.
        contractions: by word or ending, the words that it stands for.
        lists: the phrases of each gesture.
    """

    names: dict[str, str]
    most_words: int
    entries: Entries | None
    lands: dict[str, int]
    bound: dict[str, frozenset[tuple[bool, bool, bool]]]
    openers: frozenset[str]
    actors: frozenset[str]
    speakers: frozenset[str]
    negations: frozenset[str]
    contractions: Mapping[str, tuple[str, ...]]
    lists: dict[str, tuple[str, ...]]


@lru_cache(maxsize=8)
def phrases(language: str = ENGLISH) -> Phrases:
    """Read the phrases of a language; a language without such a table has none."""
    lexicon = read_lexicon(language)
    table = dict(lexicon.tables.get(TABLE, {}))
    groups, contractions = (lexicon.tables.get(name, {}) for name in (GROUPS, CONTRACTIONS))
    openers, actors, speakers = (
        frozenset(part for word in table.pop(name, ()) for part in split_word(word, contractions))
        for name in (OPENERS, ACTORS, SPEAKERS)
    )
    lands: dict[str, int] = {}
    lists: dict[str, tuple[str, ...]] = {}
    signs: dict[str, set[tuple[bool, bool, bool]]] = defaultdict(set)
    for name, listed in table.items():
        if name != NONE and name not in gestures():
            raise ValueError(f"The lexicon of {language} names no gesture {name!r}.")
        written = [form for entry in listed for form in forms(entry, groups, contractions)]
        for form in written:
            lands.setdefault(_text(form), form.lands)
            signs[_text(form)].add((form.begins, form.ends, form.acted))
        lists[name] = tuple(dict.fromkeys(map(_text, written)))
    # what calls for nothing counts before what looks the same
    ordered = {NONE: lists.get(NONE, ()), **lists}
    names = {text: name for name, texts in reversed(ordered.items()) for text in texts}
    negations = frozenset(lexicon.tables.get("words", {}).get(NEGATION, ()))
    entries = Entries(ordered, (), "") if lexicon.language in WITHOUT_SPACES else None
    most_words = max((text.count(" ") + 1 for text in names), default=0)
    bound = {text: frozenset(signs_) for text, signs_ in signs.items() if _ANYWHERE not in signs_}
    return Phrases(
        names, most_words, entries, lands, bound, openers, actors, speakers or actors, negations, contractions, lists
    )


def _text(form: Form) -> str:
    return " ".join(form.words)


def find_calls(words: Sequence[str], language: str = ENGLISH) -> list[Call]:
    """Find the phrases of a text that call for gestures.

    Args:
        words: the displayed words in order, with their punctuation where there is any.
        language: of the text.
    """
    known = phrases(language)
    said, owner = split_words(words, known.contractions)
    found = []
    for begin, end in _clauses(said):
        for call in _calls_of_clause(said, begin, end, known):
            first, last, word = owner[call.first], owner[call.last], owner[call.word]
            found.append(replace(call, first=first, last=last, word=word))
    return found


def _calls_of_clause(words: Sequence[str], begin: int, end: int, known: Phrases) -> list[Call]:
    """Return the calls of the phrases of a clause: of phrases that overlap the longest one counts.

    What calls for nothing at its place hides no other phrase; what is listed as calling for nothing hides all that is
    in it.
    """
    spans = [
        (first, last, call)
        for first, last, name in _phrases_of(words, begin, end, known)
        if (call := _call(words, first, last, name, known)) is not None or name == NONE
    ]
    kept: list[tuple[int, int, Call | None]] = []
    for first, last, call in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(last < other[0] or first > other[1] for other in kept):
            kept.append((first, last, call))
    return [call for _, _, call in sorted(kept, key=lambda span: span[:2]) if call is not None]


def _phrases_of(words: Sequence[str], at: int, end: int, known: Phrases) -> Iterator[tuple[int, int, str]]:
    """Yield the phrases of a clause, from its beginning on, the longest first."""
    if known.entries is not None:
        while matches := known.entries.find(words[at:end]):
            yield at + matches[0].first, at + matches[0].last, matches[0].name
            at += matches[0].first + 1
        return
    bares = [bare(word) for word in words[at:end]]
    for first in range(len(bares)):
        for after in range(min(len(bares), first + known.most_words), first, -1):
            name = known.names.get(" ".join(bares[first:after]))
            if name is not None:
                yield at + first, at + after - 1, name


def _clauses(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the first word of each clause, and the one after its last; a phrase does not go on in the next clause."""
    begin = 0
    for number, word in enumerate(words):
        if CLAUSE_END.search(word) or number - begin >= _LONGEST or number == len(words) - 1:
            yield begin, number + 1
            begin = number + 1


def _call(words: Sequence[str], first: int, last: int, name: str, known: Phrases) -> Call | None:
    """Return the call of a phrase; None where it calls for nothing."""
    if name == NONE or (name not in _ANYWAY and is_denied(words, first, known.negations)):
        return None
    text = " ".join(bare(word) for word in words[first : last + 1])
    fitting = _fitting(words, first, last, text, name, known)
    if not fitting or not is_acted(words, first, last, name, known):
        return None
    is_weak = all(acted for _, _, acted in fitting)
    sure = 1 + 0.1 * (last - first + 1) - _YIELDS * ((name in _FREQUENT) + is_weak)
    if _begins_sentence(words, first, known.openers) and _ends_clause(words, last):
        sure += _WHOLE_CLAUSE
    return Call(first, last, first + known.lands.get(text, last - first), name, sure)


def is_denied(words: Sequence[str], first: int, negations: frozenset[str]) -> bool:
    """Return whether a negation stands shortly before a word, in the same clause."""
    for number in range(first - 1, max(first - 1 - _REACH, -1), -1):
        if CLAUSE_END.search(words[number]):
            return False
        if bare(words[number]) in negations:
            return True
    return False


def _fitting(
    words: Sequence[str], first: int, last: int, text: str, name: str, known: Phrases
) -> list[tuple[bool, bool, bool]]:
    """Return the entries of a phrase that fit where it stands, as in `Phrases.bound`."""
    begins, ends = begins_clause(words, first, known.openers), _ends_clause(words, last)
    acts = name in _ACTED or _has_actor(words, first, last, known)
    return [
        entry
        for entry in known.bound.get(text, (_ANYWHERE,))
        if (begins or not entry[0]) and (ends or not entry[1]) and (acts or not entry[2])
    ]


def begins_clause(words: Sequence[str], first: int, openers: frozenset[str]) -> bool:
    """Return whether a clause begins with a word; openers such as "please" may stand before it."""
    first = _before_openers(words, first, openers)
    return first == 0 or bool(CLAUSE_END.search(words[first - 1]))


def _begins_sentence(words: Sequence[str], first: int, openers: frozenset[str]) -> bool:
    first = _before_openers(words, first, openers)
    return first == 0 or bool(_SENTENCE_END.search(words[first - 1]))


def _before_openers(words: Sequence[str], first: int, openers: frozenset[str]) -> int:
    while first > 0 and bare(words[first - 1]) in openers:
        first -= 1
    return first


def _ends_clause(words: Sequence[str], last: int) -> bool:
    return last + 1 == len(words) or bool(CLAUSE_END.search(words[last]))


def is_acted(words: Sequence[str], first: int, last: int, name: str, known: Phrases) -> bool:
    """Return whether a gesture that acts something out fits: the speaker or the listener does it, or is told to.

    "I was asleep" is acted, "the children were asleep" is not. In a language without `actors` everything is.
    """
    if name not in _ACTED or not known.actors or begins_clause(words, first, known.openers):
        return True
    return _has_actor(words, first, last, known)


def _has_actor(words: Sequence[str], first: int, last: int, known: Phrases) -> bool:
    """Return whether an actor stands in a phrase or shortly before it, in the same clause."""
    for number in range(last, max(first - 1 - _ACTOR_REACH, -1), -1):
        if number < first and CLAUSE_END.search(words[number]):
            return False
        if bare(words[number]) in known.actors:
            return True
    return False
