"""The gate that every take passes before any work: types, ranges and lengths of take.json, of the words and the codes.

Takes come from folders and from .blend files that others made. What passes here can be used without further questions;
what does not is refused before its motions are read. All errors are `ValueError`; the caller knows where the take is.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..body.motion import LEAST_FPS, MOST_FPS, MOST_TAKE_FRAMES
from ..body.parts import Part
from ..plain_values import is_number, is_whole

# More than an hour of speech has, and more than anybody lays over a take by hand.
MOST_WORDS = 50_000
MOST_LAYERS = 10_000
MOST_SECONDS = 1e6
MOST_SEED = 2**63
# Codes of networks are stored in 32 bits.
_MOST_CODE = 2**31 - 1
_BASE = "all"


def check_description(description: Any) -> int:
    """Check the content of take.json, without its layers.

    Returns:
        The number of frames.

    Raises:
        ValueError: an entry is missing, of another type, or out of range; the message names it.
    """
    _require(isinstance(description, dict), "take.json")
    _require(is_whole(description.get("format"), 1, MOST_SEED), "format")
    frames = description.get("frames")
    _require(is_whole(frames, 1, MOST_TAKE_FRAMES), "frames")
    _require(is_number(description.get("fps", LEAST_FPS), LEAST_FPS, MOST_FPS), "fps")
    _require(is_whole(description.get("seed"), -MOST_SEED, MOST_SEED), "seed")
    _require(is_whole(description.get("speaker"), 0, MOST_SEED), "speaker")
    _require(isinstance(description.get("speaker_name"), str), "speaker_name")
    layers = description.get("layers")
    _require(isinstance(layers, list) and 1 <= len(layers) <= MOST_LAYERS, "layers")
    _check_texts(description.get("weights"), "weights", ("name", "sha256"))
    _check_texts(description.get("audio"), "audio", ("path", "sha256"))
    audio = description["audio"]
    _require(is_number(audio.get("offset_s"), 0, MOST_SECONDS), "audio: offset_s")
    length = audio.get("duration_s")
    _require("duration_s" in audio and (length is None or is_number(length, 0, MOST_SECONDS)), "audio: duration_s")
    _check_settings(description.get("settings"))
    _check_directions(description.get("direct", {}))
    _check_sounds(description.get("sounds", []))
    said = description.get("alignment", {})
    _require(isinstance(said, dict) and isinstance(said.get("language", ""), str), "alignment")
    return frames


def _check_sounds(sounds: Any) -> None:
    """Check the speech sounds that were heard: phone, start and end, seconds."""
    _require(isinstance(sounds, list) and len(sounds) <= MOST_WORDS, "sounds")
    for sound in sounds:
        _require(isinstance(sound, list) and len(sound) == 3 and isinstance(sound[0], str), "sounds")
        _require(all(is_number(time_s, 0, MOST_SECONDS) for time_s in sound[1:]), "sounds")


def check_words(words: Any) -> None:
    """Check the content of words.json.

    Raises:
        ValueError: it is no list of words, or a word has no times.
    """
    _require(isinstance(words, list) and len(words) <= MOST_WORDS, "words")
    for word in words:
        _check_timed(word, "word")
        _require(is_number(word.get("confidence", 1.0), -1e6, 1e6), "words: confidence")
        phones = word.get("phones", [])
        _require(isinstance(phones, list) and len(phones) <= MOST_WORDS, "words: phones")
        for phone in phones:
            _check_timed(phone, "phone")


def check_codes(codes: Mapping[str, np.ndarray], frames: int) -> None:
    """Check the codes of the body parts, (T,) each, and those of the layers, at most as many.

    Args:
        codes: arrays of codes.npz by name: of the body parts, and `layer_1`, `layer_2`, ... of the layers.
        frames: T.

    Raises:
        ValueError: those of a part are missing or have another length, or some are no codes.
    """
    for name in (part.value for part in Part):
        _require(name in codes and len(codes[name]) == frames, f"codes of {name}")
    for name, values in codes.items():
        _require(values.ndim == 1 and values.dtype.kind in "iu" and len(values) <= frames, f"codes of {name}")
        _require(not len(values) or 0 <= values.min() <= values.max() <= _MOST_CODE, f"codes of {name}")


def check_layers(layers: Any, codes: Mapping[str, np.ndarray], frames: int) -> None:
    """Check the layers of take.json: the base, and those over it.

    Raises:
        ValueError: an entry is missing, of another type, or lies outside of the take.
    """
    for layer in layers:
        _require(isinstance(layer, dict) and isinstance(layer.get("joints"), str), "layers: joints")
        _require(_is_range(layer.get("frames"), frames), "layers: frames")
    _require(layers[0]["joints"] == _BASE, "layers: the first one")
    for layer in layers[1:]:
        _check_layer(layer, codes, frames)


def _check_layer(layer: dict, codes: Mapping[str, np.ndarray], frames: int) -> None:
    start, end = layer["frames"]
    margin: Any = layer.get("margin")
    first: Any = layer.get("codes_start")
    _require(is_whole(margin, 0, MOST_SEED), "layers: margin")
    _require(is_whole(layer.get("seed"), -MOST_SEED, MOST_SEED), "layers: seed")
    _require(is_number(layer.get("variation"), 0, 1e3), "layers: variation")
    _require(isinstance(layer.get("codes"), str) and layer["codes"] in codes, "layers: codes")
    _require(isinstance(layer.get("from", {}), dict), "layers: from")
    _require(is_whole(first, 0, frames - 1), "layers: codes_start")
    count = len(codes[layer["codes"]])
    covers = first <= max(start - margin, 0) and min(end + margin, frames) <= first + count <= frames
    _require(not count or covers, "layers: codes")


def _check_settings(settings: Any) -> None:
    _require(isinstance(settings, dict) and isinstance(settings.get("finish", True), bool), "settings: finish")
    _require(is_number(settings.get("variation", 0.0), 0, 1e3), "settings: variation")
    own = settings.get("finish_settings", {})
    _require(isinstance(own, dict) and all(_is_plain(value) for value in own.values()), "settings: finish_settings")


def _check_directions(directions: Any) -> None:
    """Check the types of the levels, markers, kept areas and mood; `core.direct` knows their names and ranges."""
    _require(isinstance(directions, dict), "direct")
    levels = directions.get("levels", {})
    _require(isinstance(levels, dict), "direct: levels")
    _require(all(_is_plain(value) for name, value in levels.items() if name != "pose"), "direct: levels")
    pose = levels.get("pose")
    _require(pose is None or (isinstance(pose, list) and all(map(_is_point, pose))), "direct: levels: pose")
    keep = directions.get("keep", [])
    _require(isinstance(keep, list) and all(isinstance(area, str) for area in keep), "direct: keep")
    for name in ("markers", "mood"):
        entries = directions.get(name, [])
        _require(isinstance(entries, list) and len(entries) <= MOST_WORDS, f"direct: {name}")
        for entry in entries:
            _require(isinstance(entry, dict) and all(map(_is_plain, entry.values())), f"direct: {name}")


def _check_texts(entry: Any, name: str, wanted: tuple[str, ...]) -> None:
    _require(isinstance(entry, dict), name)
    for each in wanted:
        _require(isinstance(entry.get(each), str), f"{name}: {each}")


def _check_timed(entry: Any, text: str) -> None:
    """Check a word or a phone: its text, and its start that is not after its end."""
    _require(isinstance(entry, dict) and isinstance(entry.get(text), str), f"words: {text}")
    # Half of a character that takes two cannot be written again.
    entry[text].encode()
    start_s: Any = entry.get("start_s")
    end_s = entry.get("end_s")
    _require(
        is_number(start_s, 0, MOST_SECONDS) and is_number(end_s, start_s, MOST_SECONDS), f"words: times of a {text}"
    )


def _is_range(value: Any, frames: int) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(is_whole(each, 0, frames) for each in value):
        return False
    return value[0] < value[1]


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(is_number(each, -1e4, 1e4) for each in value)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (bool, str)) or is_number(value, -1e9, 1e9)


def _require(holds: bool, name: str) -> None:
    if not holds:
        raise ValueError(f"{name}: missing, of another type, or out of range")
