"""Directing the example's take with mouse and keys."""

import pytest

from devtools.window import dialogs
from devtools.window.sidebar import LEFT, RIGHT

from .conftest import keep_with_open_panels

START, END, MARGIN = 120, 180, 8


@pytest.fixture
def ranged(performed):
    """The hands are chosen, and a range of frames."""
    performed.ask(
        "settings = bpy.context.scene.mambatalk_direct\n"
        f"settings.parts, settings.span, settings.start, settings.end = {{'hands'}}, 'TYPED', {START}, {END}\n"
        f"settings.margin = {MARGIN}\n"
        "remember()"
    )
    return performed


@pytest.fixture(scope="module")
def with_accents(example, sidebar):
    """The file /mnt/accents.blend: the example's take, and open panels for accents and export."""
    keep_with_open_panels(sidebar, "accents", ("directing", "accents", "exchange"))
    sidebar.session.ask("remember('as generated')")
    return sidebar.session


def press_and_wait(sidebar, button):
    sidebar.press(button)
    sidebar.session.until("job()", 20)
    sidebar.session.until("job() is None", 120)


def key_over_viewport(sidebar, keys):
    sidebar.point_at_viewport()
    sidebar.session.run("xdotool", "key", keys)


def test_the_cross_cancels_and_nothing_is_changed(performed, sidebar):
    performed.ask("remember()")
    sidebar.press("mambatalk.generate")
    performed.until("job()", 20)
    performed.settle()
    sidebar.press_in_row("mambatalk.generate", "mambatalk.cancel", RIGHT)
    performed.until("job() is None", 20)
    assert "cancelled" in performed.value("notes()")
    assert performed.value("is_as()")


def test_hands_over_a_range_are_made_anew_undone_and_redone(ranged, sidebar):
    press_and_wait(sidebar, "mambatalk.resample")
    ranged.ask("remember('after')")
    bones = ranged.value("changed_bones()")
    assert bones
    assert all(name[:-1].rpartition("_")[2].rstrip("123") in FINGERS for name in bones), bones
    first, last = ranged.value("changed_frames()")
    assert START - MARGIN <= first < last <= END + MARGIN
    key_over_viewport(sidebar, "ctrl+z")
    ranged.until("is_as('before')")
    key_over_viewport(sidebar, "ctrl+shift+z")
    ranged.until("is_as('after')")


def test_a_key_changed_by_hand_stays_when_its_hand_is_made_anew(ranged, sidebar):
    value = ranged.value("lift('left_index1', 150, 0.2)")
    press_and_wait(sidebar, "mambatalk.resample")
    assert ranged.value("value_of('left_index1', 150)") == value
    assert ranged.value("changed_frames()")


def test_a_level_changes_keys_and_set_back_they_are_as_before(performed, sidebar):
    performed.ask("remember()")
    sidebar.type_into("mambatalk_take.upper|^upper$", "0.5")
    performed.until("not is_as()")
    assert "left_hip" not in performed.value("changed_bones()")
    performed.settle()
    sidebar.type_into("mambatalk_take.upper|^upper$", "1")
    performed.until("is_as()")


def test_takes_are_switched_in_their_list(performed, sidebar):
    first = performed.value("action().name")
    performed.ask("with override():\n    bpy.ops.mambatalk.copy_take(name=action().name)")
    performed.until(f"action().name != {first!r}")
    performed.settle()
    # The first take's row has its name, and left of it the button that switches to it.
    sidebar.press_in_row("^name$", f"switch_take.*{first}", LEFT)
    performed.until(f"action().name == {first!r}")


def test_finish_again_with_less_smoothing_changes_keys(performed, sidebar):
    performed.ask("remember(); bpy.context.scene.mambatalk.finish_smoothing = 0.3")
    press_and_wait(sidebar, "mambatalk.finish")
    assert performed.value("changed_frames()")


def test_a_gesture_at_the_current_frame_moves_the_arms_there(with_accents, sidebar):
    with_accents.ask("bpy.context.scene.frame_set(150)")
    sidebar.press("accent_add.*accent.*FRAME", FIRST_OF_THREE)
    with_accents.until("not is_as('as generated')")
    first, last = with_accents.value("changed_frames('as generated')")
    assert first < 150 < last
    # Of a stroke that is moved in time, torso and head go along by a share; legs and face never do. An arm whose own
    # stroke ends there stays as it is.
    changed = set(with_accents.value("changed_bones('as generated')"))
    arms = [{f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist")} for side in ("left", "right")]
    assert any(arm <= changed for arm in arms)
    assert not {"left_hip", "jaw"} & changed


def test_a_file_saved_and_opened_with_keys_has_its_take_which_can_still_be_changed(with_accents, sidebar):
    with_accents.ask("remember()")
    key_over_viewport(sidebar, "ctrl+shift+s")
    dialogs.name_file(with_accents, "saved.blend")
    with_accents.until("bpy.data.filepath == '/mnt/saved.blend'")
    with_accents.ask("bpy.ops.wm.read_homefile()")
    with_accents.until("character() is None")
    key_over_viewport(sidebar, "ctrl+o")
    dialogs.choose_file(with_accents, "/mnt/saved.blend")
    with_accents.until("bpy.data.filepath == '/mnt/saved.blend' and is_as()")
    with_accents.ask("action().mambatalk_take.upper = 0.5")
    with_accents.until("not is_as()")


def test_export_writes_an_fbx_and_says_why_there_is_no_sound(with_accents, sidebar):
    sidebar.type_into("^folder$", "/mnt/exported")
    sidebar.press("mambatalk.export")
    with_accents.until("notes()", 120)
    assert max(path.stat().st_size for path in (with_accents.shared / "exported").glob("*.fbx")) > 1_000_000
    # Debian builds Blender without sound.
    assert "without its sound" in with_accents.value("notes()")
    with_accents.settle()
    with_accents.screenshot("exported")


FIRST_OF_THREE = 0.17  # of the sidebar's width
FINGERS = {"index", "middle", "pinky", "ring", "thumb"}
