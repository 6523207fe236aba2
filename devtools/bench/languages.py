"""How exactly words are timed in other languages: espeak-ng reads texts aloud, and its own times judge the alignment.

The texts are those of languages.toml. espeak-ng's speech is plain, and its words were read by espeak-ng, too, so that
the errors of natural voices are larger.
"""

import sys
import time
import tomllib
from pathlib import Path

import numpy as np

from core.clock import SAMPLE_RATE
from core.language.languages import name_of
from core.text.align import align
from devtools.bench.espeak_speech import Speech, speak
from devtools.bench.harness import Table, rows_in_processes, run

TEXTS = Path(__file__).with_suffix(".toml")


def text_of(language: str) -> str:
    """Return the text of a language."""
    return " ".join(tomllib.loads(TEXTS.read_text(encoding="utf-8"))[language].split())


def start_errors(text: str, speech: Speech, words) -> np.ndarray:
    """Return by how many seconds aligned words begin too late, one value for each word that has a time of espeak-ng."""
    errors, cursor = [], 0
    for word in words:
        first = text.find(word.word, cursor)
        if first < 0:
            continue
        cursor = first + len(word.word)
        start_s = speech.start_s(first, cursor)
        if start_s is not None:
            errors.append(word.start_s - start_s)
    return np.array(errors)


def measure(language: str) -> dict[str, float]:
    """Align espeak-ng's speech of one language in this process."""
    text = text_of(language)
    speech = speak(text, language)
    start = time.process_time()
    alignment = align(speech.samples, text, language=language, language_check=False)
    cpu_s = time.process_time() - start
    errors = np.abs(start_errors(text, speech, alignment.words))
    return {
        "words": len(errors),
        "median_ms": float(np.median(errors) * 1000),
        "within_50": float(np.mean(errors <= 0.05)),
        "within_100": float(np.mean(errors <= 0.1)),
        "worst_s": float(errors.max()),
        "matched": alignment.matched,
        "speed": len(speech.samples) / SAMPLE_RATE / cpu_s,
    }


def main() -> None:
    """Print one row per language."""
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")]
    languages = chosen or list(tomllib.loads(TEXTS.read_text(encoding="utf-8")))
    table = Table(
        ("language", "20"), ("words", "6"), ("median, ms", "11.0f"), ("in 50 ms", "9.1%"), ("in 100 ms", "10.1%"),
        ("worst, s", "9.2f"), ("matched", "8.0%"), ("x real time", "12.0f"),
    )  # fmt: skip
    for (language,), row in rows_in_processes(__spec__.name, [(language,) for language in languages]):
        table.row(name_of(language), *row.values())


if __name__ == "__main__":
    run(main, measure)
