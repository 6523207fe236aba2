"""Requests that use files of models: a person's body, the released weights, a recogniser. `core.requests` has all."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from .language.languages import AUTO


@dataclass(frozen=True)
class Body:
    """Read a person's body from an SMPL-X file.

    Attributes:
        model: the user's SMPLX_*.npz.
        out: the npz for the body.
        betas: shape coefficients of the person.
    """

    type: ClassVar[str] = "body"
    model: Path
    out: Path
    betas: tuple[float, ...] = ()


@dataclass(frozen=True)
class FetchWeights:
    """Fetch published networks from the server that publishes them; refused unless the user accepted their licence.

    Attributes:
        folder: for the files, and for the record of their hashes.
        repository: OWNER/NAME on the server.
        revision: a branch, tag or commit.
        recogniser: whether the repository holds the speech recogniser that the released weights need, not the weights.
        accepted: whether the user has accepted the licence.
    """

    type: ClassVar[str] = "fetch_weights"
    folder: Path
    repository: str
    revision: str = "main"
    recogniser: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class ImportWeights:
    """Make a model folder of the released weights' published files.

    Attributes:
        folder: the published files.
        out: the model folder; new, or empty.
        vocabulary: vocab.pkl of BEAT2; None for the one in `folder`, if there is one.
        recogniser: the folder of wav2vec2-base-960h; None to leave it out.
        smplx: the user's SMPLX_*.npz; None for the bundled character's bones.
    """

    type: ClassVar[str] = "import_weights"
    folder: Path
    out: Path
    vocabulary: Path | None = None
    recogniser: Path | None = None
    smplx: Path | None = None


@dataclass(frozen=True)
class Transcribe:
    """Write down what is said in a recording, by a recogniser of the user's.

    Attributes:
        audio: the recording.
        model: the folder of a model of faster-whisper.
        language: its code; "auto" lets the recogniser find it.
        device: "auto", "cpu" or "cuda".
        offset_s, duration_s, decoded: as in `core.requests.Generate`.
    """

    type: ClassVar[str] = "transcribe"
    audio: Path
    model: Path
    language: str = AUTO
    device: str = "auto"
    offset_s: float = 0.0
    duration_s: float | None = None
    decoded: Path | None = None
