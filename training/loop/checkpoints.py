"""The whole state of a run on disk, so that a run that was killed and started again ends with the same weights."""

import pickle
from pathlib import Path

import torch

from core.errors import GestureError
from core.files import make_folder, saved_file

FORMAT = 2
_REMEDY = "Free some disk space or choose another folder; the previous checkpoint is still whole."


def save_state(file: Path, **state) -> None:
    """Write a checkpoint whole or not at all.

    Args:
        file: where.
        state: tensors, numbers, and dictionaries and lists of them.

    Raises:
        GestureError: the disk is full, or the folder cannot be written.
    """
    make_folder(file.parent)
    for stale in file.parent.glob(f".{file.name}.*.part"):  # left over by processes that were killed while writing
        stale.unlink(missing_ok=True)
    with saved_file(file, remedy=_REMEDY, kinds=(OSError, RuntimeError)) as temporary:
        torch.save(state | {"format": FORMAT}, temporary)


def load_state(file: Path, device: torch.device) -> dict | None:
    """Read a checkpoint without executing anything in it; return None where there is none.

    Raises:
        GestureError: it is broken, or of another version.
    """
    if not file.exists():
        return None
    remedy = f"Delete {file.name} to start this stage again, or choose another output folder."
    try:
        state = torch.load(file, map_location=device, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise GestureError(f"The checkpoint {file} is broken.", remedy=remedy, detail=str(error)) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise GestureError(f"The checkpoint {file} is of another version.", remedy=remedy)
    return state


def restore(target, state: dict, file: Path) -> None:
    """Call `target.load_state_dict(state)`; an error names a remedy.

    Raises:
        GestureError: the checkpoint is of networks of other sizes.
    """
    try:
        target.load_state_dict(state)
    except (RuntimeError, ValueError, KeyError) as error:
        raise GestureError(
            f"The checkpoint {file} is of other networks than this run's.",
            remedy="Use the settings it was started with, or choose another output folder.",
            detail=str(error),
        ) from error
