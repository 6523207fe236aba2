"""The manner of a style: how its curves of chance are shifted and widened, before the network hears them.

Weights name in their model.json (`manners`) for some styles, for some channels, a middle and a spread:

    as drawn             ╭──╮    ╭─        -1 to 1 around 0
                     ────╯  ╰────╯
    0.5 and 0.4          ╭──╮    ╭─        0.1 to 0.9: this style holds its hands high
                     ╭───╯  ╰────╯
                     ╯                     every take begins in the same pose
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ..body.curves import min_jerk
from ..clock import FPS

# Channel to (middle, spread).
Manner = Mapping[str, Sequence[float]]

MOST_SPREAD = 2.0
# When curves that begin at 0 start to move to their middle, and when they are there.
RISE_S = (0.2, 1.2)


def with_manner(curves: np.ndarray, channels: Sequence[str], manner: Manner) -> np.ndarray:
    """Return curves of chance (T, C) as a style has them.

    A curve that has a middle stays within -1 to 1; one that is only widened may pass these limits.

    Args:
        curves: as they are drawn.
        channels: the names of their columns.
        manner: of the style; channels that it does not name are not changed.
    """
    out = curves.copy()
    risen = min_jerk((np.arange(len(curves)) / FPS - RISE_S[0]) / (RISE_S[1] - RISE_S[0]))
    for name, (middle, spread) in manner.items():
        column = channels.index(name)
        moved = spread * curves[:, column] + middle * risen
        out[:, column] = np.clip(moved, -1, 1) if middle else moved
    return out


def is_manners(value: object, channels: Sequence[str]) -> bool:
    """Return whether an entry of model.json is a table of manners, by the names of styles, for these channels."""
    return isinstance(value, dict) and all(
        isinstance(manner, dict) and all(name in channels and _is_pair(pair) for name, pair in manner.items())
        for manner in value.values()
    )


def _is_pair(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    middle, spread = value
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in value)
    return numbers and -1 <= middle <= 1 and 0 <= spread <= MOST_SPREAD
