"""Places that fail under a job: a full disk, a folder that cannot be written, a Python that is gone."""

from contextlib import contextmanager

import pytest

from devtools.window.sidebar import Sidebar

from .jobs import begin, finish, opened, outcome, use, works_again

pytestmark = pytest.mark.slow

FOLDER = "str(module('addon.job.folder').data_folder('takes'))"
PREFERENCES = "bpy.context.preferences.addons[MODULE].preferences"
# What the folders hold from which the worker loads modules, for a Python of its own.
OWN_PYTHON = """
python3 -m venv --without-pip --system-site-packages /mnt/own
printf '%s\\n' "$@" >$(echo /mnt/own/lib/python3*/site-packages)/modules.pth
"""


@contextmanager
def mounted(blender, folder, options, fill=""):
    """Mount a file system of its own over a folder, for a time."""
    assert blender.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder).returncode == 0
    if fill:
        blender.run("sh", "-c", f"head -c {fill} /dev/zero >{folder}/filled")
    try:
        yield
    finally:
        # Files may be open in there.
        blender.run("umount", "-l", folder)


@pytest.fixture
def with_recording(own_blender):
    """The example's take, and a short recording."""
    opened(own_blender)
    use(own_blender, 3)
    own_blender.ask("remember()")
    yield own_blender
    own_blender.ask(f"{PREFERENCES}.worker_python = ''")


def test_where_the_disk_of_the_takes_is_full_the_message_says_so_and_the_keys_stay(with_recording):
    with mounted(with_recording, with_recording.value(FOLDER), "size=100k"):
        said = finish(with_recording)
        assert "No space left on device" in said or "the disk is full" in said
        assert "Free some disk space" in said
        assert with_recording.value("is_as()")
        assert with_recording.run("ls", "-A", with_recording.value(FOLDER)).stdout == ""
    works_again(with_recording)


@pytest.mark.parametrize("job", ["generate", "resample", "finish"])
def test_where_the_disk_of_temporary_files_is_full_the_message_says_so_and_the_keys_stay(with_recording, job):
    with_recording.ask("module('addon.job.state').stop_worker()")
    with mounted(with_recording, with_recording.value("bpy.app.tempdir"), "size=64k", fill="1m"):
        said = finish(with_recording, job)
        assert "No space left on device" in said or "the disk is full" in said
        assert "Free some disk space" in said
        assert with_recording.value("is_as()")
    works_again(with_recording)


def test_takes_go_to_blenders_temporary_folder_where_their_own_cannot_be_written(with_recording):
    with mounted(with_recording, with_recording.value(FOLDER), "ro"):
        works_again(with_recording)
        folder = with_recording.value("module('addon.take.info').stored(action()).folder")
        assert folder.startswith(with_recording.value("bpy.app.tempdir"))
    works_again(with_recording)


def test_an_export_to_a_folder_that_cannot_be_written_is_named(with_recording):
    with_recording.run("mkdir", "-p", "/mnt/closed")
    with mounted(with_recording, "/mnt/closed", "ro"):
        with_recording.ask("bpy.context.scene.mambatalk_export.folder = '/mnt/closed'")
        said = finish(with_recording, "export")
        assert "/mnt/closed" in said
        assert "Read-only file system" in said
        assert with_recording.value("is_as()")
    said = finish(with_recording, "export")
    assert "Wrote" in said or "written" in said


def test_a_chosen_python_that_goes_in_mid_job_or_before_a_click_is_named(with_recording):
    modules = with_recording.value("module('addon.job.interpreter').blenders_own().modules")
    done = with_recording.run("sh", "-ec", OWN_PYTHON, "sh", *modules)
    assert done.returncode == 0, done.stderr
    with_recording.ask(f"{PREFERENCES}.worker_python = '/mnt/own'")
    use(with_recording, 24, times=5)
    begin(with_recording, fraction=0.2)
    with_recording.run("rm", "-rf", "/mnt/own")
    # What the worker has loaded stays loaded.
    said = outcome(with_recording)
    assert "Take ready" in said or "The worker" in said
    with_recording.ask("module('addon.job.report').show([])")
    assert not with_recording.value("bpy.ops.mambatalk.generate.poll()")
    with_recording.ask("watch_panels()")
    Sidebar(with_recording, "MambaTalk").open()
    with_recording.settle()
    shown = " ".join(with_recording.value("texts()")["MAMBATALK_PT_main"])
    assert "The Python that was chosen in the preferences does not exist: choose another one, or none" in shown
    with_recording.ask(f"{PREFERENCES}.worker_python = ''")
    works_again(with_recording)
