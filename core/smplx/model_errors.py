"""Errors about a user's SMPL-X model file: every reader of such a file raises these, with the same remedies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError
from ..files import DAMAGED

REMEDY = "Choose the SMPLX_NEUTRAL.npz (or _MALE, _FEMALE) that you downloaded."
# Points of a body are nearer than this to its middle.
MOST_METRES = 100.0
MODEL = "an SMPL-X model file"


@contextmanager
def reading(path: Path, kind: str = MODEL) -> Iterator[None]:
    """Turn the errors of reading a model file inside a `with` block into errors with a remedy.

    Args:
        path: the file.
        kind: what the file should be, for the message.

    Raises:
        GestureError: there is no such file, or it is not of this kind.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise GestureError(f"There is no model file {path}.", remedy="Choose your SMPLX_*.npz.") from error
    except (AttributeError, IndexError, *DAMAGED) as error:
        raise not_a_model(path, str(error), kind) from error


def not_a_model(path: Path, detail: str, kind: str = MODEL) -> GestureError:
    """Return the error for a file that is not of a kind; `detail` is for the log."""
    return GestureError(f"{path.name} is not {kind}.", remedy=REMEDY, detail=detail)


def other_joint_count(path: Path, count: int) -> GestureError:
    """Return the error for a model whose number of joints is not SMPL-X's."""
    return GestureError(
        f"{path.name} has {count} joints, not {JOINT_COUNT}.", remedy="Choose an SMPL-X model, not SMPL or SMPL-H."
    )
