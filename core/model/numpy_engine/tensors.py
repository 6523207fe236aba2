"""safetensors files, read with NumPy alone, so that no other package is needed."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...errors import GestureError
from ...inputs import check_regular, parse_json
from ...plain_values import is_whole

_REMEDY = "Choose another weights folder, or copy this one again from where it came."
LARGEST_HEADER = 100_000_000  # bytes, as in the reference implementation
# Networks are stored in these; whole numbers are no parameters of theirs.
KINDS = {"F64": np.float64, "F32": np.float32, "F16": np.float16}
_MOST_AXES, _MOST_LENGTH = 8, 2**40


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read every tensor of a file, by name.

    The file holds the header's length (8 bytes, little endian), the header (JSON: type, shape and place of every
    tensor), and the numbers.

    Raises:
        GestureError: the file cannot be read, or it is damaged.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            header, size = _header(file, path.stat().st_size)
            body = memoryview(file.read(size))
        if len(body) < size:
            raise ValueError("the file ends too early")
        return {name: _tensor(body, entry) for name, entry in header.items()}
    except OSError as error:
        raise GestureError(f"{path} cannot be read.", remedy=_REMEDY, detail=str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GestureError(f"{path} is broken.", remedy=_REMEDY, detail=repr(error)) from error


def _header(file: BinaryIO, size: int) -> tuple[dict, int]:
    """Read the header of a file of `size` bytes; return its tensors, and how many bytes follow.

    Raises:
        ValueError: the tensors do not fill the rest of the file, as the format demands.
    """
    length = int.from_bytes(file.read(8), "little")
    left = size - 8 - length
    if left < 0 or length > LARGEST_HEADER:
        raise ValueError("the header is longer than the file")
    header = parse_json(file.read(length))
    notes = header.pop("__metadata__", {})
    if not isinstance(notes, dict) or not all(isinstance(each, str) for each in notes.values()):
        raise ValueError("__metadata__ holds no texts")
    end = 0
    for entry in sorted(header.values(), key=lambda entry: entry["data_offsets"]):
        if entry["data_offsets"][0] != end:
            raise ValueError("tensors overlap, or leave room between them")
        end = entry["data_offsets"][1]
    if end != left:
        raise ValueError("the file is longer or shorter than its tensors")
    return header, left


def _tensor(body: memoryview, entry: dict) -> np.ndarray:
    begin, end = entry["data_offsets"]
    shape = entry["shape"]
    if not is_whole(begin, 0, len(body)) or not is_whole(end, begin, len(body)):
        raise ValueError("a tensor lies outside the file")
    if len(shape) > _MOST_AXES or not all(is_whole(each, 0, _MOST_LENGTH) for each in shape):
        raise ValueError(f"{shape!r:.80} is no shape")
    values = np.frombuffer(body[begin:end], KINDS[entry["dtype"]]).reshape(shape)
    if not np.isfinite(values).all():
        raise ValueError("values that are not numbers")
    return values
