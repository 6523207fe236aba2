"""Requests about files of models: a person's body, and the released weights. `core.requests` has all requests."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


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
