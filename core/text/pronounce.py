"""Pronunciations of a word: from pocketsphinx's dictionary, else from its parts, else by letter-to-sound rules."""

import re
from functools import lru_cache
from pathlib import Path

from .letters import letter_sounds, spell
from .word_parts import Lookup, from_parts


@lru_cache(maxsize=1)
def dictionary() -> dict[str, tuple[str, ...]]:
    """Read pocketsphinx's English dictionary: word to pronunciations, the usual one first."""
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
    """Return the pronunciations of a word in the dictionary, () when it has none."""
    return dictionary().get(word, ())


def pronunciations(token: str, lookup: Lookup = known) -> tuple[str, ...]:
    """List all ways to say one spoken word; at least one, for any word with a letter.

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
        return tuple(dict.fromkeys((spell(word), from_parts(word, lookup) or letter_sounds(word) or spell(word))))
    if acronym and len(word) <= 3:
        return tuple(dict.fromkeys((*found, spell(word))))  # "IT", "US"
    if found:
        return found
    return (from_parts(word, lookup) or (letter_sounds(word) if re.search("[aeiouy]", word) else "") or spell(word),)
