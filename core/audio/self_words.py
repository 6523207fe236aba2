"""Words for oneself ("I", "my") that call for a gesture: people touch the chest at few of them.

Only stressed ones count: their syllable is as loud as those around it, or the word is long for such a small one. Of
these, the loud ones come first, then the longest ones, and between two of them lie `SPACING_S` at least.

    |I think|it was my fault|,  |and I|told|me|        I: short and quiet; my: loud; me: long, but soon after "my"
                    ^
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from ..text import lexicon

SPACING_S = 8.0  # between two hands on the chest
LONG = 0.4  # share of the median length of a recording's words from which a word for oneself is stressed


def with_few_self_words(kinds: Sequence[str | None], words: Sequence, stressed_s: Sequence[float]) -> list[str | None]:
    """Return the classes of words, without that of words for oneself which call for no gesture.

    Args:
        kinds: the class of every word (`core.text.lexicon.word_classes`).
        words: aligned words (`core.text.timing.Word`), in order of time.
        stressed_s: when syllables are stressed, ascending seconds.
    """
    out = list(kinds)
    own = [number for number, kind in enumerate(kinds) if kind == lexicon.SELF]
    if not own:
        return out
    length_s = [word.end_s - word.start_s for word in words]
    least_s = LONG * float(np.median(length_s))
    loud = {number for number in own if _holds(stressed_s, words[number])}
    kept: list[int] = []
    for number in sorted(own, key=lambda number: (number not in loud, -length_s[number], number)):
        is_stressed = number in loud or length_s[number] >= least_s
        apart_s = (abs(words[number].start_s - words[other].start_s) for other in kept)
        if is_stressed and all(each_s >= SPACING_S for each_s in apart_s):
            kept.append(number)
        else:
            out[number] = None
    return out


def _holds(moments_s: Sequence[float], word) -> bool:
    """Return whether one of some moments, ascending seconds, lies in a word."""
    return bisect_right(moments_s, word.end_s) > bisect_left(moments_s, word.start_s)
