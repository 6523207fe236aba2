"""The user's choices for a motion file of another program, which its arrays do not state."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class UserChoices:
    """How to read a file that does not state these facts.

    Attributes:
        up: the axis that points up: "y", "z", "-y" (camera coordinates), or "auto" to find it.
        order6d: the part of a rotation matrix that 6D rotations hold: its first two "rows" (PantoMatrix, GVHMR), its
            first two "columns" one after the other, or the two columns "interleaved" (SPIN, HMR).
        fps: frames per second that override the file's frame rate; None trusts the file.
        on_floor: move the feet onto the floor.
        at_origin: begin above the origin instead of at the file's place.
        model: the user's SMPLX_*.npz, which has the person's true bones; a file's own `rest_joints` count first.
    """

    up: str = "auto"
    order6d: str = "rows"
    fps: float | None = None
    on_floor: bool = True
    at_origin: bool = True
    model: Path | None = None
