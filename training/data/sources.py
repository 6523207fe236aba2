"""From a data folder to a corpus; a report names every recording that cannot be used."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from core.clock import FPS
from core.errors import GestureError
from core.files import whole_file
from core.generate.speech_features import CUES_CHANCE
from core.text.words import WordVectors
from training.data.dataset import Clip, Corpus, Take
from training.data.feature_files import Library, MotionFeatures, check_lengths
from training.data.recordings import Problem, Recording, list_recordings
from training.loop.journal import say

SHOWN_PROBLEMS = 20
SKELETONS_MAY_DIFFER_M = 0.02


@dataclass(frozen=True)
class Source:
    """A data folder and how to read it.

    Attributes:
        folder: see `training.data.recordings.list_recordings`.
        cache: features, made when missing; several runs may share it.
        words: fastText model of the words.
        audio: kind of sound features (`core.generate.speech_features`).
        speakers: only these; all where it is empty.
        reports: folder for `data_train.csv` and `data_held_out.csv`, which say what was left out and why.
        quiet: True in processes that do not lead.
    """

    folder: Path
    cache: Path
    words: Path
    audio: str = CUES_CHANCE
    speakers: tuple[str, ...] = ()
    reports: Path | None = None
    quiet: bool = False

    @property
    def word_dim(self) -> int:
        """Length of the word vectors."""
        return _vectors(self.words).dimension

    def load(self, split: str = "train", minutes: float = np.inf, sound: bool = True) -> Corpus:
        """Read the recordings of a split that can be used.

        Args:
            split: "train" or "held_out".
            minutes: stop after this much motion.
            sound: False leaves audio and words out (the autoencoders need motion only).

        Raises:
            GestureError: nothing of that split can be used.
        """
        listing = list_recordings(self.folder, self.speakers)
        reader = _Reader(self, listing.speakers, sound)
        for recording in listing.recordings:
            if recording.split == split and reader.minutes < minutes:
                reader.read(recording)
        self._report(split, [*(listing.problems if split == "train" else ()), *reader.problems])
        if not reader.takes:
            raise GestureError(
                f"{self.folder} holds no motion for training ({split}).",
                remedy="Read the reasons above." if reader.problems else "Add recordings of that split.",
            )
        first = reader.first
        assert first is not None, "the first motion that was read"
        facts = {
            "data": listing.kind,
            "clips": len(reader.clips),
            "motions": len(reader.takes),
            "left_out": sum(not problem.used for problem in (*reader.problems, *listing.problems)),
            "minutes_of_speech": round(sum(clip.frames for clip in reader.clips) / FPS / 60, 1),
            "minutes_of_motion": round(reader.minutes, 1),
        }
        return Corpus(
            tuple(reader.clips), tuple(reader.takes), listing.speakers, first.rest_joints, first.face_basis, facts
        )

    def _report(self, split: str, problems: list[Problem]) -> None:
        if self.quiet:
            return
        for problem in problems[:SHOWN_PROBLEMS]:
            say(f"{'note' if problem.used else 'left out'}: {problem.name}: {problem.reason}")
        if len(problems) > SHOWN_PROBLEMS:
            say(f"and {len(problems) - SHOWN_PROBLEMS} more")
        if self.reports is None:
            return
        self.reports.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("name", "used", "reason", "remedy"))
        writer.writerows((p.name, "yes" if p.used else "no", p.reason, p.remedy) for p in problems)
        with whole_file(self.reports / f"data_{split}.csv") as temporary:
            temporary.write_text(text.getvalue(), encoding="utf-8")


@cache
def _vectors(path: Path) -> WordVectors:
    return WordVectors.load(path)


class _Reader:
    """Reader of recordings that collects those that can be used, and the problems of the others."""

    def __init__(self, source: Source, speakers: tuple[str, ...], sound: bool):
        self.library = Library(source.cache)
        self.source = source
        self.vectors = _vectors(source.words) if sound else None
        self.speakers = speakers
        self.clips: list[Clip] = []
        self.takes: list[Take] = []
        self.problems: list[Problem] = []
        self.first: MotionFeatures | None = None
        self.minutes = 0.0

    def read(self, recording: Recording) -> None:
        clip = None
        try:
            if self.vectors is not None:
                sound = self.library.sound(recording, self.source.words, self.vectors, self.source.audio)
                clip = Clip(recording.name, sound.audio, sound.words)
        except GestureError as error:
            self.problems.append(Problem(recording.name, error.message, error.remedy))
            return
        takes = []
        for performance in recording.performances:
            try:
                motion = self.library.motion(recording, performance)
                if clip is not None:
                    check_lengths(motion, recording, clip.frames)
                self._check_same(motion, recording)
            except GestureError as error:
                self.problems.append(Problem(recording.name, error.message, error.remedy))
                continue
            frames = len(motion.translation) if clip is None else min(len(motion.translation), clip.frames)
            channels = {part: values[:frames] for part, values in motion.channels.items()}
            speaker = self.speakers.index(performance.speaker)
            chance = motion.chance[:frames]
            takes.append(Take(len(self.clips), speaker, channels, motion.translation[:frames], chance))
        if not takes:
            return
        length = max(take.frames for take in takes)
        silent = Clip(recording.name, np.zeros((0, 1), np.float16), np.zeros((length, 1), np.float16))
        self.clips.append(silent if clip is None else clip)
        self.takes += takes
        self.minutes += sum(take.frames for take in takes) / FPS / 60

    def _check_same(self, motion: MotionFeatures, recording: Recording) -> None:
        if self.first is None:
            self.first = motion
        if motion.face_basis != self.first.face_basis:
            raise GestureError(
                f"Its face is {motion.face_basis}; the face of the first recording is {self.first.face_basis}.",
                remedy="Train on one kind of face at a time.",
            )
        if np.abs(motion.rest_joints - self.first.rest_joints).max() > SKELETONS_MAY_DIFFER_M:
            reason = "Its skeleton differs by more than 2 cm; its joint angles are used on the first recording's."
            self.problems.append(Problem(recording.name, reason, "Retarget all motions to one skeleton.", used=True))
