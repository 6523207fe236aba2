"""Many recordings in one go: an action for each line, bad lines named, stopped and taken up again."""

import csv
import threading
import time

import bpy
import pytest

from ..conftest import notes_of


@pytest.fixture
def table(scene, character, weights, recording, tmp_path):
    """Three lines, of which one names no recording, for a second character, too."""
    assert bpy.ops.mambatalk.add_character() == {"FINISHED"}
    scene.mambatalk.character = character
    (tmp_path / "bad.wav").write_text("this is no sound")
    rows = ["audio,seed,mood,character,name", "tone.wav,3,happy:0.6,,first", "bad.wav,,,,bad", "none.wav,,,,none"]
    other = next(each for each in scene.objects if each.type == "ARMATURE" and each != character)
    rows += [f"tone.wav,4,,{other.name},second", "tone.wav,,,Nobody,third"]
    (tmp_path / "lines.csv").write_text("\n".join(rows), encoding="utf-8")
    settings = scene.mambatalk_batch
    settings.source, settings.table, settings.folder = "TABLE", str(tmp_path / "lines.csv"), str(tmp_path / "takes")
    return other


def states(scene):
    return {line.name: line.state for line in scene.mambatalk_batch.lines}


def performed(armature):
    return armature.animation_data.action.name


def test_each_line_becomes_an_action_and_a_file_and_bad_lines_stop_no_other(
    scene, character, table, tmp_path, job_state
):
    settings = scene.mambatalk_batch
    settings.export, scene.mambatalk_export.kind, scene.mambatalk_export.folder = True, "NPZ", str(tmp_path / "files")
    scene.mambatalk_export.sound = False
    bad = {"bad": "failed", "none": "failed", "third": "failed"}
    assert bpy.ops.mambatalk.check_batch() == {"FINISHED"}
    unmade = dict.fromkeys(("first", "bad", "second"), "not made")
    assert states(scene) == {**bad, **unmade}
    assert not (tmp_path / "takes").exists()

    assert bpy.ops.mambatalk.batch() == {"FINISHED"}
    assert states(scene) == {"first": "made", "second": "made", **bad}
    assert (performed(character), performed(table)) == ("first", "second")
    assert character.animation_data.action.mambatalk_take.mood == "happy"
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == ["first.npz", "second.npz"]
    lines = {line.name: line for line in settings.lines}
    assert "slide" in lines["first"].checks
    assert ("Nobody" in lines["third"].problem, bool(lines["third"].remedy)) == (True, True)
    assert notes_of(job_state)[0].startswith("Batch: 2 made, 3 failed.")
    with (tmp_path / "takes" / "summary.csv").open(encoding="utf-8", newline="") as file:
        assert {row["name"]: row["state"] for row in csv.DictReader(file)} == states(scene)

    # The same batch again makes nothing; in a new file it keys what is there.
    actions = len(bpy.data.actions)
    assert bpy.ops.mambatalk.batch() == {"FINISHED"}
    assert states(scene) == {"first": "kept", "second": "kept", **bad}
    assert len(bpy.data.actions) == actions
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)
    assert bpy.ops.mambatalk.batch() == {"FINISHED"}
    assert (performed(character), performed(table)) == ("first", "second")


@pytest.mark.any_blender
def test_a_cancelled_batch_keeps_what_is_made_and_one_undo_removes_it(scene, character, table, job_state, tmp_path):
    rows = ["audio,seed,name", *(f"tone.wav,{seed},take_{seed}" for seed in range(6))]
    (tmp_path / "lines.csv").write_text("\n".join(rows), encoding="utf-8")
    bpy.ops.ed.undo_push(message="before")

    def cancel_the_second():
        while (job := job_state.current.job) is None or job.part < 1:
            time.sleep(0.01)
        job.cancel()

    watching = threading.Thread(target=cancel_the_second, daemon=True)
    watching.start()
    assert bpy.ops.mambatalk.batch("EXEC_DEFAULT", True) == {"FINISHED"}
    watching.join(5)
    found = list(states(scene).values())
    assert (found[0], found[-1]) == ("made", "not made")
    assert found == sorted(found)
    assert sum(action.name.startswith("take_") for action in bpy.data.actions) >= 1
    assert job_state.current.job is None
    bpy.ops.ed.undo()
    assert [action.name for action in bpy.data.actions if action.name.startswith("take_")] == []


@pytest.mark.any_blender
def test_the_button_says_what_is_missing(scene, character, weights, tmp_path):
    with pytest.raises(RuntimeError, match="Choose a folder with recordings"):
        bpy.ops.mambatalk.batch()
    scene.mambatalk_batch.recordings = str(tmp_path)
    with pytest.raises(RuntimeError, match="never saved"):
        bpy.ops.mambatalk.batch()
    scene.mambatalk_batch.folder = str(tmp_path / "takes")
    with pytest.raises(RuntimeError, match="has no lines to make"):
        bpy.ops.mambatalk.batch()
