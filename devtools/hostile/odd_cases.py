"""Command lines over files and places that are odd: forms of JSON, links, traps, kinds of sound, outputs."""

import io
import json
import os
import struct
from collections.abc import Iterator

import numpy as np
import soundfile

from core.model.card import STARTER_FOLDER
from core.take.files import CHECKSUM
from devtools.hostile.files import linked
from devtools.hostile.good import Good, case, commands
from devtools.hostile.odd_files import folders_with_traps, json_forms, odd_places
from devtools.hostile.trial import EITHER, MISPLACED, REFUSED, WORKS, Case

_EXPECTED = {True: WORKS, False: REFUSED, None: EITHER}
_MARKER = {"start_s": 1.0, "end_s": 1.0, "kind": "accent"}
_WORD = {"start_s": 0.2, "end_s": 0.6, "word": "so", "confidence": 0.9, "phones": []}
_SEGMENT = {"text": "And Mister John Dashwood", "start": 0.1, "end": 1.9}


def odd_cases(good: Good) -> Iterator[Case]:
    """Give cases of odd files, odd places, odd surroundings."""
    yield from _json(good)
    yield from _places(good)
    yield from _traps(good)
    yield from _sounds(good)
    yield from _outputs(good)
    yield from _options(good)
    yield from _misplaced(good)


def _json(good: Good) -> Iterator[Case]:
    """Write every file of JSON in every form."""
    folder = good.folder / "forms"
    description = json.loads((good.take / "take.json").read_text())
    description.pop(CHECKSUM)
    description = {"seed": description["seed"], **description}
    for title, (content, legal) in json_forms(description).items():
        path = linked(good.take, folder / f"take {title}")
        (path / "take.json").write_bytes(content)
        yield case("direct", [path, "--out", "OUT"], _EXPECTED[legal], f"form of take.json: {title}")
    card = json.loads((STARTER_FOLDER / "model.json").read_text())
    for title, (content, legal) in json_forms({"window": card["window"], **card}).items():
        path = linked(STARTER_FOLDER, folder / f"card {title}")
        (path / "model.json").write_bytes(content)
        arguments = [good.table, "--weights", path, "--out", "OUT", "--dry-run"]
        yield case("batch", arguments, _EXPECTED[legal], f"form of model.json: {title}")
    for title, (content, legal) in json_forms(_WORD).items():
        path = linked(good.take, folder / f"words {title}")
        (path / "words.json").unlink()
        (path / "words.json").write_bytes(b"[" + content + b"]")
        (path / "take.json").write_text(json.dumps(description))
        arguments = [path, "--part", "hands", "--frames", "20:60", "--out", "OUT", "--audio", good.speech]
        yield case("resample", arguments, _EXPECTED[legal], f"form of words.json: {title}")
    for title, (content, legal) in json_forms({"upper": 1.1}).items():
        yield from _one_json(good, "levels", title, content, legal)
    for title, (content, legal) in json_forms(_MARKER).items():
        yield from _one_json(good, "markers", title, b"[" + content + b"]", legal)
    for title, (content, _) in json_forms({"n": 1, "segments": [_SEGMENT]}).items():
        path = folder / f"said {title}.json"
        path.write_bytes(content)
        yield case("align", [good.speech, path, "--out", "OUT"], EITHER, f"form of a transcript: {title}")


def _one_json(good: Good, option: str, title: str, content: bytes, legal: bool | None) -> Iterator[Case]:
    path = good.folder / "forms" / f"{option} {title}.json"
    path.write_bytes(content)
    # A mapping of levels has no entry for more.
    expected = EITHER if legal else _EXPECTED[legal]
    yield case("direct", [good.take, f"--{option}", path, "--out", "OUT"], expected, f"form of {option}: {title}")


def _places(good: Good) -> Iterator[Case]:
    folder = good.folder / "odd"
    lines = {
        "speech": (good.speech, "generate", ["FILE", "--out", "OUT", "--device", "cpu"]),
        "transcript": (good.transcript, "align", [good.speech, "FILE", "--out", "OUT"]),
        "take": (good.take, "direct", ["FILE", "--out", "OUT"]),
        "motion": (good.motion, "finish", ["FILE", "OUT.npz"]),
        "weights": (STARTER_FOLDER, "batch", [good.table, "--weights", "FILE", "--out", "OUT", "--dry-run"]),
        "check": (good.take, "check", ["FILE"]),
        "imported": (good.motion, "import", ["FILE", "OUT.npz"]),
    }
    for kind, (path, command, arguments) in lines.items():
        for title, (named, legal) in odd_places(folder / kind, path).items():
            filled = [named if each == "FILE" else each for each in arguments]
            yield case(command, filled, _EXPECTED[legal], f"place of {kind}: {title}")


def _traps(good: Good) -> Iterator[Case]:
    for title, path in folders_with_traps(good.folder / "traps" / "take", good.take):
        yield case("direct", [path, "--out", "OUT"], REFUSED, f"trap in a take: {title}")
        yield case("check", [path], REFUSED, f"trap in a take: {title}")
    for title, path in folders_with_traps(good.folder / "traps" / "weights", STARTER_FOLDER):
        arguments = [good.speech, "--weights", path, "--out", "OUT", "--device", "cpu"]
        yield case("generate", arguments, REFUSED, f"trap in weights: {title}")


def _sounds(good: Good) -> Iterator[Case]:
    """Read every legal kind of a sound, and sound with what is not sound behind it."""
    folder = good.folder / "kinds"
    folder.mkdir()
    samples, rate = soundfile.read(good.speech)
    kinds = [("WAV", kind) for kind in ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "IMA_ADPCM")]
    kinds += [("FLAC", "PCM_24"), ("FLAC", "PCM_S8"), ("AIFF", "FLOAT"), ("W64", "PCM_16"), ("RF64", "PCM_16")]
    for form, kind in kinds:
        path = folder / f"{form}_{kind}.wav"
        soundfile.write(path, samples, rate, format=form, subtype=kind)
        yield case("align", [path, good.transcript, "--out", "OUT"], WORKS, f"kind of sound: {path.stem}")
    for hertz in (8000, 11025, 22050, 44100, 48000, 96000, 192000):
        path = folder / f"{hertz}.wav"
        soundfile.write(path, np.interp(np.arange(3 * hertz) * rate / hertz, np.arange(len(samples)), samples), hertz)
        yield case("align", [path, good.transcript, "--out", "OUT"], WORKS, f"kind of sound: {hertz} Hz")
    for name, extra in (
        ("rate_nan", b"\x7f\xff" + b"\xff" * 8),
        ("rate_0", bytes(10)),
        ("rate_less", b"\xc0\x0e" + bytes(8)),
    ):
        out = io.BytesIO()
        soundfile.write(out, samples, rate, format="AIFF", subtype="PCM_16")
        whole = out.getvalue()
        at = whole.index(b"COMM") + 16
        (folder / f"{name}.aiff").write_bytes(whole[:at] + extra + whole[at + 10 :])
        arguments = [folder / f"{name}.aiff", good.transcript, "--out", "OUT"]
        yield case("align", arguments, REFUSED, f"kind of sound: {name}")
    whole = good.speech.read_bytes()
    for name, size in (("behind", len(whole) + (1 << 40)), ("in a part of it", 0)):
        path = folder / f"{name}.wav"
        body = whole[12:] if not size else b"LIST" + struct.pack("<I", 2**32 - 2) + b"INFO"
        path.write_bytes(whole if size else whole[:12] + body)
        with path.open("r+b") as file:
            file.truncate(size or 9 << 30)
        yield case("align", [path, good.transcript, "--out", "OUT"], EITHER, f"kind of sound: emptiness {name}")


def _outputs(good: Good) -> Iterator[Case]:
    """Write where the input is, inside it, above it, and to names that are odd."""
    folder = good.folder / "outputs"
    folder.mkdir()
    os.link(good.motion, folder / "hard.npz")
    outs = {
        "inside the input": (good.take / "more", False),
        "above the input": (good.take.parent, False),
        "below a file": (good.motion / "x", False),
        "printed": ("/dev/stdout", False),
        "an open file": ("/proc/self/fd/1", False),
        "a system's folder": ("/proc/1/x", False),
        "255 letters": (f"OUT/{'x' * 255}", None),
        "255 bytes": (f"OUT/{chr(0x1F3AD) * 63}", None),
        "a blank behind": ("OUT ", None),
        "a point behind": ("OUT.", None),
        "a line": ("OUT/a\nb", None),
        "bytes": (f"OUT/{os.fsdecode(bytes([0xFF, 0xFE]))}", None),
        "twice": ("OUT/OUT", None),
    }
    for command, arguments in commands(good).items():
        for title, (out, legal) in outs.items():
            filled = [out if each in ("OUT", "OUT.npz") else each for each in arguments]
            expected = EITHER if command == "batch" else _EXPECTED[legal]
            # What is written beside a take's files in its own folder, or in the folder above it, is a file of its own.
            expected = EITHER if command in ("finish", "import") and "the input" in title else expected
            yield case(command, filled, expected, f"output: {title}")
    for command in ("finish", "import"):
        yield case(command, [good.motion, folder / "hard.npz"], REFUSED, "output: a hard link to the input")
        yield case(command, [good.motion, good.motion.with_name("MOTION.NPZ")], EITHER, "output: the input in capitals")


def _options(good: Good) -> Iterator[Case]:
    """Write command lines that a shell or a person got wrong."""
    for command, arguments in commands(good).items():
        for title, extra in {
            "a file of arguments": [f"@{good.transcript}"],
            "an unknown option": ["--nobody=5"],
            "one letter": ["-x"],
            "a dash": ["-"],
            "two outputs": ["--out", "/dev/null/x"] if "--out" in arguments else ["more.npz"],
            "9,000 arguments": ["x"] * 9000,
            "an empty argument": [""],
            "an option cut short": ["--ou", "/dev/null/x"] if "--out" in arguments else ["--over"],
        }.items():
            expected = EITHER if title == "an option cut short" else REFUSED
            yield case(command, [*arguments, *extra], expected, f"arguments: {title}")
        yield case(command, [], REFUSED, "arguments: none")
        yield case(command, arguments[:1], REFUSED, "arguments: the first alone")


def _misplaced(good: Good) -> Iterator[Case]:
    """Run commands without a working folder, a home, a folder for temporary files, or with ASCII alone."""
    wanted: dict[str, list] = {**commands(good), "check": [good.take, "--json"]}
    wanted["align"] = [good.speech, good.transcript, "--out", "OUT"]
    for command, arguments in wanted.items():
        for surroundings in MISPLACED:
            yield Case(command, tuple(map(str, arguments)), WORKS, f"computer: {surroundings}", surroundings)
    for surroundings in MISPLACED:
        path = good.folder / "odd" / "\u3042 \udcff.wav"
        yield Case("check", (str(path),), REFUSED, f"computer: {surroundings}, a name of other letters", surroundings)
