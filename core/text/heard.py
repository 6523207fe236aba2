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
LEAST_ACTIVE = 0.3  # a phone that holds less speech than this share is noise in a pause


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
    phones = []
    for start, end in zip([0, *edges], [*edges, len(numbers)], strict=True):
        name = model.phones[numbers[start]]
        if name not in (SILENCE, *NOISES) and sound.active[start:end].mean() >= LEAST_ACTIVE:
            phones.append(Phone(name, round(start * FRAME_S, 4), round(end * FRAME_S, 4)))
    tell(1.0)
    return tuple(phones)
