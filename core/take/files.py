"""A take on disk: what `generate` writes, and what resampling, finishing and the add-on read."""

import errno
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.motion import Motion, load_motion, save_motion
from ..body.parts import AREAS, Area, Part
from ..errors import GestureError
from ..files import DAMAGED, save_arrays
from ..generate.splice import Span
from ..text.timing import Word, load_words, save_words

FORMAT = 1
FILES = ("take.json", "codes.npz", "motion_raw.npz", "motion.npz", "words.json")
# What a directed take was before; `motion.npz` then holds what it is now.
UNDIRECTED = "motion_finished.npz"


@dataclass(frozen=True)
class Layer:
    """One area of the body over one range of frames, made anew or from another take.

    It lies over the base and over earlier layers.

    Attributes:
        area_name: row of `core.body.parts.AREAS`.
        span: where, in a take of so many frames.
        seed, variation: what it was asked for; those of the other take.
        codes: int16 (N,) of the area's part: of the span with its margins, and some before and after to decode it by;
            none when it is from a take of other weights.
        codes_start: first frame of `codes`.
        origin: the other take: its folder, and what its take.json says; None when it was made anew.
    """

    area_name: str
    span: Span
    seed: int
    variation: float
    codes: np.ndarray
    codes_start: int
    origin: dict | None = None

    @property
    def area(self) -> Area:
        """Part and joints."""
        return AREAS[self.area_name]


@dataclass(frozen=True)
class Take:
    """A generated take.

    Attributes:
        codes: int16 (T,) per part: the base layer.
        raw: the decoder's motion, all layers together.
        finished: the motion after finishing; the raw one when finishing is off.
        words: words with their times.
        info: the content of take.json, but for the layers.
        layers: what was made anew, oldest first.
        directed: the finished motion as it is directed; None where it is not.
    """

    codes: dict[Part, np.ndarray]
    raw: Motion
    finished: Motion
    words: tuple[Word, ...]
    info: dict
    layers: tuple[Layer, ...] = ()
    directed: Motion | None = None


def describe(take: Take) -> dict:
    """The content of take.json: the take's facts and its layers, the base layer first."""
    frames = take.raw.frame_count
    base = {"joints": "all", "frames": [0, frames], "codes": "codes.npz", "seed": take.info["seed"]}
    layers = [
        {
            "joints": layer.area_name,
            "frames": [layer.span.start, layer.span.end],
            "margin": layer.span.margin,
            "codes": _codes_name(number),
            "codes_start": layer.codes_start,
            "seed": layer.seed,
            "variation": layer.variation,
            **({} if layer.origin is None else {"from": layer.origin}),
        }
        for number, layer in enumerate(take.layers, 1)
    ]
    return {**take.info, "layers": [base, *layers]}


def _codes_name(number: int) -> str:
    return f"layer_{number}"


def read_take(folder: Path) -> Take:
    """Read what `write_take` wrote.

    Raises:
        GestureError: not a take folder, a file is missing or broken, or a newer version wrote it.
    """
    try:
        info = json.loads((folder / "take.json").read_text(encoding="utf-8"))
        newer = info["format"] > FORMAT
        entries = info.pop("layers")
        frames = int(info["frames"])
        with np.load(folder / "codes.npz", allow_pickle=False) as data:
            codes = {part: data[part.value] for part in Part}
            layers = tuple(
                Layer(
                    area_name=entry["joints"],
                    span=Span(int(entry["frames"][0]), int(entry["frames"][1]), int(entry["margin"]), frames),
                    seed=int(entry["seed"]),
                    variation=float(entry["variation"]),
                    codes=data[entry["codes"]],
                    codes_start=int(entry["codes_start"]),
                    origin=entry.get("from"),
                )
                for entry in entries[1:]
            )
        unknown = {layer.area_name for layer in layers} - AREAS.keys()
    except (TypeError, AttributeError, *DAMAGED) as error:
        raise GestureError(
            f"There is no readable take in {folder}.",
            remedy="Choose a folder that `generate` wrote, with take.json and codes.npz.",
            detail=repr(error),
        ) from error
    if newer or unknown:
        raise GestureError(f"A newer version wrote the take in {folder}.", remedy="Update the extension.")
    raw, finished, directed = load_motion(folder / "motion_raw.npz"), load_motion(folder / "motion.npz"), None
    if "direct" in info:
        directed, finished = finished, load_motion(folder / UNDIRECTED)
    if not frames == raw.frame_count == finished.frame_count == len(codes[Part.UPPER]):
        raise GestureError(
            f"The files of the take in {folder} do not belong together: their lengths differ.",
            remedy="Generate the take again.",
        )
    return Take(codes, raw, finished, load_words(folder / "words.json"), info, layers, directed)


def check_folder(folder: Path) -> None:
    """Make sure, before the long work, that a take can be written here.

    Raises:
        GestureError: `folder` is a file, lies inside a take, or its parent cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise GestureError(f"{folder} is a file, not a folder.", remedy="Choose a folder for the take.")
    if not folder.exists() and any((above / "take.json").is_file() for above in folder.absolute().parents):
        raise GestureError(f"{folder} lies inside another take.", remedy="Choose a folder beside it.")
    parent = folder if folder.exists() else folder.parent
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK):
        raise GestureError(f"{parent} cannot be written.", remedy="Choose a folder that you may write to.")


def write_take(take: Take, folder: Path) -> None:
    """Write all files; on any failure the folder stays as it was.

    Raises:
        GestureError: no disk space, or the folder cannot be written.
    """
    check_folder(folder)
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    staging = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".take-", dir=folder.parent))
        (staging / "take.json").write_text(json.dumps(describe(take), indent=1), encoding="utf-8")
        codes = {part.value: values for part, values in take.codes.items()}
        codes |= {_codes_name(number): layer.codes for number, layer in enumerate(take.layers, 1)}
        save_arrays(staging / "codes.npz", {name: values.astype(np.int16) for name, values in codes.items()})
        save_motion(take.raw, staging / "motion_raw.npz")
        save_motion(take.finished if take.directed is None else take.directed, staging / "motion.npz")
        save_words(take.words, staging / "words.json")
        folder.mkdir(exist_ok=True)
        if take.directed is not None:
            save_motion(take.finished, staging / UNDIRECTED)
            os.replace(staging / UNDIRECTED, folder / UNDIRECTED)
        for name in FILES:
            os.replace(staging / name, folder / name)
        if take.directed is None:
            (folder / UNDIRECTED).unlink(missing_ok=True)
    except (OSError, GestureError) as error:
        _discard(staging)
        for path in made:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        if isinstance(error, GestureError):
            raise
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
        raise GestureError(
            f"The take could not be written to {folder}: {reason}.",
            remedy="Free some disk space or choose another folder; nothing was changed.",
        ) from error
    _discard(staging)


def _discard(staging: Path | None) -> None:
    if staging is not None:
        shutil.rmtree(staging, ignore_errors=True)
