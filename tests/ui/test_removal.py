"""In the preferences, with the mouse: a setting, off and on, uninstalled; and what then still works."""

import pytest

from devtools.window import dialogs

MODULE = "bl_ext.user_default.mambatalk"


@pytest.fixture
def preferences(performed, sidebar):
    """The preferences, opened beside the example's take."""
    dialog = dialogs.open_preferences(sidebar)
    yield dialog
    dialog.close()


def test_set_off_and_on_again_the_tab_goes_and_comes_and_knows_the_take(performed, preferences):
    preferences.click(dialogs.ADDONS)
    preferences.type_into(dialogs.SEARCH, "Mamba")
    preferences.click(dialogs.EXPAND)
    preferences.click(dialogs.PROCESSOR)
    performed.until(f"bpy.context.preferences.addons['{MODULE}'].preferences.device == 'cpu'")
    performed.screenshot("preferences")
    preferences.click(dialogs.ENABLED)
    performed.until("not hasattr(bpy.types, 'MAMBATALK_PT_main')")
    assert performed.value("len(curves())")
    preferences.click(dialogs.ENABLED)
    performed.until("hasattr(bpy.types, 'MAMBATALK_PT_main')")
    assert performed.value("module('addon.take.info').active(character()) == action()")


def test_uninstalled_its_folder_is_gone_and_the_animation_stays(performed, preferences):
    preferences.click(dialogs.EXTENSIONS)
    preferences.click(dialogs.INSTALLED_MENU)
    preferences.press(dialogs.UNINSTALL)
    performed.until("not hasattr(bpy.types, 'MAMBATALK_PT_main')", 60)
    performed.until(lambda: performed.run("ls", "/tmp/home/blender/extensions/user_default/mambatalk").returncode)
    assert performed.value("len(curves())")
    performed.ask("bpy.context.scene.frame_set(40)")
    performed.settle()
    performed.screenshot("uninstalled")
