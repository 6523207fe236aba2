"""The arrays of a motion file of another program, found under the names that different programs give them.

A file holds one array for a quantity, but every program names it in its own way. Names are compared by their last part
in lower case, so that `smpl_params_global/body_pose` and `data.Body_Pose` are both found as `body_pose`.
"""

from pathlib import Path

import numpy as np

from ..errors import GestureError
from .npz import open_npz, read_array

# Names in the order of trust: of two arrays, the one in the world comes before the one in the camera's view.
POSES = ("poses", "pose_world", "fullpose", "full_pose", "pose", "smpl_pose", "smplx_pose", "rotations", "rot6d")
TRANSLATION = ("trans_world", "trans", "transl", "translation", "root_translation", "root_trans", "bodytranslation")
RATE = ("mocap_frame_rate", "mocap_framerate", "frame_rate", "framerate", "fps")
ARKIT = ("arkit", "blendshapes", "arkit_blendshapes")
EXPRESSION = ("expressions", "expression", "exps", "face_expr", "expressionparameters")
BETAS = ("betas", "shapeparameters")
CONTACTS = ("contacts",)
REST_JOINTS = ("rest_joints",)
# AMASS has these, and its world has Z up.
OF_AMASS = ("mocap_framerate", "surface_model_type")
_IN_CAMERA = ("incam", "in_cam", "camera")


class ForeignArrays:
    """The arrays of one file under the last part of their names, in lower case.

    Attributes:
        path: path of the file, for messages.
        pickled: names of arrays that only Python's pickle could read; they are left out.
        names: of the arrays.

    Raises:
        GestureError: no such file, not an npz, or a pickle (.pt, .pkl).
    """

    def __init__(self, path: Path):
        self._file = open_npz(path)
        self.path, self.pickled = path, self._file.pickled
        # Arrays in the camera's view come first, so that those of the same name in the world overwrite them.
        stored = sorted(self._file.names, key=lambda name: not any(word in name.lower() for word in _IN_CAMERA))
        self._stored = {_last_part(name): name for name in stored}
        self.names = tuple(self._stored)

    def find(self, names: tuple[str, ...]) -> np.ndarray | None:
        """Return the array with the first of these names that the file has; None where it has none of them.

        Raises:
            GestureError: the array is damaged or too large.
        """
        stored = next((self._stored[name] for name in names if name in self._stored), None)
        return None if stored is None else read_array(self._file, self.path, stored)

    def frames(self, values: np.ndarray, frame_count: int, width: int) -> np.ndarray:
        """Return values as (T, width) numbers; a single row counts for every frame.

        Raises:
            GestureError: the array has another number of frames or columns.
        """
        values = numbers(values)
        values = values.reshape(1, -1) if values.size == width else values.reshape(_frame_count(values), -1)
        if len(values) == 1 and frame_count > 1:
            values = np.repeat(values, frame_count, axis=0)
        if values.shape != (frame_count, width):
            raise GestureError(
                f"{self.path.name} holds arrays of different lengths: {frame_count} frames beside {values.shape}.",
                remedy="Save all arrays of one person over the same frames.",
            )
        return values


def rows(values: np.ndarray) -> np.ndarray:
    """Return values of any shape as one row for each frame (T, N)."""
    values = numbers(values)
    frame_count = _frame_count(values)
    return values.reshape(frame_count, values.size // max(frame_count, 1))


def numbers(values: np.ndarray) -> np.ndarray:
    """Return values in double precision.

    Raises:
        GestureError: the values are texts.
    """
    if values.dtype.kind not in "biuf":
        raise GestureError("The motion holds texts where numbers belong.", remedy="Choose another file.")
    return np.asarray(values, np.float64)


def _frame_count(values: np.ndarray) -> int:
    """Return the length of the first axis, or of the second after an axis of one person."""
    if values.ndim < 2:
        return 1
    of_one_person = values.ndim > 2 and len(values) == 1
    return values.shape[1] if of_one_person else len(values)


def _last_part(name: str) -> str:
    return name.lower().replace(".", "/").rpartition("/")[2]
