"""What happens to a job in a real window when something goes wrong: the scene is as before, and the next click works.

The example is being made anew each time; then something happens to its worker, its file, its scene or its character.
"""

import numpy as np
import pytest
import soundfile

from .jobs import DEMO, PROCESS, START, begin, works_again

pytestmark = pytest.mark.slow


@pytest.fixture
def working(example, sidebar):
    """The example's file, opened anew, with the example being made once more."""
    blender = sidebar.session
    blender.ask('bpy.ops.wm.open_mainfile(filepath="/mnt/example.blend")')
    blender.until("len(curves()) > 0")
    blender.ask("remember()")
    begin(blender)
    return blender


def test_a_killed_worker_is_named_and_the_keys_stay(working):
    working.ask(f"{PROCESS}.kill()")
    working.until("job() is None", 30)
    assert "stopped unexpectedly" in working.value("notes()")
    assert working.value("is_as()")
    works_again(working)


def test_a_stopped_worker_is_ended_after_a_minute(working):
    working.ask(f"import os, signal\nos.kill({PROCESS}.pid, signal.SIGSTOP)")
    working.until("job() is None", 120)
    assert "said nothing for 60 s" in working.value("notes()")
    assert working.value("is_as()")
    works_again(working)


def test_another_file_is_opened_in_mid_job(working):
    working.ask('bpy.ops.wm.open_mainfile(filepath="/mnt/example.blend")')
    working.until("job() is None", 30)
    assert working.value("is_as()")
    works_again(working)


def test_undo_in_mid_job_and_the_take_comes_all_the_same(working):
    working.ask("with override():\n    bpy.ops.ed.undo_push(message='one')\n    bpy.ops.ed.undo()")
    working.until("job() is None and notes()", 170)
    assert "Take ready" in working.value("notes()")
    works_again(working)


def test_a_character_that_is_renamed_gets_its_take_and_one_that_is_deleted_is_missed(working):
    working.ask("character().name = 'Renamed'")
    working.until("job() is None and notes()", 170)
    assert "Take ready" in working.value("notes()")
    begin(working)
    working.ask("bpy.data.objects.remove(character())")
    working.until("job() is None and notes()", 170)
    assert "removed meanwhile" in working.value("notes()")
    working.ask("with override():\n    bpy.ops.mambatalk.add_character()")
    works_again(working)


def test_a_scene_that_is_switched_in_mid_job_does_not_get_the_take(working):
    working.ask("first = bpy.context.scene.name\nwindow().scene = bpy.data.scenes.new('Second')")
    working.until("job() is None and notes()", 170)
    assert "Take ready" in working.value("notes()")
    assert working.value("len(bpy.data.scenes['Second'].objects)") == 0


def test_the_add_on_is_disabled_in_mid_job_and_enabled_again(working):
    number = working.value(f"{PROCESS}.pid")
    working.ask("bpy.ops.preferences.addon_disable(module=MODULE)")
    assert working.value(f"__import__('os').path.exists('/proc/{number}')") is False
    working.ask("bpy.ops.preferences.addon_enable(module=MODULE)")
    working.until("hasattr(bpy.types, 'MAMBATALK_PT_main')", 60)
    works_again(working)


def test_a_batch_goes_on_while_the_user_works_and_a_cancel_keeps_what_is_made(example, sidebar):
    blender = sidebar.session
    blender.ask('bpy.ops.wm.open_mainfile(filepath="/mnt/example.blend")')
    blender.until("len(curves()) > 0")
    samples, rate = soundfile.read(DEMO, dtype="int16")
    (blender.shared / "lines").mkdir()
    for number in range(6):
        part = samples[number * rate : (number + 3) * rate]
        soundfile.write(blender.shared / "lines" / f"line_{number}.wav", np.ascontiguousarray(part), rate)
    blender.ask(
        "s = bpy.context.scene.mambatalk_batch\ns.recordings, s.folder = '/mnt/lines', '/mnt/lines_takes'\n"
        "s.export = True\nbpy.context.scene.mambatalk_export.folder = '/mnt/lines_files'"
    )
    blender.ask(START.format(name="batch"))
    blender.until("job() and job().part >= 2", 170)
    blender.ask("bpy.ops.mambatalk.cancel()")
    blender.until("job() is None and notes()", 60)
    said = blender.value("notes()")
    assert "Batch: " in said
    assert "not made" in said
    states = blender.value("[line.state for line in bpy.context.scene.mambatalk_batch.lines]")
    made = states.count("made")
    assert made >= 2
    assert states == ["made"] * made + ["not made"] * (6 - made)
    assert len(list((blender.shared / "lines_files").glob("*.fbx"))) == made
    blender.ask(START.format(name="batch"))
    blender.until("job() is None and 'kept' in notes()", 170)
    states = blender.value("[line.state for line in bpy.context.scene.mambatalk_batch.lines]")
    assert states == ["kept"] * made + ["made"] * (6 - made)
    assert len(list((blender.shared / "lines_files").glob("*.fbx"))) == 6
    blender.settle()
    blender.screenshot("batch")
