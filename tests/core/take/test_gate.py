"""The gate of take folders: every damaged entry is refused before any work, and what is legal loads."""

import json
import os
import shutil
import zipfile
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.body.motion import save_motion
from core.body.parts import Part
from core.errors import GestureError
from core.inputs import check_plain, parse_json
from core.take.files import TakeFiles, read_files, write_files
from core.take.gate import check_description, check_layers, check_words
from core.take.take import read_take

from .small_take import CODES, DESCRIPTION, FRAMES, WORDS, motion, places, replaced

WRONG = (None, True, "1", [], {}, 0.5, -1, 1e9, 10**30, float("nan"), float("inf"), [[1]], {"a": 1})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A take folder with one layer."""
    folder = tmp_path_factory.mktemp("takes") / "take"
    write_files(TakeFiles(deepcopy(DESCRIPTION), WORDS, CODES, motion(), motion()), folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    """A copy of it, to damage."""
    return shutil.copytree(whole, tmp_path / "take")


def refused(folder) -> bool:
    """Whether a take is refused with a remedy."""
    try:
        read_take(folder)
    except GestureError as error:
        return bool(error.remedy)
    return False


def test_a_legal_take_loads(folder):
    take = read_take(folder)
    assert take.layers[0].area_name == "left_arm"
    assert len(take.words) == 1


@pytest.mark.parametrize("key", ["format", "audio", "weights", "speaker", "speaker_name", "seed", "frames", "layers"])
def test_an_entry_that_is_missing_is_refused(folder, key):
    values = {name: value for name, value in DESCRIPTION.items() if name != key}
    (folder / "take.json").write_text(json.dumps(values))
    assert refused(folder)


@given(st.sampled_from(list(places(DESCRIPTION))), st.sampled_from(WRONG))
def test_any_wrong_entry_of_a_description_is_refused_as_such_or_is_legal(path, new):
    values = replaced(DESCRIPTION, path, new)
    try:
        check_plain(values)
        frames = check_description(values)
        check_layers(values["layers"], CODES, frames)
    except ValueError:
        return
    # What is accepted can be used: the entries have the types of legal ones.
    assert isinstance(values["seed"], int)
    assert isinstance(values["audio"]["path"], str)
    assert all(0 <= layer["frames"][0] < layer["frames"][1] <= frames for layer in values["layers"])


@given(st.sampled_from([path for path in places(WORDS) if path]), st.sampled_from(WRONG))
def test_any_wrong_entry_of_the_words_is_refused_as_such_or_is_legal(path, new):
    words = replaced(WORDS, path, new)
    try:
        check_plain(words)
        check_words(words)
    except ValueError:
        return
    assert all(0 <= word["start_s"] <= word["end_s"] < np.inf for word in words)


@pytest.mark.parametrize("fps", [0, -30, 1e9, 1001, "30", [30], True])
def test_a_take_of_an_impossible_frame_rate_is_refused(folder, fps):
    (folder / "take.json").write_text(json.dumps({**DESCRIPTION, "fps": fps}))
    assert refused(folder)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 900 + "1" + "}" * 900, "NaN", "[1e999]", "-Infinity", "", "\0"]
)
def test_deep_or_infinite_json_is_refused(folder, text):
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)
    for name in ("take.json", "words.json"):
        kept = (folder / name).read_bytes()
        (folder / name).write_text(text)
        assert refused(folder)
        (folder / name).write_bytes(kept)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(FRAMES),
        np.full(FRAMES, -1),
        np.full(FRAMES, 2**40),
        np.zeros((FRAMES, 1), int),
        np.zeros(FRAMES - 1, int),
        np.array(["0"] * FRAMES),
    ],
)
def test_codes_that_are_no_codes_are_refused(folder, values):
    np.savez(folder / "codes.npz", **{**CODES, "upper": values})
    assert refused(folder)


@pytest.mark.parametrize("name", ["motion.npz", "motion_raw.npz", "codes.npz"])
@pytest.mark.parametrize("content", [b"", b"text", b"\x93NUMPY\x01\x00", b"PK\x05\x06" + bytes(18)])
def test_a_file_of_another_kind_is_refused(folder, name, content):
    (folder / name).write_bytes(content)
    assert refused(folder)


def test_a_take_that_unpacks_to_gigabytes_is_refused_from_its_headers(folder):
    header = b"\x93NUMPY\x01\x00\x76\x00" + (
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (4000000, 165), }".ljust(117) + b"\n"
    )
    with zipfile.ZipFile(folder / "motion_raw.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("poses.npy", header + bytes(1000))
    assert refused(folder)
    # The header and the size agree here, without the bytes: only the size that the zip states is looked at.
    path = folder / "motion_raw.npz"
    path.write_bytes(
        path.read_bytes().replace((1128).to_bytes(4, "little"), (128 + 2_640_000_000).to_bytes(4, "little"))
    )
    assert refused(folder)


def test_files_of_several_takes_are_refused(folder, tmp_path):
    shorter = TakeFiles(
        {**DESCRIPTION, "frames": 8, "layers": [{"joints": "all", "frames": [0, 8]}]},
        WORDS,
        {part.value: np.zeros(8, np.int16) for part in Part},
        motion(8),
        motion(8),
    )
    write_files(shorter, tmp_path / "other")
    shutil.copy(tmp_path / "other" / "motion.npz", folder / "motion.npz")
    with pytest.raises(GestureError, match="belong together"):
        read_files(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["take.json", "words.json", "codes.npz", "motion.npz"])
def test_a_pipe_in_a_take_is_refused_at_once(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert refused(folder)


def test_a_folder_of_other_files_is_never_written_to(folder, tmp_path):
    take, own = read_files(folder), tmp_path / "own"
    own.mkdir()
    (own / ".DS_Store").write_text("")
    write_files(take, own)
    write_files(take, own)
    (own / "take.json").unlink()
    write_files(take, own)
    other = tmp_path / "other"
    other.mkdir()
    (other / "motion.npz").write_text("mine")
    (other / "notes.txt").write_text("mine")
    with pytest.raises(GestureError, match="other files"):
        write_files(take, other)
    assert sorted(path.name for path in other.iterdir()) == ["motion.npz", "notes.txt"]
    assert (other / "motion.npz").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_and_devices_are_not_replaced(tmp_path):
    target, link = tmp_path / "target.npz", tmp_path / "link.npz"
    target.write_text("mine")
    link.symlink_to(target)
    for path in (link, tmp_path, Path(os.devnull)):
        with pytest.raises(GestureError, match="not replaced"):
            save_motion(motion(), path)
    assert link.is_symlink()
    assert target.read_text() == "mine"
