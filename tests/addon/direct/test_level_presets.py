"""Presets of levels in Blender's own preset menu: those of the extension, and those that the user saves."""

from pathlib import Path

import bpy
import pytest

from ..conftest import ROOT, first_on_each
from ..directing import all_keys, differing, load, own

SUBDIR = "mambatalk/levels"
SHIPPED = {path.stem: path for path in (ROOT / "presets" / SUBDIR).glob("*.py")}


@pytest.fixture
def take(character, spoken_takes, tmp_path, monkeypatch):
    monkeypatch.setenv("BLENDER_USER_SCRIPTS", str(tmp_path))
    load(spoken_takes[0])
    return character


def listed():
    """What the preset menu shows, as Blender draws it."""
    found = []

    class Layout:
        def operator(self, idname, text="", **options):
            found.append((idname, text))
            return type("Properties", (), {})()

        def __getattr__(self, name):
            return lambda *arguments, **options: self

    menu = type("Menu", (bpy.types.MAMBATALK_MT_level_presets,), {"layout": Layout()})
    bpy.types.Menu.draw_preset(_Drawn(menu, Layout()), bpy.context)
    return found


class _Drawn:
    """A menu that draws into a layout of the test's."""

    def __init__(self, kind, layout):
        self._kind, self.layout = kind, layout

    def __getattr__(self, name):
        return getattr(self._kind, name)

    def path_menu(self, *arguments, **options):
        return bpy.types.Menu.path_menu(self, *arguments, **options)


def use(path):
    return bpy.ops.mambatalk.use_level_preset(filepath=str(path))


def test_the_menu_lists_the_presets_of_the_extension(take):
    assert ("mambatalk.use_level_preset", "Stand still & calm") in listed()
    assert len(listed()) == len(SHIPPED)


@first_on_each("name", SHIPPED)
def test_a_preset_of_the_extension_directs_the_take_and_can_be_reset(take, name):
    before = all_keys(take)
    assert use(SHIPPED[name]) == {"FINISHED"}
    assert differing(before, all_keys(take))
    assert bpy.ops.mambatalk.reset_levels() == {"FINISHED"}
    assert not differing(before, all_keys(take))


@pytest.mark.any_blender
def test_stand_still_and_calm_makes_finishing_hold_the_feet(take, job_state):
    assert use(SHIPPED["Stand_still_&_calm"]) == {"FINISHED"}
    assert bpy.context.scene.mambatalk.finish_root == "stand_still"
    assert "press Finish Again" in job_state.current.notes[0]
    assert own(take).upper < 1
    use(SHIPPED["Broad"])
    assert bpy.context.scene.mambatalk.finish_root == "stand_still"


def test_a_preset_is_one_undo_step(take):
    name, before = take.name, all_keys(take)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mambatalk.use_level_preset("EXEC_DEFAULT", True, filepath=str(SHIPPED["Stand_still_&_calm"]))
    bpy.ops.ed.undo()
    assert not differing(before, all_keys(bpy.data.objects[name]))
    assert bpy.context.scene.mambatalk.finish_root == "in_place"


def test_levels_are_saved_as_a_preset_of_the_user_and_deleted(take, tmp_path):
    bpy.ops.mambatalk.set_levels(upper=0.3, stillness=0.5, mirror=True)
    assert bpy.ops.mambatalk.level_preset_add(name="At the desk") == {"FINISHED"}
    (path,) = tmp_path.rglob("*.py")
    assert path.parent == tmp_path / "presets" / SUBDIR
    assert "At the desk" in [text for _, text in listed()]
    keys = all_keys(take)
    bpy.ops.mambatalk.set_levels(upper=1.0, stillness=0.0, gaze=0.2)
    assert use(path) == {"FINISHED"}
    assert not differing(keys, all_keys(take))
    assert own(take).mirror
    assert bpy.ops.mambatalk.level_preset_add(remove_active=True) == {"FINISHED"}
    assert not path.exists()


def test_a_preset_of_the_extension_is_not_deleted(take):
    use(SHIPPED["Calm"])
    with pytest.raises(RuntimeError, match="presets of the extension stay"):
        bpy.ops.mambatalk.level_preset_add(remove_active=True)
    assert SHIPPED["Calm"].exists()


def test_a_broken_preset_is_refused_and_changes_nothing(take, tmp_path):
    path = Path(tmp_path / "Broken.py")
    path.write_text("levels.upper = ")
    before = all_keys(take)
    with pytest.raises(RuntimeError, match=r"Broken\.py cannot be used"):
        use(path)
    assert not differing(before, all_keys(take))
