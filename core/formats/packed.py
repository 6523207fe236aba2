"""Motions in few bytes, for takes that are stored inside a .blend file.

A curve that bends little has small second differences in time, and small numbers have zero bytes. For one channel on a
grid of 1/4 (two binary digits):

    values              0.50  0.75  1.00  1.50
    on the grid            2     3     4     6
    first differences      2     1     1     2      the first value counts from 0
    second differences     2    -1     0     1
    without sign           4     1     0     2      0, -1, 1, -2, 2 become 0, 1, 2, 3, 4

The four bytes of each number are sorted by significance, so that the zeros lie together, and then deflated.
"""

import json
import zlib
from dataclasses import dataclass

import numpy as np

from ..body.motion import MOST_TAKE_FRAMES, Motion, check_range, in_single_precision
from ..body.parts import CONTACT_WIDTH, EXPRESSION_WIDTHS
from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError
from ..files import DAMAGED
from ..inputs import parse_json
from ..plain_values import is_whole

_PLANES = 4
_LEVEL = 6
_MOST_HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class Grid:
    """The fineness in which values are kept: binary digits after the point.

    Packing rounds values to the grid. Values on the grid are packed to the bit, and single precision holds them.

    Attributes:
        rotations: digits of radians; 16 digits are 0.0009 degrees.
        translation: digits of metres.
        expression: digits of weights.
        contacts: digits of values from 0 to 1.
    """

    rotations: int = 16
    translation: int = 17
    expression: int = 13
    contacts: int = 8


FINE = Grid()
# For raw motion, which is smoothed before anybody sees it.
COARSE = Grid(rotations=14, translation=15, expression=9)


def pack_motion(motion: Motion, grid: Grid = FINE) -> bytes:
    """Pack a motion; `unpack_motion` returns it rounded to the grid."""
    pieces, lengths = [], {}
    for name in ("rotations", "translation", "expression", "contacts"):
        values = getattr(motion, name)
        if values is not None:
            pieces.append(pack_values(values.reshape(motion.frame_count, -1), getattr(grid, name)))
            lengths[name] = len(pieces[-1])
    header = {
        "frames": motion.frame_count,
        "grid": vars(grid),
        "lengths": lengths,
        "face_basis": motion.face_basis,
        "fps": motion.fps,
        "betas": np.asarray(motion.betas, float).tolist(),
        "rest_joints": None if motion.rest_joints is None else np.asarray(motion.rest_joints, float).tolist(),
    }
    head = zlib.compress(json.dumps(header).encode(), _LEVEL)
    return len(head).to_bytes(4, "little") + head + b"".join(pieces)


def unpack_motion(data: bytes) -> Motion:
    """Unpack the bytes of `pack_motion`.

    Raises:
        GestureError: the bytes are damaged, or `pack_motion` did not make them.
    """
    try:
        start = 4 + int.from_bytes(data[:4], "little")
        header = parse_json(_inflated(data[4:start], _MOST_HEADER_BYTES))
        frames, rest = header["frames"], header["rest_joints"]
        if not is_whole(frames, 1, MOST_TAKE_FRAMES):
            raise ValueError(f"{frames} frames")
        widths = {"rotations": JOINT_COUNT * 3, "translation": 3, "contacts": CONTACT_WIDTH}
        widths["expression"] = EXPRESSION_WIDTHS[header["face_basis"]]
        values = {}
        for name, length in header["lengths"].items():
            values[name] = unpack_values(
                data[start : start + length], frames, header["grid"][name], frames * widths[name]
            )
            start += length
        return check_range(
            Motion(
                rotations=values["rotations"].reshape(frames, -1, 3),
                translation=values["translation"],
                expression=values["expression"],
                face_basis=header["face_basis"],
                contacts=values.get("contacts"),
                rest_joints=None if rest is None else np.array(rest, np.float64),
                betas=np.array(header["betas"], np.float64),
                fps=float(header["fps"]),
            )
        )
    except DAMAGED as error:
        raise GestureError(
            "A stored motion is damaged.", remedy="Use a backup of the file, or generate again.", detail=repr(error)
        ) from error


def round_motion(motion: Motion, grid: Grid = FINE) -> Motion:
    """Round a motion to a grid, as packing and unpacking it does."""

    def rounded(name: str) -> np.ndarray | None:
        values = getattr(motion, name)
        steps = 2.0 ** getattr(grid, name)
        # Adding zero leaves no negative zeros, which whole numbers do not have.
        return None if values is None else np.round(values * steps) / steps + 0.0

    return motion.replace(**{name: rounded(name) for name in vars(grid)})


def stored_motion(motion: Motion, grid: Grid = FINE) -> Motion:
    """Return a motion as it comes back from a take folder and then a .blend: in single precision, then on a grid."""
    single = in_single_precision(motion)
    values = {name: getattr(single, name) for name in vars(grid)}
    double = {name: each.astype(np.float64) for name, each in values.items() if each is not None}
    return round_motion(single.replace(**double), grid)


def pack_values(values: np.ndarray, digits: int) -> bytes:
    """Pack values (T, C) on a grid of `digits` binary digits after the point."""
    steps = np.round(np.asarray(values, np.float64) * 2.0**digits).astype(np.int32)
    for _ in range(2):
        steps = np.diff(steps, axis=0, prepend=np.zeros((1, steps.shape[1]), np.int32))
    # Small numbers of either sign become small numbers without one, whose upper bytes are all zero.
    unsigned = ((steps << 1) ^ (steps >> 31)).astype("<u4").T
    planes = np.ascontiguousarray(unsigned).view(np.uint8).reshape(-1, _PLANES).T
    return zlib.compress(planes.tobytes(), _LEVEL)


def unpack_values(data: bytes, frames: int, digits: int, count: int | None = None) -> np.ndarray:
    """Unpack the values (T, C) of `pack_values`.

    Args:
        data: what `pack_values` returned.
        frames: T.
        digits: as they were packed.
        count: T C, where it is known: more are not unpacked.

    Raises:
        ValueError, zlib.error: there are fewer or more values, or the bytes are damaged.

    >>> unpack_values(pack_values(np.array([[0.5], [0.75], [1.0], [1.5]]), 2), 4, 2).ravel()
    array([0.5 , 0.75, 1.  , 1.5 ])
    """
    stored = zlib.decompress(data) if count is None else _inflated(data, count * _PLANES)
    if count is not None and len(stored) != count * _PLANES:
        raise ValueError(f"{len(stored)} bytes of values where {count * _PLANES} were expected")
    planes = np.frombuffer(stored, np.uint8).reshape(_PLANES, -1)
    unsigned = np.ascontiguousarray(planes.T).view("<u4").reshape(-1, frames).T.astype(np.uint32)
    steps = (unsigned >> 1).astype(np.int32) ^ -(unsigned & 1).astype(np.int32)
    for _ in range(2):
        steps = np.cumsum(steps, axis=0, dtype=np.int32)
    return steps / 2.0**digits


def _inflated(data: bytes, most: int) -> bytes:
    """Inflate bytes; raise ValueError where they are cut off, or inflate to more than `most` bytes."""
    inflating = zlib.decompressobj()
    # One more byte, so that too many are noticed; a limit of zero would be none.
    content = inflating.decompress(data, most + 1)
    if len(content) > most or not inflating.eof:
        raise ValueError(f"no whole data of {most} bytes at most")
    return content
