"""One area of a take made anew: the network runs over the range alone, and the kept motion is given to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import numpy as np

from ..body.motion import Motion
from ..body.parts import AREAS, CONTACT_WIDTH, EYES, SPECS, TRANSLATION_WIDTH, Area, Part
from ..body.rotation import rot6d_to_rotvec
from ..body.skeleton import JOINT, JOINT_COUNT
from ..errors import Cancelled, GestureError
from ..finish.chain import finish
from ..finish.footlock import replant
from ..finish.settings import FinishSettings
from ..finish.skeletons import on_skeleton
from ..take.span import Span
from ..take.take import Layer, Take
from ..text.timing import Word
from .chance import columns_of
from .conditions import CUES_CHANCE, Heard, window_inputs
from .decode import IDENTITY_ROT6D, ROTATION_WIDTH, decode_part, decode_window, motion_vector
from .eyes import with_eyes
from .lids import LIDS, never_blinks
from .network import Network, NetworkInfo
from .sample import Variation, pick_codes
from .splice import calm_at_seams, overlay, splice

# Codes on either side by which a layer's own are decoded as they would be within a take.
CONTEXT_FRAMES = 24
# The curves of chance change over to the new seed's no faster than gestures begin.
FADE_FRAMES = 30
TRIES = 6
# Frames around the range that finishing looks at, where it need not see the whole take.
FINISH_FRAMES = 90
# Half of a step's swing on the grid of planning, and what legs that were planted anew blend over, best first.
SWING_FRAMES = 16
SEAM_FRAMES = (8, 16, 24)
# Parts that finishing one of them looks at: the wrists' paths hang on the pelvis.
_SMOOTHED_WITH = {
    Part.FACE: (Part.FACE,),
    Part.UPPER: (Part.UPPER, Part.LOWER),
    Part.HANDS: (Part.HANDS,),
    Part.LOWER: (Part.LOWER,),
}
_PLACE = slice(ROTATION_WIDTH, ROTATION_WIDTH + TRANSLATION_WIDTH)
_GROUND = [ROTATION_WIDTH, ROTATION_WIDTH + 2]


@dataclass(frozen=True)
class Speech:
    """What a take was made from.

    Attributes:
        heard: in the recording.
        vectors: (T + late, D) per frame of the network's time, `NetworkInfo.late_frames` more than the take's.
        speaker: number.
    """

    heard: Heard
    vectors: np.ndarray
    speaker: int


def check_span(start: int, end: int, margin: int, frames: int) -> Span:
    """The frames to replace in a take of so many.

    Raises:
        GestureError: an empty range, one that lies outside of the take, or a negative margin.
    """
    if start >= end:
        raise GestureError(f"The range {start} to {end} holds no frame.", remedy="Choose an end after the start.")
    if start < 0 or end > frames:
        raise GestureError(
            f"The range {start} to {end} lies outside of the take, which has the frames 0 to {frames}.",
            remedy=f"Choose a start from 0 and an end up to {frames}.",
        )
    if margin < 0:
        raise GestureError(f"A blend over {margin} frames is impossible.", remedy="Choose a margin from 0.")
    return Span(start, end, margin, frames)


def check_area(name: str) -> None:
    """Make sure that there is such an area.

    Raises:
        GestureError: there is none.
    """
    if name not in AREAS:
        raise GestureError(f"There is no body part {name!r}.", remedy=f"Choose among: {', '.join(AREAS)}.")


def add_layer(
    take: Take,
    network: Network,
    speech: Speech,
    area_name: str,
    span: Span,
    variation: Variation,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Take:
    """Make an area anew within a span; `finished` is left as it was.

    Args:
        take: what is kept; its raw motion is given to the network wherever it stays.
        network: that made the take.
        speech: that it was made from.
        area_name: row of `AREAS`.
        span: where.
        variation: seed and temperature.
        progress: told the fraction done after every window.
        cancelled: asked before every window.

    Returns:
        The take with one more layer and its raw motion.

    Raises:
        Cancelled: `cancelled()` became true.
    """
    area = AREAS[area_name]
    late = _late(network.info, area.part)
    shifted = Span(span.start + late, span.end + late, span.margin, span.frames + late)
    heard = _hear(take, network.info, speech, area_name, shifted, variation)
    chosen = None if network.info.audio == CUES_CHANCE else Variation(*_values(variation), (area.part,))
    fresh = _run(network, heard, speech, _given(take.raw, network.info), area, shifted, chosen, progress, cancelled)
    start, stop = max(span.first - CONTEXT_FRAMES, 0), min(span.stop + CONTEXT_FRAMES, span.frames)
    codes = codes_in_use(take, area.part)
    codes[span.first : span.stop] = fresh[span.first + late - shifted.first :]
    layer = Layer(area_name, span, variation.seed, variation.temperature, codes[start:stop].astype(np.int16), start)
    return replace(take, raw=lay(take.raw, network, layer, take.words), layers=(*take.layers, layer))


def codes_in_use(take: Take, part: Part) -> np.ndarray:
    """A part's codes (T,), those of later layers over earlier ones; areas within a part are not told apart."""
    codes = take.codes[part].copy()
    for layer in take.layers:
        if layer.area.part is part and len(layer.codes):
            first, stop = layer.span.first, layer.span.stop
            codes[first:stop] = layer.codes[first - layer.codes_start : stop - layer.codes_start]
    return codes


def lay(motion: Motion, network: Network, layer: Layer, words: Sequence[Word] = ()) -> Motion:
    """The raw motion with one layer decoded and spliced in, in a take with these words."""
    start, part = layer.codes_start, layer.area.part
    decoded = decode_part(network, part, layer.codes, motion.translation[start])
    rows = slice(start, start + len(layer.codes))
    changes = {"rotations": motion.rotations.copy()}
    changes["rotations"][rows, list(SPECS[part].joints)] = rot6d_to_rotvec(decoded.rot6d)
    for name in ("translation", "contacts", "expression"):
        values = getattr(decoded, name)
        if name == "expression" and values is not None and never_blinks(values, motion.face_basis):
            values[:, LIDS] = motion.expression[rows, LIDS]
        if values is not None and getattr(motion, name) is not None:
            changes[name] = getattr(motion, name).copy()
            changes[name][rows] = values
    new = motion.replace(**changes)
    if part is Part.FACE and not network.info.face_hears_chance:
        new = with_eyes(new, words, Variation(layer.variation, layer.seed), network.info)
    return splice(motion, new, layer.area, layer.span, walk=True)


def finish_layers(take: Take, layers: Sequence[Layer], settings: FinishSettings | None = None) -> Motion:
    """The take's finished motion with these layers of its raw one finished too.

    All of the raw motion that the result depends on is finished together, on the skeleton of the kept motion; of that,
    only what the layers cover goes into the kept motion.
    """
    settings = settings or FinishSettings()
    finished, pieces, raw = take.finished, {}, take.raw
    if not np.allclose(raw.skeleton, finished.skeleton):
        raw = on_skeleton(raw, finished.skeleton)
    for layer in layers:
        span, start, stop = layer.span, 0, layer.span.frames
        left_out: dict[str, Any] = {part.value: 0.0 for part in Part if part not in _SMOOTHED_WITH[layer.area.part]}
        own = replace(settings, **left_out)
        if layer.area.part is not Part.LOWER:
            # no feet, no plan of steps: a piece will do
            start, stop = max(span.first - FINISH_FRAMES, 0), min(span.stop + FINISH_FRAMES, span.frames)
            own = replace(own, feet="off")
        if (start, stop, own) not in pieces:
            pieces[start, stop, own] = finish(_cut(raw, start, stop), own)
        # of the whole take, whose usual jumps decide what a seam may do
        joined = splice(finished, _insert(finished, pieces[start, stop, own], start, stop), layer.area, span)
        if layer.area.whole and layer.area.part is Part.LOWER and own.feet in ("auto", "replan"):
            joined = _with_steps(finished, joined, layer.area, span, own)
        finished = joined
    return finished


def _with_steps(kept: Motion, joined: Motion, area: Area, span: Span, settings: FinishSettings) -> Motion:
    """Spliced legs that step, well within the span, from where they stood to where they stand: blends slide.

    Where there is no way to do that calmly they stay as they are.
    """
    frame = np.arange(span.frames)
    inside = np.minimum(frame - span.first, span.stop - 1 - frame)
    # half a swing, and the seams, which are to be as calm as the take
    lead = min(2 * span.margin + SWING_FRAMES, (span.stop - span.first) // 3)
    planted = replant(joined, inside < 0, (inside >= 0) & (inside < lead), settings)
    for reach in SEAM_FRAMES:
        made = overlay(joined, planted, area, span, reach)
        if calm_at_seams(kept, made, area, span):
            return made
    return joined


def _cut(motion: Motion, start: int, stop: int) -> Motion:
    return motion.replace(
        rotations=motion.rotations[start:stop],
        translation=motion.translation[start:stop],
        expression=motion.expression[start:stop],
        contacts=None if motion.contacts is None else motion.contacts[start:stop],
    )


def _insert(motion: Motion, piece: Motion, start: int, stop: int) -> Motion:
    changes = {}
    for name in ("rotations", "translation", "expression", "contacts"):
        if getattr(motion, name) is not None:
            changes[name] = getattr(motion, name).copy()
            changes[name][start:stop] = getattr(piece, name)
    return motion.replace(**changes)


def _late(info: NetworkInfo, part: Part) -> int:
    """The network's frame for the take's first one: bodies come late, lips do not."""
    return 0 if part is Part.FACE else info.late_frames


def _values(variation: Variation) -> tuple[float, int]:
    return variation.temperature, variation.seed


def _hear(take: Take, info: NetworkInfo, speech: Speech, area: str, span: Span, variation: Variation) -> np.ndarray:
    """What an area hears: the take's own features, earlier layers' where they lie, and the new seed's in the span."""
    heard = speech.heard.with_chance(int(take.info["seed"]), float(take.info["settings"]["variation"]))
    if info.audio != CUES_CHANCE:
        return heard
    part = AREAS[area].part
    late = _late(info, part)
    for old in take.layers:
        if old.area.part is part:
            where = Span(old.span.start + late, old.span.end + late, old.span.margin, span.frames)
            laid = Variation(old.variation, old.seed)
            heard = _change(heard, speech.heard, old.area_name, where, laid, TRIES if old.origin is None else 0)
    return _change(heard, speech.heard, area, span, variation, TRIES)


def _change(heard: np.ndarray, speech: Heard, area: str, span: Span, variation: Variation, tries: int) -> np.ndarray:
    """What is heard (T, C) with a seed's chance in a span: of a few draws that least like what was heard there.

    Chance is slow, so within a few seconds a draw may well be where the kept one is, and nothing would change.

    Args:
        heard: what the area hears so far.
        speech: what chance is drawn for.
        area: row of `AREAS`.
        span: where; T frames.
        variation: whose seed and temperature.
        tries: draws; 0 for the seed's own as whole takes hear it.
    """
    reach = min(FADE_FRAMES, (span.end - span.start) // 3)
    share = span.weights((reach, reach))[: len(heard), None].astype(np.float32)
    hands = AREAS[area].part is Part.HANDS and tries > 0
    seeds = [variation.seed, *(crc32(f"{variation.seed} {number}".encode()) for number in range(1, tries))]
    draws = [speech.with_chance(seed, variation.temperature, hands) for seed in seeds]
    columns = columns_of(area, heard.shape[1])
    changes = [share * (drawn - heard) for drawn in draws]
    return heard + max(changes, key=lambda change: np.abs(change[:, columns]).sum())


def _given(raw: Motion, info: NetworkInfo) -> np.ndarray:
    """The kept motion as the network's input (T + late, 337), in its time; faces play no part in it."""
    vector = motion_vector(raw)
    hidden = [JOINT["jaw"], *EYES]
    vector[:, :ROTATION_WIDTH].reshape(len(vector), JOINT_COUNT, 6)[:, hidden] = IDENTITY_ROT6D
    return np.concatenate([np.repeat(vector[:1], info.late_frames, 0), vector])


def _columns(area: Area) -> np.ndarray:
    """Columns of the motion input that an area's joints fill."""
    if area.part is Part.FACE:
        return np.zeros(0, int)
    columns = (6 * np.array(area.joints)[:, None] + np.arange(6)).ravel()
    if area.part is Part.LOWER:
        columns = np.concatenate([columns, np.arange(ROTATION_WIDTH, _PLACE.stop + CONTACT_WIDTH)])
    return columns


def _run(
    network: Network,
    heard: np.ndarray,
    speech: Speech,
    given: np.ndarray,
    area: Area,
    span: Span,
    variation: Variation | None,
    progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> np.ndarray:
    """Codes of the area's part from `span.first` to `span.stop`, in the network's time.

    The first window starts so that its seed ends where the span begins. Each window is given all of the kept motion
    and, in its seed, what the window before decided.
    """
    info = network.info
    seed, window, total = info.seed_frames, info.window, len(given)
    codebooks = {part: network.codebook(part) for part in info.by_latent}
    columns, known = _columns(area), given.copy()
    if span.first < seed:
        known[:seed] = motion_vector(info.neutral)[: len(known[:seed])]
    start, decided, pieces = max(span.first - seed, 0), span.first, []
    length = span.stop - decided
    while decided < span.stop:
        if cancelled is not None and cancelled():
            raise Cancelled
        frames = min(window, total - start)
        motion, mask = np.zeros((window, given.shape[1]), np.float32), np.ones((window, given.shape[1]), np.float32)
        motion[:frames], mask[:frames] = known[start : start + frames], 0
        motion[:frames, _GROUND] -= known[start, _GROUND]
        open_rows = slice(seed, min(max(span.stop - start, seed), frames))
        motion[open_rows, columns], mask[open_rows, columns] = 0, 1
        sound, text = window_inputs(heard, speech.vectors, start, window, context=info.context)
        output = network.window(network.conditions(sound, text, speech.speaker), motion, mask)
        codes = pick_codes(output, codebooks, start, variation)[area.part]
        until = min(start + window, span.stop)
        pieces.append(codes[decided - start : until - start])
        if until < span.stop and len(columns):
            vector = decode_window(network, area.part, codes, known[start, _PLACE])
            known[decided:until, columns] = vector[decided - start : until - start, columns]
        decided, start = until, until - seed
        if progress is not None:
            progress(1 - (span.stop - decided) / length)
    return np.concatenate(pieces)
