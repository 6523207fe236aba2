"""Files that could not be written: the remedy fits the cause, and names no choice that a panel lacks."""

import errno
import os

import pytest

from core.errors import GestureError
from core.files import FREE_SPACE, MAY_WRITE, save_arrays, saved_file
from devtools.docs.messages import messages

from ..conftest import ROOT

# Rooms whose errors only the shell shows; everywhere else a job of Blender may fail.
OF_THE_SHELL = ("core/cli/", "core/batch/")


@pytest.mark.parametrize(
    ("number", "remedy"), [(errno.ENOSPC, FREE_SPACE), (errno.EDQUOT, FREE_SPACE), (errno.EACCES, MAY_WRITE)]
)
def test_the_remedy_fits_the_cause_and_the_old_file_stays(tmp_path, number, remedy):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(GestureError) as error, saved_file(path):
        raise OSError(number, os.strerror(number))
    assert (error.value.remedy, path.read_text()) == (remedy, "old")
    assert os.strerror(number) in error.value.message


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_a_disk_that_is_full_is_named(tmp_path):
    full = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    with full, pytest.raises(GestureError) as error, saved_file(tmp_path / "a.txt"):
        full.write(b"x")
    assert error.value.remedy == FREE_SPACE


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(GestureError) as error:
        save_arrays(tmp_path / "none" / "a.npz", {})
    assert error.value.remedy == MAY_WRITE


def test_no_remedy_of_a_job_in_blender_offers_another_folder_which_only_the_shell_can_choose():
    found = []
    for path in sorted((ROOT / "core").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(OF_THE_SHELL):
            found += [(name, text) for _, text in messages(path) if "another folder" in text]
    assert found == []
