"""Pronunciation of a word from parts that are in the dictionary: an ending, a prefix, the two halves of a compound.

Each rule removes one part and pronounces the rest, first by the dictionary, then by the rules again:

    bloggers  ->  blogger + s   ->  blog + er + s   ->  B L AO G . ER . Z
    unboxed   ->  unbox + ed    ->  un + box + ed   ->  AH N . B AO K S . T
    deepfake  ->  deep + fake                       ->  D IY P . F EY K

The rules are tried from the surest to the least sure. The first one that can pronounce the rest is used.
"""

import re
from collections.abc import Callable, Iterable

from .letters import letter_sounds, spell

Lookup = Callable[[str], tuple[str, ...]]  # a word in lower case -> its pronunciations, () when unknown

PREFIXES = {
    "anti": "AE N T IY", "auto": "AO T OW", "bio": "B AY OW", "co": "K OW", "counter": "K AW N T ER", "de": "D IY",
    "cyber": "S AY B ER", "dis": "D IH S", "eco": "IY K OW", "hyper": "HH AY P ER", "inter": "IH N T ER", "re": "R IY",
    "mega": "M EH G AH", "micro": "M AY K R OW", "mis": "M IH S", "multi": "M AH L T IY", "nano": "N AE N OW",
    "neuro": "N UH R OW", "non": "N AA N", "over": "OW V ER", "photo": "F OW T OW", "pre": "P R IY", "sub": "S AH B",
    "pseudo": "S UW D OW", "semi": "S EH M IY", "super": "S UW P ER", "ultra": "AH L T R AH", "un": "AH N",
}  # fmt: skip
SUFFIXES = {
    "ing": "IH NG", "ings": "IH NG Z", "in'": "IH N", "er": "ER", "ers": "ER Z", "est": "AH S T", "ly": "L IY",
    "ness": "N AH S", "less": "L AH S", "ful": "F AH L", "ment": "M AH N T", "able": "AH B AH L", "ish": "IH SH",
    "ism": "IH Z AH M", "ist": "IH S T", "ists": "IH S T S", "y": "IY", "ize": "AY Z", "ized": "AY Z D",
    "ship": "SH IH P", "like": "L AY K", "wise": "W AY Z", "'ll": "AH L", "'ve": "AH V", "'d": "D", "'re": "ER",
}  # fmt: skip
HISSING = {"S", "Z", "SH", "ZH", "CH", "JH"}
VOICELESS = {"P", "T", "K", "F", "TH"}
# Most parts that are removed from a word.
_DEEPEST = 2
# Longer words are read by their letters.
_LONGEST = 45


def from_parts(word: str, lookup: Lookup, depth: int = 0) -> str:
    """Pronounce a word by its parts.

    Args:
        word: lower case.
        lookup: the dictionary.
        depth: parts that were taken off before.

    Returns:
        Phones separated by spaces; "" where no part is known.
    """
    if depth > _DEEPEST or not 3 <= len(word) <= _LONGEST:
        return ""

    def base(part: str) -> str:
        found = lookup(part)
        return found[0] if found else from_parts(part, lookup, depth + 1)

    return (
        _plural_or_possessive(word, base)
        or _past(word, base)
        or _suffixed(word, base)
        or _prefixed(word, lookup)
        or _compound(word, lookup)
    )


def _plural_or_possessive(word: str, base: Callable[[str], str]) -> str:
    """Pronounce "foxes", "cities", "fox's" and "foxes'"; a name with 's but no known parts is read by its letters."""
    if not word.endswith(("'s", "s'", "s")) or word.endswith("ss"):
        return ""
    stems = (re.sub("('s|s'|s)$", "", word), re.sub("ies$", "y", word), re.sub("es$", "", word))
    stem = _first_known((stem for stem in stems if len(stem) > 1 and stem != word), base)
    if stem:
        return _with_s(stem)
    if word.endswith("'s"):
        name = word[:-2]
        return _with_s(letter_sounds(name) if re.search("[aeiouy]", name) else spell(name))
    return ""


def _past(word: str, base: Callable[[str], str]) -> str:
    """Pronounce "boxed", "baked", "planned" and "tried"."""
    stem = _first_known(_stems(word[:-2]), base) if word.endswith("ed") else ""
    return _with_ed(stem) if stem else ""


def _suffixed(word: str, base: Callable[[str], str]) -> str:
    """Pronounce a word with one of `SUFFIXES`."""
    for suffix, phones in SUFFIXES.items():
        if word.endswith(suffix):
            stem = _first_known(_stems(word[: -len(suffix)]), base)
            if stem:
                return f"{stem} {phones}"
    return ""


def _prefixed(word: str, lookup: Lookup) -> str:
    """Pronounce one of `PREFIXES` before a word of the dictionary."""
    for prefix, phones in PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 2 and lookup(rest):
            return f"{phones} {lookup(rest)[0]}"
    return ""


def _compound(word: str, lookup: Lookup) -> str:
    """Pronounce two words of the dictionary in one, divided as near to the middle as they can be."""
    for at in sorted(range(3, len(word) - 2), key=lambda i: -min(i, len(word) - i)):
        first, second = lookup(word[:at]), lookup(word[at:])
        if first and second:
            return f"{first[0]} {second[0]}"
    return ""


def _first_known(stems: Iterable[str], base: Callable[[str], str]) -> str:
    """Return the phones of the first stem that has any."""
    return next((phones for stem in stems if (phones := base(stem))), "")


def _stems(stem: str) -> tuple[str, ...]:
    """List possible words before an ending: the stem, with a dropped e, without a doubled letter, with y for i."""
    if len(stem) < 3:
        return ()
    stems = [stem, stem + "e"]
    if stem[-1] == stem[-2]:
        stems.append(stem[:-1])
    if stem[-1] == "i":
        stems.append(stem[:-1] + "y")
    return tuple(stems)


def _with_s(phones: str) -> str:
    last = phones.split()[-1]
    return phones + (" AH Z" if last in HISSING else " S" if last in VOICELESS else " Z")


def _with_ed(phones: str) -> str:
    last = phones.split()[-1]
    return phones + (" AH D" if last in {"T", "D"} else " T" if last in VOICELESS | {"S", "SH", "CH"} else " D")
