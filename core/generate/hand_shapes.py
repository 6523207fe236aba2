"""Random shapes of the hands: accents whose words need no shape of the hands get one that depends on the seed.

Speech decides when hands strike; words of some classes decide what the hands show. All other shapes are free. The
network shapes a hand by the class of the accent, so a class is put where there is none:

    words        that    was    NEVER    a    BIG    house      ("never" and "big" have classes of their own)
    accents              ↑      ↑             ↑      ↑
    seed 1               number negation      large  small
    seed 2               large  negation      large  number
"""

from dataclasses import replace

import numpy as np

from ..audio.prosody import Accent, Prosody
from ..text import lexicon

# Classes whose hand shapes suit any accent and differ clearly: flat, spread, pinching and pointing.
HAND_KINDS = (lexicon.NEGATION, lexicon.LARGE, lexicon.SMALL, lexicon.NUMBER)
# Classes that hands show by their shape; the arms show what the other classes mean.
SHAPED = frozenset({*HAND_KINDS, lexicon.SELF, lexicon.YOU, lexicon.LIST})
# A weaker accent would hardly shape the hand.
LEAST_PROMINENCE = 0.4


def redraw_hands(prosody: Prosody, seed: int, temperature: float = 1.0) -> Prosody:
    """Return prosody in which accents without a shape of their own are given other shapes.

    Each of the four shapes comes once before any comes again, so that even a few in a row differ.

    Args:
        prosody: prosody of the whole recording.
        seed: another seed gives other shapes.
        temperature: 0 changes nothing; from 0.5 on every free accent gets a class.
    """
    rng = np.random.default_rng([seed % 2**32, 2])
    accents: list[Accent] = []
    cards: list[int] = []
    for accent in prosody.accents:
        cards = cards or list(rng.permutation(len(HAND_KINDS)))
        free, kind, prominence = rng.random(), cards.pop(), rng.uniform(LEAST_PROMINENCE, 1)
        if accent.kind not in SHAPED and free < 2 * temperature:
            mixed = (1 - temperature) * accent.prominence + temperature * prominence
            accent = replace(accent, kind=HAND_KINDS[kind], prominence=mixed)
        accents.append(accent)
    return replace(prosody, accents=tuple(accents))
