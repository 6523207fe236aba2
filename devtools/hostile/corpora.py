"""Data folders for training and evaluation that lie: manifests, clips and motions that cannot be used."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np

from devtools.hostile.good import WORDS

COLUMNS = ("audio", "transcript", "motion", "speaker", "split")


def make_corpora(folder: Path, speech: Path, motion: Path) -> dict[str, Path]:
    """Write data folders, each with one row that works by itself and one that does not, or with none that works.

    Args:
        folder: for the data folders.
        speech: a recording that works.
        motion: its motion.
    """
    with np.load(motion) as file:
        arrays = {name: file[name] for name in file.files}
    poses, trans = arrays["poses"], arrays["trans"]
    nan = poses.copy()
    nan[5, 5] = np.nan
    motions: dict[str, dict] = {
        "nan": {"poses": nan},
        "infinite": {"trans": trans + np.inf},
        "no_frames": {"poses": poses[:0], "trans": trans[:0]},
        "one_frame": {"poses": poses[:1], "trans": trans[:1]},
        "still": {"poses": poses * 0, "trans": trans * 0},
        "far": {"trans": trans + 1e6},
        "fps_0": {"mocap_frame_rate": np.array(0.0)},
        "fps_1000": {"mocap_frame_rate": np.array(1000.0)},
        "fps_25": {"mocap_frame_rate": np.array(25.0)},
        "joints_24": {"poses": poses[:, :72]},
        "other_face": {"face_basis": np.array("flame100"), "arkit": None, "expressions": np.zeros((len(poses), 100))},
        "rest_nan": {"rest_joints": np.full((55, 3), np.nan)},
        "rest_far": {"rest_joints": np.random.default_rng(0).normal(0, 50, (55, 3))},
        "half_sound": {"poses": poses[: len(poses) // 2], "trans": trans[: len(poses) // 2]},
    }

    def change_motion(changes: dict) -> Callable[[Path], None]:
        def change(place: Path) -> None:
            kept = {name: value for name, value in (arrays | changes).items() if value is not None}
            if "poses" in changes or "trans" in changes:
                kept = {name: value for name, value in kept.items() if name not in ("contacts", "arkit")}
            (place / "b.npz").unlink()
            np.savez(place / "b.npz", **kept)

        return change

    made = {f"motion_{name}": change_motion(changes) for name, changes in motions.items()}
    contents = {"empty": b"", "text": b"so it is", "half": motion.read_bytes()[:3000]}
    made |= {f"motion_{name}": _written("b.npz", content) for name, content in contents.items()}
    made |= {f"sound_{name}": _written("b.wav", content) for name, content in contents.items()}
    made |= {"sound_nothing": _written("b.wav", speech.read_bytes()[:44]), "text_empty": _written("b.txt", b"")}
    made |= {"text_zeros": _written("b.txt", bytes(500)), "text_other": _written("b.txt", b"word " * 30_000)}
    return {
        name: path
        for kind in ("beside", "alone")
        for name, path in _folders(folder / kind, speech, motion, made, kind == "beside").items()
    } | _manifests(folder / "manifests", speech, motion)


def _folders(folder: Path, speech: Path, motion: Path, made: dict, beside: bool) -> dict[str, Path]:
    found = {}
    for name, change in made.items():
        place = folder / name
        _files(place, speech, motion)
        change(place)
        rows = [["b.wav", "b.txt", "b.npz", "x", "train"]]
        if beside:
            rows += [["a.wav", "a.txt", "a.npz", "x", "train"], ["a.wav", "a.txt", "a2.npz", "x", "val"]]
        _manifest(place, rows)
        found[f"{name}{' beside good ones' if beside else ' alone'}"] = place
    return found


def _manifests(folder: Path, speech: Path, motion: Path) -> dict[str, Path]:
    good = ["a.wav", "a.txt", "a.npz", "x", "train"]
    rows: dict[str, list] = {
        "nothing": [],
        "missing files": [["z.wav", "z.txt", "z.npz", "x", "train"]],
        "above the folder": [["../../../../../../etc/passwd", "a.txt", "a.npz", "x", "train"]],
        "a device": [["/dev/zero", "a.txt", "a.npz", "x", "train"]],
        "the same row": [good] * 3,
        "a split of its own": [[*good[:4], "hidden"]],
        "all held out": [[*good[:4], "val"]],
        "no speaker": [[*good[:3], "", "train"]],
        "many speakers": [["a.wav", "a.txt", "a.npz", f"s{number}", "train"] for number in range(11_000)],
        "a speaker of 1 MB": [[*good[:3], "x" * 100_000, "train"]],
        "a speaker that is a path": [[*good[:3], "../x", "train"], [*good[:3], "=1+1", "val"]],
        "files exchanged": [["a.npz", "a.npz", "a.wav", "x", "train"]],
    }
    found = {}
    for name, own in rows.items():
        place = folder / name.replace(" ", "_")
        _files(place, speech, motion)
        _manifest(place, own)
        found[f"manifest: {name}"] = place
    head = b"audio,transcript,motion,speaker\n"
    texts: dict[str, bytes] = {
        "no header": b"a.wav,a.txt,a.npz,x\n",
        "zeros": head + b"\0\0\0\n",
        "not closed": head + b'a.wav,"a.txt,a.npz,x\n',
        "not utf-8": head + b"\xff\xfe\n",
        "a cell of 1 MB": head + b"x" * 1_000_000 + b",a,b,c\n",
        "cells beyond": head + b"a.wav,a.txt,a.npz,x,train,1,2,3\n",
        "itself": head + b"manifest.csv,manifest.csv,manifest.csv,x\n",
    }
    for name, content in texts.items():
        place = folder / name.replace(" ", "_")
        _files(place, speech, motion)
        (place / "manifest.csv").write_bytes(content)
        found[f"manifest: {name}"] = place
    return found


def _files(place: Path, speech: Path, motion: Path) -> None:
    place.mkdir(parents=True)
    for name in "ab":
        (place / f"{name}.wav").symlink_to(speech)
        (place / f"{name}.txt").write_text(WORDS)
    for name in ("a", "b", "a2"):
        (place / f"{name}.npz").symlink_to(motion)


def _written(name: str, content: bytes) -> Callable[[Path], None]:
    def write(place: Path) -> None:
        (place / name).unlink()
        (place / name).write_bytes(content)

    return write


def _manifest(place: Path, rows: list) -> None:
    with (place / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
