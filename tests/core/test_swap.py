"""A take is swapped whole: killed at any step, fought over by processes, or held open, one whole take is there."""

import json
import multiprocessing
import os
import shutil
import sys
import time
from dataclasses import replace

import pytest

from core import swap
from core.errors import GestureError
from core.locks import open_lock
from core.take.files import CHECKSUM, OWN_FILES, checksum_of, read_files, write_files
from tests.core.take.small_take import motion, seed_of, take_of

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture
def folder(tmp_path):
    """A take of seed 1, with a file of the user's own beside it."""
    write_files(take_of(1), tmp_path / "take")
    (tmp_path / "take" / "notes.txt").write_text("mine")
    return tmp_path / "take"


def places_of_work(folder) -> list[str]:
    return [path.name for path in folder.parent.iterdir() if path.name.startswith(".take-")]


def killed_at(step: int, work) -> bool:
    """Do work in a process that ends at once before its step of this number; return whether it came so far."""
    child = os.fork()
    if child == 0:
        steps = 0

        def hook(event, _arguments):
            nonlocal steps
            if event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "open", "shutil.rmtree"):
                steps += 1
                if steps == step:
                    os._exit(9)

        sys.addaudithook(hook)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@needs_fork
def test_killed_at_any_step_the_old_take_or_the_new_one_is_there_whole(folder):
    whole = folder.parent / "whole"
    shutil.copytree(folder, whole)
    seen, step = set(), 1
    while killed_at(step, lambda: write_files(take_of(2), folder)):
        seen.add(seed_of(folder))
        write_files(take_of(3), folder.parent / "next")
        assert (folder / "notes.txt").read_text() == "mine"
        assert places_of_work(folder) == []
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
        step += 1
    assert seen == {1, 2}
    assert step > 20


@needs_fork
def test_processes_that_write_one_folder_leave_one_whole_take(folder):
    work = multiprocessing.get_context("fork")
    writers = [
        work.Process(target=lambda seed=seed: [write_files(take_of(seed), folder) for _ in range(5)])
        for seed in (2, 3, 4)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert seed_of(folder) in (1, 2, 3, 4)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert seed_of(folder) in (2, 3, 4)
    assert places_of_work(folder) == []
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_folder_that_is_open_elsewhere_is_waited_for_and_then_left_as_it_was(folder, monkeypatch):
    refusals = 3

    def refusing(source, target):
        nonlocal refusals
        refusals -= 1
        if refusals >= 0 and source == folder:
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        os.rename(source, target)

    monkeypatch.setattr(swap, "held_open", lambda error: True)
    monkeypatch.setattr(swap, "rename", refusing)
    monkeypatch.setattr(swap, "_PAUSE_S", 0.01)
    write_files(take_of(2), folder)
    assert seed_of(folder) == 2
    refusals = 10**9
    monkeypatch.setattr(swap, "_PATIENCE_S", 0.05)
    with pytest.raises(GestureError, match="Another program"):
        write_files(take_of(3), folder)
    assert seed_of(folder) == 2
    assert places_of_work(folder) == []


def test_an_interrupt_while_a_take_is_written_changes_nothing(folder, monkeypatch):
    def interrupted(source, target):
        os.rename(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(swap, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(take_of(2), folder)
    monkeypatch.undo()
    assert seed_of(folder) == 1
    assert not places_of_work(folder) or swap.settle(folder.parent, OWN_FILES) == []


def test_what_other_programs_or_earlier_versions_left_is_told_apart(folder):
    old = time.time() - 3600
    earlier, foreign, young = (folder.parent / f".take-{name}" for name in ("earlier", "foreign", "young"))
    for place, name in ((earlier, "codes.npz"), (foreign, "photo.jpg"), (young, "codes.npz")):
        place.mkdir()
        (place / name).write_text("")
    for place in (earlier, foreign):
        os.utime(place, (old, old))
    write_files(take_of(2), folder)
    assert sorted(places_of_work(folder)) == [".take-foreign", ".take-young"]


@pytest.mark.parametrize("name", ["words.json", "codes.npz", "motion_raw.npz", "motion.npz", "take.json"])
def test_a_file_of_another_take_of_the_same_length_is_found(folder, tmp_path, name):
    write_files(take_of(2), tmp_path / "other")
    shutil.copy(tmp_path / "other" / name, folder / name)
    with pytest.raises(GestureError, match="belong together"):
        read_files(folder)


def test_takes_of_earlier_versions_have_no_checksum_and_load(folder):
    description = json.loads((folder / "take.json").read_text())
    assert description.pop(CHECKSUM) == checksum_of(description, folder)
    (folder / "take.json").write_text(json.dumps(description, indent=3))
    assert seed_of(folder) == 1
    (folder / "take.json").write_text(json.dumps({CHECKSUM: checksum_of(description, folder), **description}))
    assert seed_of(folder) == 1
    (folder / "take.json").write_text(json.dumps({**description, CHECKSUM: 5}))
    with pytest.raises(GestureError, match="belong together"):
        read_files(folder)


def test_a_directed_take_that_is_no_longer_directed_loses_that_file(folder):
    directed = replace(take_of(2), directed=motion(), description={**take_of(2).description, "direct": {}})
    write_files(directed, folder)
    assert read_files(folder).directed is not None
    write_files(take_of(3), folder)
    assert not (folder / "motion_finished.npz").exists()


def test_a_link_and_the_folder_that_the_program_runs_in_are_not_replaced(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(GestureError, match="runs in"):
        write_files(take_of(2), folder)
    if os.name != "nt":
        (tmp_path / "link").symlink_to(folder)
        for link in (tmp_path / "link", folder / ".." / "link"):
            with pytest.raises(GestureError, match="link"):
                write_files(take_of(2), link)
    monkeypatch.undo()
    assert seed_of(folder) == 1


@needs_fork
def test_pipes_where_a_writer_keeps_its_own_files_are_not_waited_for(folder):
    place = folder.parent / ".take-pipes"
    place.mkdir()
    os.mkfifo(place / "name")
    os.mkfifo(place / "lock")
    work = folder / ".a.npz.part"
    work.mkdir()
    os.mkfifo(work / "lock")
    with pytest.raises(OSError, match=r"."):
        open_lock(work / "lock")
    write_files(take_of(2), folder)
    assert seed_of(folder) == 2
