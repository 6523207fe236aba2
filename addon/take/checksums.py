"""Check sums of the written keys, for each channel and a few frames; they show which keys were edited by hand since.

    written   channel A   | frames 0-1 | frames 2-3 | frames 4-5 |      a check sum of each block, 16 bits
                          |   0x3f21   |   0x9c04   |   0x11d7   |
    now       channel A   |   0x3f21   |   0x77ab   |   0x11d7   |      block 2-3 differs: an edit by hand

A take has more than a hundred channels and thousands of frames. A copy of all values would double the file; check sums
add little to it. Of 65,536 edited blocks, about one goes unnoticed.
"""

import json
import uuid
import zlib
from dataclasses import dataclass, field

import bpy
import numpy as np

from ...core.body.curves import runs
from ...core.body.motion import MOST_TAKE_FRAMES
from ...core.errors import GestureError
from ...core.files import DAMAGED
from ...core.inputs import parse_json
from ...core.plain_values import is_whole
from ...core.sealed import seal, unseal
from ..blender import versions

KEY = "mambatalk_written"
# Older records are not sealed: after their length they begin with these bytes of zlib. They still load.
_ZLIB = b"\x78\x01"
# Edits are found in steps of a fifteenth of a second.
_BLOCKS_PER_S = 15
# An hour of speech at a high frame rate, and what its check sums take.
_MOST_RATES, _MOST_BYTES = 10, 256 << 20
_FACTORS = np.random.default_rng(7).integers(1, 1 << 63, 256, dtype=np.uint64) | np.uint64(1)


@dataclass
class Record:
    """A record of the keys that the add-on wrote to an action.

    Attributes:
        frame_count: number of frames of every channel.
        block: number of frames that share a check sum.
        marks: check sums (B,) uint16 by channel.
        softened: frames (T,) bool by channel, in which keys lead over to hand edits.
        levels: plain values of `core.direct.levels.Levels` that the keys show.
        markers: plain values of `core.direct.markers.Marker` that the keys show.
        mood: plain values of `core.direct.mood.Mood` that the keys show.
        joins: plain values of start, end, loop and listening that the keys show.
        stamp: changes whenever the record is saved.
    """

    frame_count: int
    block: int
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    softened: dict[str, np.ndarray] = field(default_factory=dict)
    levels: dict = field(default_factory=dict)
    markers: list = field(default_factory=list)
    mood: list = field(default_factory=list)
    joins: dict = field(default_factory=dict)
    stamp: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def new(cls, frame_count: int, fps: float) -> "Record":
        """Make a record of channels of which none was written yet."""
        return cls(frame_count, max(1, int(np.ceil(fps / _BLOCKS_PER_S - 1e-6))))

    def edited(self, channel: str, values: np.ndarray) -> np.ndarray:
        """Return in which frames (T,) values (T, C) differ from those written; in none if the channel is unknown."""
        if channel not in self.marks:
            return np.zeros(self.frame_count, bool)
        return np.repeat(self.marks[channel] != check(values, self.block), self.block)[: self.frame_count]

    def note(self, channel: str, values: np.ndarray, edited: np.ndarray | None = None) -> None:
        """Store check sums of written values (T, C); keep the old ones where an edit (T,) was left in place."""
        marks = check(values, self.block)
        if edited is not None and channel in self.marks:
            still = edited[:: self.block]
            marks = np.where(still, self.marks[channel], marks)
        self.marks[channel] = marks

    def soften(self, channel: str, frames: np.ndarray) -> None:
        """Store in which frames (T,) the keys of a channel lead over to hand edits."""
        self.softened.pop(channel, None)
        if frames.any():
            self.softened[channel] = frames


def check(values: np.ndarray, block: int) -> np.ndarray:
    """Return check sums (B,) uint16 of values (T, C) in single precision, one for every `block` frames."""
    count = -(-len(values) // block)
    # Adding zero turns -0.0 into 0.0: both are the same key.
    bits = (np.asarray(values, np.float32) + np.float32(0)).view(np.uint32).astype(np.uint64)
    padded = np.zeros((count * block, bits.shape[1]), np.uint64)
    padded[: len(bits)] = bits
    rows = padded.reshape(count, -1)
    factors = _FACTORS[: rows.shape[1]]
    with np.errstate(over="ignore"):
        mixed = (rows + factors) * factors
        mixed ^= mixed >> np.uint64(29)
        mixed *= _FACTORS[-1]
        return (mixed.sum(1, dtype=np.uint64) >> np.uint64(48)).astype(np.uint16)


def name_of(action: bpy.types.Action, id_block: bpy.types.ID, path: str) -> str:
    """Return the name of a channel; it stays when the character is renamed, copied or appended to another file."""
    return f"{versions.slot_name(action, id_block)} {path}"


def save(action: bpy.types.Action, record: Record) -> None:
    """Save a record on an action, with a new stamp."""
    record.stamp = uuid.uuid4().hex
    head = {
        "frame_count": record.frame_count,
        "block": record.block,
        "channels": list(record.marks),
        "softened": {name: runs(frames) for name, frames in record.softened.items()},
        "levels": record.levels,
        "markers": record.markers,
        "mood": record.mood,
        "joins": record.joins,
        "stamp": record.stamp,
    }
    text = json.dumps(head).encode()
    marks = b"".join(marks.astype("<u2").tobytes() for marks in record.marks.values())
    versions.set_bytes(action, KEY, seal(len(text).to_bytes(4, "little") + zlib.compress(text + marks, 1)))


def load(action: bpy.types.Action) -> Record | None:
    """Read the record of an action; None where it has none.

    Raises:
        GestureError: the record is damaged.
    """
    data = action.get(KEY)
    if data is None:
        return None
    try:
        return _unpack(data)
    except (*DAMAGED, TypeError) as error:
        raise GestureError(
            f"The record of the keys of {action.name} can no longer be read.",
            remedy="Use a backup, or load or generate the take again.",
            detail=repr(error),
        ) from error


def _check(head: dict, is_whole_record: bool) -> None:
    """Raise ValueError where a record, which may be from another person's file, is none."""
    names, softened = head["channels"], head["softened"]
    fits = is_whole_record and is_whole(head["frame_count"], 0, MOST_TAKE_FRAMES * _MOST_RATES)
    fits = fits and is_whole(head["block"], 1, MOST_TAKE_FRAMES) and isinstance(head["stamp"], str)
    fits = fits and isinstance(names, list) and all(isinstance(name, str) for name in names)
    fits = fits and isinstance(softened, dict) and isinstance(head["levels"], dict)
    fits = fits and all(isinstance(head.get(name, []), list) for name in ("markers", "mood"))
    if not fits or not all(
        is_whole(each, 0, head["frame_count"]) for runs in softened.values() for run in runs for each in run
    ):
        raise ValueError("no record of keys")


def _unpack(stored: bytes) -> Record:
    data = stored if stored[4:6] == _ZLIB else unseal(stored)
    inflating = zlib.decompressobj()
    length, content = int.from_bytes(data[:4], "little"), inflating.decompress(data[4:], _MOST_BYTES)
    head = parse_json(content[:length])
    _check(head, inflating.eof)
    count = -(-head["frame_count"] // head["block"])
    marks = np.frombuffer(content[length:], "<u2").reshape(-1, count)
    softened = {}
    for name, ranges in head["softened"].items():
        softened[name] = np.zeros(head["frame_count"], bool)
        for start, end in ranges:
            softened[name][start:end] = True
    return Record(
        head["frame_count"],
        head["block"],
        {name: np.array(row) for name, row in zip(head["channels"], marks, strict=True)},
        softened,
        head["levels"],
        head.get("markers", []),
        head.get("mood", []),
        head.get("joins", {}),
        head["stamp"],
    )
