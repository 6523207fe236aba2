"""Files from elsewhere: a newer Blender, a newer extension, linked characters, a recording that is gone."""

import subprocess

import pytest

from devtools.window.session import Session

from .conftest import ROOT
from .jobs import finish, opened, use, works_again

pytestmark = pytest.mark.slow

SAVE_ANEW = """
import sys, bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[2])
"""
FORMAT_99 = """
from dataclasses import replace
store = module("addon.take.store")
take = store.load(action())
store.save_packed(action(), store.pack(replace(take, description={**take.description, "format": 99})))
bpy.ops.wm.save_as_mainfile(filepath="/mnt/newer.blend")
"""
# Blender itself reports that it cannot open the file, as an error of the operator.
OPEN_FIVE = """
try:
    bpy.ops.wm.open_mainfile(filepath="/mnt/five.blend")
except RuntimeError:
    pass
"""
LINK = """
bpy.ops.wm.read_homefile()
with bpy.data.libraries.load("/mnt/example.blend", link=True) as (there, here):
    here.scenes = here.objects = []
    here.objects = [name for name in there.objects if name not in ("Camera", "Cube", "Light")]
for each in here.objects:
    bpy.context.scene.collection.objects.link(each)
bpy.context.scene.mambatalk.character = character()
"""
OVERRIDE = """
linked = character()
with override():
    bpy.context.view_layer.objects.active = linked
    linked.select_set(True)
    bpy.ops.object.make_override_library()
bpy.context.scene.mambatalk.character = character()
answer = [each.override_library is not None for each in bpy.context.scene.objects if each.type == "ARMATURE"]
"""


def saved_by(blender: Session, version: str, source: str, target: str) -> None:
    """Open a file in another Blender and save it there under another name."""
    python = ROOT / f".venv-bpy-{version}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"there is no {python}")
    command = [python, "-c", SAVE_ANEW, blender.shared / source, blender.shared / target]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def test_a_file_of_a_newer_blender_keeps_its_takes(own_blender):
    saved_by(own_blender, "4.5", "example.blend", "later.blend")
    opened(own_blender, "/mnt/later.blend")
    assert own_blender.value("takes()") == ["speech_001"]
    own_blender.ask("remember()\naction().mambatalk_take.upper = 0.5")
    own_blender.until("not is_as()")
    works_again(own_blender)


def test_a_file_of_blender_5_is_explained_and_opens_when_it_was_saved_in_between(own_blender):
    saved_by(own_blender, "5.2", "example.blend", "five.blend")
    opened(own_blender)
    own_blender.ask("remember()")
    own_blender.ask(OPEN_FIVE)
    said = own_blender.value("notes()")
    assert "five.blend is of Blender 5, or damaged" in said
    assert "Open it in Blender 4.5 and save it there." in said
    assert own_blender.value("is_as()")
    works_again(own_blender)
    saved_by(own_blender, "4.5", "five.blend", "between.blend")
    opened(own_blender, "/mnt/between.blend")
    assert own_blender.value("takes()") == ["speech_001"]
    assert "Frames" in finish(own_blender, "resample")
    works_again(own_blender)


def test_a_take_of_a_newer_extension_plays_and_says_why_it_cannot_be_changed(own_blender):
    opened(own_blender)
    own_blender.ask(FORMAT_99)
    opened(own_blender, "/mnt/newer.blend")
    own_blender.ask("remember()")
    said = finish(own_blender, "finish")
    assert "A newer version" in said
    assert "Update the extension" in said
    assert own_blender.value("is_as()")
    works_again(own_blender)


def test_a_recording_that_is_gone_when_the_file_is_opened_is_named_and_found_again(own_blender):
    opened(own_blender)
    use(own_blender, 3)
    assert "Take ready" in finish(own_blender)
    own_blender.ask('bpy.ops.wm.save_as_mainfile(filepath="/mnt/moved.blend")')
    own_blender.run("mv", "/mnt/speech_3_1.wav", "/mnt/elsewhere.wav")
    opened(own_blender, "/mnt/moved.blend")
    # The button is grey, and its tooltip says why.
    why = own_blender.value("module('addon.direct.resample_operators').why_not_resample(bpy.context)")
    assert why == "The recording /mnt/speech_3_1.wav is gone: use Find Recording"
    assert not own_blender.value("bpy.ops.mambatalk.resample.poll()")
    own_blender.ask("bpy.ops.mambatalk.find_recording(filepath='/mnt/elsewhere.wav')")
    assert "Frames" in finish(own_blender, "resample")
    works_again(own_blender)


def test_a_linked_character_is_refused_and_an_overridden_one_performs_and_is_saved(own_blender):
    own_blender.ask(LINK)
    use(own_blender, 3)
    said = finish(own_blender)
    assert "another file" in said
    assert all(own_blender.ask(OVERRIDE))
    assert "Take ready: 3 s" in finish(own_blender)
    made = own_blender.value("[takes(), digest()]")
    own_blender.ask('bpy.ops.wm.save_as_mainfile(filepath="/mnt/overridden.blend")')
    opened(own_blender, "/mnt/overridden.blend")
    assert own_blender.value("[takes(), digest()]") == made
    assert "Frames" in finish(own_blender, "resample")
    works_again(own_blender)
    assert len(own_blender.value("takes()")) == len(made[0]) + 1
