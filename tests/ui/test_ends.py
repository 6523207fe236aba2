"""Blender ends in mid-job, by a crash or by Ctrl Q, or two Blenders work at once: takes are kept, no worker stays."""

import json
import time

import pytest

from devtools.window.session import Session

from .conftest import learn
from .jobs import START, begin, finish, opened, outcome, use, workers, works_again

pytestmark = pytest.mark.slow

GONE_S = 5.0
# Longer than the shortest interval of Blender's automatic save, and than what is between two breaks of a job.
SAVED_S = 150


def is_alone(blender: Session) -> None:
    """No worker is left, `GONE_S` after Blender has ended."""
    end = time.monotonic() + GONE_S
    while workers(blender):
        assert time.monotonic() < end, workers(blender)
        time.sleep(0.1)


def direct(blender: Session) -> list:
    """Give the example's take a level, a marker, another word and a second take; return all that was directed."""
    opened(blender)
    blender.ask(
        "with override():\n    bpy.ops.mambatalk.copy_take(name=action().name)\n"
        "    bpy.context.scene.frame_set(150)\n    bpy.ops.mambatalk.accent_add()\n"
        "action().mambatalk_take.upper = 0.7\n"
        "action().mambatalk_take.words[3].name = 'Renamed'",
        limit_s=180,
    )
    blender.settle()
    time.sleep(1)  # words and levels follow a moment later
    return blender.value("[digest(), directions(), takes()]")


def is_kept(blender: Session, directed: list) -> None:
    """The recovered file has the take as it was directed, and it can be directed further."""
    blender.until("len(curves()) > 0")
    assert blender.value("[digest(), directions(), takes()]") == directed
    settings = "bpy.context.scene.mambatalk_direct"
    blender.ask(f"{settings}.parts, {settings}.span = {{'hands'}}, 'TYPED'\n{settings}.start, {settings}.end = 60, 90")
    blender.ask("remember()")
    assert "Frames" in finish(blender, "resample")
    assert blender.value("changed_bones()")
    works_again(blender)


def test_a_crash_in_mid_job_leaves_no_worker_and_the_automatic_save_has_the_takes(own_blender):
    blender = own_blender
    directed = direct(blender)
    use(blender, 24, times=140)
    blender.ask("bpy.context.preferences.filepaths.auto_save_time = 1")
    begin(blender, fraction=0.01)
    # Changed during the job: it is saved all the same, and Blender's save has the first keys of the unfinished take.
    blender.ask("bpy.context.scene['during'] = 1\nbpy.ops.ed.undo_push(message='During')")
    blender.until("action().name.startswith('In Progress')", 200)
    started, place = time.time(), blender.shared / "temporary"
    blender.until(lambda: saved_after(place, started), SAVED_S)
    assert blender.value("job() is not None")
    blender.kill()
    is_alone(blender)
    blender.start()
    blender.ask(f"bpy.ops.wm.recover_auto_save(filepath='/mnt/temporary/{saved_after(place, started)[0]}')")
    assert blender.value("bpy.context.scene['during']") == 1
    is_kept(blender, directed)


def saved_after(place, started):
    return [path.name for path in place.glob("*_autosave.blend") if path.stat().st_mtime > started]


def test_ctrl_q_in_mid_job_leaves_no_worker_and_the_last_session_has_the_takes(own_blender):
    blender = own_blender
    directed = direct(blender)
    use(blender, 24, times=10)
    begin(blender, fraction=0.02)
    blender.ask("bpy.context.preferences.view.use_save_prompt = False")
    left, bottom, width, height = blender.value('rectangle(region_of("WINDOW"))')
    place = str(left + width // 3), str(blender.size[1] - bottom - height // 2)
    blender.run("xdotool", "mousemove", *place, "sleep", "0.3", "key", "ctrl+q")
    blender.has_ended()
    is_alone(blender)
    blender.start()
    blender.ask("bpy.ops.wm.recover_last_session()")
    is_kept(blender, directed)


def test_two_blenders_with_one_file_one_folder_of_takes_and_one_set_of_preferences(own_blender):
    first = own_blender
    with Session(None, first.shared, first.size, first.screen, left=first.size[0] // 2) as second:
        learn(second)
        for number, blender in enumerate((first, second)):
            opened(blender)
            use(blender, 3)
            blender.ask(f"bpy.context.scene.mambatalk.seed = {number + 1}\nremember()")
        for blender in (first, second):
            blender.ask(START.format(name="generate"))
        folders = []
        for number, blender in enumerate((first, second)):
            assert "Take ready: 3 s" in outcome(blender)
            info = json.loads(blender.value("action()['mambatalk']"))
            assert info["seed"] == number + 1
            folders.append(info["folder"])
        assert folders[0] != folders[1]
        own = "bpy.context.preferences.addons[MODULE].preferences"
        first.ask(f"{own}.device = 'cpu'")
        second.ask(f"{own}.smplx_model = '/mnt/model.npz'")
        kept = second.run("sh", "-c", "cat /tmp/home/blender/extensions/.user/user_default/mambatalk/*.json").stdout
        assert json.loads(kept)["smplx_model"] == "/mnt/model.npz"
        second.ask(f"{own}.smplx_model = ''")
        # The file that was saved last is the one that is there, whole.
        for blender in (first, second):
            blender.ask('bpy.ops.wm.save_as_mainfile(filepath="/mnt/both.blend")')
        takes = second.value("takes()")
        opened(first, "/mnt/both.blend")
        assert first.value("takes()") == takes
        works_again(second)
    works_again(first)
