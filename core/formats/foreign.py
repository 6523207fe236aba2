"""SMPL motion of other makers as a `Motion`: keys, joints, rotation form and frame rate found out from the file.

Known are the files of AMASS (SMPL-H and SMPL-X), BEAT2, EMAGE and PantoMatrix, the arrays of GVHMR, WHAM, SMPLer-X and
others that name them as the `smplx` package does, Meshcapade's .smpl archives, and ours.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.motion import Motion
from ..body.npz import pickled_only, read_arrays
from ..body.parts import EXPRESSION_WIDTHS
from ..body.rotation import matrix_to_rotvec, rot6d_to_rotvec
from ..body.skeleton import JOINT_COUNT
from ..clock import FPS
from ..errors import GestureError
from ..smplx.skeleton import smplx_rest_joints
from .upright import stand_upright

# SMPL-X joints in the order in which files with this many joints store them. SMPL-H has no jaw and eyes; SMPL's last
# two are whole hands, which SMPL-X moves by fingers.
_JOINTS = {
    55: tuple(range(55)),
    52: (*range(22), *range(25, 55)),
    24: tuple(range(22)),
    22: tuple(range(22)),
}
_FORMS = {3: "axis-angle", 6: "6D", 9: "matrices"}
# Parts of a pose that files store apart: names, joints.
_PARTS = (
    (("root_orient", "global_orient", "poses_root", "root_pose"), (0,)),
    (("pose_body", "body_pose", "poses_body"), tuple(range(1, 22))),
    (("bodypose",), tuple(range(22))),
    (("headpose",), (22, 23, 24)),
    (("pose_jaw", "jaw_pose", "poses_jaw"), (22,)),
    (("leye_pose", "left_eye_pose"), (23,)),
    (("reye_pose", "right_eye_pose"), (24,)),
    (("pose_eye", "eye_pose", "poses_eye"), (23, 24)),
    (("left_hand_pose", "lhand_pose", "lefthandpose"), tuple(range(25, 40))),
    (("right_hand_pose", "rhand_pose", "righthandpose"), tuple(range(40, 55))),
    (("pose_hand", "hand_pose", "poses_hand"), tuple(range(25, 55))),
)
# In the order of trust: of two arrays, the one in the world before the one in the camera's view.
_WHOLE = ("poses", "pose_world", "fullpose", "full_pose", "pose", "smpl_pose", "smplx_pose", "rotations", "rot6d")
_TRANSLATION = ("trans_world", "trans", "transl", "translation", "root_translation", "root_trans", "bodytranslation")
_RATE = ("mocap_frame_rate", "mocap_framerate", "frame_rate", "framerate", "fps")
_ARKIT = ("arkit", "blendshapes", "arkit_blendshapes")
_EXPRESSION = ("expressions", "expression", "exps", "face_expr", "expressionparameters")
_IN_CAMERA = ("incam", "in_cam", "camera")


@dataclass(frozen=True)
class Reading:
    """How to read what a file does not say.

    Attributes:
        up: "auto", "y", "z" or "-y" (camera coordinates).
        order6d: what 6D rotations are of a matrix: its first two "rows" (PantoMatrix, GVHMR), its first two "columns"
            one after the other, or these "interleaved" (SPIN, HMR).
        fps: overrides the file's frame rate; None trusts it.
        on_floor: move the feet onto the floor.
        at_origin: begin above the origin instead of at the file's place.
        model: the user's SMPLX_*.npz, which tells the person's true bones; a file's own `rest_joints` count first.
    """

    up: str = "auto"
    order6d: str = "rows"
    fps: float | None = None
    on_floor: bool = True
    at_origin: bool = True
    model: Path | None = None


@dataclass(frozen=True)
class Foreign:
    """A motion and what was found out on the way.

    Attributes:
        motion: Y up, 55 joints.
        summary: one line about the file, for the user.
        notes: what is missing in it or was assumed.
    """

    motion: Motion
    summary: str
    notes: tuple[str, ...]


def read_foreign(path: Path | str, reading: Reading | None = None) -> Foreign:
    """Read and convert one file.

    Raises:
        GestureError: unreadable, a pickle, several people, no rotations, or arrays of different lengths.
    """
    path, reading = Path(path), reading or Reading()
    if reading.fps is not None and not 0 < reading.fps < math.inf:
        raise GestureError(f"{reading.fps:g} is no frame rate.", remedy="Give frames per second, above 0.")
    arrays, pickled = read_arrays(path)
    file = _File(path, arrays, pickled)
    notes: list[str] = []
    rotations, joint_count, form = _rotations(file, reading, notes)
    frame_count = len(rotations)
    fps = reading.fps or _rate(file, notes)
    expression, basis = _expression(file, frame_count)
    contacts, betas = file.find(("contacts",)), _betas(file)
    motion = Motion(
        rotations=rotations,
        translation=_translation(file, frame_count, notes),
        expression=expression,
        face_basis=basis,
        contacts=None if contacts is None else file.frames(contacts, frame_count, 4),
        rest_joints=_rest_joints(file, reading, betas),
        betas=betas,
        fps=fps,
    )
    likely = "z" if file.find(("mocap_framerate", "surface_model_type")) is not None else "y"
    motion, up = stand_upright(motion, reading, likely, notes)
    summary = f"{joint_count} joints as {form}, {up.upper()} up, {fps:g} fps, {frame_count} frames"
    return Foreign(motion, summary, tuple(notes))


class _File:
    """The arrays of a file under the last part of their names: `smpl_params_global/body_pose` is `body_pose`."""

    def __init__(self, path: Path, arrays: dict[str, np.ndarray], pickled: tuple[str, ...]):
        self.path, self.pickled = path, pickled
        # Those in the camera's view come first and are overwritten by those in the world.
        names = sorted(arrays, key=lambda name: not any(word in name.lower() for word in _IN_CAMERA))
        self.arrays = {_last(name): arrays[name] for name in names}

    def find(self, names: tuple[str, ...]) -> np.ndarray | None:
        """The first array that has one of the names."""
        return next((self.arrays[name] for name in names if name in self.arrays), None)

    def frames(self, values: np.ndarray, frame_count: int, width: int) -> np.ndarray:
        """Values as (T, width) numbers; a single row counts for every frame.

        Raises:
            GestureError: another number of frames or columns.
        """
        values = _numbers(values)
        values = values.reshape(1, -1) if values.size == width else values.reshape(_frame_axis(values), -1)
        if len(values) == 1 and frame_count > 1:
            values = np.repeat(values, frame_count, axis=0)
        if values.shape != (frame_count, width):
            raise GestureError(
                f"{self.path.name} holds arrays of different lengths: {frame_count} frames beside {values.shape}.",
                remedy="Save all arrays of one person over the same frames.",
            )
        return values


def _rotations(file: _File, reading: Reading, notes: list[str]) -> tuple[np.ndarray, int, str]:
    whole = file.find(_WHOLE)
    if whole is not None:
        rows = _rows(whole)
        if rows.size == 0:
            raise GestureError(f"{file.path.name} has no frames.", remedy="Choose another file.")
        for count, joints in _JOINTS.items():
            for width, form in _FORMS.items():
                if rows.shape[1] == count * width:
                    turned = np.zeros((len(rows), JOINT_COUNT, 3))
                    turned[:, joints] = _to_rotvec(rows.reshape(len(rows), count, width)[:, : len(joints)], reading)
                    _say_missing(set(joints), notes)
                    return turned, count, form
    if _is_of_several(file):
        raise GestureError(
            f"{file.path.name} holds several people.", remedy="Save each person's arrays in a file of their own."
        )
    return _rotations_of_parts(file, reading, notes)


def _rotations_of_parts(file: _File, reading: Reading, notes: list[str]) -> tuple[np.ndarray, int, str]:
    found: dict[int, np.ndarray] = {}
    form = ""
    for names, joints in _PARTS:
        values = file.find(names)
        if values is None:
            continue
        rows = _rows(values)
        count = len(joints)
        # SMPL's body has two joints more than SMPL-X's: whole hands.
        stored = count + 2 if count == 21 and rows.shape[1] % 23 == 0 and rows.shape[1] // 23 in _FORMS else count
        width = rows.shape[1] / stored
        if width not in _FORMS:
            if count in (15, 30):
                notes.append("Its hands are stored as coefficients of a model, which are left out: the fingers rest")
                continue
            raise GestureError(
                f"{file.path.name}'s {names[0]} has {rows.shape[1]} columns, which fit no known form.",
                remedy="Save rotations as axis-angle, 6D or matrices.",
            )
        form = form or _FORMS[int(width)]
        turned = _to_rotvec(rows.reshape(len(rows), stored, int(width))[:, :count], reading)
        found |= {joint: turned[:, index] for index, joint in enumerate(joints)}
    if not set(range(1, 22)) <= set(found):
        if file.pickled:
            raise pickled_only(file.path, file.pickled)
        raise GestureError(
            f"{file.path.name} holds no SMPL rotations; it has {', '.join(sorted(file.arrays)) or 'nothing'}.",
            remedy="Choose an npz with `poses` (frames, 165), or with `global_orient` and `body_pose`.",
        )
    frame_count = max(map(len, found.values()))
    rotations = np.zeros((frame_count, JOINT_COUNT, 3))
    for joint, values in found.items():
        rotations[:, joint] = file.frames(values, frame_count, 3)
    _say_missing(set(found), notes)
    return rotations, len(found), form


def _say_missing(joints: set[int], notes: list[str]) -> None:
    if 0 not in joints:
        notes.append("It does not say how the body is turned: it faces forward")
    if not joints & set(range(25, 55)) and not any("fingers" in note for note in notes):
        notes.append("It has no fingers: they rest")


def _to_rotvec(values: np.ndarray, reading: Reading) -> np.ndarray:
    """Rotations (T, J, 3 | 6 | 9) as rotation vectors."""
    width = values.shape[-1]
    if width == 3:
        return values
    if width == 9:
        return matrix_to_rotvec(values.reshape(*values.shape[:-1], 3, 3))
    if reading.order6d == "rows":
        return rot6d_to_rotvec(values)
    # Columns of a matrix are rows of its inverse.
    return -rot6d_to_rotvec(values[..., [0, 2, 4, 1, 3, 5]] if reading.order6d == "interleaved" else values)


def _translation(file: _File, frame_count: int, notes: list[str]) -> np.ndarray:
    values = file.find(_TRANSLATION)
    if values is None:
        notes.append("It has no path: the body stays in place")
        return np.zeros((frame_count, 3))
    return file.frames(values, frame_count, 3)


def _expression(file: _File, frame_count: int) -> tuple[np.ndarray, str]:
    arkit = file.find(_ARKIT)
    if arkit is not None and _rows(arkit).shape[1] == EXPRESSION_WIDTHS["arkit52"]:
        return file.frames(arkit, frame_count, EXPRESSION_WIDTHS["arkit52"]), "arkit52"
    width = EXPRESSION_WIDTHS["flame100"]
    expression = np.zeros((frame_count, width))
    values = file.find(_EXPRESSION)
    if values is not None:
        rows = _rows(values)[:, :width]
        expression[:, : rows.shape[1]] = file.frames(rows, frame_count, rows.shape[1])
    return expression, "flame100"


def _betas(file: _File) -> np.ndarray:
    betas = file.find(("betas", "shapeparameters"))
    if betas is None or betas.size == 0:
        return np.zeros(10)
    betas = _numbers(betas)
    # One body over all frames: the median where a tracker estimated it frame by frame.
    return betas if betas.ndim == 1 else np.median(betas.reshape(-1, betas.shape[-1]), axis=0)


def _rest_joints(file: _File, reading: Reading, betas: np.ndarray) -> np.ndarray | None:
    own = file.find(("rest_joints",))
    if own is None:
        return None if reading.model is None else smplx_rest_joints(reading.model, betas)
    own = _numbers(own)
    if own.shape != (JOINT_COUNT, 3) or not np.isfinite(own).all():
        raise GestureError(
            f"{file.path.name}'s rest joints are not 55 points.", remedy="Remove `rest_joints` from the file."
        )
    return own


def _rate(file: _File, notes: list[str]) -> float:
    values = file.find(_RATE)
    rate = float(_numbers(values).ravel()[0]) if values is not None and values.size else 0.0
    if np.isfinite(rate) and rate > 0:
        return rate
    notes.append(f"It does not state its frame rate: taken as {FPS} fps")
    return float(FPS)


def _is_of_several(file: _File) -> bool:
    whole = file.find(_WHOLE)
    return whole is not None and whole.ndim == 3 and len(whole) > 1 and whole.shape[2] in (66, 72, 156, 165)


def _rows(values: np.ndarray) -> np.ndarray:
    values = _numbers(values)
    frame_count = _frame_axis(values)
    return values.reshape(frame_count, values.size // max(frame_count, 1))


def _frame_axis(values: np.ndarray) -> int:
    """The number of frames: the first axis, or the second after an axis of one person."""
    if values.ndim < 2:
        return 1
    of_one_person = values.ndim > 2 and len(values) == 1
    return values.shape[1] if of_one_person else len(values)


def _numbers(values: np.ndarray) -> np.ndarray:
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise GestureError(
            "The motion holds texts where numbers belong.", remedy="Choose another file.", detail=str(error)
        ) from error


def _last(name: str) -> str:
    return name.lower().replace(".", "/").rpartition("/")[2]
