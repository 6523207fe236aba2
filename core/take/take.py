"""A take as the generator works with it: codes of each body part, layers over them, timed words.

A take is made once. Later changes are layers over it, and a layer is never edited:

    layer 2   left_arm        ....|####|......   another seed, frames 40 to 80
    layer 1   hands           ..|######|......   another take, frames 20 to 80
    base      all parts       ################   the codes of the first generation
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..body.motion import Motion
from ..body.parts import AREAS, Area, Part
from ..files import DAMAGED
from ..language.languages import ENGLISH
from ..text.timing import Phone, Word, phrases_of, sounds_beside, sounds_from_json, words_from_json, words_to_json
from .files import TakeFiles, read_files, unreadable, write_files, written_by_newer
from .span import Span


@dataclass(frozen=True)
class Layer:
    """One area of the body over one range of frames, made again or from another take.

    It lies over the base and over earlier layers.

    Attributes:
        area_name: row of `core.body.parts.AREAS`.
        span: the range.
        seed, variation: the seed and variation of the request; for a layer from another take, those of that take.
        codes: (N,) of the area's part: the codes of the span with its margins, and of some frames before and
            after, which decoding needs; empty when the layer is from a take of other weights.
        codes_start: first frame of `codes`.
        origin: for a layer from another take, its folder and the content of its take.json; else None.
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
        """Part and joints of the body."""
        return AREAS[self.area_name]


@dataclass(frozen=True)
class Take:
    """A generated take: base codes, layers, and the motions decoded from them.

    Attributes:
        codes: (T,) per part: the base layer.
        raw: the decoder's motion, with all layers.
        finished: the motion after finishing; the raw one when finishing is off.
        words: words with their times.
        info: the content of take.json without the layers.
        layers: changes of the base, oldest first.
        directed: the finished motion as it is directed; None where it is not.
    """

    codes: dict[Part, np.ndarray]
    raw: Motion
    finished: Motion
    words: tuple[Word, ...]
    info: dict
    layers: tuple[Layer, ...] = ()
    directed: Motion | None = None

    @property
    def shown(self) -> Motion:
        """The motion that is seen: the directed one, else the finished one."""
        return self.finished if self.directed is None else self.directed

    @property
    def sounds(self) -> tuple[Phone, ...]:
        """Speech sounds that were heard in the recording, where the words have none; older takes have none."""
        return sounds_beside(sounds_from_json(self.info.get("sounds", ())), self.words)

    @property
    def spoken(self) -> tuple[Word, ...]:
        """The words; without any, phrases without a text, as the sounds make them."""
        return self.words or phrases_of(self.sounds)

    @property
    def language(self) -> str:
        """The language of the words; older takes are English."""
        return str(self.info.get("alignment", {}).get("language", ENGLISH))


def describe(take: Take) -> dict:
    """Return the content of take.json: the take's facts and its layers, the base layer first."""
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


def read_take(folder: Path) -> Take:
    """Read what `write_take` wrote.

    Raises:
        GestureError: this is no take folder, a file is missing or damaged, or a newer version wrote it.
    """
    files = read_files(folder)
    info = dict(files.description)
    try:
        entries = info.pop("layers")[1:]
        if {entry["joints"] for entry in entries} - AREAS.keys():
            raise written_by_newer(folder)
        layers = tuple(_layer(entry, files) for entry in entries)
        codes = {part: files.codes[part.value] for part in Part}
        words = words_from_json(files.words)
    except (TypeError, AttributeError, *DAMAGED) as error:
        raise unreadable(folder, error) from error
    return Take(codes, files.raw, files.finished, words, info, layers, files.directed)


def write_take(take: Take, folder: Path) -> None:
    """Write all files of a take; after any error the folder is as it was before.

    Raises:
        GestureError: the disk is full, or the folder cannot be written.
    """
    codes = {part.value: values for part, values in take.codes.items()}
    codes |= {_codes_name(number): layer.codes for number, layer in enumerate(take.layers, 1)}
    words = words_to_json(take.words)
    write_files(TakeFiles(describe(take), words, codes, take.raw, take.finished, take.directed), folder)


def _codes_name(number: int) -> str:
    return f"layer_{number}"


def _layer(entry: dict, files: TakeFiles) -> Layer:
    """Read one entry of `layers` in take.json."""
    first, stop = map(int, entry["frames"])
    return Layer(
        area_name=entry["joints"],
        span=Span(first, stop, int(entry["margin"]), int(files.description["frames"])),
        seed=int(entry["seed"]),
        variation=float(entry["variation"]),
        codes=files.codes[entry["codes"]],
        codes_start=int(entry["codes_start"]),
        origin=entry.get("from"),
    )
