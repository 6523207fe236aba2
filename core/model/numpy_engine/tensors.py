"""safetensors files, read with NumPy alone, so that no other package is needed."""

from pathlib import Path

import numpy as np

from ...errors import GestureError
from ...inputs import check_regular, parse_json

_REMEDY = "Choose another weights folder, or copy this one again from where it came."
LARGEST_HEADER = 100_000_000  # bytes, as in the reference implementation
KINDS = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U8": np.uint8,
    "BOOL": np.bool_,
}


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read every tensor of a file, by name.

    The file holds the header's length (8 bytes, little endian), the header (JSON: type, shape and place of every
    tensor), and the numbers.

    Raises:
        GestureError: the file cannot be read, or it is damaged.
    """
    try:
        check_regular(path)
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        if len(data) < 8 or length > min(LARGEST_HEADER, len(data) - 8):
            raise ValueError("the header is longer than the file")
        header = parse_json(data[8 : 8 + length])
        header.pop("__metadata__", None)
        body = memoryview(data)[8 + length :]
        return {name: _tensor(body, entry) for name, entry in header.items()}
    except OSError as error:
        raise GestureError(f"{path} cannot be read.", remedy=_REMEDY, detail=str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GestureError(f"{path} is broken.", remedy=_REMEDY, detail=repr(error)) from error


def _tensor(body: memoryview, entry: dict) -> np.ndarray:
    begin, end = entry["data_offsets"]
    if not 0 <= begin <= end <= len(body):
        raise ValueError("a tensor lies outside the file")
    return np.frombuffer(body[begin:end], KINDS[entry["dtype"]]).reshape(entry["shape"])
