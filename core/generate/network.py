"""The seam between generating and whatever runs the networks: plain arrays in, plain arrays out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..body.motion import Motion
from ..body.parts import Part

if TYPE_CHECKING:
    from ..text.words import WordVectors

Conditions = dict[str, np.ndarray]


@dataclass(frozen=True)
class NetworkInfo:
    """What a model folder declares.

    Attributes:
        name: of the weights.
        window: frames per window.
        seed_frames: first frames of a window, given.
        face_basis: of the expression channels.
        audio: features the network hears: "amplitude+onset", "amplitude+ctc+wave" or "cues+chance".
        words: how words come in: {"kind": "fasttext", "file": …} or {"kind": "table", …}.
        speakers: names, by speaker number.
        codebook_size: codes per part.
        neutral: at least `seed_frames` frames to start a take from, with the skeleton of the weights.
        variation: the temperature that suits the weights (`core.generate.sample.Variation`).
        context: frames of sound that a window hears on both sides; None when it hears samples.
        late_frames: how late these weights' strokes end, measured on held-out clips; taken back when generating.
        by_latent: parts whose codes are those nearest to the regressed latents, as the published face's are; the other
            parts' codes are classified.
        face_hears_chance: False: blinks and gaze, which chance decides, come after the network (`core.generate.eyes`).
    """

    name: str
    window: int
    seed_frames: int
    face_basis: str
    audio: str
    words: Mapping
    speakers: tuple[str, ...]
    codebook_size: int
    neutral: Motion
    variation: float = 0.0
    late_frames: int = 0
    context: int | None = None
    by_latent: tuple[Part, ...] = (Part.FACE,)
    face_hears_chance: bool = True

    @property
    def rest_joints(self) -> np.ndarray:
        """Skeleton (55, 3) that the weights' motion is meant for, metres."""
        return self.neutral.skeleton


@dataclass(frozen=True)
class WindowOutput:
    """What the network says about one window.

    Attributes:
        logits: per part (T, K), a score for every code.
        latents: per part (T, D), near the codebook entry that is meant.
    """

    logits: dict[Part, np.ndarray]
    latents: dict[Part, np.ndarray]


class Network(Protocol):
    """A generator with its autoencoders."""

    info: NetworkInfo

    def conditions(self, audio: np.ndarray, words: np.ndarray, speaker: int) -> Conditions:
        """Features of one window that do not depend on motion; callers only hand them on.

        Args:
            audio: (S, C) float32, per sample, or per frame with the context.
            words: (T,) ids or (T, D) float32 vectors, per frame.
            speaker: number.
        """

    def window(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict a window from motion (T, 337) where mask (T, 337) is 0."""

    def decode(self, part: Part, codes: np.ndarray) -> np.ndarray:
        """Channels (T, width) of a part from codes (T,)."""

    def root(self, lower: np.ndarray) -> np.ndarray:
        """Lower body (T, 61) with its translation channels zero to the same with root velocities."""

    def codebook(self, part: Part) -> np.ndarray:
        """Entries (K, D) of a part's codebook."""


@dataclass(frozen=True)
class Model:
    """Everything that a model folder gives to generating.

    Attributes:
        folder: the model folder.
        network: the networks, ready to use.
        vectors: the word vectors that the networks were trained with.
        sha256: hash of what computes in the folder; takes store it to say which weights made them.
        former_hashes: hashes that earlier versions of this program gave the same networks (model.json lists them).
    """

    folder: Path
    network: Network
    vectors: "WordVectors"
    sha256: str
    former_hashes: tuple[str, ...] = ()

    def has_made(self, sha256: str) -> bool:
        """Tell whether these networks made a take that stores this hash."""
        return sha256 == self.sha256 or sha256 in self.former_hashes


class ModelLoader(Protocol):
    """Whatever loads model folders: `core.worker.models.Models`, or a stand-in of a test."""

    def load(self, folder: Path | None, device: str) -> Model:
        """Load a model folder (None: the bundled weights) for a device."""
