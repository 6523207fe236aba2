"""A text in any language as words with their pronunciations: what alignment looks for in the sound.

English is read by its dictionary (`spoken`, `pronounce`). The words of any other language are read by espeak-ng, and
their sounds become the nearest English phones (`core.language`), because the acoustic model knows these.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..language.espeak import espeak
from ..language.ipa import TABLE, TONAL, english_ways
from ..language.languages import ENGLISH, LANGUAGES
from ..language.segmentation import pieces, read_aloud
from .pronounce import pronunciations
from .spoken import QUOTES, check_length, spoken_words

PHONES = frozenset(phone for image in TABLE.values() for phone in image.split()) | {"EH", "AW", "OY", "UH"}


@dataclass(frozen=True)
class Reading:
    """One displayed word, and how it may be said.

    Attributes:
        display: as written, without surrounding punctuation.
        tokens: the spoken words in order; each is a list of pronunciations, the likeliest first, with phones separated
            by spaces (ARPABET without stress).
    """

    display: str
    tokens: tuple[tuple[str, ...], ...]


def read_text(text: str, language: str = ENGLISH, own: Mapping[str, str] | None = None) -> tuple[Reading, ...]:
    """List the words of a text with their pronunciations; pieces that nobody can say are left out.

    Args:
        text: the transcript.
        language: its code (`core.language.languages`).
        own: the user's pronunciations: a word, in any case, → what it sounds like, written as other words of the
            language or as phones ("SH IH V AO N").

    Raises:
        GestureError: espeak-ng, which reads other languages than English, is missing; or a word is too long.
    """
    said = {word.lower().translate(QUOTES): sound for word, sound in (own or {}).items()}
    if language == ENGLISH:
        return tuple(
            Reading(word.display, _own(word.display, said, language) or tuple(map(pronunciations, word.tokens)))
            for word in spoken_words(text)
        )
    text = unicodedata.normalize("NFC", text).translate(QUOTES)
    text = re.sub(r"\[[^\]\n]{0,80}\]|<[^>\n]{0,80}>", " ", text)  # stage directions and markup
    found = []
    for piece in pieces(text, language):
        check_length(piece)
        tokens = _own(piece, said, language) or _foreign(piece, language)
        if tokens:
            found.append(Reading(piece, tokens))
    return tuple(found)


def _own(display: str, said: Mapping[str, str], language: str) -> tuple[tuple[str, ...], ...]:
    """Return the tokens of a word that the user has a pronunciation for; () for any other word."""
    key = display.lower()
    sound = said.get(key)
    if sound is None and key.endswith("'s") and language == ENGLISH:
        stem = said.get(key.removesuffix("'s"))
        sound = None if stem is None else f"{stem} Z" if _is_phones(stem) else f"{stem}'s"
    if not sound:
        return ()
    if _is_phones(sound):
        return ((sound,),)
    return tuple(token for reading in read_text(sound, language) for token in reading.tokens)


def _is_phones(sound: str) -> bool:
    return sound.isupper() and all(phone in PHONES for phone in sound.split())


@lru_cache(maxsize=8192)
def _foreign(piece: str, language: str) -> tuple[tuple[str, ...], ...]:
    """Return the one token of a word that espeak-ng reads; () where it finds no sound."""
    sounds = espeak().sounds(read_aloud(piece, language), LANGUAGES[language].voice)
    ways = english_ways(sounds, language in TONAL)
    return (ways,) if ways else ()
