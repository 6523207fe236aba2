"""Load Take: it is where an animator searches for it, and the file browser gives it a folder."""

import bpy
import pytest

from ..conftest import wobble, write_take
from ..layouts import Context, Layout, draw


@pytest.fixture
def folder(tmp_path, recording):
    return write_take(tmp_path / "take", wobble(30), recording)


def menu(kind: type) -> list[str]:
    """What the add-on adds to a menu: search (F3) finds what menus hold."""
    layout = Layout()
    for draw_entry in kind._dyn_ui_initialize():
        if draw_entry.__module__.startswith("mambatalk_ext"):
            draw_entry(type("Menu", (), {"layout": layout})(), Context())
    return layout.drawn


def test_load_take_is_in_the_takes_panel_with_and_without_takes(character, folder):
    assert "Load Take" in draw("MAMBATALK_PT_takes").drawn
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    assert "Load Take" in draw("MAMBATALK_PT_takes").drawn


def test_load_take_is_in_the_import_menu(scene):
    assert any("Take" in text for text in menu(bpy.types.TOPBAR_MT_file_import))


def test_a_folder_chosen_in_the_file_browser_is_loaded(character, folder):
    assert bpy.ops.mambatalk.load_take(directory=f"{folder}/") == {"FINISHED"}
    assert character.animation_data.action.name == "take"
