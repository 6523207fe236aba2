"""Take folders of the extension's own: they go when their take is in a saved file, and never before."""

import os
import shutil
import time

import bpy
import pytest

from ..conftest import wobble, write_take


@pytest.fixture
def takes(extension):
    """The extension's folder for takes, empty."""
    from mambatalk_ext.addon.job.folder import data_folder

    folder = data_folder("takes")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def load(folder):
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}


def test_a_folder_goes_when_its_take_is_saved_and_the_saved_take_needs_it_no_more(
    takes, character, recording, tmp_path
):
    folder = write_take(takes / "speech_001", wobble(30), recording)
    load(folder)
    assert folder.exists()
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    assert not folder.exists()
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}


@pytest.mark.any_blender
def test_folders_that_a_user_chose_stay(takes, character, take_folder, tmp_path):
    load(take_folder)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert (take_folder / "take.json").exists()


@pytest.mark.any_blender
def test_a_folder_that_holds_another_take_by_now_stays(takes, character, recording, tmp_path):
    folder = write_take(takes / "speech_001", wobble(30), recording)
    load(folder)
    text = (folder / "take.json").read_text()
    (folder / "take.json").write_text(text.replace('"seed": 5', '"seed": 6'))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "saved.blend"))
    assert folder.exists()


@pytest.mark.any_blender
def test_old_folders_of_takes_that_no_open_file_has_go(takes, character, recording):
    from mambatalk_ext.addon.generate import leftovers

    kept, fresh, old = (write_take(takes / f"speech_{number:03d}", wobble(30), recording) for number in range(1, 4))
    load(kept)
    long_ago = time.time() - (leftovers.DAYS + 1) * 86400
    for folder in (kept, old):
        os.utime(folder / "take.json", (long_ago, long_ago))
    leftovers.remove_old()
    assert (kept.exists(), fresh.exists(), old.exists()) == (True, True, False)


@pytest.mark.any_blender
def test_two_that_name_a_take_alike_get_different_folders_and_empty_ones_go(takes):
    from mambatalk_ext.addon.generate import leftovers
    from mambatalk_ext.addon.job.folder import new_take_folder

    first, second = new_take_folder("speech"), new_take_folder("speech")
    assert first.name == "speech_001"
    assert second.name == "speech_002"
    (second / "motion.npz").touch()
    leftovers.remove_empty([first, second])
    assert not first.exists()
    assert second.exists()


@pytest.mark.any_blender
def test_an_empty_folder_of_yesterday_goes_and_one_of_today_stays(takes):
    from mambatalk_ext.addon.generate import leftovers
    from mambatalk_ext.addon.job.folder import new_take_folder

    old, new = new_take_folder("speech"), new_take_folder("speech")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    leftovers.remove_old()
    assert not old.exists()
    assert new.exists()
