"""Paths that no file can have, files that are there already, and signals: a message, and nothing is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from core.body.motion import save_motion
from core.cli.parser import main
from core.errors import GestureError
from core.files import whole_file
from core.paths import check_path, check_paths
from core.requests import Mix, Pick
from tests.conftest import ROOT
from tests.core.take.small_take import motion

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
DEMO = ROOT / "addon" / "assets" / "demo"


@pytest.fixture
def walk(tmp_path):
    """A motion file."""
    save_motion(motion(40), tmp_path / "in.npz")
    return tmp_path / "in.npz"


def refused(capsys, *arguments) -> str:
    """Run a command that is refused with a message and a remedy; return them."""
    assert main([os.fspath(each) for each in arguments]) == 2
    said = capsys.readouterr().err
    assert len(said[said.index("error: ") :].strip().splitlines()) >= 2
    return said


@pytest.mark.parametrize("command", ["import", "finish"])
def test_a_file_that_is_there_is_replaced_only_when_that_is_asked_for(walk, capsys, command):
    out = walk.parent / "out.npz"
    assert main([command, str(walk), str(out)]) == 0
    out.write_text("mine")
    assert "--overwrite" in refused(capsys, command, walk, out)
    assert out.read_text() == "mine"
    assert main([command, str(walk), str(out), "--overwrite"]) == 0
    assert out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    "path", ["", "x" * 300, "x/" * 3000, *(["\udcff" * 300] if os.name != "nt" else [])], ids=lambda path: path[:3]
)
def test_paths_that_no_file_can_have_are_refused_everywhere(walk, tmp_path, capsys, path):
    takes = tmp_path / "take"
    for arguments in (
        ("generate", path, "--out", takes),
        ("generate", walk, "--out", path),
        ("resample", path, "--part", "hands", "--frames", "0:10", "--out", takes),
        ("mix", takes, "--from", path, "upper", "--out", takes),
        ("direct", takes, "--out", path),
        ("batch", path, "--out", takes),
        ("import", walk, path),
        ("finish", path, tmp_path / "out.npz"),
        ("finish", walk, tmp_path / "out.npz", "--plot", path),
    ):
        refused(capsys, *arguments)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.npz"]


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names are UTF-8 there")
def test_names_that_are_no_text_and_names_of_the_longest_kind_work(walk, tmp_path):
    for name in (os.fsdecode(b"caf\xe9 \xff.npz"), "x" * 251 + ".npz"):
        assert main(["import", str(walk), str(tmp_path / name)]) == 0
        assert main(["finish", str(tmp_path / name), str(tmp_path / name), "--overwrite"]) == 0


@pytest.mark.parametrize(
    "path",
    [
        *("NUL", "nul.npz", "C:\\takes\\con", "aux.take\\motion.npz", "COM1.txt", "lpt9", "a\\COM².txt"),
        *("what?.npz", "a|b", "take.", "take ", "C:\\a<b", "d:stream:x", "x" * 256, "C:\\" + "folder\\" * 30),
    ],
)
def test_names_that_windows_reserves_are_refused_there(path):
    with pytest.raises(GestureError) as error:
        check_path(PureWindowsPath(path), windows=True, long_paths=False)
    assert error.value.remedy


@pytest.mark.parametrize(
    "path", ["C:\\takes\\console", "..\\nullable.npz", "\\\\server\\share\\a.npz", "com10", ".", "a b"]
)
def test_names_that_windows_knows_pass_there(path):
    check_path(PureWindowsPath(path), windows=True, long_paths=False)
    check_path(PureWindowsPath("C:\\" + "folder\\" * 30), windows=True, long_paths=True)


def test_every_path_of_a_request_is_looked_at():
    with pytest.raises(GestureError, match="too long"):
        check_paths(Mix(Path("a"), Path("b"), (Pick(Path("c"), ("all",)), Pick(Path("x" * 300), ("upper",)))))


def test_the_name_of_a_file_in_the_making_is_no_longer_than_its_own(tmp_path):
    with whole_file(tmp_path / ("x" * 255)) as temporary:
        temporary.write_text("")
    assert len((tmp_path / ("x" * 255)).name) == 255


@pytest.mark.skipif(os.name == "nt", reason="signals of other systems")
@pytest.mark.parametrize(
    ("number", "step", "codes"),
    [(signal.SIGTERM, b"Align", (143,)), (signal.SIGINT, b"core.errors", (130, -signal.SIGINT))],
)
def test_a_signal_ends_a_command_without_a_traceback_and_leaves_nothing(tmp_path, number, step, codes):
    arguments = ["generate", DEMO / "speech.flac", "--transcript", DEMO / "transcript.txt", "--out", tmp_path / "take"]
    command = [sys.executable, "-m", "core", *map(str, arguments)]
    names_modules = os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}  # as they load: the second signal comes meanwhile
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env=names_modules)
    said = b""
    while step not in said:
        said += process.stderr.read1(100)
    process.send_signal(number)
    said += process.communicate(timeout=60)[1]
    assert b"Traceback" not in said
    assert process.returncode in codes
    assert list(tmp_path.iterdir()) == []


def test_train_and_evaluate_write_into_no_folder_of_the_users_own(walk, tmp_path, capsys):
    pytest.importorskip("torch", reason="training needs PyTorch")
    own = tmp_path / "own"
    own.mkdir()
    (own / "notes.txt").write_text("mine")
    assert "notes.txt" in refused(capsys, "train", "all", "--data", tmp_path, "--out", own)
    assert "notes.txt" in refused(capsys, "evaluate", "--pred", tmp_path, "--real", tmp_path, "--fgd-out", own)
    assert [each.name for each in own.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "1_0", "\u0663", " 5", "5\n", "0x1", "", "1,5"])
def test_numbers_that_are_none_are_refused(walk, capsys, text):
    assert "no number" in refused(capsys, "finish", walk, "out.npz", f"--floor={text}")
    assert "no whole number" in refused(capsys, "batch", walk, "--out", "x", f"--seed={text}")


@needs_fork
def test_what_a_killed_process_left_goes_with_the_next_file(tmp_path):
    for number in range(3):
        child = os.fork()
        if child == 0:
            with whole_file(tmp_path / "a.txt") as temporary:
                temporary.write_text("half")
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        assert len(list(tmp_path.iterdir())) == 1, number
    with whole_file(tmp_path / "a.txt") as temporary, whole_file(tmp_path / "a.txt") as other:
        temporary.write_text("first")
        other.write_text("second")
    assert (tmp_path / "a.txt").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
