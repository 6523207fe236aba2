"""Letters of a word in the order and the forms in which they are drawn: Blender draws them one by one, left to right.

    written   ש ל ו ם            drawn   ם ו ל ש            Hebrew: from right to left
    written   س ل ا م            drawn   ﻡ ﻼ ﺳ              Arabic: joined forms, and from right to left

Chinese, Japanese, Latin, Greek and Cyrillic need nothing. Signs above and below letters stay with their letters. The
joined forms are those that Unicode names as presentation forms, so the table is read from Python's own data.
"""

import unicodedata
from functools import cache, lru_cache

# Unicode's blocks of Arabic presentation forms.
_FORMS = (*range(0xFB50, 0xFDF0), *range(0xFE70, 0xFEFD))
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_RIGHT, _NUMBERS = {"R", "AL"}, {"EN", "AN", "ES", "CS", "ET"}
_JOINER = "\N{ARABIC TATWEEL}"


@lru_cache(maxsize=4096)
def in_drawn_order(text: str) -> str:
    """Return a word as its letters stand from left to right; a text without right-to-left letters is unchanged."""
    if not any(unicodedata.bidirectional(letter) in _RIGHT for letter in text):
        return text
    runs: list[list[str]] = []
    kinds: list[bool] = []
    # Numbers and Latin letters inside stay in their own order; the runs stand from right to left.
    for group in _groups(_shaped(text)):
        is_forward = unicodedata.bidirectional(group[0]) in _NUMBERS | {"L"}
        if not (kinds and kinds[-1] == is_forward):
            runs.append([])
            kinds.append(is_forward)
        runs[-1].append(group)
    drawn = []
    for run, is_forward in zip(reversed(runs), reversed(kinds), strict=True):
        drawn.append("".join(run) if is_forward else "".join(reversed(run)).translate(_MIRRORED))
    return "".join(drawn)


def _groups(text: str) -> list[str]:
    """Return each letter with the signs above and below it."""
    groups: list[str] = []
    for letter in text:
        if groups and unicodedata.category(letter) in ("Mn", "Me"):
            groups[-1] += letter
        elif letter not in "\u200e\u200f\u061c":
            groups.append(letter)
    return groups


def _shaped(text: str) -> str:
    """Return a text with Arabic letters in the forms that they have beside their neighbours."""
    forms, pairs = _tables()
    letters = _with_pairs(_groups(text), pairs)
    out = []
    for place, group in enumerate(letters):
        own = forms.get(group[0], {})
        before = letters[place - 1][0] if place else ""
        after = letters[place + 1][0] if place + 1 < len(letters) else ""
        joins_before = "final" in own and _joins_on(before, forms)
        joins_after = _joins_on(group[0], forms) and (after == _JOINER or "final" in forms.get(after, {}))
        form = ("medial" if joins_after else "final") if joins_before else ("initial" if joins_after else "isolated")
        out.append(own.get(form, group[0]) + group[1:])
    return "".join(out)


def _joins_on(letter: str, forms: dict[str, dict[str, str]]) -> bool:
    """Return whether a letter joins the one that follows it."""
    return letter == _JOINER or "initial" in forms.get(letter, {})


def _with_pairs(letters: list[str], pairs: dict[str, str]) -> list[str]:
    """Join lam and alef, which are always drawn as one sign."""
    out: list[str] = []
    for group in letters:
        if out and (pair := pairs.get(out[-1][0] + group[0])):
            out[-1] = pair + out[-1][1:] + group[1:]
        else:
            out.append(group)
    return out


@cache
def _tables() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Return letter → form → sign, and lam with an alef → the isolated sign of both."""
    forms: dict[str, dict[str, str]] = {}
    pairs: dict[str, str] = {}
    for code in _FORMS:
        kind, *parts = unicodedata.decomposition(chr(code)).split()[:4] or [""]
        kind = kind.strip("<>")
        if kind not in ("isolated", "initial", "medial", "final"):
            continue
        letters = "".join(chr(int(part, 16)) for part in parts)
        if len(letters) == 1:
            forms.setdefault(letters, {})[kind] = chr(code)
        elif len(letters) == 2 and letters[0] == "ل" and letters[1] in "اأإآ":
            if kind == "isolated":
                pairs[letters] = chr(code)
            forms.setdefault(_isolated(letters), {})[kind] = chr(code)
    return forms, pairs


def _isolated(letters: str) -> str:
    """Return the isolated sign of lam with an alef."""
    name = f"ARABIC LIGATURE LAM WITH {unicodedata.name(letters[1]).removeprefix('ARABIC LETTER ')} ISOLATED FORM"
    return unicodedata.lookup(name)
