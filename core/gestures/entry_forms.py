"""Entries of a lexicon's table `gestures`, written out: choices, groups and contractions become plain words.

"(turn|go) *left"     one of several words, which may have choices themselves; an empty one is left out: "(so|) tired"
"<drop> (by|to)"      one of a group of the table `groups`: drop = ["drop", "drops", "dropped"]
"don't" = "do not"    as the table `contractions` says, in entries and in texts alike
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..text.lexicon import bare

CLAUSE_END = re.compile(r"[.,;:!?…。，！？；：、—–]['\"”»)]*$")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_GROUP = re.compile(r"<([^>]*)>")

Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Form:
    """One way to say an entry.

    Attributes:
        words: as they are found in texts.
        lands: the number of the word on which the gesture lands: the marked one, else the longest.
        begins, ends: whether it counts only where a clause begins, or ends.
        acted: whether it counts only of those who speak.
    """

    words: tuple[str, ...]
    lands: int
    begins: bool
    ends: bool
    acted: bool


def forms(entry: str, groups: Lists, contractions: Lists) -> list[Form]:
    """Write an entry out.

    Args:
        entry: as it stands in the lexicon.
        groups: by name, words of which one is chosen.
        contractions: as in `split_word`.

    Raises:
        KeyError: there is no such group.

    >>> [form.words for form in forms("^(turn|go) *left", {}, {})]
    [('turn', 'left'), ('go', 'left')]
    """
    whole = _GROUP.sub(lambda name: f"({'|'.join(groups[name[1]])})", entry)
    return [_read(text, contractions) for text in dict.fromkeys(_chosen(whole))]


def _chosen(entry: str) -> Iterator[str]:
    """Return an entry with each of its choices; a * before a bracket belongs to the chosen word."""
    choice = _INNERMOST.search(entry)
    if choice is None:
        yield entry
        return
    for option in choice[1].split("|"):
        yield from _chosen(entry[: choice.start()] + option + entry[choice.end() :])


def _read(text: str, contractions: Lists) -> Form:
    """Read an entry without choices."""
    words: list[str] = []
    lands = None
    for piece in text.strip("~^$").lower().split():
        if "*" in piece:
            lands, piece = len(words), piece.replace("*", "")
        words += split_word(piece, contractions) if "'" in piece or piece in contractions else [piece]
    if lands is None:
        lands = max(range(len(words)), key=lambda number: len(words[number]))
    return Form(tuple(words), lands, "^" in text, text.endswith("$"), "~" in text)


def split_word(word: str, contractions: Lists) -> Sequence[str]:
    """Return the words that a word stands for.

    Args:
        word: in lower case, without punctuation.
        contractions: by word, or by ending, what is said; an ending begins with an apostrophe, or is "n't".

    >>> split_word("shouldn't", {"n't": ["not"], "won't": ["will", "not"]})
    ['should', 'not']
    """
    if word in contractions:
        return contractions[word]
    at = word.rfind("'")
    for begin in (at - 1, at):
        if begin > 0 and word[begin:] in contractions and not word[begin:].isalpha():
            return [word[:begin], *contractions[word[begin:]]]
    return [word]


def split_words(words: Sequence[str], contractions: Lists) -> tuple[list[str], list[int]]:
    """Write the contractions of a text out.

    Args:
        words: the displayed words, with their punctuation where there is any.
        contractions: as in `split_word`.

    Returns:
        The words that are said, and for each of them the number of its displayed word.
    """
    said: list[str] = []
    owner: list[int] = []
    for number, word in enumerate(words):
        parts = split_word(bare(word), contractions) if contractions else [word]
        if len(parts) == 1:
            said.append(word)
        else:
            end = CLAUSE_END.search(word)
            said += [*parts[:-1], parts[-1] + (end.group() if end else "")]
        owner += [number] * len(parts)
    return said, owner
