"""Written text turned into the words that are spoken: numbers, money, times, symbols and abbreviations in words.

    Dr. Lee paid $5.50  ->  doctor | lee | paid | five dollars fifty cents
    at 3:05pm           ->  at | three oh five p m
    NASA in the 1990s   ->  NASA | in | the | nineteen nineties

A displayed word keeps its spelling and gets one token or several. Tokens are in lower case, except for words in
capitals, which may be acronyms. A piece of text is tried in this order: abbreviation, initials, symbol, number
(`NUMBER_FORMS`), address, and then a word or a mixture of letters and digits.
"""

import re
import unicodedata
from dataclasses import dataclass

from ..errors import GestureError

MOST_TOKENS = 40_000  # of a text: an hour of speech has about 12,000 words
MOST_LETTERS = 200  # of a word, with the punctuation around it

ABBREVIATIONS = {
    "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor", "st": "saint", "jr": "junior",
    "sr": "senior", "vs": "versus", "etc": "et cetera", "e.g": "for example", "i.e": "that is", "eg": "for example",
    "ie": "that is", "approx": "approximately", "dept": "department", "gov": "governor", "capt": "captain",
    "lt": "lieutenant", "col": "colonel", "gen": "general", "sgt": "sergeant", "rev": "reverend", "hon": "honorable",
    "mt": "mount", "ave": "avenue", "blvd": "boulevard", "inc": "incorporated", "ltd": "limited", "corp": "corporation",
    "jan": "january", "feb": "february", "aug": "august", "sept": "september", "oct": "october", "nov": "november",
    "dec": "december", "w/": "with", "w/o": "without",
}  # fmt: skip
# These are words of their own when no full stop follows them.
ONLY_WITH_STOP = {"st", "gen", "col", "mt", "gov", "rev", "hon", "lt", "inc", "jan", "dec", "ave", "corp", "eg", "ie"}
SYMBOLS = {
    "&": "and", "+": "plus", "@": "at", "=": "equals", "%": "percent", "#": "number", "°": "degrees", "×": "times",
    "÷": "divided by", "<": "less than", ">": "greater than", "$": "dollars", "£": "pounds", "€": "euros",
}  # fmt: skip
MONEY = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "€": ("euro", "euros", "cent", "cents"),
}
SCALES = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
UNITS = {
    "km": "kilometers", "cm": "centimeters", "mm": "millimeters", "m": "meters", "kg": "kilograms", "g": "grams",
    "mg": "milligrams", "lb": "pounds", "lbs": "pounds", "oz": "ounces", "ft": "feet", "mph": "miles per hour",
    "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz", "gb": "gigabytes", "mb": "megabytes",
    "tb": "terabytes", "kb": "kilobytes", "ml": "milliliters", "l": "liters", "s": "seconds", "ms": "milliseconds",
    "min": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "am": "a m", "pm": "p m", "x": "times", "w": "watts",
    "v": "volts", "kw": "kilowatts", "°c": "degrees celsius", "°f": "degrees fahrenheit", "%": "percent",
    "°": "degrees",
}  # fmt: skip
QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "−": "-", "‐": "-", "‑": "-"})
NUMBER = r"\d[\d,]*(?:\.\d+)?"


@dataclass(frozen=True)
class Spoken:
    """One displayed word and the words that are said for it.

    Attributes:
        display: as written, without surrounding punctuation ("$5", "well-known").
        tokens: the spoken words in order, lower case except for possible acronyms ("NATO").
    """

    display: str
    tokens: tuple[str, ...]


def spoken_words(text: str) -> tuple[Spoken, ...]:
    """List the words of a text as they are said; pieces without a letter, digit or spoken symbol are left out.

    >>> [word.tokens for word in spoken_words("Dr. Lee paid $5.50!")]
    [('doctor',), ('lee',), ('paid',), ('five', 'dollars', 'fifty', 'cents')]

    Raises:
        GestureError: the text, or one of its words, is too long to be said.
    """
    text = unicodedata.normalize("NFC", text).translate(QUOTES)
    text = re.sub(r"\[[^\]\n]{0,80}\]|<[^>\n]{0,80}>", " ", text)  # stage directions and markup
    text = re.sub(r"[–—―]|--+|\.\.+|…", lambda m: "-" if m[0] == "–" else " ", text)
    shouting = text.upper() == text
    found = []
    count = 0
    for piece in text.split():
        check_length(piece)
        display = _bare(piece)
        tokens = tuple(_say(display, piece, shouting)) if display else ()
        count += len(tokens)
        if count > MOST_TOKENS:
            raise GestureError(
                f"The transcript takes more than {MOST_TOKENS:,} words to say; an hour of speech has about 12,000.",
                remedy="Choose the text of this recording alone.",
            )
        if tokens:
            found.append(Spoken(display, tokens))
    return tuple(found)


def check_length(piece: str) -> None:
    """Make sure that a word can be said.

    Raises:
        GestureError: it is too long.
    """
    if len(piece) > MOST_LETTERS:
        raise GestureError(
            f"The transcript holds a word of {len(piece):,} characters: “{piece[:20]}…”.",
            remedy="Write it as it is spoken, or delete it.",
        )


def _bare(piece: str) -> str:
    """Take off the punctuation around a piece; signs that are spoken stay."""
    start, end = 0, len(piece)
    while start < end and not (piece[start].isalnum() or piece[start] in SYMBOLS or _opens(piece[start:])):
        start += 1
    while end > start and not (piece[end - 1].isalnum() or piece[end - 1] in "%°+&$£€@=×÷"):
        end -= 1
    if piece[end : end + 1] == "'" and end < len(piece) and piece[:end].lower().endswith("in"):
        end += 1  # runnin'
    return piece[start:end]


def _opens(rest: str) -> bool:
    return bool(re.match(r"'(\d0s|em|cause|til|tis|twas|bout)\b|[-.]\d", rest, re.IGNORECASE))


def _say(display: str, piece: str, shouting: bool) -> list[str]:
    """Return the spoken tokens of one piece of a text.

    Args:
        display: the piece without the punctuation around it.
        piece: with it.
        shouting: the whole text is in capitals, so capitals do not mean an acronym.
    """
    plain = display.lower()
    stopped = piece[piece.find(display) + len(display) :].startswith(".")
    if plain in ABBREVIATIONS and (stopped or "." in plain or plain not in ONLY_WITH_STOP):
        return ABBREVIATIONS[plain].split()
    if re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", display):  # U.S.A, p.m
        return [letter.lower() for letter in display.split(".")]
    if display in SYMBOLS:
        return SYMBOLS[display].split()
    number = _say_number(plain)
    if number is not None:
        return number
    if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", display) or re.fullmatch(
        r"(https?://)?[\w-]+(\.[\w-]+)*\.(com|org|net|edu|gov|io|co|uk|de|fm|tv|ai|html?)(/\S*)?", plain
    ):
        display = re.sub(r"https?://", "", display).replace(".", " dot ").replace("@", " at ").replace("/", " slash ")
    if display.startswith("#") and len(display) > 1:
        display = ("number " if display[1].isdigit() else "hashtag ") + display[1:]
    tokens: list[str] = []
    for part in re.split(r"[\s\-/_,;:!?\"()*|~^\\]+|\.(?!\d)|(?<!\d)\.", display):
        tokens += _say_part(part, shouting)
    return tokens


def _say_part(part: str, shouting: bool) -> list[str]:
    """Return the tokens of a piece without separators: a word, a number, or a mixture ("mp3", "R&D", "5km")."""
    number = _say_number(part.lower())
    if number is not None:
        return number
    tokens: list[str] = []
    for run in re.findall(rf"{NUMBER}|[^\W\d_]+(?:'[^\W\d_]+)*'?|[{re.escape(''.join(SYMBOLS))}]|'[^\W\d_]+", part):
        if run[0].isdigit():
            tokens += _say_number(run) or []
        elif run in SYMBOLS:
            tokens += SYMBOLS[run].split()
        else:
            word = "".join(c for c in unicodedata.normalize("NFKD", run) if not unicodedata.combining(c))
            word = word.replace("ß", "ss").replace("æ", "ae").replace("ø", "o").replace("ł", "l")
            word = re.sub(r"[^A-Za-z']", "", word)
            if re.search("[A-Za-z]", word):
                acronym = word.isupper() and len(word) > 1 and not shouting
                tokens.append(word if acronym else word.lower())
    return tokens


def _say_number(text: str) -> list[str] | None:
    """Return the words for a piece that is a number of some kind, else None. `text` is in lower case."""
    for pattern, say in NUMBER_FORMS:
        match = re.fullmatch(pattern, text)
        if match:
            return _split(say(*match.groups()))
    return None


def _split(phrase: str) -> list[str]:
    return re.findall(r"[a-z']+", phrase.lower())


def _cardinal(digits: str) -> str:
    digits = digits.replace(",", "")
    if "." in digits:
        whole, decimals = digits.split(".")
        return f"{_cardinal(whole or '0')} point {_digits(decimals)}"
    if len(digits) > 15 or (len(digits) > 1 and digits[0] == "0"):
        return _digits(digits)
    return _in_words(int(digits)).replace(" and ", " ")


def _in_words(number: int, to: str = "cardinal") -> str:
    from num2words import num2words  # takes a fiftieth of a start, and many texts hold no number

    return num2words(number, to=to)


def _digits(digits: str) -> str:
    return " ".join(_in_words(int(d)) for d in digits)


def _plain(digits: str) -> str:
    """Return the words for digits; four of them without a comma are a year where they can be one."""
    if re.fullmatch(r"1[1-9]\d\d|20[0-9]\d", digits):
        return _in_words(int(digits), to="year").replace(" and ", " ")
    return _cardinal(digits)


def _money(sign: str, amount: str, scale: str | None) -> str:
    one, many, cent, cents = MONEY[sign]
    if scale:
        return f"{_cardinal(amount)} {SCALES.get(scale, scale)} {many}"
    whole, _, part = amount.replace(",", "").partition(".")
    said = [] if part and int(whole) == 0 else [f"{_cardinal(whole)} {one if int(whole) == 1 else many}"]
    if part and int(part):
        count = int(part.ljust(2, "0")[:2])
        said.append(f"{_cardinal(str(count))} {cent if count == 1 else cents}")
    return " ".join(said) or f"zero {many}"


def _time(hour: str, minute: str, half: str | None) -> str:
    said = {"00": "" if half else "o'clock"}.get(minute) if minute == "00" else None
    if said is None:
        said = f"oh {_cardinal(minute[1])}" if minute[0] == "0" else _cardinal(minute)
    return f"{_cardinal(str(int(hour)))} {said} {' '.join((half or '').replace('.', ''))}"


def _decade(digits: str) -> str:
    year = int(digits)
    said = _in_words(year, to="year") if year > 99 else _in_words(year)
    if said.endswith("y"):
        return said[:-1] + "ies"
    return said + "s"


def _fraction(top: str, bottom: str) -> str:
    if bottom == "2":
        return f"{_cardinal(top)} {'half' if top == '1' else 'halves'}"
    if len(bottom) > 2 or int(top) >= int(bottom):
        return f"{_cardinal(top)} {_cardinal(bottom)}"  # 24/7
    part = "quarter" if bottom == "4" else _in_words(int(bottom), to="ordinal")
    return f"{_cardinal(top)} {part}{'' if top == '1' else 's'}"


def _with_unit(amount: str, unit: str) -> str:
    name = UNITS[unit]
    if amount.startswith("-"):
        return f"minus {_with_unit(amount[1:], unit)}"
    if amount == "1" and name.endswith("s") and " " not in name:
        name = {"feet": "foot"}.get(name, name[:-1])
    return f"{_cardinal(amount)} {name}"


NUMBER_FORMS = (
    (r"(\d+)", _plain),
    (rf"({NUMBER}|\.\d+)", lambda n: _cardinal(n)),
    (rf"[-−]({NUMBER})", lambda n: "minus " + _cardinal(n)),
    (rf"\+({NUMBER})", lambda n: "plus " + _cardinal(n)),
    (r"(\d[\d,]*)(?:st|nd|rd|th)", lambda n: _in_words(int(n.replace(",", "")), to="ordinal").replace(" and ", " ")),
    (rf"([$£€])({NUMBER})-?(k|m|mn|bn|b|tn|million|billion|thousand|trillion)?", _money),
    (rf"({NUMBER})([€£$])", lambda n, sign: _money(sign, n, None)),
    (r"(\d{1,2}):(\d\d)(am|pm|a\.m|p\.m)?", _time),
    (r"'?(\d{1,3}0)'?s", _decade),
    (r"(\d{1,3})/(\d{1,3})", _fraction),
    (rf"(-?{NUMBER})({'|'.join(map(re.escape, sorted(UNITS, key=len, reverse=True)))})", _with_unit),
    (r"(\d+)-(\d+)", lambda a, b: f"{_plain(a)} to {_plain(b)}"),
    (rf"({NUMBER})-({NUMBER})%", lambda a, b: f"{_cardinal(a)} to {_cardinal(b)} percent"),
    (r"(\d{1,4})-(year|day|hour|minute|week|month|mile|foot|page|man)s?", lambda n, u: f"{_cardinal(n)} {u}"),
)
