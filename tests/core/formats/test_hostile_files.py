"""Motion files that are damaged, lie or are no motions: an error with a remedy, never another motion or a traceback."""

import os
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.body.motion import Motion, load_motion, save_motion
from core.errors import GestureError
from core.finish.skeletons import skeleton_of_file
from core.formats.foreign import read_foreign
from core.inputs import Npz

FRAMES = 5
READERS = (load_motion, read_foreign, skeleton_of_file)
ARRAYS = {
    "poses": np.zeros((FRAMES, 165), np.float32),
    "trans": np.zeros((FRAMES, 3), np.float32),
    "arkit": np.zeros((FRAMES, 52), np.float32),
    "betas": np.zeros(10),
    "mocap_frame_rate": np.float64(30),
}


def refused(reader, path) -> bool:
    """Whether a file is refused, with a remedy."""
    try:
        reader(path)
    except GestureError as error:
        return bool(error.remedy)
    return False


def header(shape: str, kind: str = "<f4") -> bytes:
    """The header of an array."""
    text = f"{{'descr': {kind!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.ljust(117) + b"\n"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("content", [b"", b"poses", b"PK\x05\x06" + bytes(18), b"\x93NUMPY\x01\x00", bytes(10_000)])
def test_what_is_no_npz_is_refused(tmp_path, reader, content):
    path = tmp_path / "motion.npz"
    path.write_bytes(content)
    assert refused(reader, path)


@pytest.mark.parametrize("reader", READERS)
def test_folders_pipes_and_single_arrays_are_refused(tmp_path, reader):
    np.save(tmp_path / "array.npy", ARRAYS["poses"])
    assert refused(reader, tmp_path / "array.npy")
    assert refused(reader, tmp_path)
    assert refused(reader, tmp_path / "nowhere.npz")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert refused(reader, tmp_path / "pipe")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("shape", ["(-5, -165)", "(10**9,)", "(1000000000, 165)", "(5, 165", "(5.0, 165)", "()", "'x'"])
def test_headers_that_lie_are_refused(tmp_path, reader, shape):
    path = tmp_path / "motion.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("poses", "trans", "rest_joints"):
            archive.writestr(f"{name}.npy", header(shape) + bytes(100))
    assert refused(reader, path)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("reader", [load_motion, read_foreign])
@pytest.mark.parametrize(
    "arrays",
    [
        {"poses": np.zeros((0, 165))},
        {"poses": np.full((FRAMES, 165), "a")},
        {"poses": np.zeros((FRAMES, 165), complex)},
        {"poses": np.full((FRAMES, 165), np.nan)},
        {"trans": np.full((FRAMES, 3), np.inf)},
        {"trans": np.full((FRAMES, 3), 1e200)},
        {"trans": np.zeros((FRAMES - 1, 3))},
        {"arkit": np.full((FRAMES, 52), -1e39)},
        {"betas": np.full(10, np.nan)},
        {"betas": np.zeros(100_000)},
        {"rest_joints": np.full((55, 3), np.inf)},
        {"rest_joints": np.zeros((54, 3))},
        {"mocap_frame_rate": np.float64(1e9)},
        {"mocap_frame_rate": np.array("fast")},
    ],
    ids=lambda arrays: next(iter(arrays)),
)
def test_values_that_no_motion_has_are_refused(tmp_path, reader, arrays):
    path = tmp_path / "motion.npz"
    np.savez(path, **{**ARRAYS, **arrays})
    assert refused(reader, path)


@pytest.mark.parametrize("reader", [load_motion, read_foreign])
def test_arrays_that_are_not_needed_are_not_read(tmp_path, reader, monkeypatch):
    path = tmp_path / "motion.npz"
    np.savez_compressed(path, **ARRAYS, vertices=np.zeros((1000, 100)))
    read, original = [], Npz.read
    monkeypatch.setattr(Npz, "read", lambda file, name: read.append(name) or original(file, name))
    reader(path)
    assert "poses" in read
    assert "vertices" not in read


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a motion file, and a place for damaged ones."""
    path = tmp_path_factory.mktemp("flipped") / "motion.npz"
    save_motion(Motion(np.ones((FRAMES, 55, 3)), np.zeros((FRAMES, 3)), np.zeros((FRAMES, 52))), path)
    return path.read_bytes(), path


@pytest.mark.parametrize("reader", [load_motion, lambda path: read_foreign(path).motion], ids=["ours", "foreign"])
def test_a_flipped_byte_gives_the_same_motion_or_an_error(whole, reader):
    content, path = whole
    path.write_bytes(content)
    motion = reader(path)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, len(content) - 1), st.integers(1, 255))
    def flipped(place, value):
        damaged = bytearray(content)
        damaged[place] ^= value
        path.write_bytes(damaged)
        try:
            found = reader(path)
        except GestureError:
            return
        np.testing.assert_array_equal(found.rotations, motion.rotations)

    flipped()


def test_a_header_that_tokenize_cannot_read_is_refused(tmp_path):
    path = tmp_path / "motion.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("poses.npy", header("(5L, 165L").replace(b"}", b" "))
    assert all(refused(reader, path) for reader in READERS)
