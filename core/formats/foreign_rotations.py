"""Joint rotations from the arrays of other programs: one array of all joints, or one array for each part of the body.

The number of columns says what an array holds, because the products of joints and numbers per joint differ:

    165 columns = 55 joints as axis-angle (3)        SMPL-X
    156         = 52 joints as axis-angle            SMPL-H: no jaw and eyes
    330         = 55 joints as 6D (6)
    495         = 55 joints as matrices (9)
     72         = 24 joints as axis-angle            SMPL: no fingers
"""

from dataclasses import dataclass

import numpy as np

from ..body.rotation import matrix_to_rotvec, rot6d_to_rotvec
from ..body.skeleton import JOINT_COUNT
from ..errors import GestureError
from .foreign_arrays import POSES, ForeignArrays, rows
from .npz import pickled_only
from .user_choices import UserChoices

# SMPL-X joints in the order in which files with this many joints store them. The last two joints of SMPL are whole
# hands, for which SMPL-X has fingers instead.
_JOINTS = {
    55: tuple(range(55)),
    52: (*range(22), *range(25, 55)),
    24: tuple(range(22)),
    22: tuple(range(22)),
}
_FORMS = {3: "axis-angle", 6: "6D", 9: "matrices"}
_BODY, _FINGERS = range(1, 22), range(25, 55)
# Parts of a pose that some files store in arrays of their own: names of the array, joints.
_PARTS = (
    (("root_orient", "global_orient", "poses_root", "root_pose"), (0,)),
    (("pose_body", "body_pose", "poses_body"), tuple(_BODY)),
    (("bodypose",), tuple(range(22))),
    (("headpose",), (22, 23, 24)),
    (("pose_jaw", "jaw_pose", "poses_jaw"), (22,)),
    (("leye_pose", "left_eye_pose"), (23,)),
    (("reye_pose", "right_eye_pose"), (24,)),
    (("pose_eye", "eye_pose", "poses_eye"), (23, 24)),
    (("left_hand_pose", "lhand_pose", "lefthandpose"), tuple(range(25, 40))),
    (("right_hand_pose", "rhand_pose", "righthandpose"), tuple(range(40, 55))),
    (("pose_hand", "hand_pose", "poses_hand"), tuple(_FINGERS)),
)


@dataclass(frozen=True)
class ForeignRotations:
    """Rotations, and how the file stored them.

    Attributes:
        rotations: (T, 55, 3) rotation vectors; joints that the file lacks rest.
        joint_count: joints that the file stores.
        form: "axis-angle", "6D" or "matrices".
    """

    rotations: np.ndarray
    joint_count: int
    form: str


def read_rotations(file: ForeignArrays, choices: UserChoices, notes: list[str]) -> ForeignRotations:
    """Find the rotations of a file, whatever its joints and form of rotation.

    Args:
        file: of one person.
        choices: says what 6D rotations hold.
        notes: gets a sentence for each thing that is missing.

    Raises:
        GestureError: no rotations, no frames, or several people.
    """
    poses = file.find(POSES)
    if poses is not None:
        found = _of_all_joints(file, rows(poses), choices, notes)
        if found is not None:
            return found
        if poses.ndim == 3 and len(poses) > 1 and poses.shape[2] in (66, 72, 156, 165):
            raise GestureError(
                f"{file.path.name} holds several people.", remedy="Save each person's arrays in a file of their own."
            )
    return _of_parts(file, choices, notes)


def _of_all_joints(
    file: ForeignArrays, values: np.ndarray, choices: UserChoices, notes: list[str]
) -> ForeignRotations | None:
    """Return rotations of an array of all joints (T, N); None where N fits no known number of joints."""
    if values.size == 0:
        raise GestureError(f"{file.path.name} has no frames.", remedy="Choose another file.")
    for count, joints in _JOINTS.items():
        for width, form in _FORMS.items():
            if values.shape[1] == count * width:
                rotations = np.zeros((len(values), JOINT_COUNT, 3))
                rotations[:, joints] = _to_rotvec(values.reshape(len(values), count, width)[:, : len(joints)], choices)
                _note_missing(set(joints), notes)
                return ForeignRotations(rotations, count, form)
    return None


def _of_parts(file: ForeignArrays, choices: UserChoices, notes: list[str]) -> ForeignRotations:
    """Return rotations of arrays for each part of the body."""
    found: dict[int, np.ndarray] = {}
    form = ""
    for names, joints in _PARTS:
        values = file.find(names)
        if values is None:
            continue
        values = rows(values)
        stored, width = _layout_of_part(values.shape[1], len(joints))
        if width not in _FORMS:
            if len(joints) in (15, 30):
                notes.append("Its hands are stored as coefficients of a model, which cannot be read: the fingers rest")
                continue
            raise GestureError(
                f"{file.path.name}'s {names[0]} has {values.shape[1]} columns, which fit no known form.",
                remedy="Save rotations as axis-angle, 6D or matrices.",
            )
        form = form or _FORMS[int(width)]
        rotvec = _to_rotvec(values.reshape(len(values), stored, int(width))[:, : len(joints)], choices)
        found |= {joint: rotvec[:, index] for index, joint in enumerate(joints)}
    if not set(_BODY) <= set(found):
        if file.pickled:
            raise pickled_only(file.path, file.pickled)
        raise GestureError(
            f"{file.path.name} holds no SMPL rotations; it has {', '.join(sorted(file.names)) or 'nothing'}.",
            remedy="Choose an npz with `poses` (frames, 165), or with `global_orient` and `body_pose`.",
        )
    frame_count = max(map(len, found.values()))
    rotations = np.zeros((frame_count, JOINT_COUNT, 3))
    for joint, values in found.items():
        rotations[:, joint] = file.frames(values, frame_count, 3)
    _note_missing(set(found), notes)
    return ForeignRotations(rotations, len(found), form)


def _layout_of_part(columns: int, joint_count: int) -> tuple[int, float]:
    """Return how many joints a part's array stores, and how many numbers for each; a fraction fits no form."""
    # SMPL's body has two joints more than SMPL-X's: whole hands.
    if joint_count == len(_BODY) and columns % 23 == 0 and columns // 23 in _FORMS:
        joint_count = 23
    return joint_count, columns / joint_count


def _note_missing(joints: set[int], notes: list[str]) -> None:
    if 0 not in joints:
        notes.append("It does not say how the body is turned: it faces forward")
    if not joints & set(_FINGERS) and not any("fingers" in note for note in notes):
        notes.append("It has no fingers: they rest")


def _to_rotvec(values: np.ndarray, choices: UserChoices) -> np.ndarray:
    """Convert rotations (T, J, 3 | 6 | 9) to rotation vectors (T, J, 3)."""
    width = values.shape[-1]
    if width == 3:
        return values
    if width == 9:
        return matrix_to_rotvec(values.reshape(*values.shape[:-1], 3, 3))
    if choices.order6d == "rows":
        return rot6d_to_rotvec(values)
    # The columns of a rotation matrix are the rows of its inverse.
    return -rot6d_to_rotvec(values[..., [0, 2, 4, 1, 3, 5]] if choices.order6d == "interleaved" else values)
