"""One area of a take made anew over a span: the network runs over the span alone, with the motion that stays as input.

kept take      codes of all parts, and their motion
│ features with new chance in the span (`area_features`)
▼
windows        new codes of the area's part, from the margin before the span to the margin behind it
│ with CONTEXT_FRAMES of the kept codes on either side, since decoding one code looks at others
▼
Layer          codes, span, seed; added to the take
│ decoded, and blended into the kept motion (`splice`)
▼
take.raw       the new motion; every other value is as it was, to the bit
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..body.motion import MOST_TAKE_FRAMES, Motion
from ..body.parts import AREAS, EYES, SPECS, Part
from ..body.rotation import rot6d_to_rotvec
from ..body.skeleton import JOINT, JOINT_COUNT
from ..errors import GestureError
from ..take.files import compact
from ..take.span import Span
from ..take.take import Layer, Take
from ..text.timing import Word
from .area_features import area_features
from .decode import IDENTITY_ROT6D, ROTATION_WIDTH, decode_part, motion_vector
from .eyes import with_eyes
from .fitting import fit_to_speech
from .lids import LIDS, never_blinks
from .moments import NO_MOMENTS, Moments
from .network import Network, NetworkInfo
from .sample import Variation
from .speech_features import SpeechFeatures
from .splice import splice
from .steps import SILENT, Step
from .strides import with_strides
from .window_inputs import Speech
from .windows import run_windows_over

# Kept codes on either side of a layer's own; with them the layer's codes are decoded as they would be within a take.
CONTEXT_FRAMES = 24


@dataclass(frozen=True)
class Source:
    """The inputs from which a take was made.

    Attributes:
        network: the weights.
        features: features of the recording.
        words: (T + late, D) word vectors per frame of the network's time, which has `NetworkInfo.late_frames` more
            frames than the take.
        speaker: number of the speaker or style.
    """

    network: Network
    features: SpeechFeatures
    words: np.ndarray
    speaker: int


def check_span(start: int, end: int, margin: int, frames: int) -> Span:
    """Return the span of a range in a take of `frames` frames.

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
    if not 0 <= margin <= MOST_TAKE_FRAMES:
        raise GestureError(
            f"A blend over {str(margin)[:20]} frames is impossible.",
            remedy=f"Choose a margin from 0 to {MOST_TAKE_FRAMES}.",
        )
    return Span(start, end, margin, frames)


def add_layer(
    take: Take, source: Source, area_name: str, span: Span, variation: Variation, step: Step = SILENT
) -> Take:
    """Make an area anew within a span; leave `take.finished` as it was.

    Args:
        take: the present take; its raw motion is given to the network wherever it stays.
        source: what the take was made from.
        area_name: row of `AREAS`.
        span: where.
        variation: seed and temperature.
        step: reports after every window, and is asked before every window whether to stop.

    Returns:
        The take with one more layer and its raw motion.

    Raises:
        Cancelled: the work was cancelled.
    """
    part, info = AREAS[area_name].part, source.network.info
    late = info.first_frame(part)
    shifted = Span(span.start + late, span.end + late, span.margin, span.frames + late)
    audio = area_features(take, source.features, info, area_name, shifted, variation)
    fresh = run_windows_over(
        source.network,
        Speech(audio, source.words, source.speaker),
        _kept_vector(take.raw, info),
        AREAS[area_name],
        shifted,
        variation=None if info.uses_chance else replace(variation, parts=(part,)),
        step=step,
    )
    start, stop = max(span.first - CONTEXT_FRAMES, 0), min(span.stop + CONTEXT_FRAMES, span.frames)
    codes = codes_in_use(take, part)
    codes[span.first : span.stop] = fresh[span.first + late - shifted.first :]
    layer = Layer(area_name, span, variation.seed, variation.temperature, compact(codes[start:stop]), start)
    chance_seed = info.chance_seed(variation.seed, source.speaker)
    moments = source.features.moments(chance_seed, variation.temperature)
    raw = lay(take.raw, source.network, layer, take.spoken, moments, source.speaker)
    return replace(take, raw=raw, layers=(*take.layers, layer))


def codes_in_use(take: Take, part: Part) -> np.ndarray:
    """Return the codes (T,) of a part in the base and all layers; later layers lie over earlier ones.

    A layer of some joints of the part (an arm, the head) counts as one of the whole part.
    """
    codes = take.codes[part].astype(np.int64)
    for layer in take.layers:
        if layer.area.part is part and len(layer.codes):
            first, stop = layer.span.first, layer.span.stop
            codes[first:stop] = layer.codes[first - layer.codes_start : stop - layer.codes_start]
    return codes


def lay(
    motion: Motion,
    network: Network,
    layer: Layer,
    words: Sequence[Word] = (),
    moments: Moments = NO_MOMENTS,
    speaker: int = 0,
) -> Motion:
    """Decode a layer, and blend it into a take's raw motion.

    Args:
        motion: the raw motion so far.
        network: the weights of the take.
        layer: what to lay over it.
        words: words of the take; blinks and glances follow them.
        moments: when the recording is stressed, silent and loud.
        speaker: number of the speaker or style.
    """
    start, part = layer.codes_start, layer.area.part
    decoded = decode_part(network, part, layer.codes, motion.translation[start])
    rows = slice(start, start + len(layer.codes))
    changes: dict[str, Any] = {"rotations": motion.rotations.copy()}
    changes["rotations"][rows, list(SPECS[part].joints)] = rot6d_to_rotvec(decoded.rot6d)
    for name in ("translation", "contacts", "expression"):
        values = getattr(decoded, name)
        if name == "expression" and values is not None and never_blinks(values, motion.face_basis):
            values[:, LIDS] = motion.expression[rows, LIDS]
        if values is not None and getattr(motion, name) is not None:
            changes[name] = getattr(motion, name).copy()
            changes[name][rows] = values
    new = motion.replace(**changes)
    if part is Part.LOWER:
        new = with_strides(new, network.info.stride_m, rows)
    fitted = fit_to_speech(new, moments, network.info, speaker)
    # What stays has been fitted before.
    rotations = new.rotations.copy()
    rotations[:, list(SPECS[part].joints)] = fitted.rotations[:, list(SPECS[part].joints)]
    changes = {"expression": fitted.expression} if part is Part.FACE else {}
    changes |= {"translation": fitted.translation} if part is Part.LOWER else {}
    new = new.replace(rotations=rotations, **changes)
    if part is Part.FACE and not network.info.face_hears_chance:
        new = with_eyes(new, words, Variation(layer.variation, layer.seed), network.info)
    return splice(motion, new, layer.area, layer.span, walk=True)


def _kept_vector(raw: Motion, info: NetworkInfo) -> np.ndarray:
    """Return the kept motion as the network's input (T + late, 337), in the network's time; without a face."""
    vector = motion_vector(raw)
    hidden = [JOINT["jaw"], *EYES]
    vector[:, :ROTATION_WIDTH].reshape(len(vector), JOINT_COUNT, 6)[:, hidden] = IDENTITY_ROT6D
    return np.concatenate([np.repeat(vector[:1], info.late_frames, 0), vector])
