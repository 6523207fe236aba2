"""How a word is pronounced: pocketsphinx's dictionary, then word parts, then letter-to-sound rules."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from .letters import letter_sounds

Lookup = Callable[[str], tuple[str, ...]]  # a word in lower case -> its pronunciations, () when unknown

NAMES = (
    "EY|B IY|S IY|D IY|IY|EH F|JH IY|EY CH|AY|JH EY|K EY|EH L|EH M|EH N|OW|P IY|K Y UW|AA R|EH S|T IY|Y UW|V IY|"
    "D AH B AH L Y UW|EH K S|W AY|Z IY"
)
LETTER_NAMES = dict(zip("abcdefghijklmnopqrstuvwxyz", NAMES.split("|"), strict=True))
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


@lru_cache(maxsize=1)
def dictionary() -> dict[str, tuple[str, ...]]:
    """Pocketsphinx's English dictionary: word -> pronunciations, the usual one first."""
    import pocketsphinx

    path = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    words: dict[str, tuple[str, ...]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            head, _, phones = line.strip().partition(" ")
            word = head.partition("(")[0]
            words[word] = (*words.get(word, ()), phones)
    return words


def known(word: str) -> tuple[str, ...]:
    """Pronunciations in the dictionary, () when it has none."""
    return dictionary().get(word, ())


def pronunciations(token: str, lookup: Lookup = known) -> tuple[str, ...]:
    """All ways to say one spoken word; at least one, for any word with a letter.

    Args:
        token: lower case, or capitals throughout for a possible acronym ("NATO", "FBI").
        lookup: the dictionary.

    Returns:
        Phones separated by spaces, ARPABET without stress, the likeliest first.
    """
    word = token.lower()
    calm = re.sub(r"(.)\1\1+", r"\1", word)  # "sooo"
    found = lookup(word) or lookup(word.strip("'")) or lookup(calm)
    word = word if found else calm
    acronym = token.isupper() and len(token) > 1
    if acronym and not found:
        return tuple(dict.fromkeys((spell(word), _parts(word, lookup) or letter_sounds(word) or spell(word))))
    if acronym and len(word) <= 3:
        return tuple(dict.fromkeys((*found, spell(word))))  # "IT", "US"
    if found:
        return found
    return (_parts(word, lookup) or (letter_sounds(word) if re.search("[aeiouy]", word) else "") or spell(word),)


def pronounce(word: str, lookup: Lookup = known) -> str:
    """The likeliest way to say a word, as in `pronunciations`."""
    return pronunciations(word, lookup)[0]


def spell(word: str) -> str:
    """The names of a word's letters: "tv" -> "T IY V IY"."""
    return " ".join(LETTER_NAMES[letter] for letter in word.lower() if letter in LETTER_NAMES)


def _parts(word: str, lookup: Lookup, depth: int = 0) -> str:
    """A word from parts that are known: plural, possessive, past, suffix, prefix, compound; "" when it has none."""
    if depth > 2 or len(word) < 3:
        return ""

    def base(part: str) -> str:
        found = lookup(part)
        return found[0] if found else _parts(part, lookup, depth + 1)

    if word.endswith(("'s", "s'", "s")) and not word.endswith("ss"):
        for stem in (re.sub("('s|s'|s)$", "", word), re.sub("ies$", "y", word), re.sub("es$", "", word)):
            if len(stem) > 1 and stem != word and base(stem):
                return _with_s(base(stem))
        if word.endswith("'s"):  # a name that no part explains
            return _with_s(letter_sounds(word[:-2]) if re.search("[aeiouy]", word[:-2]) else spell(word[:-2]))
    if word.endswith("ed"):
        for stem in _stems(word[:-2]):
            if base(stem):
                return _with_ed(base(stem))
    for suffix, phones in SUFFIXES.items():
        if word.endswith(suffix):
            for stem in _stems(word[: -len(suffix)]):
                if base(stem):
                    return f"{base(stem)} {phones}"
    for prefix, phones in PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 2 and lookup(rest):
            return f"{phones} {lookup(rest)[0]}"
    # A compound: the split whose shorter half is longest.
    for at in sorted(range(3, len(word) - 2), key=lambda i: -min(i, len(word) - i)):
        first, second = lookup(word[:at]), lookup(word[at:])
        if first and second:
            return f"{first[0]} {second[0]}"
    return ""


def _stems(stem: str) -> tuple[str, ...]:
    """What may have stood before an ending: as it is, with a dropped e, without a doubled letter, y for i."""
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
