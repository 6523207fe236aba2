"""The words of a take: read, aligned, and what take.json says about them.

transcript ── language ── aligned ──────────────────────────────── words with times and phones
                            └ does not fit ── English: an error, or no words where that is allowed
                                            └ other languages: times by voice activity and syllables
no transcript, or words without phones ──── the phones that are heard in the sound alone
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import requests
from ..errors import GestureError
from ..language.detection import language_of
from ..language.languages import AUTO, ENGLISH, check_code
from ..text.estimate import estimated_words
from ..text.timing import Phone, Word
from ..text.transcript import Transcript, parse_transcript, read_transcript
from .recordings import Recording, Recordings
from .steps import Step

NONE, ALIGNED, ESTIMATED, LEFT_OUT = "none", "aligned", "estimated", "left out"
# Of the user's own words: more than any script has, and longer than any word sounds.
_MOST_PRONUNCIATIONS, _MOST_LETTERS = 2_000, 500


@dataclass(frozen=True)
class SpokenWords:
    """Words with their times.

    Attributes:
        words: in order of time.
        language: the language of the words.
        facts: what take.json says about the alignment.
        sounds: speech sounds that were heard in the recording, where the words have none.
        text: the transcript; empty without words.
    """

    words: tuple[Word, ...]
    language: str
    facts: dict[str, Any]
    sounds: tuple[Phone, ...] = ()
    text: str = ""

    @property
    def english(self) -> tuple[Word, ...]:
        """The words, where they are English: the word vectors know no other language."""
        return self.words if self.language == ENGLISH else ()


def check_request(request: requests.Generate | requests.Align) -> None:
    """Make sure that a request's transcript can be read, before the long work.

    Raises:
        GestureError: it cannot; or there is no such language, or a pronunciation is empty.
    """
    check_code(request.language)
    own_pronunciations(request.pronunciations)
    transcript_of(request)


def transcript_of(request: requests.Generate | requests.Align) -> Transcript | None:
    """Read the transcript of a request; None where it has none.

    Raises:
        GestureError: as `core.text.transcript.read_transcript`.
    """
    if request.transcript_text is not None:
        return parse_transcript(request.transcript_text)
    return None if request.transcript is None else read_transcript(request.transcript)


def spoken_words(
    request: requests.Generate | requests.Align, recordings: Recordings, recording: Recording, step: Step
) -> SpokenWords:
    """Find the times of the words of a request's transcript.

    Args:
        request: the transcript, its language and the user's pronunciations.
        recordings: keeps what was aligned before.
        recording: the sound.
        step: is told about progress.

    Raises:
        GestureError: the transcript is unreadable; or it is English and not of the recording, and words are needed.
        Cancelled: the work is to stop.
    """
    check_code(request.language)
    transcript = transcript_of(request)

    def heard() -> tuple[Phone, ...]:
        def tell(share: float) -> None:
            step.check()
            step.report(share)

        return recordings.sounds(recording, tell)

    if transcript is None:
        return SpokenWords((), ENGLISH, {"words": NONE}, heard())
    language = language_of(transcript.text, request.language)
    own = own_pronunciations(request.pronunciations)
    said = {"language": language, **({"found": True} if request.language == AUTO else {})}
    try:
        alignment = recordings.align(recording, transcript, step.report, step.cancelled, language, own)
    except GestureError as error:
        if language == ENGLISH and not getattr(request, "allow_no_words", False):
            raise
        if language == ENGLISH:
            return SpokenWords((), ENGLISH, {"words": LEFT_OUT, "reason": error.message}, heard())
        words = estimated_words(recording.audio.samples, transcript.text, language)
        return SpokenWords(
            words, language, {"words": ESTIMATED, "reason": error.message, **said}, heard(), transcript.text
        )
    facts = {"words": ALIGNED, "score": round(float(alignment.score), 3), **said}
    lacking = not any(word.phones for word in alignment.words)
    return SpokenWords(alignment.words, language, facts, heard() if lacking else (), transcript.text)


def own_pronunciations(values: Mapping[str, Any]) -> dict[str, str]:
    """Check a request's pronunciations.

    Raises:
        GestureError: a word has no text as its sound, or a sound that nobody can say; or there are too many.
    """
    if len(values) > _MOST_PRONUNCIATIONS:
        raise GestureError(
            f"There are {len(values):,} pronunciations of your own; {_MOST_PRONUNCIATIONS:,} are possible.",
            remedy="Keep those of words that are spoken here.",
        )
    for word, sound in values.items():
        if not word.strip() or not isinstance(sound, str) or not any(sign.isalnum() for sign in sound):
            raise GestureError(
                f"The pronunciation of {word[:60]!r} is empty.",
                remedy="Write what the word sounds like, or remove it.",
            )
        if max(len(word), len(sound)) > _MOST_LETTERS:
            raise GestureError(
                f"The pronunciation of {word[:60]!r} is longer than {_MOST_LETTERS} letters.",
                remedy="Give every word a pronunciation of its own.",
            )
    return {word.strip(): " ".join(sound.split()) for word, sound in values.items()}
