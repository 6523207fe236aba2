"""Files of arrays that lie: npz of odd types and forms, safetensors whose headers do not fit, pickles."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np


def make_archives(folder: Path, good: Path) -> list[Path]:
    """Write npz files with arrays of odd types, forms and names, and zip files that are odd in themselves.

    Args:
        folder: for the files.
        good: a motion that works.
    """
    folder.mkdir(parents=True)
    with np.load(good) as file:
        arrays = {name: file[name] for name in file.files}
    paths = []
    for name, change in _changes(arrays).items():
        np.savez(
            folder / f"{name}.npz", **{key: value for key, value in (arrays | change).items() if value is not None}
        )
        paths.append(folder / f"{name}.npz")
    for name, content in _zips(good.read_bytes(), arrays["poses"]).items():
        (folder / f"{name}.npz").write_bytes(content)
        paths.append(folder / f"{name}.npz")
    return paths


def _changes(arrays: dict[str, Any]) -> dict[str, dict[str, Any]]:
    poses, trans = arrays["poses"], arrays["trans"]
    frames = len(poses)
    table = np.zeros(frames, [("poses", "f4", 165)])
    changed: dict[str, dict[str, Any]] = {
        "big_endian": {"poses": poses.astype(">f4"), "trans": trans.astype(">f8")},
        "by_columns": {"poses": np.asfortranarray(poses)},
        "half": {"poses": poses.astype(np.float16)},
        "longdouble": {"poses": poses.astype(np.longdouble)},
        "whole_numbers": {"poses": np.zeros(poses.shape, np.int8)},
        "truths": {"poses": np.zeros(poses.shape, bool)},
        "bytes": {"poses": np.zeros(poses.shape, "S1")},
        "dates": {"poses": np.zeros(poses.shape, "M8[s]")},
        "table": {"poses": table},
        "object": {"poses": np.array([None])},
        "smallest": {"poses": np.full(poses.shape, 5e-324)},
        "turns_1e18": {"poses": np.full(poses.shape, 1e18)},
        "turns_1e38": {"poses": np.full(poses.shape, 1e38)},
        "one_frame": {"poses": poses[:1], "trans": trans[:1]},
        "two_frames": {"poses": poses[:2], "trans": trans[:2]},
        "three_axes": {"poses": poses.reshape(frames, 55, 3)},
        "four_axes": {"poses": poses.reshape(1, frames, 55, 3)},
        "no_axis": {"poses": np.array(1.0)},
        "wide": {"poses": np.zeros((3, 400_000), np.float32)},
        "joints_54": {"poses": poses[:, :162]},
        "joints_24": {"poses": poses[:, :72]},
        "people": {"poses": np.zeros((4, frames, 165), np.float32)},
        "no_poses": {"poses": None},
        "no_trans": {"trans": None},
        "only_poses": {name: None for name in arrays if name != "poses"},
        "two_names": {"fullpose": poses * 0 + 0.1, "pose_body": poses[:, 3:66]},
        "rate_missing": {"mocap_frame_rate": None},
        "rate_least": {"mocap_frame_rate": np.array(1.0)},
        "rate_most": {"mocap_frame_rate": np.array(1000.0)},
        "rate_below": {"mocap_frame_rate": np.array(0.9999)},
        "rate_whole": {"mocap_frame_rate": np.array(30, np.uint8)},
        "rate_complex": {"mocap_frame_rate": np.array(30 + 1j)},
        "rate_bytes": {"mocap_frame_rate": np.array(b"30")},
        "rate_empty": {"mocap_frame_rate": np.zeros(0)},
        "betas_300": {"betas": np.zeros(300)},
        "betas_each_frame": {"betas": np.zeros((frames, 16))},
        "betas_huge": {"betas": np.full(10, 1e30)},
        "betas_none": {"betas": np.zeros(0)},
        "unused_nan": {"notes": np.full(9, np.nan), "more": np.array("x" * 100_000)},
        "rest_one_point": {"rest_joints": np.full((55, 3), 0.5)},
        "rest_huge": {"rest_joints": np.full((55, 3), 1e20)},
        "rest_mirrored": {"rest_joints": np.arange(165).reshape(55, 3) * -1e-3},
        "contacts_nan": {"contacts": np.full((frames, 4), np.nan)},
        "contacts_text": {"contacts": np.full((frames, 4), "x")},
        "below_ground": {"trans": trans - 1000},
        "root_jumps": {"trans": np.where(np.arange(frames)[:, None] % 2, trans, trans + 500)},
        "name_above": {"../poses": poses},
        "name_absolute": {"/tmp/poses": poses},
    }
    return changed


def _zips(whole: bytes, poses: np.ndarray) -> dict[str, bytes]:
    npy = _npy(poses)
    made = {
        "member_twice": _zip([("poses.npy", npy), ("poses.npy", _npy(poses * 0))]),
        "member_without_ending": _zip([("poses", npy)]),
        "member_empty": _zip([("poses.npy", b"")]),
        "members_10_001": _zip([(f"a{number}.npy", b"") for number in range(10_001)]),
        "version_2": _zip([("poses.npy", b"\x93NUMPY\x02\0" + struct.pack("<I", 118) + npy[10:])]),
        "version_9": _zip([("poses.npy", b"\x93NUMPY\x09\0" + npy[8:])]),
        "header_code": _zip([("poses.npy", _header("__import__('os').system('id')"))]),
        "header_deep": _zip([("poses.npy", _header("(" * 5000))]),
        "header_huge_type": _zip([("poses.npy", _of_shape("(1,)", f"<f{2**62}"))]),
        "shape_negative": _zip([("poses.npy", _of_shape("(-1, 165)"))]),
        "shape_huge": _zip([("poses.npy", _of_shape(f"({10**30}, 165)"))]),
        "shape_zero": _zip([("poses.npy", _of_shape(f"(0, {10**18})"))]),
        "shape_truths": _zip([("poses.npy", _of_shape("(True, 165)"))]),
        "before": b"MZ" + bytes(5000) + whole,
        "after": whole + bytes(100_000),
        "twice": whole + whole,
        "comment": whole[:-2] + struct.pack("<H", 65_535) + b"x" * 65_535,
        "encrypted": whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
        "lzma": _zip([("poses.npy", npy)], zipfile.ZIP_LZMA),
        "folder_inside": _zip([("poses.npy/", b""), ("poses.npy", npy)]),
    }
    return made


def make_tensors(folder: Path, good: Path, name: str) -> list[Path]:
    """Write model folders that name no hashes of their files, each with one safetensors file that lies.

    Args:
        folder: for the model folders.
        good: a model folder that works.
        name: of the safetensors file.
    """
    whole = (good / name).read_bytes()
    length = struct.unpack("<Q", whole[:8])[0]
    header, body = json.loads(whole[8 : 8 + length]), whole[8 + length :]
    first = next(key for key in header if key != "__metadata__")
    entry = header[first]
    made: dict[str, bytes] = {
        "empty": b"",
        "length_0": struct.pack("<Q", 0) + whole[8:],
        "length_most": struct.pack("<Q", 2**64 - 1) + whole[8:],
        "length_beyond": struct.pack("<Q", len(whole) * 2) + whole[8:],
        "no_json": struct.pack("<Q", 8) + b"not json" + body,
        "deep": struct.pack("<Q", 200_000) + b"[" * 200_000 + body,
        "list": _tensors([], body),
        "no_tensors": _tensors({}, b""),
        "cut": whole[:-100],
        "longer": whole + bytes(100),
    }
    changes: dict[str, Any] = {
        "type": {"dtype": "F99"},
        "type_whole": {"dtype": "I32"},
        "type_number": {"dtype": 5},
        "shape_negative": {"shape": [-1]},
        "shape_huge": {"shape": [2**40, 2**40]},
        "shape_text": {"shape": "x"},
        "shape_other": {"shape": [*entry["shape"], 1]},
        "shape_none": {"shape": []},
        "place_beyond": {"data_offsets": [0, 2**62]},
        "place_negative": {"data_offsets": [-8, 8]},
        "place_backwards": {"data_offsets": [8, 0]},
        "place_one": {"data_offsets": [0]},
        "place_text": {"data_offsets": ["0", "8"]},
    }
    made |= {key: _tensors({**header, first: {**entry, **change}}, body) for key, change in changes.items()}
    made["missing"] = _tensors({key: value for key, value in header.items() if key != first}, body)
    made["unknown"] = _tensors({**header, "unknown": entry}, body)
    made["metadata"] = _tensors({**header, "__metadata__": 5}, body)
    numbers = np.frombuffer(body, np.uint8).copy()
    numbers[:] = 0xFF
    made["all_nan"] = _tensors(header, numbers.tobytes())
    return [_model_folder(folder / f"{name}_{key}", good, {name: content}) for key, content in made.items()]


def make_model_parts(folder: Path, good: Path) -> list[Path]:
    """Write model folders that name no hashes, in which one other file is damaged or missing."""
    made = []
    for name in sorted(path.name for path in good.iterdir() if path.is_file() and path.suffix in (".npz", ".bin")):
        whole = (good / name).read_bytes()
        contents = {"empty": b"", "half": whole[: len(whole) // 2], "text": b"x" * 999, "npy": _npy(np.zeros(3))}
        contents["byte"] = whole[:60] + bytes([whole[60] ^ 0xFF]) + whole[61:]
        contents["lies"] = whole[:8] + b"\xff" * 8 + whole[16:]
        made += [_model_folder(folder / f"{name}_{key}", good, {name: content}) for key, content in contents.items()]
        made.append(_model_folder(folder / f"{name}_missing", good, {name: None}))
    return made


def make_pickles(folder: Path) -> list[Path]:
    """Write folders of published files, each of which is a pickle that must not be opened, or no such file."""
    from core.model.config import PUBLISHED

    class Attack:
        def __reduce__(self):
            return (print, ("a pickle was run",))

    code = pickle.dumps(Attack())
    torch_like = _zip([("archive/data.pkl", code), ("archive/version", b"3")])
    deep = b"\x80\x02" + b"(" * 100_000 + b"."
    contents = {
        "code": code,
        "torch": torch_like,
        "deep": deep,
        "memo": b"\x80\x02r" + b"\xff" * 4 + b".",
        "empty": b"",
    }
    contents["many"] = b"\x80\x02]" + b"]a" * 100_000 + b"."
    contents["long"] = b"\x80\x02\x8b\xff\xff\xff\x7f" + bytes(99)
    made = []
    for key, content in contents.items():
        for name in PUBLISHED.values():
            path = folder / key / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (folder / key / "vocab.pkl").write_bytes(content)
        made.append(folder / key)
    return made


def _model_folder(folder: Path, good: Path, files: dict[str, bytes | None]) -> Path:
    """Make a model folder without hashes: links to the files of a good one, and some files of its own."""
    folder.mkdir(parents=True)
    for each in good.iterdir():
        if each.name != "model.json" and each.name not in files:
            (folder / each.name).symlink_to(each)
    for name, content in files.items():
        if content is not None:
            (folder / name).write_bytes(content)
    card = json.loads((good / "model.json").read_text())
    card.pop("files", None)
    (folder / "model.json").write_text(json.dumps(card))
    return folder


def _tensors(header: Any, body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def _header(text: str) -> bytes:
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text) + 1) + text.encode() + b"\n"


def _of_shape(shape: str, kind: str = "<f4") -> bytes:
    return _header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}")


def _npy(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()


def _zip(members: list[tuple[str, bytes]], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    import warnings

    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", kind) as archive:
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()
