"""Blinks and gaze after the network, for weights whose face does not use the curves of chance."""

from collections.abc import Sequence

from ..body.motion import Motion
from ..text.timing import Word
from .chance_curves import FIRST_CHANNELS
from .gaze import with_gaze
from .lids import with_blinks
from .network import NetworkInfo
from .sample import Variation


def with_eyes(motion: Motion, words: Sequence[Word], variation: Variation, info: NetworkInfo) -> Motion:
    """Add a seed's blinks and gaze to a motion, where the weights' face does not use chance.

    Where it does, the network has made gaze and blinks; only a face that never blinks gets blinks.

    Args:
        motion: motion of a whole take.
        words: with their times; may be empty.
        variation: gives the seed; at temperature 0 every seed gives the same blinks and gaze.
        info: facts of the weights.
    """
    seed = variation.seed if variation.temperature > 0 else 0
    motion = with_blinks(motion, words, seed, instead=not info.face_hears_chance)
    # the heads of the first weights hardly turn, and their takes stay as they were
    lead = info.chance != FIRST_CHANNELS
    return motion if info.face_hears_chance else with_gaze(motion, words, seed, lead)
