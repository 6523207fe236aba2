"""Hostile files of every kind, made from a seed, so that every run has the same ones."""

import io
import json
import os
import pickle
import random
import shutil
import socket
import struct
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

# Values that are wrong in most places of a JSON file.
WRONG: tuple[Any, ...] = (
    *(None, True, "", "x", "../x", [], {}, 0, -1, 0.5, 1e9, 10**30, -(10**30), [[1]], {"a": 1}, "\ud800", "9" * 400),
    *(float("nan"), float("inf"), [0] * 3, "\0"),
)

# Stands for an entry that is removed.
_REMOVED = object()


def of_any_kind(folder: Path, suffix: str) -> list[Path]:
    """Make files that are wrong wherever a file is asked for."""
    folder.mkdir(parents=True)
    chance = random.Random(3)
    contents = {
        "empty": b"",
        "text": b"this is a text\n",
        "noise": chance.randbytes(5000),
        "zeros": bytes(1 << 20),
        "deep": b"[" * 100_000,
        "deep_objects": b'{"a":' * 50_000,
        "nan": b"NaN",
        "infinite": b"[1e999]",
        "json": b'{"a": 1}',
        "list": b"[1, 2, 3]",
        "pickle": pickle.dumps({"poses": [1]}),
        "npy": _npy(np.zeros((3, 165))),
        "zip": b"PK\x05\x06" + bytes(18),
        "half_zip": b"PK\x03\x04" + bytes(40),
        "letters": ("\u2039" * 100_000).encode(),
    }
    paths = [folder / f"missing{suffix}", folder / ("n" * 300), folder / "n" / "m" / f"missing{suffix}"]
    for name, content in contents.items():
        (folder / f"{name}{suffix}").write_bytes(content)
        paths.append(folder / f"{name}{suffix}")
    with (folder / f"sparse{suffix}").open("wb") as file:
        file.truncate(20 << 30)
    (folder / f"folder{suffix}").mkdir()
    os.mkfifo(folder / f"pipe{suffix}")
    here = Path.cwd()
    os.chdir(folder)
    socket.socket(socket.AF_UNIX).bind(f"socket{suffix}")
    os.chdir(here)
    for name, target in (("device", "/dev/zero"), ("loop", f"loop{suffix}"), ("dangling", "nowhere")):
        (folder / f"{name}{suffix}").symlink_to(target)
    names = ("sparse", "folder", "pipe", "socket", "device", "loop", "dangling")
    return [*paths, *(folder / f"{name}{suffix}" for name in names), folder / os.fsdecode(b"caf\xe9\xff")]


def changed(value: Any, count: int, seed: int) -> Iterator[tuple[str, Any]]:
    """Give copies of plain values with one entry changed, removed or added, and the name of the place."""
    chance = random.Random(seed)
    places = [path for path in _places(value) if path]
    for _ in range(count):
        path = chance.choice(places)
        copied = deepcopy(value)
        inner = copied
        for key in path[:-1]:
            inner = inner[key]
        kind = chance.random()
        if kind < 0.15:
            del inner[path[-1]]
        elif kind < 0.2 and isinstance(inner, dict):
            inner["unknown"] = 1
        else:
            inner[path[-1]] = deepcopy(chance.choice(WRONG))
        yield ".".join(map(str, path)), copied


def _places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*path, key))


def each_changed(value: Any) -> Iterator[tuple[str, Any]]:
    """Give copies of plain values with each entry removed, and with each replaced by each wrong value."""
    for path in _places(value):
        if not path:
            continue
        for wrong in (_REMOVED, *WRONG):
            copied = deepcopy(value)
            inner = copied
            for key in path[:-1]:
                inner = inner[key]
            if wrong is _REMOVED:
                del inner[path[-1]]
            else:
                inner[path[-1]] = deepcopy(wrong)
            yield ".".join(map(str, path)), copied


def linked(folder: Path, copy: Path) -> Path:
    """Make a folder whose files are links to those of another one, but for JSON, which is not there."""
    copy.mkdir(parents=True)
    for each in folder.iterdir():
        if each.name not in ("take.json", "model.json"):
            (copy / each.name).symlink_to(each)
    return copy


def write_json(path: Path, value: Any) -> Path:
    """Write plain values as Python does, NaN and halves of characters too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8", errors="surrogatepass")
    return path


def sounds(folder: Path) -> list[Path]:
    """Make sound files whose headers lie or whose sound is none."""
    folder.mkdir(parents=True)
    samples = np.full(48_000, 9000, "<i2").tobytes()
    made = {}
    for rate in (0, 1, 7, 192_001, 2**31 - 1, 2**32 - 1):
        made[f"rate_{rate}"] = _wav(rate, 1, 2**32 - 1) + samples
    for channels in (0, 255, 65_535):
        made[f"channels_{channels}"] = _wav(16_000, channels, len(samples)) + samples
    for bits in (0, 1, 7, 64, 65_535):
        made[f"bits_{bits}"] = _wav(16_000, 1, len(samples), bits) + samples
    made |= {
        "only_header": _wav(16_000, 1, 2**32 - 1),
        "half_header": _wav(16_000, 1, 100)[:20],
        "empty_data": _wav(16_000, 1, 0),
        "short": _wav(16_000, 1, 8000) + samples[:8000],
        "silent": _wav(16_000, 1, 96_000) + bytes(96_000),
        "two_hours": _wav(16_000, 1, 230_400_000),
        "nan": _wav(16_000, 1, 192_000, 32, 3) + np.full(48_000, np.nan, "<f4").tobytes(),
        "infinite": _wav(16_000, 1, 192_000, 32, 3) + np.full(48_000, np.inf, "<f4").tobytes(),
        "huge_values": _wav(16_000, 1, 192_000, 32, 3) + np.full(48_000, 3e38, "<f4").tobytes(),
        "unknown_form": _wav(16_000, 1, 96_000, 16, 0x7777) + samples,
    }
    for name, content in made.items():
        (folder / f"{name}.wav").write_bytes(content)
    with (folder / "two_hours.wav").open("r+b") as file:
        file.truncate(230_400_044)
    return [folder / f"{name}.wav" for name in made]


def _wav(rate: int, channels: int, size: int, bits: int = 16, form: int = 1) -> bytes:
    block = channels * bits // 8 % 65_536
    fields = struct.pack("<HHIIHH", form, channels, rate, rate * block % 2**32, block, bits)
    return (
        b"RIFF"
        + struct.pack("<I", min(size + 36, 2**32 - 1))
        + b"WAVEfmt \x10\0\0\0"
        + fields
        + b"data"
        + struct.pack("<I", size)
    )


def motions(folder: Path, good: Path) -> list[tuple[Path, bool]]:
    """Make motion files with one wrong array each; True where they must be refused."""
    folder.mkdir(parents=True)
    with np.load(good) as file:
        arrays = {name: file[name] for name in file.files}
    frames = len(arrays["poses"])
    nan, huge = arrays["poses"].copy(), arrays["trans"].copy()
    nan[3, 7], huge[2, 1] = np.nan, 1e30
    changes: dict[str, dict] = {
        "nan": {"poses": nan},
        "infinite": {"trans": arrays["trans"] + np.inf},
        "far": {"trans": huge},
        "no_frames": {"poses": arrays["poses"][:0], "trans": arrays["trans"][:0]},
        "flat": {"poses": np.zeros(165)},
        "complex": {"poses": arrays["poses"] + 1j},
        "text": {"poses": np.array(["a"] * 165)},
        "lengths": {"trans": arrays["trans"][:-1]},
        "other_face": {"arkit": np.zeros((frames, 100))},
        "unknown_face": {"face_basis": np.array("mine")},
        "faces": {"face_basis": np.array(["arkit52", "flame100"])},
        "rest_zero": {"rest_joints": np.zeros((55, 3))},
        "rest_few": {"rest_joints": np.zeros((3, 3))},
        "rest_nan": {"rest_joints": np.full((55, 3), np.nan)},
        "betas_many": {"betas": np.zeros(100_000)},
        "betas_nan": {"betas": np.full(10, np.nan)},
        "contacts_wide": {"contacts": np.zeros((frames, 5))},
    }
    for name, rate in (
        ("0", 0),
        ("negative", -30),
        ("nan", np.nan),
        ("infinite", np.inf),
        ("huge", 1e9),
        ("text", "30"),
    ):
        changes[f"fps_{name}"] = {"mocap_frame_rate": np.array(rate)}
    changes["fps_list"] = {"mocap_frame_rate": np.zeros(3)}
    paths = []
    for name, change in changes.items():
        np.savez(folder / f"{name}.npz", **{**arrays, **change})
        paths.append((folder / f"{name}.npz", True))
    return [*paths, *_damaged(folder, good.read_bytes())]


def _damaged(folder: Path, data: bytes) -> list[tuple[Path, bool]]:
    """Make npz files whose headers lie, and copies of a good one with a changed bit or without their end."""
    paths = []
    for name, shape, size in (("bomb", "(4000000, 165)", 2_640_000_000), ("lying", "(40, 165)", 900)):
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
        with (
            zipfile.ZipFile(folder / f"{name}.npz", "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("poses.npy", "w", force_zip64=True) as member,
        ):
            member.write(b"\x93NUMPY\x01\x00\x76\x00" + header)
            for _ in range(size >> 20 if name == "bomb" else 1):
                member.write(bytes(1 << 20))
        paths.append((folder / f"{name}.npz", True))
    chance = random.Random(5)
    for number in range(40):
        place = chance.randrange(len(data))
        path = folder / f"flip_{number}.npz"
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :])
        paths.append((path, False))
    for share in (0.1, 0.5, 0.99):
        (folder / f"cut_{share}.npz").write_bytes(data[: int(len(data) * share)])
        paths.append((folder / f"cut_{share}.npz", True))
    return paths


def takes(folder: Path, good: Path, count: int) -> list[tuple[Path, str]]:
    """Make takes with one changed entry of take.json or words.json; the checksum is made anew or left out."""
    from core.take.files import CHECKSUM, checksum_of

    made = []
    description = json.loads((good / "take.json").read_text())
    description.pop(CHECKSUM)
    words = json.loads((good / "words.json").read_text())
    variants = [(place, value, words) for place, value in changed(description, count * 3 // 4, 7)]
    variants += [(f"words.{place}", description, value) for place, value in changed(words, count // 4, 8)]
    for number, (place, own, said) in enumerate(variants):
        path = shutil.copytree(good, folder / f"take_{number}")
        write_json(path / "words.json", said)
        if number % 2:
            own = own | {CHECKSUM: checksum_of(own, path)}
        write_json(path / "take.json", own)
        made.append((path, place))
    return made


def weights(folder: Path, good: Path, count: int) -> list[tuple[Path, str]]:
    """Make model folders with one entry of model.json changed; their files are links to the good ones."""
    card = json.loads((good / "model.json").read_text())
    made = []
    for number, (place, value) in enumerate(changed({**card, "provenance": {}, "moods": {}}, count, 9)):
        path = folder / f"weights_{number}"
        path.mkdir(parents=True)
        for each in good.iterdir():
            if each.name != "model.json":
                (path / each.name).symlink_to(each)
        write_json(path / "model.json", value)
        made.append((path, place))
    return made


def _npy(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()
