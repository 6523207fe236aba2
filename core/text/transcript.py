"""The text of a transcript file: plain text, subtitles (srt, vtt), Praat TextGrid or whisper's JSON."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import GestureError
from ..inputs import check_regular, parse_json
from ..plain_values import is_number
from .timing import Phone, Word, words_from_json

MAX_BYTES = 5_000_000  # the times and probabilities of words take most of it
# An hour of speech has about 12,000 words; written without spaces they have 40,000 characters, with them 90,000.
MOST_WORDS, MOST_CHARACTERS = 20_000, 300_000
# Of a TextGrid: an hour has 12,000 words and 40,000 phones. Its reader takes long for each tier.
MOST_INTERVALS, MOST_TIERS = 100_000, 200
NOT_TEXT = "Choose the text of the speech as .txt, .srt, .vtt, .TextGrid or whisper .json."
_GROUP = 8  # words of whisper that make a caption where it has no segments
WORD_TIERS = ("words", "word", "orthography", "ort-mau", "ort")
PHONE_TIERS = ("phones", "phone", "phonemes", "mau", "kan-mau")
_SRT_TIME = r"(\d{1,4}):(\d{1,2}):(\d{1,2})[,.](\d{1,9})"
_SRT_TIMES = re.compile(rf"\s{{0,20}}{_SRT_TIME}\s{{0,20}}-->\s{{0,20}}{_SRT_TIME}")
# Markup and descriptions of sound in captions; a sign that opens ends the search for one that closes.
_NOT_SAID = re.compile(r"<[^<>]*>|\{\\[^{}]*\}|\[[^\[\]]*\]|\([A-Z][A-Z ]*\)|♪")
_SPEAKER = re.compile(r"\s*(-\s*|>>+\s*|[A-Z][A-Z .'-]{1,30}:\s)")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
NO_WORD = {"", "sp", "sil", "spn", "<sil>", "<eps>", "<unk>", "<p:>", "{ls}", "{ns}", "noise"}


@dataclass(frozen=True)
class Caption:
    """A part of a text with its place in the recording.

    Attributes:
        text: what is said.
        start_s, end_s: seconds from the start of the recording, roughly.
    """

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Transcript:
    """The text of a recording.

    Attributes:
        text: the whole text, with its punctuation.
        words: the words with their times, where the file gave a time to every word; else None.
        captions: parts of the text with rough times, where the file has such times; else None.
    """

    text: str
    words: tuple[Word, ...] | None = None
    captions: tuple[Caption, ...] | None = None


def read_transcript(path: Path | str) -> Transcript:
    """Read a transcript file in the format that its suffix names; a file with another suffix is plain text.

    Raises:
        GestureError: the file is missing, empty, not text, not in its format, too long, or holds no words.
    """
    path = Path(path)
    text = _decoded(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return parse_transcript(text, path.name)
    _check_amount(text, path)
    try:
        transcript = reader(text, path)
    except GestureError:
        raise
    except Exception as error:  # every reader library has errors of its own
        raise GestureError(
            f"{path.name} is not a valid {path.suffix} file.",
            remedy="Export it again, or save the plain text as .txt.",
            detail=repr(error),
        ) from error
    for part in (transcript.text, " ".join(caption.text for caption in transcript.captions or ())):
        _check_length(part, path.name)
    if len(transcript.words or ()) > MOST_WORDS:
        raise _too_long(path.name)
    _check_words(transcript.text, path.name)
    return transcript


def _check_amount(text: str, path: Path) -> None:
    """Refuse what is clearly too much before a reader takes long for it."""
    suffix = path.suffix.lower()
    if suffix == ".vtt" and text.count("-->") > MOST_WORDS:
        raise _too_long(path.name)
    if suffix == ".textgrid" and (text.count('"') > 2 * MOST_INTERVALS or text.count('Tier"') > MOST_TIERS):
        raise GestureError(
            f"{path.name} holds more than {MOST_INTERVALS:,} intervals or {MOST_TIERS} tiers.",
            remedy="Save the tiers with the words and the phones of this recording alone.",
        )


def parse_transcript(text: str, name: str = "The transcript") -> Transcript:
    """Make a transcript of plain text.

    Args:
        text: what is said.
        name: name of the text, for messages.

    Raises:
        GestureError: the text is empty, too long, or holds no words.
    """
    _check_words(text, name)
    return Transcript(text.strip())


def _check_words(text: str, name: str) -> None:
    if not text.strip():
        raise GestureError(f"{name} is empty.", remedy="Write what is said in the recording into it.")
    _check_length(text, name)
    if "\0" in text:
        raise GestureError(f"{name} is not text.", remedy=NOT_TEXT)
    if not re.search(r"[^\W_]", text):
        raise GestureError(
            f"{name} holds no words that can be spoken.",
            remedy="Write what is said in the recording into it.",
        )


def _check_length(text: str, name: str) -> None:
    if len(text) > MOST_CHARACTERS or len(text.split()) > MOST_WORDS:
        raise _too_long(name)


def _too_long(name: str) -> GestureError:
    return GestureError(
        f"{name} holds more than {MOST_WORDS:,} words; an hour of speech has about 12,000.",
        remedy="Choose the text of this recording alone.",
    )


def _decoded(path: Path) -> str:
    if path.is_dir():
        raise GestureError(f"{path.name} is a folder, not a transcript.", remedy=NOT_TEXT)
    if not path.exists():
        raise GestureError(f"There is no transcript {path}.", remedy="Check the path, or choose the transcript again.")
    try:
        check_regular(path)
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b"\0"
    except OSError as error:
        raise GestureError(
            f"{path.name} could not be opened.", remedy="Check the file's permissions.", detail=str(error)
        ) from error
    if not data.strip():
        raise GestureError(f"{path.name} is empty.", remedy="Write what is said in the recording into it.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        encodings = ()
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(1 for _ in _CONTROL.finditer(text)) <= len(text) // 100:
            return text
    raise GestureError(f"{path.name} is not text.", remedy=NOT_TEXT)


def _srt(text: str, path: Path) -> Transcript:
    """Read SubRip subtitles: blocks of a number, a line of times, and lines of text."""
    lines = text.splitlines()
    times = [number for number, line in enumerate(lines) if _SRT_TIMES.match(line)]
    if not times:
        raise ValueError("no line of times such as 00:00:01,000 --> 00:00:02,000")
    # The number of the next block stands on the line above its times.
    ends = [place - 1 if lines[place - 1].strip().isdigit() else place for place in times[1:]] + [len(lines)]
    spans = zip(times, ends, strict=True)
    return _of_captions([("\n".join(lines[first + 1 : end]), *_srt_seconds(lines[first])) for first, end in spans])


def _srt_seconds(line: str) -> tuple[float, float]:
    """Return the two times of a line that `_SRT_TIMES` fits, in seconds."""
    match = _SRT_TIMES.match(line)
    values = match.groups() if match else ("0",) * 8
    start_s, end_s = (
        int(hour) * 3600 + int(minute) * 60 + int(second) + float(f"0.{part}")
        for hour, minute, second, part in (values[:4], values[4:])
    )
    return start_s, end_s


def _vtt(text: str, path: Path) -> Transcript:
    import webvtt

    blocks = webvtt.from_string(text).captions
    return _of_captions([(block.text, block.start_in_seconds, block.end_in_seconds) for block in blocks])


def _of_captions(blocks: list[tuple[str, float, float]]) -> Transcript:
    """Make a transcript of captions without markup, descriptions of sound, names of speakers and repeated lines."""
    lines: list[str] = []
    captions: list[Caption] = []
    for content, start_s, end_s in blocks:
        own = []
        for line in _NOT_SAID.sub(" ", content).splitlines():
            said = _SPEAKER.match(line)
            line = " ".join(line[said.end() if said else 0 :].split())
            if line and line not in lines[-2:]:
                lines.append(line)
                own.append(line)
        if own:
            captions.append(Caption("\n".join(own), float(start_s), float(end_s)))
    return Transcript("\n".join(lines), captions=tuple(captions))


def _textgrid(text: str, path: Path) -> Transcript:
    from praatio import textgrid

    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    names = {name.lower(): name for name in grid.tierNames}
    named = next((names[name] for name in WORD_TIERS if name in names), None)
    tier = grid.getTier(named or grid.tierNames[0])
    entries = [entry for entry in tier.entries if entry.label.strip().lower() not in NO_WORD]
    if not hasattr(tier.entries[0] if tier.entries else None, "end"):
        raise GestureError(
            f"{path.name} holds no interval tier with words.",
            remedy="Add a tier named words, or save the text as .txt.",
        )
    text = " ".join(entry.label.strip() for entry in entries)
    if named is None and any(len(entry.label.split()) > 1 for entry in entries):
        captions = tuple(Caption(entry.label.strip(), entry.start, entry.end) for entry in entries)
        return Transcript(text, captions=captions)
    phone_tier = next((names[name] for name in PHONE_TIERS if name in names), None)
    sounds = grid.getTier(phone_tier).entries if phone_tier else ()
    phones = [
        Phone(re.sub(r"\d", "", sound.label.strip().upper()), sound.start, sound.end)
        for sound in sounds
        if sound.label.strip().lower() not in NO_WORD
    ]
    return Transcript(
        text,
        tuple(
            Word(
                entry.label.strip(),
                entry.start,
                entry.end,
                1.0,
                own,
            )
            for entry, own in zip(entries, _inside(phones, entries), strict=True)
        ),
    )


def _inside(phones: list[Phone], entries: list) -> Iterator[tuple[Phone, ...]]:
    """Yield the phones inside each word; both are in order of time."""
    place = 0
    for entry in entries:
        while place < len(phones) and phones[place].start_s < entry.start - 1e-6:
            place += 1
        own = []
        while place < len(phones) and phones[place].end_s <= entry.end + 1e-6:
            own.append(phones[place])
            place += 1
        yield tuple(own)


def _whisper(text: str, path: Path) -> Transcript:
    """Read words.json, or the JSON of openai-whisper, faster-whisper, whisperX (segments with words) or whisper.cpp."""
    content = parse_json(text)
    if isinstance(content, list):
        if content and all("start_s" in entry for entry in content):
            given_words = words_from_json(content)
            return Transcript(" ".join(word.word for word in given_words), given_words)
        content = {"segments": content}
    segments = content.get("segments") or content.get("transcription") or []
    said = content.get("text") or " ".join(str(segment.get("text", "")).strip() for segment in segments)
    timed = content.get("words") or [word for segment in segments for word in segment.get("words") or ()]
    words = []
    for entry in timed:
        name = str(entry.get("word", entry.get("text", ""))).strip().strip('.,;:!?"“”…()')
        start, end = entry.get("start", entry.get("start_s")), entry.get("end", entry.get("end_s"))
        if name and start is not None and end is not None:
            sure = entry.get("probability", entry.get("score", entry.get("confidence", 1.0)))
            words.append(Word(name, float(start), float(end), float(sure)))
    complete = bool(words) and len(words) == len(timed)
    if not said.strip():
        said = " ".join(str(entry.get("word", entry.get("text", ""))).strip() for entry in timed)
    given = any("start_s" in entry for entry in timed)  # a words.json: its times are exact
    captions = None if given else _whisper_captions(segments, words if complete else [])
    return Transcript(said.strip(), tuple(words) if complete else None, captions)


def _whisper_captions(segments: list, words: list[Word]) -> tuple[Caption, ...] | None:
    """Return whisper's segments as captions: its times are rough, also those of words."""
    found = []
    for segment in segments:
        start_s, end_s = segment.get("start"), segment.get("end")
        text = str(segment.get("text", "")).strip()
        if is_number(start_s, 0, 1e6) and is_number(end_s, start_s, 1e6) and text:
            found.append(Caption(text, float(start_s), float(end_s)))
    if len(found) == len(segments) and found:
        return tuple(found)
    groups = [words[first : first + _GROUP] for first in range(0, len(words), _GROUP)]
    return (
        tuple(Caption(" ".join(word.word for word in group), group[0].start_s, group[-1].end_s) for group in groups)
        or None
    )


READERS: dict[str, Callable[[str, Path], Transcript]] = {
    ".srt": _srt,
    ".vtt": _vtt,
    ".textgrid": _textgrid,
    ".json": _whisper,
}
