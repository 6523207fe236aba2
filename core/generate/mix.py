"""Several takes mixed into one: areas of other takes over ranges of frames, laid over a take."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..body.parts import AREAS, Part, check_area
from ..errors import GestureError
from ..requests import Pick
from ..take.files import compact
from ..take.span import Span
from ..take.take import Layer, Take, describe, read_take
from .layers import CONTEXT_FRAMES, check_span, codes_in_use
from .splice import splice

WHOLE_BODY = "all"


def lay_picks(take: Take, picks: Sequence[Pick], margin: int, same_weights: Collection[str] = ()) -> Take:
    """Lay every pick over the take, one after the other; leave `take.finished` as it was.

    The other take's raw motion is laid over this one, so neither the weights nor the recording are needed. Where the
    same weights made both takes, the layer also keeps the codes, because other areas that are made anew later are
    decoded with them.

    Args:
        take: the take that the picks are laid over.
        picks: what to take from which other take.
        margin: frames on either side of a range in which both motions blend.
        same_weights: hashes under which takes store the same weights (`core.model.loading.hashes_of`); takes with
            other hashes have the same weights only where the hashes are equal.

    Raises:
        GestureError: a folder without a take, one of another length, an unknown area, a range outside of the take, or
            motion that this take's face or skeleton cannot show.
    """
    frames = take.raw.frame_count
    for pick in picks:
        areas = tuple(part.value for part in Part) if pick.areas == (WHOLE_BODY,) else pick.areas
        for area in areas:
            check_area(area)
        start, end = 0 if pick.start is None else pick.start, frames if pick.end is None else pick.end
        span = check_span(start, end, margin, frames)
        other = read_take(pick.take)
        for area in areas:
            _check_fits(take, other, pick.take, AREAS[area].part)
        for area in areas:
            codes = _codes(take, other, AREAS[area].part, span, same_weights)
            take = _lay_area(take, other, str(pick.take), area, span, codes)
    return take


def _lay_area(take: Take, other: Take, name: str, area_name: str, span: Span, codes: np.ndarray) -> Take:
    raw = splice(take.raw, other.raw, AREAS[area_name], span, walk=True)
    seed, variation = int(other.info["seed"]), float(other.info["settings"].get("variation", 0.0))
    start, origin = _first_code(span), {"take": name, **describe(other)}
    layer = Layer(area_name, span, seed, variation, compact(codes), start, origin)
    return replace(take, raw=raw, layers=(*take.layers, layer))


def _codes(take: Take, other: Take, part: Part, span: Span, same_weights: Collection[str]) -> np.ndarray:
    """Return the codes of another take that a layer keeps; none where other weights made that take."""
    one, two = (each.info["weights"]["sha256"] for each in (take, other))
    if one != two and not (one in same_weights and two in same_weights):
        return np.zeros(0)
    return codes_in_use(other, part)[_first_code(span) : min(span.stop + CONTEXT_FRAMES, span.frames)]


def _first_code(span: Span) -> int:
    return max(span.first - CONTEXT_FRAMES, 0)


def _check_fits(take: Take, other: Take, folder: Path, part: Part) -> None:
    if other.raw.frame_count != take.raw.frame_count:
        raise GestureError(
            f"The take {folder.name} has {other.raw.frame_count} frames, this one {take.raw.frame_count}: "
            "they are not of the same recording.",
            remedy="Mix takes of one recording, made with the same start and length.",
        )
    if part is Part.FACE and other.raw.face_basis != take.raw.face_basis:
        raise GestureError(
            f"The face of the take {folder.name} is made of {other.raw.face_basis} shapes, this one's of "
            f"{take.raw.face_basis}.",
            remedy="Take other body parts from it, or generate it with the same kind of weights.",
        )
    if part is Part.LOWER and not np.allclose(other.raw.skeleton, take.raw.skeleton, atol=1e-4):
        raise GestureError(
            f"The legs of the take {folder.name} belong to another skeleton; they would not reach the floor.",
            remedy="Take other body parts from it, or put the legs of this take on the other one.",
        )
