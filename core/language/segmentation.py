"""The words of a text in any language; where a script has no spaces, a library divides it.

Chinese, Japanese and Thai are divided by BudouX into the short phrases at which a line may break. A phrase is one word
here: "今日は|天気が|いいです". Japanese is read in kana, because espeak-ng has no kanji: pykakasi gives their
readings.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_MODELS = {"zh": "zh-hans", "yue": "zh-hant", "ja": "ja", "th": "th"}
_JOINED = re.compile(
    "[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\u3005\u30fc\U00020000-\U0003ffff]+"
)
# Particles of Japanese that are said otherwise than they are written.
_SAID = {"は": "わ", "へ": "え", "を": "お"}
_KANJI = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Signs at the ends of a word that are spoken.
_SPOKEN = "%°&+@=#$€£¥"


def pieces(text: str, language: str) -> list[str]:
    """List the words of a text, without the punctuation around them.

    Args:
        text: any text.
        language: its code.
    """
    found: list[str] = []
    for piece in re.split(r"\s+|[–—―…、。，．！？；：「」『』（）《》“”„«»]+|--+|\.\.+", text):
        found += _divided(piece, language) if language in _MODELS else [piece]
    return [bare for piece in found if (bare := _bare(piece))]


def read_aloud(word: str, language: str) -> str:
    """Return what espeak-ng is given for a word: kana for Japanese, the word itself for every other language."""
    if language != "ja":
        return word
    kana = "".join(part["hira"] for part in _kakasi().convert(word)) if _KANJI.search(word) else word
    # A phrase ends with its particle; one kana alone is a word of its own.
    return kana[:-1] + _SAID.get(kana[-1], kana[-1]) if len(kana) > 1 else _SAID.get(kana, kana)


def _divided(piece: str, language: str) -> list[str]:
    """Divide what is written without spaces, and leave Latin words and numbers in it whole."""
    found: list[str] = []
    place = 0
    for match in _JOINED.finditer(piece):
        found += [piece[place : match.start()], *_parser(language).parse(match.group())]
        place = match.end()
    return [part for part in (*found, piece[place:]) if part]


def _bare(piece: str) -> str:
    """Take off the punctuation around a piece; marks of vowels and signs that are spoken stay."""
    inside = [place for place, c in enumerate(piece) if unicodedata.category(c)[0] in "LMN" or c in _SPOKEN]
    if not inside or not any(unicodedata.category(c)[0] in "LN" for c in piece):
        return ""
    return piece[inside[0] : inside[-1] + 1]


@lru_cache(maxsize=4)
def _parser(language: str) -> Any:
    import json
    from pathlib import Path

    import budoux

    path = Path(budoux.__file__).parent / "models" / f"{_MODELS[language]}.json"
    return budoux.Parser(json.loads(path.read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _kakasi() -> Any:
    import pykakasi

    return pykakasi.kakasi()
