"""A motion and its npz file; the generator writes motions, finishing cleans them, and the add-on keys them."""

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..clock import FPS
from ..errors import GestureError
from ..files import DAMAGED, save_arrays
from ..inputs import Npz
from .parts import EXPRESSION_WIDTHS
from .rotation import quat_continuous, quat_slerp, quat_to_rotvec, rotvec_to_quat
from .skeleton import JOINT, JOINT_COUNT, default_rest_joints

# What a motion in a file may be. Radians, metres, weights and coefficients of a person are far below `MOST_VALUE`.
LEAST_FPS, MOST_FPS = 1, 1000
MOST_VALUE = 1e4
_MOST_BETAS = 1000
_LEGS = tuple(
    (JOINT[f"{side}_{upper}"], JOINT[f"{side}_{lower}"])
    for side in ("left", "right")
    for upper, lower in (("hip", "knee"), ("knee", "ankle"))
)
_LEAST_BONE_M = 1e-3
# A take of the longest recording, an hour, has 108,000.
MOST_TAKE_FRAMES = 120_000


@dataclass(frozen=True)
class Motion:
    """SMPL-X motion: Y up, facing +Z, metres, radians, parent-local rotations.

    Attributes:
        rotations: (T, 55, 3) rotation vectors in SMPL-X joint order; fingers are absolute (flat-hand mean).
        translation: (T, 3) metres; the root joint stands at rest_joints[0] + translation.
        expression: (T, N) weights or coefficients of the face; N by `face_basis`.
        face_basis: "arkit52" (N = 52 weights of ARKit) or "flame100" (N = 100 coefficients of SMPL-X).
        contacts: (T, 4) left ankle, right ankle, left foot, right foot, 0-1, or None when unknown.
        rest_joints: (55, 3) metres, or None when the file does not say.
        betas: (B,) SMPL-X shape coefficients of the body.
        fps: frames per second.
    """

    rotations: np.ndarray
    translation: np.ndarray
    expression: np.ndarray
    face_basis: str = "arkit52"
    contacts: np.ndarray | None = None
    rest_joints: np.ndarray | None = None
    betas: np.ndarray = field(default_factory=lambda: np.zeros(10))
    fps: float = float(FPS)

    def __post_init__(self):
        frames = len(self.rotations)
        wanted = {
            "rotations": (frames, JOINT_COUNT, 3),
            "translation": (frames, 3),
            "expression": (frames, EXPRESSION_WIDTHS.get(self.face_basis, -1)),
        }
        if self.contacts is not None:
            wanted["contacts"] = (frames, 4)
        for name, shape in wanted.items():
            value = getattr(self, name)
            if value.shape != shape:
                raise GestureError(
                    f"The motion's {name} has shape {value.shape}; {shape} was expected.",
                    remedy="Use an SMPL-X motion with 55 joints.",
                )
            if not np.isfinite(value).all():
                raise GestureError(
                    f"The motion's {name} holds values that are not numbers.",
                    remedy="Repair or regenerate the motion; nothing was changed.",
                )

    @property
    def frame_count(self) -> int:
        """Return the number of frames, T."""
        return len(self.rotations)

    @property
    def skeleton(self) -> np.ndarray:
        """Return the rest joints (55, 3): the motion's own, else the bundled character's."""
        return default_rest_joints() if self.rest_joints is None else self.rest_joints

    def replace(self, **changes) -> "Motion":
        """Copy the motion with some fields changed."""
        return replace(self, **changes)


def resample(motion: Motion, times_s: np.ndarray) -> Motion:
    """Read a motion at other times: rotations along arcs (slerp), everything else along lines.

    Args:
        motion: at any frame rate.
        times_s: (N,) seconds from the first frame, evenly spaced; times outside hold the first or the last frame.

    Returns:
        A motion of N frames, whose rate is that of the times.
    """
    position = np.clip(np.asarray(times_s, np.float64) * motion.fps, 0, motion.frame_count - 1)
    low = np.minimum(position.astype(int), max(motion.frame_count - 2, 0))
    high = np.minimum(low + 1, motion.frame_count - 1)
    weight = position - low

    def linear(values: np.ndarray) -> np.ndarray:
        return values[low] + (values[high] - values[low]) * weight[:, None]

    quaternions = quat_continuous(rotvec_to_quat(motion.rotations))
    turned = quat_slerp(quaternions[low], quaternions[high], weight[:, None])
    fps = motion.fps if len(position) < 2 else 1.0 / (times_s[1] - times_s[0])
    return motion.replace(
        rotations=quat_to_rotvec(turned),
        translation=linear(motion.translation),
        expression=linear(motion.expression),
        contacts=None if motion.contacts is None else linear(motion.contacts),
        fps=float(fps),
    )


def in_single_precision(motion: Motion) -> Motion:
    """Return a motion with the precision of its file, float32, in half of the memory."""
    single = {name: getattr(motion, name) for name in ("rotations", "translation", "expression", "contacts")}
    return motion.replace(**{name: each.astype(np.float32) for name, each in single.items() if each is not None})


def save_motion(motion: Motion, path: Path | str, compress: bool = True) -> None:
    """Write a motion as npz with the keys of BEAT2 and AMASS, and ours; the file appears whole or not at all.

    Args:
        motion: what to write.
        path: path of the file; its folder must exist.
        compress: takes time, which files that live for a moment are not worth.

    Raises:
        GestureError: the disk is full or the folder cannot be written.
    """
    arrays: dict[str, np.ndarray | np.float64] = {
        "poses": motion.rotations.reshape(motion.frame_count, -1).astype(np.float32),
        "trans": motion.translation.astype(np.float32),
        "betas": np.asarray(motion.betas, np.float32),
        "mocap_frame_rate": np.float64(motion.fps),
        "gender": np.array("neutral"),
        "model": np.array("smplx"),
        "face_basis": np.array(motion.face_basis),
        "arkit" if motion.face_basis == "arkit52" else "expressions": motion.expression.astype(np.float32),
    }
    if motion.contacts is not None:
        arrays["contacts"] = motion.contacts.astype(np.float32)
    if motion.rest_joints is not None:
        arrays["rest_joints"] = np.asarray(motion.rest_joints, np.float64)
    save_arrays(Path(path), arrays, compress)


_RATES = ("mocap_frame_rate", "mocap_framerate")


def load_motion(path: Path | str) -> Motion:
    """Read an SMPL-X npz (ours, BEAT2's or AMASS'); arrays that only Python's pickle could read are left out.

    Raises:
        GestureError: no such file, not an SMPL-X motion, or values that are not numbers or out of range.
    """
    path = Path(path)
    try:
        file = Npz(path)
        frames = file.shape("poses")[0]
        if not frames:
            raise ValueError("no frames")
        return check_range(_motion_of(file, frames))
    except FileNotFoundError as error:
        raise GestureError(f"There is no motion file {path}.", remedy="Pick an existing npz file.") from error
    except DAMAGED as error:
        raise GestureError(
            f"{path.name} is not an SMPL-X motion file.",
            remedy="Pick an npz with `poses` (frames, 165) and `trans` (frames, 3).",
            detail=repr(error),
        ) from error


def _motion_of(file: Npz, frames: int) -> Motion:
    """Read the arrays of a motion of so many frames; raise `DAMAGED` where they are none."""
    basis = str(file.read("face_basis")) if "face_basis" in file else "arkit52" if "arkit" in file else "flame100"
    width, face = EXPRESSION_WIDTHS[basis], "arkit" if basis == "arkit52" else "expressions"
    rates = [name for name in _RATES if name in file]
    if unclear := {*_RATES, face, "contacts", "rest_joints", "betas"} & set(file.others):
        raise ValueError(f"{', '.join(sorted(unclear))}: no plain numbers")
    for name, columns in (("poses", JOINT_COUNT * 3), ("trans", 3), (face, width), ("contacts", 4)):
        if name in file and math.prod(file.shape(name)) != frames * columns:
            raise ValueError(f"{name} has the shape {file.shape(name)}")
    if "betas" in file and math.prod(file.shape("betas")) > _MOST_BETAS:
        raise ValueError(f"betas has the shape {file.shape('betas')}")
    return Motion(
        rotations=file.numbers("poses").reshape(frames, JOINT_COUNT, 3),
        translation=file.numbers("trans"),
        expression=file.numbers(face) if face in file else np.zeros((frames, width)),
        face_basis=basis,
        contacts=file.numbers("contacts") if "contacts" in file else None,
        rest_joints=file.numbers("rest_joints") if "rest_joints" in file else None,
        betas=file.numbers("betas").reshape(-1) if "betas" in file else np.zeros(10),
        fps=file.numbers(rates[0]).item() if rates else float(FPS),
    )


def check_range(motion: Motion) -> Motion:
    """Return a motion of a file whose values are such as a person's motion may have.

    Raises:
        GestureError: a frame rate that is not from 1 to 1000, a value beyond `MOST_VALUE`, or rest joints or betas that
            are none.
    """
    remedy = "Repair the file, or make the motion again."
    if not LEAST_FPS <= motion.fps <= MOST_FPS:
        raise GestureError(
            f"The motion's frame rate is {motion.fps:g}; it can be from {LEAST_FPS} to {MOST_FPS}.", remedy=remedy
        )
    rest = motion.rest_joints
    if rest is not None and np.shape(rest) != (JOINT_COUNT, 3):
        raise GestureError("The motion's rest joints are not 55 points.", remedy=remedy)
    if np.size(motion.betas) > _MOST_BETAS:
        raise GestureError(f"The motion has {np.size(motion.betas)} betas; a body has fewer.", remedy=remedy)
    for name in ("rotations", "translation", "expression", "contacts", "rest_joints", "betas"):
        values = getattr(motion, name)
        # NaN is neither above the least nor below the most.
        if values is not None and np.size(values) and not -MOST_VALUE <= np.min(values) <= np.max(values) <= MOST_VALUE:
            raise GestureError(
                f"The motion's {name} holds values that are not numbers, or beyond {MOST_VALUE:g}.", remedy=remedy
            )
    if rest is not None and min(np.linalg.norm(rest[low] - rest[high]) for low, high in _LEGS) < _LEAST_BONE_M:
        raise GestureError("The motion's rest joints are those of a body without legs.", remedy=remedy)
    return motion
