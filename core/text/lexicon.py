"""Words that call for a gesture of their own, in classes by the kind of gesture; one file for each language.

A file `lexicons/LANGUAGE.toml` has tables of names with lists of entries; an entry is one word or several:

    [words]      the classes below                         negation = ["no", "never", "on no account"]
    [ignored]    what looks like an entry and is none      phrases = ["no doubt"]

In a text the longest entry that fits counts, and a word belongs to one entry only. In languages that are written
without spaces, an entry fits wherever its characters stand. An entry that ends in an apostrophe fits all words that
begin so (French "j'").
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

NEGATION = "negation"
SELF = "self"
YOU = "you"
NUMBER = "number"
LARGE = "large"
SMALL = "small"
UP = "up"
DOWN = "down"
LEFT = "left"
RIGHT = "right"
LIST = "list"
CONTRAST = "contrast"
QUESTION = "question"
UNCERTAIN = "uncertainty"
# In the order of the columns that the bundled weights read (`core.audio.cues`).
CLASSES = (
    NEGATION, SELF, YOU, NUMBER, LARGE, SMALL, UP, DOWN, LEFT, RIGHT, LIST, CONTRAST, QUESTION, UNCERTAIN,
)  # fmt: skip

ENGLISH = "en"
WITHOUT_SPACES = frozenset({"zh", "yue", "ja", "th", "lo", "km", "my"})
FOLDER = Path(__file__).parent / "lexicons"
_AROUND = ".,;:!?\"'()¿¡…“”„«»–—、。，！？；：「」『』（）《》"


@dataclass(frozen=True)
class Match:
    """Words of a text that are one entry of a lexicon.

    Attributes:
        first, last: the first of the words and the last one.
        name: the name of the entry's list.
    """

    first: int
    last: int
    name: str


@dataclass(frozen=True)
class Lexicon:
    """The entries of one language.

    Attributes:
        language: its code; "" for a language without a file.
        tables: for each table of the file, the lists of entries by name.
    """

    language: str
    tables: Mapping[str, Mapping[str, tuple[str, ...]]]

    @cached_property
    def classes(self) -> "Entries":
        """The entries of the classes of words."""
        return self.entries("words")

    def entries(self, table: str) -> "Entries":
        """Return the entries of a table, which can be found in texts; none where the file has no such table."""
        ignored = [entry for entries in self.tables.get("ignored", {}).values() for entry in entries]
        return Entries(self.tables.get(table, {}), ignored, "" if self.language in WITHOUT_SPACES else " ")


class Entries:
    """Entries that can be found in texts.

    Args:
        lists: the entries by name; of an entry in two lists the first one counts.
        ignored: entries that are found and left out.
        between: what stands between the words of a text: a space, or nothing.
    """

    def __init__(self, lists: Mapping[str, Iterable[str]], ignored: Iterable[str], between: str):
        self._between = between
        self._names: dict[str, str | None] = {}
        for name, entries in lists.items():
            for entry in entries:
                self._names.setdefault(entry.lower(), name)
        for entry in ignored:
            self._names[entry.lower()] = None
        self._longest = max((len(entry.split()) for entry in self._names), default=0)
        # Entries that fit all words that begin so, longest first.
        self._beginnings = sorted((entry for entry in self._names if entry.endswith("'")), key=len, reverse=True)

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """Finds the entries of a language without spaces; the longest one that fits counts."""
        forms = [re.escape(entry) for entry in sorted(self._names, key=len, reverse=True)]
        return re.compile("|".join(forms)) if forms else None

    def find(self, words: Sequence[str]) -> list[Match]:
        """Find entries in a text, from its beginning to its end.

        Args:
            words: the displayed words of the text, in order.
        """
        bares = [bare(word) for word in words]
        found = self._found(bares) if self._between else self._found_anywhere(bares)
        return [Match(first, last, name) for first, last, entry in found if (name := self._names[entry]) is not None]

    def _found(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield the first and the last word of each entry, and the entry, where words are written with spaces."""
        owner = [number for number, word in enumerate(words) for _ in word.split(" ")]
        words = [piece for word in words for piece in word.split(" ")]
        first = 0
        while first < len(words):
            near = words[first : first + self._longest]
            whole = (
                (first + count - 1, entry)
                for count in range(len(near), 0, -1)
                if (entry := " ".join(near[:count])) in self._names
            )
            text = " ".join(near)
            begun = ((first + entry.count(" "), entry) for entry in self._beginnings if near and text.startswith(entry))
            fits = [each for each in (next(whole, None), next(begun, None)) if each is not None]
            if not fits:
                first += 1
                continue
            last, entry = max(fits, key=lambda each: len(each[1]))
            yield owner[first], owner[last], entry
            first = last + 1

    def _found_anywhere(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield the same where an entry fits wherever its characters stand."""
        owner = [number for number, word in enumerate(words) for _ in word]
        for match in self._pattern.finditer("".join(words)) if self._pattern else ():
            yield owner[match.start()], owner[match.end() - 1], match.group()


@lru_cache(maxsize=32)
def read_lexicon(language: str) -> Lexicon:
    """Read the lexicon of a language; a language without a file has no entries.

    Args:
        language: a code such as "de", "pt-br" or "zh"; what follows the first dash makes no difference.
    """
    path = FOLDER / f"{language.partition('-')[0]}.toml"
    if not path.is_file():
        return Lexicon("", {})
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return Lexicon(
        path.stem, {table: {name: tuple(entries) for name, entries in lists.items()} for table, lists in tables.items()}
    )


def word_classes(words: Sequence[str], language: str = ENGLISH) -> list[str | None]:
    """Return the class of every word of a text; None for a word without a gesture of its own.

    The last word of an entry of several words has its class. Digits are numbers in every language.

    >>> word_classes(["Ich", "weiß", "nicht", "42"], "de")
    ['self', None, 'uncertainty', 'number']
    """
    classes: list[str | None] = [NUMBER if bare(word).isdigit() else None for word in words]
    for match in read_lexicon(language).classes.find(words):
        classes[match.last] = match.name
    return classes


def bare(word: str) -> str:
    """Return a word in lower case without the punctuation around it."""
    return word.lower().replace("’", "'").strip(_AROUND)
