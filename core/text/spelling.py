"""The phones of a word that somebody spelled anew: found in the sound between the times that the word has."""

from collections.abc import Mapping

import numpy as np

from ..clock import SAMPLE_RATE
from ..language.languages import ENGLISH
from .decoder import TextDecoder, to_pcm
from .reading import read_text
from .timing import Phone


def phones_between(
    samples: np.ndarray,
    text: str,
    start_s: float,
    end_s: float,
    language: str = ENGLISH,
    own: Mapping[str, str] | None = None,
) -> tuple[Phone, ...]:
    """Find the phones of a text that is said between two times; none where no rule knows how the text is said.

    Where the sound does not fit the text, its phones share the time evenly.

    Args:
        samples: (N,) 16 kHz mono.
        text: a word, or several.
        start_s: where it begins, seconds from the start of the samples.
        end_s: where it ends.
        language: its language.
        own: the user's pronunciations, as in `core.text.reading.read_text`.

    Raises:
        GestureError: as `core.text.reading.read_text`.
    """
    ways = [token for reading in read_text(text, language, own) for token in reading.tokens]
    if not ways:
        return ()
    part = samples[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
    hits = TextDecoder(ways).strict(to_pcm(part), range(len(ways))) if len(part) else []
    found = [Phone(p.phone, start_s + p.start_s, start_s + p.end_s) for hit in hits for p in hit.phones]
    if found:
        return tuple(Phone(p.phone, p.start_s, min(p.end_s, end_s)) for p in found if p.start_s < end_s)
    names = [name for way in ways for name in way[0].split()]
    bounds = np.linspace(start_s, end_s, len(names) + 1)
    return tuple(Phone(name, float(a), float(b)) for name, a, b in zip(names, bounds, bounds[1:], strict=False))
