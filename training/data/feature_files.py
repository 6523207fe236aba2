"""Files of features: each is computed once from a recording or a motion, and mapped into memory.

A file's name is a hash of its sources and of the way it was made. So after a change no old file is read, and a file
with a new date but the same content needs no new features.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from core.audio.load import load_audio
from core.body.kinematics import forward_kinematics
from core.body.motion import Motion, load_motion, resample
from core.body.parts import CONTACT_JOINTS, Part, part_width
from core.clock import FPS, frame_count
from core.errors import GestureError
from core.files import whole_file
from core.generate.chance_curves import WIDTH as CHANCE
from core.generate.chance_curves import draw_chance
from core.generate.speech_features import speech_features
from core.text.align import align
from core.text.timing import Word, load_words
from core.text.transcript import read_transcript
from core.text.words import WordVectors
from training.data.dataset import WINDOW, part_channels
from training.data.recordings import Performance, Recording

VERSION = 1  # version of all functions below; another number makes all features again
FARTHEST_M = 100.0
LARGEST_STEP_M = 0.5  # of the root from frame to frame
LENGTHS_MAY_DIFFER_S = 2.0


@dataclass(frozen=True)
class MotionFeatures:
    """One motion, mapped from its file.

    Attributes:
        channels: per part (T, C) float32.
        translation: (T, 3) float32 metres.
        chance: (T, C) float32, the curves of chance that it was made with; random ones where they are unknown, so that
            networks learn not to depend on them.
        rest_joints: (55, 3) metres.
        face_basis: basis of the face's channels.
    """

    channels: dict[Part, np.ndarray]
    translation: np.ndarray
    chance: np.ndarray
    rest_joints: np.ndarray
    face_basis: str


@dataclass(frozen=True)
class SoundFeatures:
    """One recording, mapped from its files.

    Attributes:
        audio: (N, C) float16, per sample, or (T, C), per frame.
        words: (T, D) float16, per frame.
    """

    audio: np.ndarray
    words: np.ndarray


class Library:
    """The folder of features.

    Args:
        folder: made when missing.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _allow_many_files()

    def motion(self, recording: Recording, performance: Performance) -> MotionFeatures:
        """Return a motion at 30 fps on its skeleton.

        Raises:
            GestureError: it is broken, too short, not a movement of a person, or of another length than the sound.
        """
        chance_path = performance.path.with_suffix(".chance.npy")
        sources = [path for path in (performance.path, chance_path) if path.exists()]
        stem = f"{_safe(recording.name)}.{_safe(performance.speaker)}-{self._key('motion', *sources)}"
        stored, card = self.folder / f"{stem}.npy", self.folder / f"{stem}.json"
        if not (stored.exists() and card.exists()):
            motion = _at_our_rate(load_motion(performance.path))
            _check_motion(motion, performance.path.name)
            if motion.rest_joints is None:
                motion = grounded(motion)
            parts = part_channels(motion)
            columns = [*(parts[part] for part in Part), motion.translation, _chance(chance_path, motion.frame_count)]
            _store(stored, np.concatenate(columns, 1).astype(np.float32))
            facts = {"face_basis": motion.face_basis, "rest_joints": motion.skeleton.tolist()}
            with whole_file(card) as temporary:
                temporary.write_text(json.dumps(facts))
        facts = json.loads(card.read_text())
        values = np.load(stored, mmap_mode="r", allow_pickle=False)
        channels, start = {}, 0
        for part in Part:
            end = start + part_width(part, facts["face_basis"])
            channels[part] = values[:, start:end]
            start = end
        place, chance = values[:, start : start + 3], values[:, start + 3 :]
        return MotionFeatures(channels, place, chance, np.array(facts["rest_joints"]), facts["face_basis"])

    def sound(self, recording: Recording, vectors_path: Path, vectors: WordVectors, kind: str) -> SoundFeatures:
        """Return a recording's words, and its sound as features of a kind (`core.generate.speech_features`).

        Raises:
            GestureError: the sound or the text is broken, or they do not belong together.
        """
        sources = [recording.audio, vectors_path] + ([recording.text] if recording.text else [])
        stem = f"{_safe(recording.name)}-{self._key(kind, *sources)}"
        audio_path, words_path = self.folder / f"{stem}.audio.npy", self.folder / f"{stem}.words.npy"
        if not (audio_path.exists() and words_path.exists()):
            samples = load_audio(recording.audio).samples
            words = timed_words(samples, recording.text)
            # the curves of chance belong to the motions, not to the sound
            _store(audio_path, speech_features(kind, samples, words).fixed.astype(np.float16))
            _store(words_path, vectors.frames(words, frame_count(len(samples))).astype(np.float16))
        audio, words = (np.load(path, mmap_mode="r", allow_pickle=False) for path in (audio_path, words_path))
        return SoundFeatures(audio, words)

    def _key(self, kind: str, *sources: Path) -> str:
        digest = hashlib.sha256(repr((VERSION, kind, *map(self._content, sources))).encode())
        return digest.hexdigest()[:16]

    def _content(self, path: Path) -> str:
        """Return the SHA-256 of a file, which is stored by its path, size and date."""
        status = path.stat()
        place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
        note = self.folder / f"{place}.sha256"
        stamp = f"{status.st_size} {status.st_mtime_ns}"
        if note.exists():
            known, _, digest = note.read_text().partition("\n")
            if known == stamp:
                return digest
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with whole_file(note) as temporary:
            temporary.write_text(f"{stamp}\n{digest}")
        return digest


def timed_words(samples: np.ndarray, text: Path | None) -> tuple[Word, ...]:
    """Return the words of a recording with their times: from its text, else from alignment.

    Args:
        samples: (N,) 16 kHz mono.
        text: words.json, TextGrid or any other transcript; None means no words.

    Raises:
        GestureError: a broken file, or a text that the recording does not say.
    """
    if text is None:
        return ()
    if text.name.endswith("words.json"):
        return load_words(text)
    transcript = read_transcript(text)
    return align(samples, transcript).words if transcript.words is None else transcript.words


def grounded(motion: Motion) -> Motion:
    """Lower or raise a motion until its feet stand on the floor, on the default skeleton.

    SMPL-X files measure the root from a place near the chest, ours from the floor.
    """
    positions, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    feet = positions[:, list(CONTACT_JOINTS[2:]), 1].min(1)
    floor = motion.skeleton[list(CONTACT_JOINTS[2:]), 1].min()
    return motion.replace(translation=motion.translation - np.array([0.0, np.median(feet) - floor, 0.0]))


def check_lengths(motion: MotionFeatures, recording: Recording, frames: int) -> None:
    """Check that a motion is about as long as its sound (`frames`).

    Raises:
        GestureError: one is much longer than the other.
    """
    moving_s, sounding_s = len(motion.translation) / FPS, frames / FPS
    if abs(moving_s - sounding_s) > max(LENGTHS_MAY_DIFFER_S, 0.1 * sounding_s):
        raise GestureError(
            f"The sound of {recording.name} lasts {sounding_s:.1f} s, its motion {moving_s:.1f} s.",
            remedy="Cut both to the same stretch.",
        )


def _chance(path: Path, frames: int) -> np.ndarray:
    """Read the stored curves of chance, or draw some that have no relation to the motion."""
    if not path.exists():
        return draw_chance(frames, crc32(path.stem.encode()))
    chance = np.load(path, allow_pickle=False)
    if chance.shape != (frames, CHANCE):
        raise GestureError(f"{path.name} has shape {chance.shape}.", remedy="Make the corpus' motions again.")
    return chance


def _at_our_rate(motion: Motion) -> Motion:
    if not (1 <= motion.fps <= 1000):
        raise GestureError(f"A motion has {motion.fps:g} frames per second.", remedy="Correct mocap_frame_rate.")
    if abs(motion.fps - FPS) < 1e-3:
        return motion
    count = int((motion.frame_count - 1) / motion.fps * FPS + 1e-6) + 1
    return resample(motion, np.arange(count) / FPS)


def _check_motion(motion: Motion, name: str) -> None:
    if motion.frame_count < WINDOW:
        raise GestureError(
            f"{name} lasts {motion.frame_count / FPS:.1f} s; training needs at least {WINDOW / FPS:.1f} s.",
            remedy="Leave it out, or record longer.",
        )
    place = motion.translation
    if np.abs(place).max() > FARTHEST_M or np.abs(np.diff(place, axis=0)).max() > LARGEST_STEP_M:
        raise GestureError(
            f"The root of {name} jumps or is {np.abs(place).max():.0f} m away.",
            remedy="Check that its unit is metres and that it is one unbroken motion.",
        )
    if motion.rotations.std(0).max() < 1e-5:
        raise GestureError(f"Nothing moves in {name}.", remedy="Export the motion again.")


def _allow_many_files() -> None:
    """Raise the limit of open files, for every mapped file is open; Windows has no such limit."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)


def _store(path: Path, values: np.ndarray) -> None:
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.save(file, values)
