"""The features from which one area of a take is made anew: those of the take, with new curves of chance in the span.

With other curves of chance, weights that use chance move an area differently. So an area is made anew with the curves
of another seed inside the span, and with the take's own curves outside:

    take's own seed     ──────╮              ╭────────     FADE_FRAMES (or a third of the span) lead from one
    new seed                   ╲____________╱              to the other
                          start              end

Chance changes slowly, so by accident the curves of one new seed may equal the old ones, and nothing would change.
Therefore several seeds are drawn, and the one that differs most from the present features is taken.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from ..body.parts import AREAS, Part
from ..stops import check_stop
from ..take.span import Span
from ..take.take import Layer, Take
from .chance_curves import columns_of
from .manners import Manner
from .network import NetworkInfo
from .sample import Variation
from .speech_features import SpeechFeatures

# Frames over which the curves of chance change to those of the new seed: about the time in which a gesture begins.
FADE_FRAMES = 30
# Number of seeds that are drawn, of which one is chosen.
TRIES = 6


def area_features(
    take: Take, speech: SpeechFeatures, info: NetworkInfo, area_name: str, span: Span, variation: Variation
) -> np.ndarray:
    """Return the features (T, C) for making an area anew.

    Outside of all layers they are the take's own. In the spans of earlier layers of the same part they are those of
    these layers, and in the new span those of the new seed.

    Args:
        take: with its earlier layers.
        speech: features of its recording.
        info: facts of the weights.
        area_name: row of `AREAS`.
        span: where, in the network's time.
        variation: seed and temperature of the new chance.
    """
    seed = info.chance_seed(int(take.info["seed"]), take.info["speaker"])
    manner = info.manner(take.info["speaker"])
    temperature = float(take.info["settings"]["variation"])
    features = speech.with_chance(info.chance, seed, temperature, manner=manner, even=info.even_chance)
    if not info.uses_chance:
        return features
    part = AREAS[area_name].part
    for layer in take.layers:
        if layer.area.part is part:
            features = _with_chance_of(layer, features, speech, info, manner, span.frames)
    draws = _draws(speech, info, manner, area_name, variation, TRIES)
    return replace_chance(features, draws, area_name, span, info.chance)


def replace_chance(
    features: np.ndarray, draws: list[np.ndarray], area_name: str, span: Span, channels: Sequence[str]
) -> np.ndarray:
    """Replace the chance features inside the span.

    Of several draws, the one that differs most from the present features is taken, in the columns by which the area
    moves most.

    Args:
        features: (T, C) the present features.
        draws: (T, C) features of other seeds.
        area_name: row of `AREAS`.
        span: where.
        channels: the weights' channels of chance.
    """
    reach = min(FADE_FRAMES, (span.end - span.start) // 3)
    share = span.weights((reach, reach))[: len(features), None].astype(np.float32)
    columns = columns_of(area_name, features.shape[1], channels)
    changes = [share * (drawn - features) for drawn in draws]
    return features + max(changes, key=lambda change: np.abs(change[:, columns]).sum())


def _with_chance_of(
    layer: Layer, features: np.ndarray, speech: SpeechFeatures, info: NetworkInfo, manner: Manner, frames: int
) -> np.ndarray:
    """Return the features with the chance of an earlier layer in its span.

    For a layer that was made anew, the same draw is chosen again among several. A layer from another take has the only
    draw of that take's seed.

    Args:
        layer: an earlier one.
        features: (T, C) so far.
        speech: speech of the recording.
        info: facts of the weights.
        manner: of the take's style.
        frames: number of frames of the network's time, which has some more frames at its start than the take.
    """
    late = frames - layer.span.frames
    span = Span(layer.span.start + late, layer.span.end + late, layer.span.margin, frames)
    seed, tries = layer.seed, TRIES
    if layer.origin is not None:
        speaker = layer.origin.get("speaker", 0)
        seed, tries, manner = info.chance_seed(layer.seed, speaker), 0, info.manner(speaker)
    draws = _draws(speech, info, manner, layer.area_name, Variation(layer.variation, seed), tries)
    return replace_chance(features, draws, layer.area_name, span, info.chance)


def _draws(
    speech: SpeechFeatures, info: NetworkInfo, manner: Manner, area_name: str, variation: Variation, tries: int
) -> list[np.ndarray]:
    """Return features (T, C) of a seed, and of `tries` - 1 seeds derived from it.

    With 0 tries it is one draw, as a whole take has it: the shapes of the hands are then not drawn anew.
    """
    new_hands = AREAS[area_name].part is Part.HANDS and tries > 0
    seeds = [variation.seed, *(crc32(f"{variation.seed} {number}".encode()) for number in range(1, tries))]
    draws = []
    for seed in seeds:
        check_stop()
        draws.append(speech.with_chance(info.chance, seed, variation.temperature, new_hands, manner, info.even_chance))
    return draws
