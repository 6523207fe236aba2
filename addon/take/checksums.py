"""What was keyed, as check sums per channel and a few frames: what no longer fits was changed by hand."""

import json
import uuid
import zlib
from dataclasses import dataclass, field

import bpy
import numpy as np

from ...core.body.curves import runs
from ...core.errors import GestureError
from ...core.files import DAMAGED
from ...core.sealed import seal, unseal
from ..blender import versions

KEY = "mambatalk_written"
# Records stored before there was a check sum have zlib's first bytes after their length; they still load.
_ZLIB = b"\x78\x01"
# Edits are told apart this finely.
_BLOCKS_PER_S = 15
_FACTORS = np.random.default_rng(7).integers(1, 1 << 63, 256, dtype=np.uint64) | np.uint64(1)


@dataclass
class Record:
    """What was written to an action.

    Attributes:
        frame_count: of every channel.
        block: frames that share a check sum.
        marks: check sums (B,) uint16 by channel.
        softened: frames (T,) bool by channel, in which keys lead over to hand edits.
        levels: of `core.direct.levels.Levels`, that the keys have.
        markers: of `core.direct.markers.Marker`, that they have.
        stamp: another one after every writing.
    """

    frame_count: int
    block: int
    marks: dict[str, np.ndarray] = field(default_factory=dict)
    softened: dict[str, np.ndarray] = field(default_factory=dict)
    levels: dict = field(default_factory=dict)
    markers: list = field(default_factory=list)
    stamp: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def new(cls, frame_count: int, fps: float) -> "Record":
        """Nothing was written yet."""
        return cls(frame_count, max(1, int(np.ceil(fps / _BLOCKS_PER_S - 1e-6))))

    def edited(self, channel: str, values: np.ndarray) -> np.ndarray:
        """Frames (T,) in which values (T, C) are not those that were written; none where nothing was."""
        if channel not in self.marks:
            return np.zeros(self.frame_count, bool)
        return np.repeat(self.marks[channel] != check(values, self.block), self.block)[: self.frame_count]

    def note(self, channel: str, values: np.ndarray, edited: np.ndarray | None = None) -> None:
        """Remember values (T, C) as written, but in frames (T,) that were `edited` and not written."""
        marks = check(values, self.block)
        if edited is not None and channel in self.marks:
            still = edited[:: self.block]
            marks = np.where(still, self.marks[channel], marks)
        self.marks[channel] = marks

    def soften(self, channel: str, frames: np.ndarray) -> None:
        """Remember in which frames (T,) a channel leads over to hand edits."""
        self.softened.pop(channel, None)
        if frames.any():
            self.softened[channel] = frames


def check(values: np.ndarray, block: int) -> np.ndarray:
    """Check sums (B,) uint16 of single-precision values (T, C), one for every `block` frames."""
    count = -(-len(values) // block)
    # Adding zero makes both zeros one.
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
    """The name of a channel, which stays when the character is renamed, copied or appended elsewhere."""
    return f"{versions.slot_name(action, id_block)} {path}"


def save(action: bpy.types.Action, record: Record) -> None:
    """Put a record on an action, with a new stamp."""
    record.stamp = uuid.uuid4().hex
    head = {
        "frame_count": record.frame_count,
        "block": record.block,
        "channels": list(record.marks),
        "softened": {name: runs(frames) for name, frames in record.softened.items()},
        "levels": record.levels,
        "markers": record.markers,
        "stamp": record.stamp,
    }
    text = json.dumps(head).encode()
    marks = b"".join(marks.astype("<u2").tobytes() for marks in record.marks.values())
    versions.set_bytes(action, KEY, seal(len(text).to_bytes(4, "little") + zlib.compress(text + marks, 1)))


def load(action: bpy.types.Action) -> Record | None:
    """The record of an action; None where nothing is known.

    Raises:
        GestureError: it is damaged.
    """
    data = action.get(KEY)
    if data is None:
        return None
    try:
        return _unpack(data)
    except (*DAMAGED, TypeError) as error:
        raise GestureError(
            f"What was keyed for {action.name} can no longer be read.",
            remedy="Use a backup, or load or generate the take again.",
            detail=repr(error),
        ) from error


def _unpack(stored: bytes) -> Record:
    data = stored if stored[4:6] == _ZLIB else unseal(stored)
    length, content = int.from_bytes(data[:4], "little"), zlib.decompress(data[4:])
    head = json.loads(content[:length])
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
        head["stamp"],
    )
