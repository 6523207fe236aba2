"""The interface between generating and the engines that run networks; it takes and returns plain arrays.

`core.generate` never imports an engine. It is given a `ModelLoader`, which gives it a `Model` with a `Network`:

    sound, words, speaker ── conditions ─┐
    known motion, mask ──────────────────┴─ window ── logits and latents per part ─→ codes (`core.generate.sample`)
    codes of a part ── decode ─→ its channels          lower body's channels ── root ─→ velocities of the root
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from zlib import crc32

import numpy as np

from ..body.motion import Motion
from ..body.parts import Part
from .chance_curves import FIRST_CHANNELS
from .chance_moves import QUARTERS
from .manners import Manner
from .quick_turns import QuickTurns
from .speech_features import CUES_CHANCE

if TYPE_CHECKING:
    from ..text.timing import Word

Conditions = dict[str, np.ndarray]
# Conditions of several windows, one a row; the rows may be arrays of an engine, which lie on a graphics card.
BatchConditions = dict[str, Any]
_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class NetworkInfo:
    """Facts about a model, from its model folder.

    Attributes:
        name: name of the weights.
        window: frames per window.
        seed_frames: first frames of a window, whose motion is given.
        face_basis: basis of the expression channels.
        audio: the features that the network needs: "amplitude+onset", "amplitude+ctc+wave" or "cues+chance".
        words: the form of words as input: {"kind": "fasttext", "file": …} or {"kind": "table", …}.
        speakers: names, by speaker number.
        codebook_size: rows of each part's codebook.
        code_groups: groups of the codes (`core.generate.code_groups`).
        neutral: at least `seed_frames` frames to start a take from, with the skeleton of the weights.
        variation: the temperature that suits the weights (`core.generate.sample.Variation`).
        context: frames of sound on both sides that a window is given; None when it is given samples.
        late_frames: by how many frames the strokes of these weights end too late, measured on held-out clips; generated
            bodies are moved earlier by as many frames.
        by_latent: parts whose codes are those nearest to the regressed latents, as the published face's are; the other
            parts' codes are classified.
        face_hears_chance: whether the face uses the curves of chance. If not, blinks and gaze, which chance decides,
            are added after the network (`core.generate.eyes`).
        chance: the channels of chance that the weights were trained with, in order.
        chance_by_style: whether every style draws curves of its own from the same seed (`chance_seed`).
        even_chance: whether values of chance cover their range evenly (`core.generate.chance_moves.evenly`).
        manners: how styles, by name, change the curves of chance (`core.generate.manners`).
        own_arms: how much the arms differ, as a share (`core.generate.own_arms`).
        stroke_gains: how much larger the strokes of styles, by name, are than decoded (`core.generate.own_arms`).
        stress_s: how far the ends of strokes are moved to stressed syllables, seconds (`core.generate.stress`).
        settled: how far the arms of styles, by name, come to rest where their hands are slow
            (`core.generate.settled_arms`).
        pause_hold: share of the way that hands do not sink in pauses (`core.generate.held_hands`).
        jaw_gain: how much further the jaw opens for a louder voice (`core.generate.fitting`).
        head_gains: how much further the heads of styles, by name, turn than decoded (`core.generate.fitting`).
        quick_turns: by which shares quick turns of groups of joints grow (`core.generate.quick_turns`).
        hips_share: share of the trunk's strokes that the pelvis makes as well (`core.generate.hips`).
        stride_m: metres by which steps on the spot are longer than decoded (`core.generate.strides`); 0 leaves steps.
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
    chance: tuple[str, ...] = FIRST_CHANNELS
    code_groups: int = 1
    chance_by_style: bool = False
    even_chance: bool = False
    manners: Mapping[str, Manner] = field(default_factory=dict)
    own_arms: float = 0.0
    stroke_gains: Mapping[str, float] = field(default_factory=dict)
    stress_s: float = 0.0
    settled: Mapping[str, float] = field(default_factory=dict)
    pause_hold: float = 0.0
    jaw_gain: float = 0.0
    head_gains: Mapping[str, float] = field(default_factory=dict)
    quick_turns: QuickTurns = field(default_factory=dict)
    hips_share: float = 0.0
    stride_m: float = 0.0

    @property
    def uses_chance(self) -> bool:
        """Whether takes differ by curves of chance (`core.generate.chance_curves`), and not by noise on their codes."""
        return self.audio == CUES_CHANCE

    def first_frame(self, part: Part) -> int:
        """Return the frame, in the network's time, that is a take's first one: 0 for the face, later for the body."""
        return 0 if part is Part.FACE else self.late_frames

    def chance_seed(self, seed: int, speaker: int) -> int:
        """Return the seed of a take's curves of chance: the first style's is the take's own.

        Even values go by what a seed leaves when it is divided by `QUARTERS`, and that is the same in every style.
        """
        if not self.chance_by_style or not speaker:
            return seed
        if self.even_chance:
            return seed + QUARTERS * crc32(f"style {speaker}".encode())
        return crc32(f"{seed} style {speaker}".encode())

    def manner(self, speaker: int) -> Manner:
        """Return how a style changes the curves of chance; nothing for most weights."""
        return self._of_style(self.manners, speaker, {})

    def head_gain(self, speaker: int) -> float:
        """Return how much further the head of a style turns than decoded; 1 for most."""
        return self._of_style(self.head_gains, speaker, 1.0)

    def settles(self, speaker: int) -> float:
        """Return how far the arms of a style come to rest where their hands are slow; 0 for most."""
        return self._of_style(self.settled, speaker, 0.0)

    def stroke_gain(self, speaker: int) -> float:
        """Return how much larger the strokes of a style are than decoded; 1 for most."""
        return self._of_style(self.stroke_gains, speaker, 1.0)

    def _of_style(self, table: Mapping[str, _Entry], speaker: int, usual: _Entry) -> _Entry:
        """Return the entry of a style; the usual one where the table has none, or the weights do not name the style."""
        return table.get(self.speakers[speaker], usual) if speaker < len(self.speakers) else usual

    @property
    def rest_joints(self) -> np.ndarray:
        """The skeleton (55, 3) that the weights' motion is meant for, metres."""
        return self.neutral.skeleton


@dataclass(frozen=True)
class WindowOutput:
    """The network's prediction for one window.

    Attributes:
        logits: per part (T, G K), a score for every row of the codebook in every group of the codes.
        latents: per part (T, D); the codebook entry nearest to one is its code.
    """

    logits: dict[Part, np.ndarray]
    latents: dict[Part, np.ndarray]

    def row(self, number: int) -> "WindowOutput":
        """Return one window of the prediction for several windows, whose arrays are (B, T, ·)."""
        return WindowOutput(
            {part: values[number] for part, values in self.logits.items()},
            {part: values[number] for part, values in self.latents.items()},
        )


@dataclass(frozen=True)
class Running:
    """Where and how networks run.

    Attributes:
        engine: "NumPy" or "PyTorch".
        device: "the processor", or the name of a graphics card.
        scan: how the selective scan is computed: "steps", "doublings", "own kernel" or "mamba-ssm".
        note: a sentence for the user where the processor takes a card's place, else "".
    """

    engine: str
    device: str = "the processor"
    scan: str = "steps"
    note: str = ""

    @property
    def title(self) -> str:
        """Name engine and device for people: "NumPy on the processor", "PyTorch on NVIDIA H200"."""
        return "NumPy on the processor" if self.engine == "NumPy" else f"PyTorch on {self.device}"

    def facts(self) -> dict[str, str]:
        """Return what take.json says about it."""
        return {"name": self.engine, "device": self.device, "scan": self.scan}


class Network(Protocol):
    """A generator with its autoencoders."""

    info: NetworkInfo

    @property
    def running(self) -> Running:
        """Where and how it runs now; a network that moves to another device says so here."""

    def conditions(self, audio: np.ndarray, words: np.ndarray, speaker: int) -> Conditions:
        """Compute the features of one window that do not depend on motion; callers only pass them to `window`.

        Args:
            audio: (S, C) float32, per sample, or per frame with the context.
            words: (T,) ids or (T, D) float32 vectors, per frame.
            speaker: number.
        """

    def window(self, conditions: Conditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict a window from its motion (T, 337), which is known where the mask (T, 337) is 0."""

    def decode(self, part: Part, codes: np.ndarray) -> np.ndarray:
        """Decode the channels (T, width) of a part from its codes (T,)."""

    def root(self, lower: np.ndarray) -> np.ndarray:
        """Predict the root's velocities.

        Args:
            lower: (T, 61) channels of the lower body; its translation channels are zero.

        Returns:
            (T, 61) channels whose translation channels are the velocities.
        """

    def codebook(self, part: Part) -> np.ndarray:
        """Return the entries (K, D) of a part's codebook."""


class BatchNetwork(Network, Protocol):
    """A network that takes several windows at once: of one take, of several seeds, or of several recordings.

    Attributes:
        most_at_once: how many windows fit. It can become less while it runs.
        ahead: whether windows of one take are to run together, before their seeds are known (`window_passes`). This
            saves time on a graphics card; on a processor one after the other is faster.
        in_step: how many stretches of one take each thread predicts in step (`stretches`).
    """

    most_at_once: int
    ahead: bool
    in_step: int

    @property
    def side_by_side(self) -> int:
        """How many stretches of one take are to be predicted at the same time, each by a thread (`stretches`).

        0: the network shares the cores better itself, so that windows are to be predicted one after the other.
        """

    def conditions_of(self, audio: np.ndarray, words: np.ndarray, speakers: np.ndarray) -> BatchConditions:
        """Compute `conditions` of windows (B, ...), each with its speaker (B,)."""

    def windows(self, conditions: BatchConditions, motion: np.ndarray, mask: np.ndarray) -> WindowOutput:
        """Predict windows from their motion (B, T, 337); the output is (B, T, ·) per part."""

    def decode_many(self, part: Part, codes: np.ndarray, last: int | None = None) -> np.ndarray:
        """Decode the channels (B, T, width) of a part from the codes (B, T) of windows, each alone.

        Args:
            part: which.
            codes: of the windows.
            last: how many of the last frames are wanted; None for all.
        """

    def settle(
        self, conditions: BatchConditions, known: np.ndarray, is_first: np.ndarray, origins: np.ndarray, recentre: bool
    ) -> tuple[dict[Part, np.ndarray], np.ndarray] | None:
        """Make all passes of `window_passes` on the device; None where this network cannot, or not now.

        Args:
            conditions: of the windows, one a row.
            known: (B, S, 337) seeds of rows whose window before is made, and guesses for the others.
            is_first: (B,) which rows these are; the other rows follow the row before.
            origins: (B, 3) metres, where the root's path starts.
            recentre: whether windows are shifted to x = z = 0.

        Returns:
            the most likely codes (B, T) per part, and the seeds (B, S, 337) of the windows that follow.
        """


def as_batch(network: Network) -> BatchNetwork | None:
    """Return the network if it can take several windows at once, else None."""
    return cast(BatchNetwork, network) if hasattr(network, "conditions_of") else None


def runs_ahead(network: Network) -> bool:
    """Return whether windows of one take are to run together on this network."""
    return getattr(network, "ahead", False) and network.most_at_once > 1  # type: ignore[attr-defined]


class FrameWords(Protocol):
    """Words as a network takes them."""

    def frames(self, words: "Sequence[Word]", frame_count: int) -> np.ndarray:
        """Return the words of every frame: numbers (T,) or vectors (T, D) float32."""


@dataclass(frozen=True)
class Model:
    """Everything that a model folder gives to generating.

    Attributes:
        folder: the model folder.
        network: the networks, ready to use.
        words: the word vectors, or the table of words, that the networks were trained with.
        sha256: hash of all files in the folder that decide the motion; takes store it to say which weights made them.
        former_hashes: hashes that earlier versions of this program gave the same networks (model.json lists them).
    """

    folder: Path
    network: Network
    words: "FrameWords"
    sha256: str
    former_hashes: tuple[str, ...] = ()

    def has_made(self, sha256: str) -> bool:
        """Return whether these networks made a take that stores this hash."""
        return sha256 == self.sha256 or sha256 in self.former_hashes


class ModelLoader(Protocol):
    """Loads model folders; `core.model.loading.Models` is one."""

    def load(self, folder: Path | None, device: str) -> Model:
        """Load a model folder (None: the bundled weights) for a device."""
