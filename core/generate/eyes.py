"""Blinks and gaze of a face, as far as its weights leave them to chance."""

from collections.abc import Sequence

from ..body.motion import Motion
from ..text.timing import Word
from .gaze import with_gaze
from .lids import with_blinks
from .network import NetworkInfo
from .sample import Variation


def with_eyes(motion: Motion, words: Sequence[Word], variation: Variation, info: NetworkInfo) -> Motion:
    """The motion with the blinks and the gaze of a seed, where the weights' face hears no chance; else as it is.

    A face that never blinks gets blinks in any case.

    Args:
        motion: of a whole take.
        words: with their times; may be empty.
        variation: whose seed; without temperature every seed gives the same.
        info: of the weights.
    """
    seed = variation.seed if variation.temperature > 0 else 0
    motion = with_blinks(motion, words, seed, instead=not info.face_hears_chance)
    return motion if info.face_hears_chance else with_gaze(motion, words, seed)
