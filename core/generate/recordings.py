"""Cache of decoded audio, alignments and features: takes of one recording differ in chance alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..audio.load import Audio, load_audio
from ..language.languages import ENGLISH
from ..text.align import Alignment, align
from ..text.heard import heard_phones
from ..text.timing import Phone, Word
from ..text.transcript import Transcript
from .speech_features import SpeechFeatures, speech_features

MOST_KEPT = 4
# Samples of longer recordings are read again rather than kept: those of an hour are 230 MB, and reading takes 2 s.
_LONGEST_KEPT_S = 1200

T = TypeVar("T")


class RecordingKey(NamedTuple):
    """What tells a recording, or a part of one, from others, wherever its file lies."""

    sha256: str
    offset_s: float
    duration_s: float | None


@dataclass(frozen=True)
class Recording:
    """A recording, or the part of it that a take uses.

    Attributes:
        audio: its samples.
        offset_s, duration_s: the part; None for all that follows the offset.
    """

    audio: Audio
    offset_s: float
    duration_s: float | None

    @property
    def key(self) -> RecordingKey:
        """The recording's content, and the part of it."""
        return RecordingKey(self.audio.sha256, self.offset_s, self.duration_s)


class Recordings:
    """Cache that reads and aligns each recording once; new results replace the oldest ones."""

    def __init__(self):
        self._kept: dict[tuple, Any] = {}

    def load(
        self, path: Path, offset_s: float = 0.0, duration_s: float | None = None, decoded: Path | None = None
    ) -> Recording:
        """Read a recording; read it again only when its file changed, or when it is longer than twenty minutes.

        Args:
            path: the recording.
            offset_s: start of the part.
            duration_s: its length; None for all that follows the offset.
            decoded: a sound file with just this part, where the recording itself cannot be read.

        Raises:
            GestureError: as `core.audio.load.load_audio`.
        """

        def read() -> Recording:
            return Recording(load_audio(path, offset_s, duration_s, decoded), offset_s, duration_s)

        if not path.is_file():
            return read()
        stamp = path.stat()
        key = ("audio", path.resolve(), stamp.st_mtime_ns, stamp.st_size, offset_s, duration_s)
        return self._keep(key, read, lambda made: made.audio.seconds <= _LONGEST_KEPT_S)

    def align(
        self,
        recording: Recording,
        transcript: Transcript,
        progress: Callable[[float], None],
        cancelled: Callable[[], bool],
        language: str = ENGLISH,
        own: Mapping[str, str] | None = None,
    ) -> Alignment:
        """Find the times of the transcript's words, which are in a language, with the user's own pronunciations.

        Raises:
            GestureError: as `core.text.align.align`.
            Cancelled: `cancelled()` became true.
        """
        return self._keep(
            ("words", *recording.key, transcript, language, tuple(sorted((own or {}).items()))),
            lambda: align(
                recording.audio.samples,
                transcript,
                progress=progress,
                cancelled=cancelled,
                language=language,
                own=own,
                offset_s=recording.offset_s,
            ),
        )

    def sounds(self, recording: Recording, tell: Callable[[float], None]) -> tuple[Phone, ...]:
        """Hear the speech sounds of a recording without its text; `tell` is called with the share done."""
        return self._keep(("sounds", *recording.key), lambda: heard_phones(recording.audio.samples, tell))

    def features(
        self,
        recording: Recording,
        kind: str,
        words: Sequence[Word],
        weights: Path,
        language: str = ENGLISH,
        sounds: Sequence[Phone] = (),
    ) -> SpeechFeatures:
        """Compute the features of the kind that some weights need.

        Args:
            recording: the recording.
            kind: see `core.generate.speech_features`.
            words: aligned words.
            weights: the model folder; the released kind reads a recogniser from it.
            language: the language of the words.
            sounds: speech sounds that were heard, where the words have none.

        Raises:
            GestureError: there is no such kind, or the model folder lacks what it needs.
        """
        words, sounds = tuple(words), tuple(sounds)
        return self._keep(
            ("features", *recording.key, kind, words, weights, language, sounds),
            lambda: speech_features(kind, recording.audio.samples, words, weights, language, sounds),
        )

    def _keep(self, key: tuple, make: Callable[[], T], worth: Callable[[T], bool] = lambda made: True) -> T:
        """Return the value of a key, made when it is missing; of each sort, the newest few that are worth it stay."""
        if key in self._kept:
            return self._kept[key]
        made = make()
        if worth(made):
            self._kept[key] = made
            same = [other for other in self._kept if other[0] == key[0]]
            for old in same[:-MOST_KEPT]:
                del self._kept[old]
        return made
