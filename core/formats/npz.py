"""The arrays of an npz file of unknown origin, read without unpickling: opening a pickle may run any program."""

from pathlib import Path

import numpy as np

from ..errors import GestureError
from ..files import DAMAGED
from ..inputs import Npz

_PICKLED = (
    "Save its arrays as plain numbers with the program that made it: numpy.savez(path, poses=…, trans=…). "
    "For a PyTorch file: numpy.savez(path, **{key: value.numpy() for key, value in torch.load(file)[…].items()})."
)


def open_npz(path: Path) -> Npz:
    """Open an npz and check its headers; its arrays are read one by one, where they are needed.

    Raises:
        GestureError: no such file, not an npz, or a pickle (.pt, .pkl).
    """
    try:
        file = Npz(path)
    except FileNotFoundError as error:
        raise GestureError(f"There is no motion file {path}.", remedy="Choose an existing npz file.") from error
    except DAMAGED as error:
        if _starts_like_pickle(path):
            raise _pickle(path, "pickle") from error
        raise _not_npz(path, repr(error)) from error
    if any(name.endswith("data.pkl") for name in file.files):
        raise _pickle(path, "PyTorch file")
    return file


def read_array(file: Npz, path: Path, name: str) -> np.ndarray:
    """Read one array of an npz.

    Raises:
        GestureError: its bytes are damaged, or it is too large.
    """
    try:
        return file.read(name)
    except DAMAGED as error:
        raise _not_npz(path, repr(error)) from error


def _starts_like_pickle(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1) == b"\x80" or path.suffix.lower() in (".pkl", ".pickle", ".pt", ".pth", ".joblib")
    except OSError:
        return False


def _pickle(path: Path, kind: str) -> GestureError:
    return GestureError(f"{path.name} is a {kind}, which is never opened: it may run any program.", remedy=_PICKLED)


def _not_npz(path: Path, detail: str = "") -> GestureError:
    return GestureError(f"{path.name} is not an npz file.", remedy="Choose a motion saved as npz.", detail=detail)


def pickled_only(path: Path, names: tuple[str, ...]) -> GestureError:
    """Make the error for a file whose needed arrays are Python objects."""
    return GestureError(
        f"{path.name} holds {', '.join(names)} as Python objects, which are never opened: they may run any program.",
        remedy=_PICKLED,
    )
