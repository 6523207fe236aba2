"""Ranges of frames: the automatic one, those that old files store, and errors about a range that is there meanwhile."""

import bpy
import pytest
from bpy.props import EnumProperty, PointerProperty

from ..conftest import wobble, write_take
from ..layouts import draw

# The items before there was an automatic range: files store the number of the chosen one.
OLD_ITEMS = [(name, name.title(), "") for name in ("PREVIEW", "WORDS", "TYPED", "ALL")]


@pytest.fixture
def take(character, tmp_path, recording):
    """A take of 90 frames, from frame 1."""
    from mambatalk_ext.addon.take import performed

    words = [{"word": "mama", "start_s": 0.5, "end_s": 1.0, "phones": []}]
    folder = write_take(tmp_path / "take", wobble(90), recording, words)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    return performed.of(character)


def test_the_range_is_the_preview_range_if_there_is_one_else_the_whole_take(take):
    from mambatalk_ext.addon.direct import settings as direct_settings

    scene = bpy.context.scene
    scene.render.fps = 30
    for settings in (scene.mambatalk_direct, scene.mambatalk_edits):
        assert settings.span == "AUTO"
        scene.use_preview_range = False
        assert direct_settings.frames(settings, scene, take) == (int(take.frames[0]), int(take.frames[-1]))
        scene.use_preview_range = True
        scene.frame_preview_start, scene.frame_preview_end = 20, 40
        assert direct_settings.frames(settings, scene, take) == (20, 40)
        assert direct_settings.why_no_range(settings, scene, take.action) is None


@pytest.mark.parametrize("chosen", [item[0] for item in OLD_ITEMS])
def test_a_scene_saved_before_there_was_an_automatic_range_keeps_its_choice(extension, tmp_path, chosen):
    from mambatalk_ext.addon.direct import settings as direct_settings

    class Old(bpy.types.PropertyGroup):
        span: EnumProperty(items=OLD_ITEMS)

    path = str(tmp_path / "old.blend")
    bpy.utils.register_class(Old)
    try:
        bpy.types.Scene.mambatalk_direct = PointerProperty(type=Old)
        bpy.context.scene.mambatalk_direct.span = "ALL"
        bpy.context.scene.mambatalk_direct.span = chosen
        bpy.ops.wm.save_as_mainfile(filepath=path)
    finally:
        bpy.types.Scene.mambatalk_direct = PointerProperty(type=direct_settings.MambaTalkDirecting)
        bpy.utils.unregister_class(Old)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.context.scene.mambatalk_direct.span == chosen


def _no_preview(scene, action):
    scene.mambatalk_direct.span = "PREVIEW"
    return lambda: setattr(scene, "use_preview_range", True)


def _no_word(scene, action):
    scene.mambatalk_direct.span = "WORDS"
    return lambda: setattr(action.mambatalk_take.words[0], "chosen", True)


def _no_part(scene, action):
    scene.mambatalk_direct.span, scene.mambatalk_direct.parts = "ALL", set()
    return lambda: setattr(scene.mambatalk_direct, "parts", {"hands"})


def _locked(scene, action):
    scene.mambatalk_direct.span, action.mambatalk_take.locked = "ALL", {"hands"}
    return lambda: setattr(action.mambatalk_take, "locked", set())


def _no_other_take(scene, action):
    scene.mambatalk_direct.span = "ALL"
    bpy.ops.mambatalk.copy_take()
    return lambda: setattr(scene.mambatalk_direct, "source", action.name)


@pytest.mark.any_blender
@pytest.mark.parametrize("cause", [_no_preview, _no_word, _no_part, _locked, _no_other_take])
def test_an_error_about_a_choice_is_shown_until_the_choice_is_another(take, cause):
    from mambatalk_ext.addon.job import state

    mend = cause(bpy.context.scene, take.action)
    press = bpy.ops.mambatalk.mix if cause is _no_other_take else bpy.ops.mambatalk.resample
    with pytest.raises(RuntimeError):
        press()
    message = state.current.error.message
    assert message in draw("MAMBATALK_PT_main").drawn
    mend()
    assert message not in draw("MAMBATALK_PT_main").drawn
    assert state.current.error is None
