"""Every reader of files from others, with a small file that it reads: what the tests damage by chance."""

import csv
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from core.audio.load import load_audio
from core.batch.lines import read_lines
from core.body.motion import load_motion
from core.direct.levels import Levels
from core.direct.markers import check_markers, markers_from
from core.direct.mood import mood_from
from core.errors import GestureError
from core.finish.settings import FinishSettings
from core.finish.skeletons import skeleton_of_file
from core.formats.foreign import read_foreign
from core.formats.packed import pack_motion, unpack_motion
from core.inputs import parse_json, read_json
from core.model.card import STARTER_FOLDER, check_card, read_card
from core.model.config import ModelConfig
from core.model.numpy_engine.tensors import read_tensors
from core.requests import Generate
from core.smplx.skeleton import smplx_rest_joints
from core.text.fasttext_file import MAGIC, VERSION, FastTextFile
from core.text.timing import load_words
from core.text.transcript import read_transcript
from core.text.vocabulary_pickle import read_vocabulary
from core.text.word_table import WordTable
from core.worker.protocol import ProtocolError, decode_request
from tests.core.take.small_take import WORDS, motion

WHISPER = {"text": "so it is", "segments": [{"text": "so", "words": [{"word": "so", "start": 0.0, "end": 0.4}]}]}
TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 1
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "so"
"""


@dataclass(frozen=True)
class Reader:
    """A reader, a file that it reads, and how this file is damaged.

    Attributes:
        read: the function; it gets a path.
        name: of the file.
        content: bytes of the file; for an archive, of each of its members, whose checksums are made anew.
        is_json: single values of the file are exchanged, too.
    """

    read: Callable[[Path], object]
    name: str
    content: bytes | dict[str, bytes]
    is_json: bool = False


def accepts(reader: Reader, path: Path) -> bool:
    """Whether a reader takes a file; an error with a remedy is the only other thing that may happen."""
    failure = None
    try:
        reader.read(path)
    except GestureError as error:
        failure = error
    assert failure is None or (failure.message and failure.remedy)
    return failure is None


def archive(members: dict[str, bytes]) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _members(**arrays) -> dict[str, bytes]:
    found = {}
    for name, values in arrays.items():
        out = io.BytesIO()
        np.save(out, np.asarray(values))
        found[f"{name}.npy"] = out.getvalue()
    return found


def _motion_members() -> dict[str, bytes]:
    still = motion(4)
    return _members(
        poses=np.zeros((4, 165), np.float32), trans=np.zeros((4, 3)), arkit=np.zeros((4, 52)), betas=np.zeros(3),
        face_basis="arkit52", mocap_frame_rate=30.0, rest_joints=still.skeleton, contacts=np.zeros((4, 4)),
    )  # fmt: skip


def _sound(form: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.sin(np.arange(9000) / 9) / 2, 8000, format=form)
    return out.getvalue()


def _vectors() -> bytes:
    """A fastText file of two words and three buckets in four dimensions."""
    words = b"".join(word + b"\0" + struct.pack("<qb", 5, 0) for word in (b"so", b"</s>"))
    sizes = struct.pack("<12id", 4, 5, 5, 1, 5, 1, 1, 2, 3, 3, 6, 100, 1e-4)
    dictionary = struct.pack("<iiiqq", 2, 2, 0, 10, -1) + words
    matrix = struct.pack("<qq", 5, 4) + np.ones((5, 4), "<f4").tobytes()
    return struct.pack("<ii", MAGIC, VERSION) + sizes + dictionary + b"\0" + matrix + b"\0" + matrix


def _tensors() -> bytes:
    head = json.dumps({"a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    return struct.pack("<Q", len(head)) + head + bytes(16)


def _card(path: Path) -> None:
    (path.parent / "folder").mkdir(exist_ok=True)
    (path.parent / "folder" / "model.json").write_bytes(path.read_bytes())
    card = read_card(path.parent / "folder")
    check_card(card, ModelConfig.from_dict(card["architecture"]))


def _json_of(read: Callable[[object], object]) -> Callable[[Path], object]:
    """A reader of plain values, behind the reader of JSON."""

    def from_path(path: Path) -> object:
        try:
            values = read_json(path)
        except ValueError as error:
            raise GestureError("no JSON", "Choose another.") from error
        return read(values) if isinstance(values, (dict, list)) else None

    return from_path


def _request(path: Path) -> None:
    try:
        decode_request(path.read_bytes().decode("utf-8", "replace"))
    except ProtocolError as error:
        raise GestureError(str(error), "Update.") from error


def _table(path: Path) -> None:
    (path.parent / "a.wav").write_bytes(b"")
    read_lines(path, Generate(path.parent / "a.wav", path.parent), ["calm"])


def _levels(values: object) -> object:
    return Levels.from_dict(values) if isinstance(values, dict) else None


def _settings(values: object) -> object:
    return FinishSettings.from_dict(values) if isinstance(values, dict) else None


def _markers(values: object) -> object:
    return check_markers(markers_from(values), 2.0) if isinstance(values, list) else None


def _mood(values: object) -> object:
    return mood_from(values) if isinstance(values, list) else None


def _text(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _plain(values: object) -> bytes:
    return json.dumps(values).encode()


CARD = parse_json((STARTER_FOLDER / "model.json").read_bytes()) | {"provenance": {}}
MARKERS = [{"kind": "hold", "start_s": 0.5, "end_s": 0.9}]
REQUEST = {"id": 1, "type": "mix", "take": "a", "out": "b", "picks": [{"take": "c", "areas": ["upper"], "start": 0}]}
SMPLX = {"v_template": np.zeros((9, 3)), "shapedirs": np.zeros((9, 3, 20)), "J_regressor": np.zeros((55, 9))}
READERS = {
    "motion": Reader(load_motion, "a.npz", _motion_members()),
    "import": Reader(read_foreign, "a.npz", _motion_members()),
    "skeleton": Reader(skeleton_of_file, "a.npz", _motion_members()),
    "smplx": Reader(lambda path: smplx_rest_joints(path, np.zeros(3)), "a.npz", _members(**SMPLX)),
    "packed": Reader(lambda path: unpack_motion(path.read_bytes()), "a", pack_motion(motion(4))),
    "wav": Reader(load_audio, "a.wav", _sound("WAV")),
    "flac": Reader(load_audio, "a.flac", _sound("FLAC")),
    "ogg": Reader(load_audio, "a.ogg", _sound("OGG")),
    "vectors": Reader(lambda path: FastTextFile(path).get_word_vector("something"), "a.bin", _vectors()),
    "tensors": Reader(read_tensors, "a.safetensors", _tensors()),
    "card": Reader(_card, "a.json", _plain(CARD), is_json=True),
    "table_of_words": Reader(WordTable.load, "a.json", _plain({"words": {"so": 1, "": 0}}), is_json=True),
    "vocabulary": Reader(read_vocabulary, "a.pkl", pickle.dumps({"so": 1})),
    "words": Reader(load_words, "a.json", _plain(WORDS), is_json=True),
    "txt": Reader(read_transcript, "a.txt", b"so it is"),
    "srt": Reader(read_transcript, "a.srt", b"1\n00:00:00,000 --> 00:00:01,000\nso it is\n"),
    "vtt": Reader(read_transcript, "a.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nso it is\n"),
    "TextGrid": Reader(read_transcript, "a.TextGrid", TEXTGRID.encode()),
    "whisper": Reader(read_transcript, "a.json", _plain(WHISPER), is_json=True),
    "batch": Reader(_table, "a.csv", _text([["audio", "style", "mood", "seed"], ["a.wav", "calm", "happy:0.5", "3"]])),
    "levels": Reader(_json_of(_levels), "a.json", _plain({"upper": 1.2}), is_json=True),
    "markers": Reader(_json_of(_markers), "a.json", _plain(MARKERS), is_json=True),
    "mood": Reader(_json_of(_mood), "a.json", _plain([{"name": "happy", "strength": 0.5}]), is_json=True),
    "settings": Reader(_json_of(_settings), "a.json", _plain({"upper": 0.5}), is_json=True),
    "request": Reader(_request, "a.json", _plain(REQUEST), is_json=True),
}
