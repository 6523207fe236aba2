"""The phones of a word that somebody spelled anew: found in the sound between the times that the word has."""

from collections.abc import Mapping

import numpy as np

from ..clock import SAMPLE_RATE
from ..language.languages import ENGLISH
from ..phones.search import phone_numbers
from .given_times import phones_inside, with_phones
from .placing import hear
from .reading import read_text
from .timing import Phone, Word

AROUND_S = 5.0  # the colour of the voice is measured so far around the word


def phones_between(
    samples: np.ndarray,
    text: str,
    start_s: float,
    end_s: float,
    language: str = ENGLISH,
    own: Mapping[str, str] | None = None,
) -> tuple[Phone, ...]:
    """Find the phones of a text that is said between two times; none where no rule knows how the text is said.

    Where the time is too short for them, the phones share it evenly.

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
    tokens = [
        [phone_numbers(way) for way in token] for reading in read_text(text, language, own) for token in reading.tokens
    ]
    if not tokens or end_s <= start_s:
        return ()
    first = max(0, round((start_s - AROUND_S) * SAMPLE_RATE))
    sound = hear(samples[first : round((end_s + AROUND_S) * SAMPLE_RATE)])
    offset_s = first / SAMPLE_RATE
    word = Word(text, start_s - offset_s, end_s - offset_s)
    (placed,) = phones_inside(sound, [tokens], [(word.start_s, word.end_s)]) if sound.active.size else ([],)
    found = with_phones(word, placed, tokens).phones
    return tuple(Phone(phone.phone, phone.start_s + offset_s, phone.end_s + offset_s) for phone in found)
