"""Sounds of any language as the nearest English ones: IPA, as espeak-ng writes it, to the phones of the acoustic model.

The acoustic model of alignment knows the 39 phones of English (ARPABET). A sound of another language is heard as the
English phone that shares most with it: manner and voice first, then place for a consonant; height, backness and
rounding for a vowel. Every letter of IPA is in one of the tables, so every sound has an image; the lips of the image
are those of the sound (rounded stays rounded, closed stays closed).
"""

import re
import unicodedata
from collections.abc import Mapping

from .espeak import SEPARATOR

# Consonants: in each row one manner, from the lips to the throat.
_CONSONANTS = {
    "stops": "p=P b=B ɓ=B ʙ=B t=T d=D ɗ=D ʈ=T ɖ=D ᶑ=D c=K ɟ=G ʄ=G k=K ɡ=G g=G ɠ=G q=K ɢ=G ʛ=G ʡ=K ʔ=",
    "nasals": "m=M ɱ=M n=N ɳ=N ɲ=N ŋ=NG ɴ=NG",
    "taps and trills": "r=R ɾ=R ɽ=R ʀ=R ɺ=L ⱱ=V",
    "fricatives": (
        "ɸ=F β=V f=F v=V θ=TH ð=DH s=S z=Z ʃ=SH ʒ=ZH ʂ=SH ʐ=ZH ɕ=SH ʑ=ZH ç=SH ʝ=Y x=HH ɣ=G χ=HH ʁ=R ħ=HH ʕ=AA h=HH "
        "ɦ=HH ʜ=HH ʢ=HH ɧ=SH ɬ=L ɮ=L"
    ),
    "approximants": "ʋ=V ɹ=R ɻ=R j=Y ɥ=Y ɰ=G w=W ʍ=W l=L ɭ=L ʎ=L ʟ=L ɫ=L",
    "clicks": "ʘ=P ǀ=T ǃ=T ǂ=T ǁ=L",
}
# Vowels: from closed to open; in each row unrounded and rounded ones, front, central and back.
_VOWELS = {
    "closed": "i=IY ɨ=IH ɯ=UW y=UW ʉ=UW u=UW",
    "nearly closed": "ɪ=IH ᵻ=IH ʏ=UH ʊ=UH ᵿ=UH",
    "half closed": "e=EY ɘ=AH ɤ=UH ø=ER ɵ=UH o=OW",
    "middle": "ə=AH ɚ=ER ɝ=ER",
    "half open": "ɛ=EH ɜ=ER ʌ=AH œ=ER ɞ=ER ɔ=AO",
    "open": "æ=AE ɐ=AH a=AA ɑ=AA ɶ=AO ɒ=AO",
}
# Several letters that are one English phone.
_PAIRS = {
    "tʃ": "CH", "dʒ": "JH", "tɕ": "CH", "dʑ": "JH", "tʂ": "CH", "dʐ": "JH", "ʈʂ": "CH", "ɖʐ": "JH",
    "aɪ": "AY", "ai": "AY", "aɪ̯": "AY", "ɑɪ": "AY", "aʊ": "AW", "au": "AW", "ɑu": "AW", "ɑʊ": "AW",
    "eɪ": "EY", "ei": "EY", "oʊ": "OW", "ou": "OW", "əʊ": "OW", "ɔɪ": "OY", "ɔi": "OY", "ɔø": "OY", "oi": "OY",
    "ɔʏ": "OY", "ʦ": "T S", "ʣ": "D Z", "ʧ": "CH", "ʤ": "JH", "ʨ": "CH", "ʥ": "JH", "ε": "EH",
}  # fmt: skip


def _table() -> dict[str, str]:
    rows = " ".join((*_CONSONANTS.values(), *_VOWELS.values()))
    return {**dict(entry.split("=") for entry in rows.split()), **_PAIRS}


TABLE = _table()
# Second images: which one is nearer differs from language to language, so alignment tries both.
# A slow diphthong is two vowels.
_SECOND = {"ɑu": "AA OW", "ei": "EH IY", "o": "AO", "e": "EH", "ɪ": "IY", "ɨ": "IY", "y": "IY", "x": "K", "χ": "K"}
# Languages with tones.
TONAL = frozenset({"zh", "yue", "hak", "th", "vi", "my", "shn"})
VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
_LONGEST = max(map(len, TABLE))


def english_ways(sounds: str, tones: bool = False) -> tuple[str, ...]:
    """Return the one or two likeliest pronunciations of IPA sounds, as `english_phones`.

    Args:
        sounds: as espeak-ng writes them.
        tones: whether the language has tones, whose third one espeak-ng writes like a vowel.
    """
    if tones:
        sounds = sounds.replace("ɜ", "").replace("nɡ", "ŋ")
    ways = (english_phones(sounds), english_phones(sounds, {**TABLE, **_SECOND}))
    return tuple(dict.fromkeys(way for way in ways if way))


def english_phones(sounds: str, table: Mapping[str, str] = TABLE) -> str:
    """Return the nearest English phones of IPA sounds, ARPABET separated by spaces; letters that are no sound fall out.

    >>> english_phones("ʃ_t_ˈɾ_ɑː_s_ə")
    'SH T R AA S AH'
    """
    sounds = re.sub(r"\([a-z-]+\)", "", sounds)  # the mark of a change of language
    phones: list[str] = []
    for sound in re.split(rf"[{SEPARATOR}\s]+", sounds):
        letters = "".join(c for c in unicodedata.normalize("NFD", sound) if c in TABLE or c == "\u0327")
        letters = unicodedata.normalize("NFC", letters)
        place = 0
        while place < len(letters):
            for length in range(_LONGEST, 0, -1):
                image = table.get(letters[place : place + length])
                if image is not None and len(letters[place : place + length]) == length:
                    phones += image.split()
                    place += length
                    break
            else:
                place += 1
    return re.sub(r"\bD ZH\b", "JH", re.sub(r"\bT SH\b", "CH", " ".join(phones)))
