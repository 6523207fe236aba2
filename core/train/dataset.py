"""The corpus folder as arrays: audio and word features per clip, the autoencoders' channels per motion, windows."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np

from ..audio.cues import cues
from ..audio.load import load_audio
from ..audio.prosody import analyse
from ..body.kinematics import forward_kinematics
from ..body.motion import Motion, load_motion
from ..body.parts import CONTACT_JOINTS, SPECS, Part
from ..body.rotation import rotvec_to_rot6d
from ..clock import FPS, frame_count
from ..errors import GestureError
from ..generate.chance import WIDTH as CHANCE
from ..generate.conditions import CUES_CHANCE, listen
from ..text.timing import load_words
from ..text.words import WordVectors, frame_vectors

WINDOW = 64
STRIDE = 20
CONTACT_STEP_M = 0.01  # a joint that moves less per frame stands on the ground
HELD_OUT_SHARE = 0.05  # of clips whose split the index does not tell


@dataclass(frozen=True)
class Clip:
    """What the network hears and reads of one recording.

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
    """One motion to one clip.

    Attributes:
        clip: index into the corpus' clips.
        speaker: index into its speakers.
        channels: per part (T, C) float32, the autoencoder's channels (root velocities in m/s in the lower body's).
        translation: (T, 3) float32 metres.
        chance: (T, C) float16, the curves of chance the motion was made with (`core.generate.chance`).
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
    """Clips, their motions, and what they have in common."""

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
    """The channels (T, C) float32 each autoencoder sees of a motion, by the layout of `core.body.parts`."""
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
    """Positions (T, 3) metres to velocities m/s of x and z, p[t] = p[t-1] + v[t-1] / 30, and y as it is."""
    velocity = np.zeros_like(translation)
    velocity[:-1] = np.diff(translation, axis=0) * FPS
    if len(velocity) > 1:
        velocity[-1] = velocity[-2]
    velocity[:, 1] = translation[:, 1]
    return velocity


def contacts_of(motion: Motion) -> np.ndarray:
    """The motion's contacts (T, 4), or those of joints that move less than a centimetre per frame."""
    if motion.contacts is not None:
        return motion.contacts
    positions, _ = forward_kinematics(motion.rotations, motion.translation, motion.skeleton)
    step = np.linalg.norm(np.diff(positions[:, list(CONTACT_JOINTS)], axis=0), axis=-1)
    step = np.concatenate([step, step[-1:]]) if len(step) else np.zeros((1, 4))
    return (step < CONTACT_STEP_M).astype(np.float32)


def full_vector(take: Take, start: int, end: int) -> np.ndarray:
    """The generator's motion input (end - start, 337), x and z measured from the first frame; held past the end."""
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
    """First frames of the windows that cover `frames`; the last ones run past the end by at most `stride` frames."""
    return list(range(0, max(frames - window + stride, 1), stride))


def load_corpus(
    folder: Path,
    cache: Path,
    vectors: Path,
    speakers: tuple[str, ...],
    split: str = "train",
    minutes: float = np.inf,
    sound: bool = True,
    kind: str = CUES_CHANCE,
) -> Corpus:
    """Read what the corpus folder holds now: every clip with sound, word times and at least one motion.

    Args:
        folder: `NAME.wav`, `NAME.words.json`, `NAME.STYLE.npz`, `index.json`.
        cache: folder for audio and word features, made when missing.
        vectors: the fastText model of the words.
        speakers: style names in the order of the network's speaker table.
        split: "train" or "held_out".
        minutes: stop after this much motion.
        kind: features of the sound (`core.generate.conditions.listen`).
        sound: False leaves audio and words out (the autoencoders need motion only).

    Raises:
        GestureError: the folder holds no motion of that split.
    """
    cache.mkdir(parents=True, exist_ok=True)
    splits = _splits(folder)
    model = None
    clips, takes, rest, basis, total = [], [], None, "arkit52", 0.0
    for words_path in sorted(folder.glob("*.words.json")):
        name = words_path.name.removesuffix(".words.json")
        motions = [(i, folder / f"{name}.{style}.npz") for i, style in enumerate(speakers)]
        motions = [(i, path) for i, path in motions if path.exists()]
        recording = folder / f"{name}.wav"
        if not motions or not recording.exists() or splits(name) != split or total >= minutes:
            continue
        if sound and model is None:
            model = WordVectors.load(vectors)
        length = 0
        for speaker, path in motions:
            if not takes:
                first = load_motion(path)
                rest, basis = first.skeleton, first.face_basis
            takes.append(_take(len(clips), speaker, path, cache))
            length = takes[-1].frames
            total += length / FPS / 60
        if sound:
            clips.append(_clip(name, recording, words_path, cache, vectors, model, kind))
        else:
            clips.append(Clip(name, np.zeros((0, 1), np.float16), np.zeros((length, 1), np.float16)))
    if not takes:
        raise GestureError(
            f"{folder} holds no motion for training ({split}).",
            remedy="Make the corpus first: python -m core.train.corpus --out " + str(folder),
        )
    facts = {
        "clips": len(clips),
        "motions": len(takes),
        "minutes_of_speech": round(sum(clip.frames for clip in clips) / FPS / 60, 1),
        "minutes_of_motion": round(total, 1),
    }
    return Corpus(tuple(clips), tuple(takes), speakers, np.array(rest), basis, facts)


def _splits(folder: Path):
    """Which split a clip belongs to, by the index or, where that is silent, by its name."""
    index = folder / "index.json"
    known = {}
    if index.exists():
        known = {row["name"]: row.get("split") for row in json.loads(index.read_text())}

    def split(name: str) -> str:
        told = known.get(name)
        if told:
            return "train" if told == "train" else "held_out"
        return "held_out" if crc32(name.encode()) % 1000 < 1000 * HELD_OUT_SHARE else "train"

    return split


def _stamp(*facts) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _file_stamp(path: Path) -> tuple[int, int]:
    return path.stat().st_mtime_ns, path.stat().st_size


def _store(file: Path, **arrays: np.ndarray) -> None:
    """Write a cache file whole, in the place of older ones of the same name: several processes may do so at once."""
    for old in file.parent.glob(f"{file.name.split('@')[0]}@*"):
        old.unlink(missing_ok=True)
    part = file.with_name(f"{os.getpid()}.{file.name}")
    np.savez(part, **arrays)
    os.replace(part, file)


def _take(clip: int, speaker: int, path: Path, cache: Path) -> Take:
    chance_path = path.with_suffix(".chance.npy")
    stamps = [_file_stamp(p) for p in (path, chance_path) if p.exists()]
    stored = cache / f"{path.stem}@{_stamp(path.stem, *stamps)}.npz"
    if stored.exists():
        with np.load(stored, allow_pickle=False) as data:
            channels = {part: data[part.value] for part in Part}
            return Take(clip, speaker, channels, data["translation"], data["chance"])
    motion = load_motion(path)
    chance = np.zeros((motion.frame_count, CHANCE), np.float16)
    if chance_path.exists():
        chance = np.load(chance_path, allow_pickle=False)
    take = Take(clip, speaker, part_channels(motion), motion.translation.astype(np.float32), chance)
    parts = {part.value: take.channels[part] for part in Part}
    _store(stored, translation=take.translation, chance=take.chance, **parts)
    return take


def _clip(name: str, sound: Path, words_path: Path, cache: Path, vectors: Path, model: WordVectors, kind: str) -> Clip:
    stored = cache / f"{name}@{_stamp(name, kind, *map(_file_stamp, (sound, words_path, vectors)))}.npz"
    if stored.exists():
        with np.load(stored, allow_pickle=False) as data:
            return Clip(name, data["audio"], data["words"])
    samples, words = load_audio(sound).samples, load_words(words_path)
    # what chance adds belongs to the motions, not to the clip
    audio = cues(analyse(samples, words)) if kind == CUES_CHANCE else listen(kind, samples, words)
    vectors_of = frame_vectors(words, frame_count(len(samples)), model)
    clip = Clip(name, audio.astype(np.float16), vectors_of.astype(np.float16))
    _store(stored, audio=clip.audio, words=clip.words)
    return clip
