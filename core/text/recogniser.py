"""The text of a recording, written by a recogniser of the user's: faster-whisper, with a folder of its model.

Package and model are optional and part of no zip: where the worker's Python has the package, it is used. The text is a
draft for the user to read and correct; alignment finds its times afterwards, more exactly than the recogniser does.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import GestureError
from ..language.languages import AUTO, name_of
from ..parallel import thread_count
from .recogniser_folder import REMEDY, check_recogniser
from .transcript import Caption

PACKAGE = "faster-whisper"
# The recogniser's names of languages that have other codes here.
_SAME = {"hak": "zh", "yue": "zh"}


@dataclass(frozen=True)
class Written:
    """What a recogniser wrote.

    Attributes:
        captions: the sentences with their times.
        language: the code of the language that was heard.
    """

    captions: tuple[Caption, ...]
    language: str

    @property
    def text(self) -> str:
        """The whole text, a sentence on each line."""
        return "\n".join(caption.text for caption in self.captions)


def written_text(
    samples: np.ndarray, folder: Path, language: str, device: str, tell: Callable[[float], None]
) -> Written:
    """Write down what is said.

    Args:
        samples: (N,) 16 kHz mono.
        folder: the model of faster-whisper.
        language: a code; "auto" lets the recogniser find the language.
        device: "auto", "cpu" or "cuda".
        tell: is called with the share done; what it raises stops the work.

    Raises:
        GestureError: the package or the model is missing or unusable, the model does not know the language, or it hears
            no words.
    """
    check_recogniser(folder)
    model = _load(folder, device)
    tell(0.0)
    code = None if language == AUTO else _SAME.get(language, language.partition("-")[0])
    if code is not None and code not in model.supported_languages:
        raise GestureError(
            f"The recogniser does not know {name_of(language)}.",
            remedy="Choose a model of many languages, or empty Language to have it found.",
        )
    found = []
    segments, heard = _segments(model, samples, code, folder)
    for segment in segments:
        tell(min(1.0, segment.end * SAMPLE_RATE / max(1, len(samples))))
        if text := " ".join(segment.text.split()):
            found.append(Caption(text, float(segment.start), float(segment.end)))
    if not found:
        raise GestureError(
            "The recogniser hears no words in the recording.",
            remedy="Check that the right track was chosen, or write the text yourself.",
        )
    return Written(tuple(found), heard)


def _load(folder: Path, device: str) -> Any:
    # A model that lacks a file must not make the library fetch it.
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from faster_whisper import WhisperModel
    except (ImportError, OSError) as error:
        raise GestureError(
            f"Writing the text needs the package {PACKAGE}, which the worker's Python does not have.",
            remedy=f"Install it (pip install {PACKAGE}) into a Python of your own, and choose that Python in the "
            "extension's preferences; or write the text yourself.",
            detail=str(error),
        ) from error
    try:
        return WhisperModel(str(folder), device=device, cpu_threads=thread_count(), local_files_only=True)
    except Exception as error:  # each of its libraries has errors of its own
        raise _unusable(folder, error) from error


def _segments(model: Any, samples: np.ndarray, code: str | None, folder: Path) -> tuple[Iterator[Any], str]:
    """Return what the model hears, sentence by sentence while it works, and the code of the language."""
    try:
        # Silence is left out, because a recogniser invents words for it.
        segments, about = model.transcribe(
            samples.astype(np.float32), language=code, vad_filter=True, condition_on_previous_text=False
        )
    except Exception as error:
        raise _unusable(folder, error) from error

    def each() -> Iterator[Any]:
        try:
            yield from segments
        except Exception as error:
            raise _unusable(folder, error) from error

    return each(), str(about.language)


def _unusable(folder: Path, error: Exception) -> GestureError:
    return GestureError(
        f"The recogniser in {folder.name} cannot be used.", remedy=REMEDY, detail=f"{type(error).__name__}: {error}"
    )
