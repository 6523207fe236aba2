"""Changes of a take's words: other times, split, joined, spelled, added, removed; lists of words.json in and out.

    retimed   |we|had|  a  |plan|      "a" begins earlier:  "had" ends earlier, too
              |we|had|   a |plan|      its phones are squeezed with it
    split     | cannot |               "can" | "not", with the phones of each half
    joined    |New |York|              "New York", with the phones of both

Times stay in order: a word gives way to the one that is changed, until only `LEAST_S` of it is left.
"""

from collections.abc import Sequence

from ..errors import GestureError

# The shortest word, seconds.
LEAST_S = 0.02
# Edges that are nearer than this, seconds, touch.
TOUCH_S = 0.004
# Words with less confidence than this are shown as doubtful.
LOW_CONFIDENCE = 0.5
# What a word is worth that somebody placed by hand.
_SURE = 1.0
# Scripts that are written without spaces between words.
_WITHOUT_SPACES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xF900, 0xFAFF))

Words = list[dict]


def retimed(
    words: Sequence[dict], index: int, start_s: float, end_s: float, length_s: float, together: bool = False
) -> Words:
    """Give a word other times, as near to the wanted ones as its neighbours and the take allow.

    Args:
        words: entries of words.json, in order of time.
        index: place of the word.
        start_s: the wanted start, seconds.
        end_s: the wanted end, seconds.
        length_s: length of the take.
        together: whether an edge that touched the edge of a neighbour takes it along; if not, neighbours change only
            where they would overlap.
    """
    out, word = list(words), words[index]
    before = words[index - 1] if index else None
    after = words[index + 1] if index + 1 < len(words) else None
    low = 0.0 if before is None else before["start_s"] + LEAST_S
    high = max(length_s, word["end_s"]) if after is None else after["end_s"] - LEAST_S
    if high - low < LEAST_S:
        return out
    start_s = min(max(start_s, low), high - LEAST_S)
    end_s = min(max(end_s, start_s + LEAST_S), high)
    out[index] = {**_stretched(word, start_s, end_s), "confidence": _SURE}
    if before is not None:
        held = together and word["start_s"] - before["end_s"] <= TOUCH_S
        if held or before["end_s"] > start_s:
            out[index - 1] = _stretched(before, before["start_s"], start_s)
    if after is not None:
        held = together and after["start_s"] - word["end_s"] <= TOUCH_S
        if held or after["start_s"] < end_s:
            out[index + 1] = _stretched(after, end_s, after["end_s"])
    return out


def split(words: Sequence[dict], index: int, at_s: float, first: str, second: str) -> Words:
    """Make two words of one.

    Args:
        words: entries of words.json.
        index: place of the word.
        at_s: where the second one begins, seconds; outside of the word, it is cut in the middle.
        first: text of the first one.
        second: text of the second one.

    Raises:
        GestureError: a text is empty, or the word is too short.
    """
    word = words[index]
    start_s, end_s = word["start_s"], word["end_s"]
    if end_s - start_s < 2 * LEAST_S:
        raise GestureError(f"“{word['word']}” is too short to be split.", remedy="Make it longer first.")
    if not start_s + LEAST_S <= at_s <= end_s - LEAST_S:
        at_s = (start_s + end_s) / 2
    phones: tuple[list, list] = ([], [])
    for phone in word.get("phones", ()):
        phones[(phone["start_s"] + phone["end_s"]) / 2 >= at_s].append(phone)
    halves = [
        {**word, "word": _text(text), "start_s": begin, "end_s": end, "phones": [_within(p, begin, end) for p in said]}
        for text, begin, end, said in ((first, start_s, at_s, phones[0]), (second, at_s, end_s, phones[1]))
    ]
    return [*words[:index], *halves, *words[index + 1 :]]


def halves(text: str) -> tuple[str, str]:
    """Cut a text in two: at a space or a hyphen where it has one, else in the middle."""
    for sign in (" ", "-"):
        first, found, second = text.partition(sign)
        if found and first and second:
            return first, second
    middle = max(1, len(text) // 2)
    return text[:middle], text[middle:] or text


def joined(words: Sequence[dict], first: int, last: int, text: str = "") -> Words:
    """Make one word of several.

    Args:
        words: entries of words.json.
        first: place of the first of them.
        last: place of the last one.
        text: of the new word; by default the texts of all.

    Raises:
        GestureError: it is only one word.
    """
    if not 0 <= first < last < len(words):
        raise GestureError("There is no second word to join.", remedy="Choose a word that another one follows.")
    parts = words[first : last + 1]
    new = {
        **parts[0],
        "word": _text(text or joined_text([part["word"] for part in parts])),
        "end_s": max(part["end_s"] for part in parts),
        "confidence": min(part.get("confidence", _SURE) for part in parts),
        "phones": [phone for part in parts for phone in part.get("phones", ())],
    }
    return [*words[:first], new, *words[last + 1 :]]


def joined_text(texts: Sequence[str]) -> str:
    """Return several words as one text, with spaces where their script has them."""
    out = ""
    for text in texts:
        spaced = out and not (_is_without_spaces(out[-1]) and _is_without_spaces(text[:1] or "a"))
        out += f" {text}" if spaced else text
    return out


def spelled(words: Sequence[dict], index: int, text: str, phones: Sequence[dict]) -> Words:
    """Give a word another text and the phones of this text.

    Raises:
        GestureError: the text is empty.
    """
    word = words[index]
    said = [_within(phone, word["start_s"], word["end_s"]) for phone in phones]
    new = {**word, "word": _text(text), "phones": said, "confidence": _SURE}
    return [*words[:index], new, *words[index + 1 :]]


def added(words: Sequence[dict], text: str, start_s: float, end_s: float) -> tuple[Words, int]:
    """Add a word between two times, as far as there is room between other words, and return its place.

    Raises:
        GestureError: the text is empty, or another word is there.
    """
    index = sum(word["start_s"] <= start_s for word in words)
    room_from = words[index - 1]["end_s"] if index else 0.0
    room_to = words[index]["start_s"] if index < len(words) else max(end_s, start_s)
    start_s, end_s = max(start_s, room_from), min(end_s, room_to)
    if end_s - start_s < LEAST_S:
        raise GestureError(
            "Another word is there.", remedy="Move the playhead into a pause, or split or spell the word."
        )
    new: dict = {"word": _text(text), "start_s": start_s, "end_s": end_s, "confidence": _SURE, "phones": []}
    return [*words[:index], new, *words[index:]], index


def removed(words: Sequence[dict], index: int) -> Words:
    """Leave a word out."""
    return [*words[:index], *words[index + 1 :]]


def same_ends(before: Sequence[dict], after: Sequence[dict]) -> tuple[int, int]:
    """Return how many words at the start, and how many at the end, are the same in two lists."""
    most = min(len(before), len(after))
    first = next((i for i in range(most) if before[i] != after[i]), most)
    last = next((i for i in range(most - first) if before[-1 - i] != after[-1 - i]), most - first)
    return first, last


def changed_s(before: Sequence[dict], after: Sequence[dict]) -> tuple[float, float] | None:
    """Return the first and the last second at which two lists of words differ; None where they are the same."""
    first, last = same_ends(before, after)
    parts = [*before[first : len(before) - last], *after[first : len(after) - last]]
    return (min(word["start_s"] for word in parts), max(word["end_s"] for word in parts)) if parts else None


def with_span(spans: Sequence[Sequence[float]], start_s: float, end_s: float) -> list[list[float]]:
    """Add a span to spans of seconds; those that overlap become one."""
    out: list[list[float]] = []
    for begin, end in sorted([*map(list, spans), [start_s, end_s]]):
        if out and begin <= out[-1][1]:
            out[-1][1] = max(out[-1][1], end)
        else:
            out.append([begin, end])
    return out


def without_span(spans: Sequence[Sequence[float]], start_s: float, end_s: float) -> list[list[float]]:
    """Take a span out of spans of seconds."""
    parts = [part for begin, end in spans for part in ([begin, min(end, start_s)], [max(begin, end_s), end])]
    return [[begin, end] for begin, end in parts if begin < end]


def _stretched(word: dict, start_s: float, end_s: float) -> dict:
    """Return a word with other times, and its phones at the same shares of it."""
    old_s = max(word["end_s"] - word["start_s"], 1e-6)

    def moved(time_s: float) -> float:
        share = min(max((time_s - word["start_s"]) / old_s, 0.0), 1.0)
        return start_s + share * (end_s - start_s)

    phones = [
        {**phone, "start_s": moved(phone["start_s"]), "end_s": moved(phone["end_s"])}
        for phone in word.get("phones", ())
    ]
    return {**word, "start_s": start_s, "end_s": end_s, "phones": phones}


def _within(phone: dict, start_s: float, end_s: float) -> dict:
    begin = min(max(phone["start_s"], start_s), end_s)
    return {**phone, "start_s": begin, "end_s": min(max(phone["end_s"], begin), end_s)}


def _text(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise GestureError("The word has no letters.", remedy="Type a word.")
    return text


def _is_without_spaces(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _WITHOUT_SPACES)
