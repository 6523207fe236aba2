"""The speech sounds of a recording without any text: the best sequence of phones that the acoustic model hears.

Half of these phones are wrong, but vowels are rarely taken for consonants, so the mouth opens in time. p, b and m are
preferred a little: lips that stay open at one of them are seen at once, and lips that close at a t or n are not.
"""

from collections.abc import Callable

import numpy as np

from ..phones.acoustic_model import NOISES, SILENCE, STATES, acoustic_model
from ..phones.activity import FRAME_S
from ..phones.phone_loop import best_phones
from ..phones.scores import at_every_frame
from .placing import hear
from .timing import Phone

CLOSED = ("P", "B", "M")
PREFERENCE = np.float32(1.3)  # nats for each frame of a closed phone
LEAST_ACTIVE = 0.3  # a phone that holds less speech than this share is noise in a pause,
STOPS = ("P", "B", "T", "D", "K", "G")  # but for these, which are silent until the next phone,
LONGEST_STOP = 20  # in at most so many frames


def heard_phones(samples: np.ndarray, tell: Callable[[float], None] = lambda share: None) -> tuple[Phone, ...]:
    """Hear the phones of a recording, in order of time; pauses have none.

    Args:
        samples: (N,) 16 kHz mono.
        tell: is called with the share done; what it raises stops the work.
    """
    sound = hear(samples, lambda share: tell(0.8 * share))
    model, scores = acoustic_model(), sound.scores
    if not scores.frame_count:
        return ()
    own = scores.own.copy()
    for name in CLOSED:
        first = STATES * model.number(name)
        own[:, first : first + STATES] += PREFERENCE
    path, _ = best_phones(own, scores.frame_count, at_every_frame)
    numbers = path // STATES
    edges = np.flatnonzero(np.diff(numbers)) + 1
    phones: list[Phone] = []
    spoken_from = len(numbers)  # the start of the phone after this one, if that is speech
    for start, end in zip([*edges[::-1], 0], [len(numbers), *edges[::-1]], strict=True):
        name = model.phones[numbers[start]]
        is_speech = bool(sound.active[start:end].mean() >= LEAST_ACTIVE)
        is_stop = name in STOPS and end == spoken_from and end - start <= LONGEST_STOP
        if name not in (SILENCE, *NOISES) and (is_speech or is_stop):
            phones.append(Phone(name, round(start * FRAME_S, 4), round(end * FRAME_S, 4)))
            spoken_from = start
    tell(1.0)
    return tuple(phones[::-1])
