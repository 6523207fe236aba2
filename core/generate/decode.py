"""From codes to motion, and from motion to the network's motion input, whose first frames seed a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..body.blocks import in_blocks, run_for
from ..body.motion import Motion
from ..body.parts import CONTACT_WIDTH, SPECS, TRANSLATION_WIDTH, Area, Part
from ..body.rotation import matrix_to_rot6d, rot6d_to_matrix, rot6d_to_rotvec, rotvec_to_rot6d
from ..body.skeleton import JOINT_COUNT
from ..clock import FPS
from .network import Network
from .strides import with_strides

ROTATION_WIDTH = 6 * JOINT_COUNT
MOTION_WIDTH = ROTATION_WIDTH + TRANSLATION_WIDTH + CONTACT_WIDTH
IDENTITY_ROT6D = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
GROUND = [ROTATION_WIDTH, ROTATION_WIDTH + 2]  # x and z of the root in the motion input
# Parts whose motion is given to the next window as its seed.
SEEDED_PARTS = (Part.LOWER, Part.UPPER, Part.HANDS)
_LOWER_WIDTH = SPECS[Part.LOWER].rotation_width
_ROOT = slice(_LOWER_WIDTH, _LOWER_WIDTH + TRANSLATION_WIDTH)


@dataclass(frozen=True)
class Decoded:
    """A part's motion.

    Attributes:
        rot6d: (T, joints, 6) orthonormal, in the part's joint order.
        translation: (T, 3) metres, of the lower body.
        contacts: (T, 4) within 0-1, of the lower body.
        expression: (T, N), of the face.
    """

    rot6d: np.ndarray
    translation: np.ndarray | None = None
    contacts: np.ndarray | None = None
    expression: np.ndarray | None = None


def decode_part(network: Network, part: Part, codes: np.ndarray, start_translation: np.ndarray) -> Decoded:
    """Decode one part's codes (T,) at once; the root path comes from the global motion predictor.

    Args:
        network: the autoencoders and the global motion predictor.
        part: the part that the codes belong to.
        codes: (T,).
        start_translation: (3,) metres; the lower body's path starts at its x and z.
    """
    channels = network.decode(part, codes)
    rot6d = part_rotations(part, channels)
    extra = SPECS[part].extra
    if extra == "expression":
        expression = channels[:, SPECS[part].rotation_width :].astype(np.float64)
        return Decoded(
            rot6d, expression=np.clip(expression, 0, 1) if network.info.face_basis == "arkit52" else expression
        )
    if extra == "translation+contacts":
        frames, contacts = len(channels), channels[:, -CONTACT_WIDTH:]
        shown = np.concatenate([rot6d.reshape(frames, -1), np.zeros((frames, TRANSLATION_WIDTH)), contacts], axis=1)
        path = integrate_root(network.root(shown.astype(np.float32))[:, _ROOT], start_translation)
        return Decoded(rot6d, translation=path, contacts=np.clip(contacts.astype(np.float64), 0, 1))
    return Decoded(rot6d)


def decode_take(network: Network, codes: dict[Part, np.ndarray], start_translation: np.ndarray) -> Motion:
    """Decode every part once over the whole take.

    Args:
        network: the autoencoders and the global motion predictor.
        codes: (T,) per part.
        start_translation: (3,) metres; the path starts at its x and z.

    Returns:
        A motion of T frames on the weights' skeleton: orthonormal rotations, eyes straight, contacts within 0-1, steps
        as the weights ask for them.
    """
    rotations = np.zeros((len(codes[Part.LOWER]), JOINT_COUNT, 3))
    others: dict[str, Any] = {}

    def decode(part: Part) -> None:
        decoded = decode_part(network, part, codes[part], start_translation)
        rotations[:, list(SPECS[part].joints)] = in_blocks(rot6d_to_rotvec, decoded.rot6d)
        for name in ("translation", "contacts", "expression"):
            if (values := getattr(decoded, name)) is not None:
                others[name] = values

    # Of a long take one part after the other, so that only one part's matrices are in memory.
    run_for(len(rotations))([partial(decode, part) for part in Part])
    motion = Motion(
        rotations=rotations, face_basis=network.info.face_basis, rest_joints=network.info.rest_joints, **others
    )
    return with_strides(motion, network.info.stride_m)


def part_rotations(part: Part, channels: np.ndarray) -> np.ndarray:
    """Return orthonormal rot6d (T, joints, 6) from a part's channels (T, width)."""

    def orthonormal(block: np.ndarray) -> np.ndarray:
        return matrix_to_rot6d(rot6d_to_matrix(block.astype(np.float64).reshape(len(block), -1, 6)))

    return in_blocks(orthonormal, channels[:, : SPECS[part].rotation_width])


def integrate_root(velocity: np.ndarray, start_translation: np.ndarray) -> np.ndarray:
    """Integrate the root's path from its channels.

    Args:
        velocity: (T, 3) x velocity m/s, y metres, z velocity m/s.
        start_translation: (3,) metres.

    Returns:
        (T, 3) metres: p[0] = start, p[t] = p[t-1] + v[t-1] / 30 for x and z; y as it is.
    """
    path = np.array(velocity, np.float64)
    for axis in (0, 2):
        steps = np.cumsum(path[:-1, axis]) / FPS
        path[:, axis] = start_translation[axis] + np.concatenate([[0.0], steps])
    return path


def motion_vector(motion: Motion) -> np.ndarray:
    """Return the network's motion input (T, 337) float32: rot6d of 55 joints, translation, contacts.

    Unknown contacts are 1.
    """
    frames = motion.frame_count
    contacts = np.ones((frames, CONTACT_WIDTH)) if motion.contacts is None else motion.contacts
    rot6d = rotvec_to_rot6d(motion.rotations).reshape(frames, -1)
    return np.concatenate([rot6d, motion.translation, contacts], 1).astype(np.float32)


def area_columns(area: Area) -> np.ndarray:
    """Return which of the 337 columns of the motion input an area fills, (C,); a face fills none."""
    if area.part is Part.FACE:
        return np.zeros(0, int)
    columns = _joint_columns(area.joints)
    if area.part is Part.LOWER:
        columns = np.concatenate([columns, np.arange(ROTATION_WIDTH, MOTION_WIDTH)])
    return columns


def seed_vector(
    network: Network,
    codes: dict[Part, np.ndarray],
    start_translation: np.ndarray,
    parts: tuple[Part, ...] = SEEDED_PARTS,
) -> np.ndarray:
    """Return the network's motion input (T, 337) float32 from one window's codes (T,), decoded alone.

    The joints of other parts, the jaw and the eyes are straight. The root's path comes from the channels of the lower
    body, not from the global motion predictor.

    Args:
        network: the autoencoders.
        codes: (T,) per part.
        start_translation: (3,) metres; the root's path starts at its x and z.
        parts: those to decode.
    """
    vector = _decode_window(network, parts[0], codes[parts[0]], start_translation)
    for part in parts[1:]:
        columns = _joint_columns(SPECS[part].joints)
        vector[:, columns] = _decode_window(network, part, codes[part], start_translation)[:, columns]
    return vector


def seeds_after(channels: dict[Part, np.ndarray], start_translation: np.ndarray, seed_frames: int) -> np.ndarray:
    """Return the last frames of windows as the network's motion input, what `seed_vector` gives for each alone.

    Args:
        channels: (B, T, width) of the parts `SEEDED_PARTS`.
        start_translation: (B, 3) metres; the root's path starts at its x and z in each window.
        seed_frames: how many frames.

    Returns:
        (B, seed_frames, 337) float32.
    """
    lower = channels[Part.LOWER]
    count = len(lower)
    pose = np.tile(IDENTITY_ROT6D, (count * seed_frames, JOINT_COUNT, 1))
    for part, values in channels.items():
        last = values[:, -seed_frames:].reshape(count * seed_frames, -1)
        pose[:, list(SPECS[part].joints)] = part_rotations(part, last)
    starts = zip(lower, start_translation, strict=True)
    path = np.stack([integrate_root(values[:, _ROOT], start)[-seed_frames:] for values, start in starts])
    return np.concatenate(
        [pose.reshape(count, seed_frames, -1), path, lower[:, -seed_frames:, -CONTACT_WIDTH:]],
        axis=-1,
        dtype=np.float32,
    )


def _decode_window(network: Network, part: Part, codes: np.ndarray, start_translation: np.ndarray) -> np.ndarray:
    """Return one part's share of the motion input (T, 337) float32 from a window's codes (T,)."""
    channels = network.decode(part, codes)
    pose = np.tile(IDENTITY_ROT6D, (len(codes), JOINT_COUNT, 1))
    pose[:, list(SPECS[part].joints)] = part_rotations(part, channels)
    vector = np.zeros((len(codes), MOTION_WIDTH), np.float32)
    vector[:, :ROTATION_WIDTH] = pose.reshape(len(codes), -1)
    if part is Part.LOWER:
        vector[:, ROTATION_WIDTH:-CONTACT_WIDTH] = integrate_root(channels[:, _ROOT], start_translation)
        vector[:, -CONTACT_WIDTH:] = channels[:, -CONTACT_WIDTH:]
    return vector


def _joint_columns(joints: Sequence[int]) -> np.ndarray:
    return (6 * np.array(joints)[:, None] + np.arange(6)).ravel()
