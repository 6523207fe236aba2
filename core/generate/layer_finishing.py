"""Finishing of layers: the part of the raw motion that a layer changed is finished and put into the finished motion.

Finishing needs frames around the span, so a longer piece of the raw motion is finished. Of the result only the layer's
area inside the span goes into the kept motion:

    raw, all layers        ════════════════════════════════════
    piece, finished           ├──────────────────────┤            FINISH_FRAMES on either side
    kept finished motion   ═════════╪══ layer ══╪══════════════

Legs are an exception: their steps are planned over the whole take.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..body.motion import Motion
from ..body.parts import Area, Part
from ..finish.chain import finish
from ..finish.footlock import replant
from ..finish.settings import FinishSettings
from ..finish.skeletons import on_skeleton
from ..take.span import Span
from ..take.take import Layer, Take
from .seams import calm_at_seams
from .splice import overlay, splice

# Frames around the span that are finished with it, for areas that do not need the whole take.
FINISH_FRAMES = 90
# Half of a step's swing, on the grid on which steps are planned.
SWING_FRAMES = 16
# Frames over which legs with new steps blend into the kept ones; the first is best and is tried first.
SEAM_FRAMES = (8, 16, 24)
# Parts that must be smoothed when one of them is finished: the paths of the wrists depend on the pelvis.
_SMOOTHED_WITH = {
    Part.FACE: (Part.FACE,),
    Part.UPPER: (Part.UPPER, Part.LOWER),
    Part.HANDS: (Part.HANDS,),
    Part.LOWER: (Part.LOWER,),
}
_ARRAYS = ("rotations", "translation", "expression", "contacts")


def finish_layers(take: Take, layers: Sequence[Layer], settings: FinishSettings | None = None) -> Motion:
    """Return the take's finished motion with these layers of its raw motion finished, too.

    The raw motion is finished on the skeleton of the kept motion.

    Args:
        take: its raw motion has the layers, its finished motion has not.
        layers: the new ones.
        settings: as the kept motion was finished; None for the defaults.
    """
    settings = settings or FinishSettings()
    finished, raw = take.finished, take.raw
    pieces: dict[tuple[int, int, FinishSettings], Motion] = {}
    if not np.allclose(raw.skeleton, finished.skeleton):
        raw = on_skeleton(raw, finished.skeleton)
    for layer in layers:
        start, stop, own = _piece_of(layer, settings)
        if (start, stop, own) not in pieces:
            pieces[start, stop, own] = finish(_cut(raw, start, stop), own)
        # The piece is spliced into the whole take, because the take's usual velocity jumps decide how abrupt a seam may
        # be.
        whole = _insert(finished, pieces[start, stop, own], start, stop)
        joined = splice(finished, whole, layer.area, layer.span)
        if layer.area.whole and layer.area.part is Part.LOWER and own.feet in ("auto", "replan"):
            joined = _with_steps(finished, joined, layer.area, layer.span, own)
        finished = joined
    return finished


def _piece_of(layer: Layer, settings: FinishSettings) -> tuple[int, int, FinishSettings]:
    """Return the first frame, the one after the last, and the settings for finishing a layer."""
    part, span = layer.area.part, layer.span
    left_out: dict[str, Any] = {other.value: 0.0 for other in Part if other not in _SMOOTHED_WITH[part]}
    own = replace(settings, **left_out)
    if part is Part.LOWER:
        return 0, span.frames, own
    start, stop = max(span.first - FINISH_FRAMES, 0), min(span.stop + FINISH_FRAMES, span.frames)
    return start, stop, replace(own, feet="off")


def _with_steps(kept: Motion, joined: Motion, area: Area, span: Span, settings: FinishSettings) -> Motion:
    """Add steps inside the span, by which spliced feet get from old places to new ones; a blend would let them slide.

    Where no such steps are calm enough, the legs stay as they are.
    """
    frame = np.arange(span.frames)
    inside = np.minimum(frame - span.first, span.stop - 1 - frame)
    # Half a swing, and the seams, which must be as calm as the take.
    lead = min(2 * span.margin + SWING_FRAMES, (span.stop - span.first) // 3)
    planted = replant(joined, inside < 0, (inside >= 0) & (inside < lead), settings)
    for reach in SEAM_FRAMES:
        made = overlay(joined, planted, area, span, reach)
        if calm_at_seams(kept, made, area, span):
            return made
    return joined


def _cut(motion: Motion, start: int, stop: int) -> Motion:
    pieces: dict[str, Any] = {name: getattr(motion, name) for name in _ARRAYS}
    return motion.replace(**{name: None if values is None else values[start:stop] for name, values in pieces.items()})


def _insert(motion: Motion, piece: Motion, start: int, stop: int) -> Motion:
    changes = {}
    for name in _ARRAYS:
        if getattr(motion, name) is not None:
            changes[name] = getattr(motion, name).copy()
            changes[name][start:stop] = getattr(piece, name)
    return motion.replace(**changes)
