"""The content of a take of twelve frames with one layer, and changes of it; nothing in it was generated."""

from copy import deepcopy

import numpy as np

from core.body.motion import Motion
from core.body.parts import Part
from core.take.files import TakeFiles, read_files

FRAMES = 12
WORDS = [{"word": "so", "start_s": 0.0, "end_s": 0.3, "confidence": 0.9, "phones": []}]
LAYER = {
    **{"joints": "left_arm", "frames": [4, 8], "margin": 2, "codes": "layer_1", "codes_start": 0},
    **{"seed": 3, "variation": 0.5},
}
DESCRIPTION = {
    "format": 1,
    "audio": {"path": "a.wav", "sha256": "0" * 64, "seconds": 0.4, "offset_s": 0.0, "duration_s": None},
    "weights": {"name": "none", "sha256": "0" * 64},
    "speaker": 0,
    "speaker_name": "calm",
    "seed": 5,
    "settings": {"finish": True, "variation": 1.0},
    "fps": 30,
    "frames": FRAMES,
    "layers": [{"joints": "all", "frames": [0, FRAMES], "codes": "codes.npz", "seed": 5}, LAYER],
}
CODES = {part.value: np.zeros(FRAMES, np.int16) for part in Part} | {"layer_1": np.zeros(FRAMES, np.int16)}


def motion(frames: int = FRAMES) -> Motion:
    return Motion(
        np.zeros((frames, 55, 3)), np.zeros((frames, 3)), np.zeros((frames, 52)), contacts=np.ones((frames, 4))
    )


def take_of(seed: int) -> TakeFiles:
    """A take whose every file is of this seed."""
    description = deepcopy(DESCRIPTION) | {"seed": seed}
    moved = motion().replace(translation=motion().translation + seed)
    words = [{**WORDS[0], "confidence": seed / 10}]
    codes = {name: values + seed for name, values in CODES.items()}
    return TakeFiles(description, words, codes, moved, moved)


def seed_of(folder) -> int:
    """The seed of a take whose files are all of one seed."""
    take = read_files(folder)
    seeds = {take.description["seed"], int(take.finished.translation[0, 0]), int(take.raw.translation[0, 0])}
    seeds |= {int(take.codes["upper"][0]), round(take.words[0]["confidence"] * 10)}
    assert len(seeds) == 1
    return seeds.pop()


def places(value, path=()):
    """Every entry of plain values, as the keys that lead to it."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def replaced(value, path, new):
    """A copy of plain values with another entry at one place."""
    if not path:
        return new
    copied = deepcopy(value)
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copied
