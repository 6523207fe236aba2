"""Words and phones with their times, and the file words.json that stores them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import GestureError
from ..files import saved_file
from ..inputs import read_json


@dataclass(frozen=True)
class Phone:
    """One speech sound.

    Attributes:
        phone: ARPABET without stress ("AH", "NG").
        start_s, end_s: seconds from the start of the recording.
    """

    phone: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Word:
    """One spoken word.

    Attributes:
        word: as the transcript shows it, without surrounding punctuation.
        start_s, end_s: seconds from the start of the recording.
        confidence: 0-1, how well the sound fits the word.
        phones: its sounds in order; empty where the times came from a file that had none.
    """

    word: str
    start_s: float
    end_s: float
    confidence: float = 1.0
    phones: tuple[Phone, ...] = ()


# A pause that ends a phrase, seconds.
PHRASE_PAUSE_S = 0.18


def phrases_of(sounds: Sequence[Phone]) -> tuple[Word, ...]:
    """Join sounds that no pause divides: each phrase is a word without a text."""
    phrases: list[list[Phone]] = []
    for sound in sounds:
        if phrases and sound.start_s - phrases[-1][-1].end_s <= PHRASE_PAUSE_S:
            phrases[-1].append(sound)
        else:
            phrases.append([sound])
    return tuple(Word("", phrase[0].start_s, phrase[-1].end_s, 0.0, tuple(phrase)) for phrase in phrases)


def sounds_beside(sounds: Iterable[Phone], words: Iterable[Word]) -> tuple[Phone, ...]:
    """Return the sounds that are heard where no word has sounds of its own."""
    own = [(word.start_s, word.end_s) for word in words if word.phones]
    if not own:
        return tuple(sounds)
    return tuple(s for s in sounds if not any(a < s.end_s and s.start_s < b for a, b in own))


def sounds_to_json(sounds: Iterable[Phone]) -> list[list]:
    """Convert sounds to the form of take.json: phone, start and end in seconds."""
    return [[sound.phone, round(sound.start_s, 3), round(sound.end_s, 3)] for sound in sounds]


def sounds_from_json(entries: Iterable[Sequence]) -> tuple[Phone, ...]:
    """Make sounds from the form of take.json.

    Raises:
        KeyError, TypeError, ValueError, IndexError: an entry is no sound.
    """
    return tuple(Phone(str(entry[0]), float(entry[1]), float(entry[2])) for entry in entries)


def words_to_json(words: Iterable[Word]) -> list[dict]:
    """Convert words to the form of words.json; times in seconds, rounded to 0.1 ms."""
    return [
        {
            "word": word.word,
            "start_s": round(word.start_s, 4),
            "end_s": round(word.end_s, 4),
            "confidence": round(word.confidence, 3),
            "phones": [
                {"phone": p.phone, "start_s": round(p.start_s, 4), "end_s": round(p.end_s, 4)} for p in word.phones
            ],
        }
        for word in words
    ]


def words_from_json(entries: list[dict]) -> tuple[Word, ...]:
    """Make words from the form of words.json.

    Raises:
        KeyError, TypeError, ValueError: an entry is not a word.
    """
    return tuple(
        Word(
            str(entry["word"]),
            float(entry["start_s"]),
            float(entry["end_s"]),
            float(entry.get("confidence", 1.0)),
            tuple(Phone(str(p["phone"]), float(p["start_s"]), float(p["end_s"])) for p in entry.get("phones", ())),
        )
        for entry in entries
    )


def save_words(words: Iterable[Word], path: Path | str) -> None:
    """Write words.json; the old file stays whole if writing fails.

    Raises:
        GestureError: the file cannot be written.
    """
    path = Path(path)
    text = json.dumps(words_to_json(words), indent=1, ensure_ascii=False)
    with saved_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def load_words(path: Path | str) -> tuple[Word, ...]:
    """Read words.json.

    Raises:
        GestureError: the file is missing or is not a words.json.
    """
    path = Path(path)
    try:
        return words_from_json(read_json(path))
    except OSError as error:
        raise GestureError(
            f"{path} could not be read.", remedy="Align the transcript again.", detail=str(error)
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise GestureError(
            f"{path.name} is not a list of timed words.", remedy="Align the transcript again.", detail=repr(error)
        ) from error
