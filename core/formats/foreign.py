"""SMPL motion of other programs as a `Motion`: names, joints, form of rotation and frame rate are found in the file.

Known are the files of AMASS (SMPL-H and SMPL-X), BEAT2, EMAGE and PantoMatrix, the arrays of GVHMR, WHAM, SMPLer-X and
others that name them as the `smplx` package does, Meshcapade's .smpl archives, and ours. The way of a file:

    npz             arrays, without unpickling
    foreign_arrays  each array by the names that programs give it
    foreign_rotations  (T, 55, 3) rotation vectors
    upright         Y up, feet on the floor
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.motion import LEAST_FPS, MOST_FPS, Motion, check_range
from ..body.parts import CONTACT_WIDTH, EXPRESSION_WIDTHS, TRANSLATION_WIDTH
from ..body.skeleton import JOINT_COUNT
from ..clock import FPS
from ..errors import GestureError
from ..smplx.skeleton import smplx_rest_joints
from . import foreign_arrays
from .foreign_arrays import ForeignArrays, numbers, rows
from .foreign_rotations import read_rotations
from .upright import stand_upright
from .user_choices import UserChoices


@dataclass(frozen=True)
class Foreign:
    """A converted motion, and sentences for the user about its file.

    Attributes:
        motion: Y up, 55 joints.
        summary: one line about the file.
        notes: a sentence for each thing that the file lacks or that was assumed.
    """

    motion: Motion
    summary: str
    notes: tuple[str, ...]


def read_foreign(path: Path | str, choices: UserChoices | None = None) -> Foreign:
    """Read and convert one file.

    Raises:
        GestureError: unreadable, a pickle, several people, no rotations, or arrays of different lengths.
    """
    path, choices = Path(path), choices or UserChoices()
    if choices.fps is not None and not LEAST_FPS <= choices.fps <= MOST_FPS:
        raise GestureError(
            f"{choices.fps:g} is no frame rate.", remedy=f"Give frames per second, from {LEAST_FPS} to {MOST_FPS}."
        )
    file = ForeignArrays(path)
    notes: list[str] = []
    found = read_rotations(file, choices, notes)
    frame_count = len(found.rotations)
    fps = choices.fps or _frame_rate(file, notes)
    expression, face_basis = _expression(file, frame_count)
    contacts, betas = file.find(foreign_arrays.CONTACTS), _betas(file)
    motion = Motion(
        rotations=found.rotations,
        translation=_translation(file, frame_count, notes),
        expression=expression,
        face_basis=face_basis,
        contacts=None if contacts is None else file.frames(contacts, frame_count, CONTACT_WIDTH),
        rest_joints=_rest_joints(file, choices, betas),
        betas=betas,
        fps=fps,
    )
    likely = "y" if file.find(foreign_arrays.OF_AMASS) is None else "z"
    motion, up = stand_upright(check_range(motion), choices, likely, notes)
    motion = check_range(motion)
    summary = f"{found.joint_count} joints as {found.form}, {up.upper()} up, {fps:g} fps, {frame_count} frames"
    return Foreign(motion, summary, tuple(notes))


def _translation(file: ForeignArrays, frame_count: int, notes: list[str]) -> np.ndarray:
    values = file.find(foreign_arrays.TRANSLATION)
    if values is None:
        notes.append("It has no path: the body stays in place")
        return np.zeros((frame_count, TRANSLATION_WIDTH))
    return file.frames(values, frame_count, TRANSLATION_WIDTH)


def _expression(file: ForeignArrays, frame_count: int) -> tuple[np.ndarray, str]:
    """Return expression (T, N) and the basis that it is in; zeros where the file has no face."""
    arkit = file.find(foreign_arrays.ARKIT)
    if arkit is not None and rows(arkit).shape[1] == EXPRESSION_WIDTHS["arkit52"]:
        return file.frames(arkit, frame_count, EXPRESSION_WIDTHS["arkit52"]), "arkit52"
    width = EXPRESSION_WIDTHS["flame100"]
    expression = np.zeros((frame_count, width))
    values = file.find(foreign_arrays.EXPRESSION)
    if values is not None:
        values = rows(values)[:, :width]
        expression[:, : values.shape[1]] = file.frames(values, frame_count, values.shape[1])
    return expression, "flame100"


def _betas(file: ForeignArrays) -> np.ndarray:
    betas = file.find(foreign_arrays.BETAS)
    if betas is None or betas.size == 0:
        return np.zeros(10)
    betas = numbers(betas)
    # A person has one body in all frames: the median, where a tracker estimated it frame by frame.
    return betas if betas.ndim == 1 else np.median(betas.reshape(-1, betas.shape[-1]), axis=0)


def _rest_joints(file: ForeignArrays, choices: UserChoices, betas: np.ndarray) -> np.ndarray | None:
    """Return the file's own rest joints (55, 3), else those of the user's model, else None."""
    own = file.find(foreign_arrays.REST_JOINTS)
    # A model file that is none is refused also where it is not needed.
    of_model = None if choices.model is None else smplx_rest_joints(choices.model, betas)
    if own is None:
        return of_model
    own = numbers(own)
    if own.shape != (JOINT_COUNT, 3) or not np.isfinite(own).all():
        raise GestureError(
            f"{file.path.name}'s rest joints are not 55 points.", remedy="Remove `rest_joints` from the file."
        )
    return own


def _frame_rate(file: ForeignArrays, notes: list[str]) -> float:
    values = file.find(foreign_arrays.RATE)
    if values is not None:
        if values.size == 1 and values.dtype.kind in "biuf" and LEAST_FPS <= float(values.ravel()[0]) <= MOST_FPS:
            return float(values.ravel()[0])
        raise GestureError(
            f"{file.path.name} states a frame rate that is none.",
            remedy=f"Give frames per second, from {LEAST_FPS} to {MOST_FPS}.",
        )
    notes.append(f"It does not state its frame rate: taken as {FPS} fps")
    return float(FPS)
