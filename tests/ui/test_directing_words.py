"""Words in the timeline with the mouse: seen, dragged by an edge, spelled after a double-click, undone."""

import pytest

from .conftest import keep_with_open_panels

# A right-to-left and a Chinese word among others.
NAMES = ("hello", "שלום", "سلام", "世界", "مرحبا")


@pytest.fixture(scope="module")
def with_words(example, sidebar):
    """The example's take, the panel Words, and the track, which the button of the panel has switched on."""
    keep_with_open_panels(sidebar, "words", ("directing", "words"))
    blender = sidebar.session
    blender.ask("show_frames(1, 120)")
    sidebar.press("^show$")
    blender.until("module('addon.words.overlay').is_on()")
    blender.settle()
    return blender


def to(blender, place):
    """Move the mouse to a place of the timeline."""
    x, y = place
    screen = str(x), str(blender.size[1] - 1 - y)
    blender.run("xdotool", "mousemove", str(x - 1), screen[1], "mousemove", *screen)
    blender.until(f"rests({x}, {y}, 'DOPESHEET_EDITOR')", 10)


def hold(blender):
    """Press the left mouse button on a word, and wait until Blender drags it, which may be late on a busy computer."""
    blender.run("xdotool", "mousedown", "1")
    blender.until("'MAMBATALK_OT_drag_word' in window().modal_operators", 10)


def test_the_edge_of_a_word_is_dragged_and_ctrl_z_brings_it_back(with_words):
    blender = with_words
    mouth = blender.value("mouth()")
    before = blender.value("word_times(3)")
    x, y = blender.value("word_place(3, 'start')")
    to(blender, (x, y))
    hold(blender)
    to(blender, (x + 10, y))
    blender.screenshot("words_drag")
    to(blender, (x + 24, y))
    blender.run("xdotool", "mouseup", "1")
    blender.until(f"word_times(3) != {before}")
    start, end = blender.value("word_times(3)")
    assert before[0] < start < end == before[1]
    # The mouth follows at once.
    assert blender.value("mouth()") != mouth
    blender.run("xdotool", "key", "ctrl+z")
    blender.until(f"word_times(3) == {before} and mouth() == {mouth}")


def test_esc_ends_a_drag_and_beside_the_track_the_mouse_selects_keys(with_words):
    blender = with_words
    before = blender.value("word_times(3)")
    x, y = blender.value("word_place(3, 'word')")
    to(blender, (x, y))
    hold(blender)
    to(blender, (x + 24, y))
    blender.run("xdotool", "key", "Escape", "mouseup", "1")
    assert blender.value("word_times(3)") == before
    frame = blender.value("bpy.context.scene.frame_current")
    to(blender, (x, blender.value("scrub_height()")))
    blender.run("xdotool", "click", "1")
    blender.until(f"bpy.context.scene.frame_current != {frame}")


def test_a_double_click_corrects_the_spelling_and_words_of_all_scripts_are_drawn(with_words):
    blender = with_words
    to(blender, blender.value("word_place(4, 'word')"))
    blender.run("xdotool", "click", "--repeat", "2", "--delay", "60", "1")
    blender.settle()
    blender.run("xdotool", "sleep", "0.3", "key", "ctrl+a")
    blender.run("xdotool", "type", "--delay", "15", "Dashing")
    blender.screenshot("words_spelling")
    for _ in range(2):
        blender.run("xdotool", "sleep", "0.3", "key", "Return")
    blender.until("action().mambatalk_take.words[4].name == 'Dashing' and job() is None", 60)
    blender.settle()
    blender.screenshot("words")
    blender.ask(f"name_words({NAMES!r}); show_frames(1, 60)")
    blender.settle()
    blender.screenshot("words_of_scripts")
