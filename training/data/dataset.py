"""A corpus in memory: clips of sound, takes of motion, the channels of each body part."""

from dataclasses import dataclass, field

import numpy as np

from core.body.kinematics import forward_kinematics
from core.body.motion import Motion
from core.body.parts import CONTACT_JOINTS, SPECS, Part
from core.body.rotation import rotvec_to_rot6d
from core.clock import FPS

WINDOW = 64
STRIDE = 20
CONTACT_STEP_M = 0.01  # a joint that moves less per frame stands on the ground


@dataclass(frozen=True)
class Clip:
    """The features of one recording: sound and words.

    Attributes:
        name: the clip's name in the corpus.
        audio: (N, C) float16, one row per 16 kHz sample, or (T, C), one per frame.
        words: (T, D) float16, one word vector per frame.
    """

    name: str
    audio: np.ndarray
    words: np.ndarray

    @property
    def frames(self) -> int:
        """Frames that cover the recording."""
        return len(self.words)


@dataclass(frozen=True)
class Take:
    """One motion for one clip.

    Attributes:
        clip: index into the corpus' clips.
        speaker: index into its speakers.
        channels: per part (T, C) float32, the autoencoder's channels (root velocities in m/s in the lower body's).
        translation: (T, 3) float32 metres.
        chance: (T, C) float16, the curves of chance the motion was made with (`core.generate.chance_curves`).
    """

    clip: int
    speaker: int
    channels: dict[Part, np.ndarray]
    translation: np.ndarray
    chance: np.ndarray

    @property
    def frames(self) -> int:
        """Frames of the motion."""
        return len(self.translation)


@dataclass(frozen=True)
class Corpus:
    """Clips and their motions, with the skeleton and the speakers that they share."""

    clips: tuple[Clip, ...]
    takes: tuple[Take, ...]
    speakers: tuple[str, ...]
    rest_joints: np.ndarray
    face_basis: str
    facts: dict = field(default_factory=dict)

    @property
    def minutes(self) -> float:
        """Minutes of motion."""
        return sum(take.frames for take in self.takes) / FPS / 60


def part_channels(motion: Motion) -> dict[Part, np.ndarray]:
    """Return the channels (T, C) float32 of a motion for each autoencoder, in the layout of `core.body.parts`."""
    rot6d = rotvec_to_rot6d(motion.rotations).astype(np.float32)  # (T, 55, 6)
    out = {}
    for part, spec in SPECS.items():
        columns = [rot6d[:, list(spec.joints)].reshape(len(rot6d), -1)]
        if spec.extra == "expression":
            columns.append(motion.expression)
        elif spec.extra:
            columns += [root_velocity(motion.translation), contacts_of(motion)]
        out[part] = np.concatenate(columns, 1).astype(np.float32)
    return out


def root_velocity(translation: np.ndarray) -> np.ndarray:
    """Turn positions (T, 3) metres into velocities m/s of x and z, p[t] = p[t-1] + v[t-1] / 30; y stays a position."""
    velocity = np.zeros_like(translation)
    velocity[:-1] = np.diff(translation, axis=0) * FPS
    if len(velocity) > 1:
        velocity[-1] = velocity[-2]
    velocity[:, 1] = translation[:, 1]
    return velocity


def contacts_of(motion: Motion) -> np.ndarray:
    """Return the motion's contacts (T, 4), or those of joints that move less than a centimetre per frame."""
    if motion.contacts is not None:
        return motion.contacts
    positions, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    step = np.linalg.norm(np.diff(positions[:, list(CONTACT_JOINTS)], axis=0), axis=-1)
    step = np.concatenate([step, step[-1:]]) if len(step) else np.zeros((1, 4))
    return (step < CONTACT_STEP_M).astype(np.float32)


def full_vector(take: Take, start: int, end: int) -> np.ndarray:
    """Return the generator's motion input (end - start, 337), x and z from its first frame; the last frame is held."""
    frames = np.minimum(np.arange(start, end), take.frames - 1)
    vector = np.zeros((end - start, 337), np.float32)
    vector[:, :330].reshape(-1, 55, 6)[:] = (1, 0, 0, 0, 1, 0)
    for part, spec in SPECS.items():
        rot6d = take.channels[part][frames, : spec.rotation_width]
        vector[:, :330].reshape(-1, 55, 6)[:, list(spec.joints)] = rot6d.reshape(len(frames), -1, 6)
    place = take.translation[frames]
    vector[:, 330:333] = place - place[:1] * np.array([1, 0, 1], np.float32)
    vector[:, 333:] = take.channels[Part.LOWER][frames, -4:]
    return vector


def window_starts(frames: int, stride: int = STRIDE, window: int = WINDOW) -> list[int]:
    """List the first frames of windows that cover `frames`; the last ones pass the end by at most `stride` frames."""
    return list(range(0, max(frames - window + stride, 1), stride))
