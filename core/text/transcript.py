"""The text of a transcript file: plain text, subtitles (srt, vtt), Praat TextGrid or whisper's JSON."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import GestureError
from ..inputs import check_regular, parse_json
from .timing import Phone, Word

MAX_BYTES = 5_000_000  # a million words: no take is that long
NOT_TEXT = "Choose the text of the speech as .txt, .srt, .vtt, .TextGrid or whisper .json."
WORD_TIERS = ("words", "word", "orthography", "ort-mau", "ort")
PHONE_TIERS = ("phones", "phone", "phonemes", "mau", "kan-mau")
_SRT_TIMES = re.compile(r"\s*\d+:\d+:\d+[,.]\d+\s*-->\s*\d+:\d+:\d+[,.]\d+")
NO_WORD = {"", "sp", "sil", "spn", "<sil>", "<eps>", "<unk>", "<p:>", "{ls}", "{ns}", "noise"}


@dataclass(frozen=True)
class Transcript:
    """The text of a recording.

    Attributes:
        text: the whole text, with its punctuation.
        words: the words with their times, where the file gave a time to every word; else None.
    """

    text: str
    words: tuple[Word, ...] | None = None


def read_transcript(path: Path | str) -> Transcript:
    """Read a transcript file in the format that its suffix names; a file with another suffix is plain text.

    Raises:
        GestureError: the file is missing, empty, not text, not in its format, or holds no words.
    """
    path = Path(path)
    text = _decoded(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return parse_transcript(text, path.name)
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
    _check_words(transcript.text, path.name)
    return transcript


def parse_transcript(text: str, name: str = "The transcript") -> Transcript:
    """Make a transcript of plain text.

    Args:
        text: what is said.
        name: name of the text, for messages.

    Raises:
        GestureError: the text is empty or holds no words.
    """
    _check_words(text, name)
    return Transcript(text.strip())


def _check_words(text: str, name: str) -> None:
    if not text.strip():
        raise GestureError(f"{name} is empty.", remedy="Write what is said in the recording into it.")
    if "\0" in text:
        raise GestureError(f"{name} is not text.", remedy=NOT_TEXT)
    if not re.search(r"[^\W_]", text):
        raise GestureError(
            f"{name} holds no words that can be spoken.",
            remedy="Write what is said in the recording into it.",
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
        control = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v" for c in text)
        if control <= len(text) // 100:
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
    return Transcript(_captions("\n".join(lines[start + 1 : end]) for start, end in zip(times, ends, strict=True)))


def _vtt(text: str, path: Path) -> Transcript:
    import webvtt

    return Transcript(_captions(caption.text for caption in webvtt.from_string(text).captions))


def _captions(contents) -> str:
    """Join captions to a text without markup, descriptions of sound, names of speakers and repeated lines."""
    lines: list[str] = []
    for content in contents:
        for line in re.sub(r"<[^>]*>|\{\\[^}]*\}|\[[^\]]*\]|\([A-Z][A-Z ]*\)|♪", " ", content).splitlines():
            line = re.sub(r"^\s*(-\s*|>>+\s*|[A-Z][A-Z .'-]{1,30}:\s)", "", line).strip()
            if line and line not in lines[-2:]:
                lines.append(line)
    return "\n".join(lines)


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
        return Transcript(text)  # phrases
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
                tuple(p for p in phones if entry.start - 1e-6 <= p.start_s and p.end_s <= entry.end + 1e-6),
            )
            for entry in entries
        ),
    )


def _whisper(text: str, path: Path) -> Transcript:
    """Read the JSON of openai-whisper, faster-whisper and whisperX (segments with words), or whisper.cpp."""
    content = parse_json(text)
    if isinstance(content, list):
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
    return Transcript(said.strip(), tuple(words) if complete else None)


READERS: dict[str, Callable[[str, Path], Transcript]] = {
    ".srt": _srt,
    ".vtt": _vtt,
    ".textgrid": _textgrid,
    ".json": _whisper,
}
