"""The synthetic voices by the engine that speaks them: one table for the corpus and the measurements."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr

from core.clock import SAMPLE_RATE
from core.errors import GestureError
from training.corpus import flite, kokoro

# (voice, sentence, speed) -> (N,) float32 at 16 kHz.
Speak = Callable[[str, str, float], np.ndarray]


@dataclass(frozen=True)
class Engine:
    """A program that speaks.

    Attributes:
        voices: the training voices; in this order they take turns.
        why_not: function that says what is missing to speak, "" when nothing is.
        load: function that takes a number of threads, and returns the function that speaks a sentence.
    """

    voices: tuple[str, ...]
    why_not: Callable[[], str]
    load: Callable[[int], Speak]


def _kokoro(threads: int) -> Speak:
    network = kokoro.load_network(threads)

    def say(voice: str, text: str, speed: float) -> np.ndarray:
        return soxr.resample(kokoro.speak(network, voice, text, speed), kokoro.SAMPLE_RATE, SAMPLE_RATE, "HQ")

    return say


def _flite(threads: int) -> Speak:
    if reason := flite.why_not():
        raise GestureError(reason, remedy="Follow the installation in the docstring of training/corpus/flite.py.")
    return flite.speak


ENGINES = {
    # Women and men in turn, American and British; left out: whispering and costume voices, and the roughest ones.
    "kokoro": Engine(
        voices=(
            "af_heart", "am_michael", "bf_emma", "am_fenrir", "af_bella", "bm_george", "af_sarah", "am_puck",
            "af_nova", "am_echo", "bf_isabella", "bm_fable", "af_kore", "am_eric", "af_aoede", "am_liam",
        ),
        why_not=kokoro.why_not,
        load=_kokoro,
    ),
    "flite": Engine(voices=tuple(flite.VOICES), why_not=flite.why_not, load=_flite),
}  # fmt: skip
# Kokoro voices that no training clip uses: for measuring.
HELD_OUT = ("am_onyx", "bf_lily")
