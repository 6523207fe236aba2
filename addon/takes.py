"""What a take stores in the .blend: where its keys came from, as JSON on its action."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import bpy

from ..core.body.motion import Motion, load_motion
from ..core.errors import GestureError
from . import preferences

KEY = "mambatalk"


@dataclass(frozen=True)
class TakeInfo:
    """Where an action's keys came from.

    Attributes:
        folder: the take folder (take.json, codes.npz, motion.npz, …).
        audio, audio_sha256, offset_s, duration_s: the part of the recording.
        weights, weights_sha256: the model.
        speaker, seed: what it was asked for.
        start_frame: the scene frame of the take's first frame.
    """

    folder: str
    audio: str
    audio_sha256: str
    offset_s: float
    duration_s: float | None
    weights: str
    weights_sha256: str
    speaker: str
    seed: int
    start_frame: int


def store(action: bpy.types.Action, info: TakeInfo) -> None:
    """Write it to the action."""
    action[KEY] = json.dumps(asdict(info))


def stored(action: bpy.types.Action) -> TakeInfo | None:
    """Read it back; None for an action that no take made."""
    text = action.get(KEY)
    return None if text is None else TakeInfo(**json.loads(text))


def read(folder: Path) -> tuple[dict, Motion]:
    """The description (take.json) and the motion of a take folder.

    Raises:
        GestureError: it is not a take folder.
    """
    try:
        info = json.loads((folder / "take.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GestureError(
            f"There is no take in {folder}.", remedy="Choose a folder that holds take.json.", detail=str(error)
        ) from error
    return info, load_motion(folder / "motion.npz")


def info_of(folder: Path, description: dict, start_frame: int) -> TakeInfo:
    """What an action remembers of take.json."""
    audio, weights = description["audio"], description["weights"]
    return TakeInfo(
        folder=str(folder),
        audio=audio["path"],
        audio_sha256=audio["sha256"],
        offset_s=audio["offset_s"],
        duration_s=audio["duration_s"],
        weights=weights["name"],
        weights_sha256=weights["sha256"],
        speaker=description["speaker_name"],
        seed=description["seed"],
        start_frame=start_frame,
    )


def new_folder(name: str) -> Path:
    """The path of a take folder that does not exist yet."""
    parent = preferences.data_folder("takes")
    number = 1
    while (parent / f"{name}_{number:03d}").exists():
        number += 1
    return parent / f"{name}_{number:03d}"
