"""From codes to motion, and from motion to the vector that seeds a window."""

import numpy as np

from ..body.motion import Motion
from ..body.parts import CONTACT_WIDTH, SPECS, TRANSLATION_WIDTH, Part
from ..body.rotation import matrix_to_rot6d, rot6d_to_matrix, rot6d_to_rotvec, rotvec_to_rot6d
from ..body.skeleton import JOINT_COUNT
from ..clock import FPS
from .network import Network

ROTATION_WIDTH = 6 * JOINT_COUNT
MOTION_WIDTH = ROTATION_WIDTH + TRANSLATION_WIDTH + CONTACT_WIDTH
IDENTITY_ROT6D = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
_LOWER_WIDTH = SPECS[Part.LOWER].rotation_width
_ROOT = slice(_LOWER_WIDTH, _LOWER_WIDTH + TRANSLATION_WIDTH)


def decode_take(network: Network, codes: dict[Part, np.ndarray], start_translation: np.ndarray) -> Motion:
    """Decode every part once over the whole take.

    Args:
        network: the autoencoders and the global motion predictor.
        codes: (T,) per part.
        start_translation: (3,) metres; the path starts at its x and z.

    Returns:
        A motion of T frames on the weights' skeleton: orthonormal rotations, eyes straight, contacts within 0-1.
    """
    channels = {part: network.decode(part, codes[part]) for part in Part}
    frames = len(channels[Part.LOWER])
    pose = np.tile(IDENTITY_ROT6D, (frames, JOINT_COUNT, 1))
    for part, values in channels.items():
        pose[:, list(SPECS[part].joints)] = part_rotations(part, values)
    lower = channels[Part.LOWER]
    shown = np.concatenate(
        [
            part_rotations(Part.LOWER, lower).reshape(frames, -1),
            np.zeros((frames, TRANSLATION_WIDTH)),
            lower[:, -CONTACT_WIDTH:],
        ],
        axis=1,
    )
    path = integrate_root(network.root(shown.astype(np.float32))[:, _ROOT], start_translation)
    basis = network.info.face_basis
    expression = channels[Part.FACE][:, SPECS[Part.FACE].rotation_width :].astype(np.float64)
    return Motion(
        rotations=rot6d_to_rotvec(pose),
        translation=path,
        expression=np.clip(expression, 0, 1) if basis == "arkit52" else expression,
        face_basis=basis,
        contacts=np.clip(lower[:, -CONTACT_WIDTH:].astype(np.float64), 0, 1),
        rest_joints=network.info.rest_joints,
    )


def part_rotations(part: Part, channels: np.ndarray) -> np.ndarray:
    """Orthonormal rot6d (T, joints, 6) from a part's channels (T, width)."""
    raw = channels[:, : SPECS[part].rotation_width].astype(np.float64).reshape(len(channels), -1, 6)
    return matrix_to_rot6d(rot6d_to_matrix(raw))


def integrate_root(velocity: np.ndarray, start_translation: np.ndarray) -> np.ndarray:
    """The root's path from its channels.

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
    """The network's motion input (T, 337) float32: rot6d of 55 joints, translation, contacts (1 when unknown)."""
    frames = motion.frame_count
    contacts = np.ones((frames, CONTACT_WIDTH)) if motion.contacts is None else motion.contacts
    rot6d = rotvec_to_rot6d(motion.rotations).reshape(frames, -1)
    return np.concatenate([rot6d, motion.translation, contacts], 1).astype(np.float32)


def seed_vector(network: Network, codes: dict[Part, np.ndarray], start_translation: np.ndarray) -> np.ndarray:
    """The network's motion input (T, 337) float32 from one window's codes (T,), decoded alone.

    The face plays no part in it: jaw and eyes are straight. The root is the lower body's own, not the predictor's,
    from `start_translation` (3,).
    """
    frames = len(codes[Part.LOWER])
    pose = np.tile(IDENTITY_ROT6D, (frames, JOINT_COUNT, 1))
    channels = {part: network.decode(part, codes[part]) for part in (Part.UPPER, Part.HANDS, Part.LOWER)}
    for part, values in channels.items():
        pose[:, list(SPECS[part].joints)] = part_rotations(part, values)
    lower = channels[Part.LOWER]
    path = integrate_root(lower[:, _ROOT], start_translation)
    return np.concatenate([pose.reshape(frames, -1), path, lower[:, -CONTACT_WIDTH:]], 1).astype(np.float32)
