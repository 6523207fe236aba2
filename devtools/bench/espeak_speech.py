"""Speech of espeak-ng with the times at which its words begin: texts in any language whose alignment can be judged.

espeak-ng varies what it says from call to call. So each text is spoken by a process of its own, and is always the same.
"""

import ctypes
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from core.audio.resampling import Resampler
from core.language.languages import LANGUAGES

# Values of espeak-ng's header speak_lib.h.
_SYNCHRONOUS, _BUFFER_MS, _PHONEME_EVENTS = 2, 200, 0x8001
_UTF8, _PHONEMES_OF_EVENTS = 1, 0x1000
_RATE = 1
_WORD = 1


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    """`espeak_EVENT` of the header."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Speech:
    """A text that was spoken.

    Attributes:
        samples: (N,) 16 kHz mono.
        words: for every word, the place of its first character in the text, and the second at which it begins.
    """

    samples: np.ndarray
    words: tuple[tuple[int, float], ...]

    def start_s(self, first: int, last: int) -> float | None:
        """Return when the first word begins that stands at the characters [first, last); None where none does."""
        return next((start_s for place, start_s in self.words if first <= place < last), None)


def speak(text: str, language: str, words_per_minute: int = 150) -> Speech:
    """Let espeak-ng read a text.

    Args:
        text: what to say.
        language: its code.
        words_per_minute: how fast.

    Raises:
        ValueError: espeak-ng has no voice of the language.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_speak, text, language, words_per_minute).result()


def _speak(text: str, language: str, words_per_minute: int) -> Speech:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(
        _SYNCHRONOUS, _BUFFER_MS, espeakng_loader.get_data_path().encode(), _PHONEME_EVENTS
    )
    sounds: list[np.ndarray] = []
    words: list[tuple[int, float]] = []

    def heard(wave, count: int, events) -> int:
        if count > 0:
            sounds.append(np.ctypeslib.as_array(wave, (count,)).copy())
        place = 0
        while events[place].type:
            event = events[place]
            if event.type == _WORD:
                words.append((event.text_position - 1, event.sample / rate))
            place += 1
        return 0

    callback = _Callback(heard)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(LANGUAGES[language].voice.encode()) != 0:
        raise ValueError(language)
    library.espeak_SetParameter(_RATE, words_per_minute, 0)
    said = text.encode()
    library.espeak_Synth(said, ctypes.c_size_t(len(said) + 1), 0, 0, 0, _UTF8 | _PHONEMES_OF_EVENTS, None, None)
    wave = np.concatenate(sounds).astype(np.float64) / 32768
    resampler = Resampler(rate)
    return Speech(np.concatenate([resampler.push(wave), resampler.finish()]), tuple(words))
