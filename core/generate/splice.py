"""New motion put into a take: one area of the body over one span; every other value stays as it was, to the bit."""

import numpy as np

from ..body.blend import blend_values
from ..body.curves import min_jerk
from ..body.motion import Motion
from ..body.parts import Area, Part
from ..body.rotation import quat_to_rotvec
from ..take.span import Span
from .seams import Turns, calm_weights


def splice(kept: Motion, new: Motion, area: Area, span: Span, walk: bool = False) -> Motion:
    """Return the kept motion with an area of the new one inside the span.

    Where old and new differ much, the blends reach into the range, so far that no joint turns abruptly.

    Args:
        kept: T frames.
        new: T frames; only those from `span.first` to `span.stop` are taken.
        area: what to take: joints, and for a whole part its path and contacts, or its expression.
        span: where.
        walk: whether the new path is moved to start at the place of the kept path, and led back to it at the end.
    """
    if span.first >= span.stop:
        return kept
    turns = Turns.of(kept, new, area, span)
    return _mixed(kept, new, area, turns, calm_weights(turns), walk)


def overlay(kept: Motion, new: Motion, area: Area, span: Span, reach: int) -> Motion:
    """Return the kept motion with an area of the new one, which is nearly equal to it at the ends of the span.

    Args:
        kept: T frames.
        new: T frames; only those from `span.first` to `span.stop` are taken.
        area: what to take, as in `splice`.
        span: where.
        reach: frames that the blends reach into the range.
    """
    turns = Turns.of(kept, new, area, span)
    return _mixed(kept, new, area, turns, span.weights((reach, reach)), walk=False)


def _mixed(kept: Motion, new: Motion, area: Area, turns: Turns, weights: np.ndarray, walk: bool) -> Motion:
    """Mix an area of two motions, whose turns are given, by weights (T,) of the new one."""
    span = turns.span
    inside = slice(span.first, span.stop)
    turned, weights = turns.blended(weights), weights[inside]
    changed = np.flatnonzero(weights > 0)
    rotations = kept.rotations.copy()
    rotations[np.ix_(changed + span.first, np.array(area.joints))] = quat_to_rotvec(turned[changed])
    spliced = kept.replace(rotations=rotations)
    if not area.whole:
        return spliced
    if area.part is Part.FACE:
        return spliced.replace(expression=_mixed_values(kept.expression, new.expression[inside], weights, span))
    if area.part is Part.LOWER:
        path = new.translation[inside]
        path = _returning(kept.translation, path, span) if walk else path
        spliced = spliced.replace(translation=_mixed_values(kept.translation, path, weights, span))
        if kept.contacts is not None and new.contacts is not None:
            spliced = spliced.replace(contacts=_mixed_values(kept.contacts, new.contacts[inside], weights, span))
    return spliced


def _mixed_values(kept: np.ndarray, new: np.ndarray, weights: np.ndarray, span: Span) -> np.ndarray:
    """Blend values (N, C) of the span into the kept ones (T, C) by weights (N,)."""
    out = kept.copy()
    out[span.first : span.stop] = blend_values(kept[span.first : span.stop], new, weights)
    return out


def _returning(kept: np.ndarray, path: np.ndarray, span: Span) -> np.ndarray:
    """Move a path (N, 3) of the span's frames so that it starts on the kept path (T, 3), and lead it back there.

    The difference at the end is spread over the whole span, smoothly at both ends. Heights stay. A span that ends
    with the take need not come back.
    """
    out = path.copy()
    ground = [0, 2]
    out[:, ground] += kept[span.first, ground] - path[0, ground]
    if span.end < span.frames:
        missing = kept[span.stop - 1, ground] - out[-1, ground]
        out[:, ground] += min_jerk(np.linspace(0, 1, len(out)))[:, None] * missing
    return out
