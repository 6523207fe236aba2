"""The word track without a window: letters in drawn order, and which word the mouse is on."""

import numpy as np
import pytest

pytestmark = pytest.mark.any_blender


def test_right_to_left_words_are_joined_and_turned_and_others_stay():
    from mambatalk_ext.core.language.drawn_letters import in_drawn_order

    assert in_drawn_order("שלום") == "םולש"
    # Signs stay with their letters, and numbers in their own order.
    assert in_drawn_order("שָׁלוֹם") == "םוֹלשָׁ"
    assert in_drawn_order("2024م") == "ﻡ2024"
    assert in_drawn_order("(שלום)") == "(םולש)"
    # seen initial, lam and alef as one final sign, meem isolated
    assert in_drawn_order("سلام") == "\ufee1\ufefc\ufeb3"
    assert in_drawn_order("پدر") == "\ufead\ufeaa\ufb58"
    for text in ("hello", "世界", "здравствуй", "naïve", "안녕", ""):
        assert in_drawn_order(text) == text


def test_the_mouse_is_on_an_edge_or_a_word_and_a_shared_edge_belongs_to_its_side():
    from mambatalk_ext.addon.words.track import Grip, View, Words, moved, under

    words = Words(np.array([10.0, 20.0, 40.0]), np.array([20.0, 30.0, 40.2]))
    view = View(0.0, 100.0, 1000.0, 120.0)
    y = view.bottom + 5
    assert under(words, view, 150, y) == (0, Grip.WORD)
    assert under(words, view, 101, y) == (0, Grip.START)
    assert {under(words, view, x, y)[1] for x in (198, 202)} <= {Grip.START, Grip.END}
    assert under(words, view, 401, y) == (2, Grip.WORD)
    assert under(words, view, 350, y) is None
    assert under(words, view, 150, view.top + 1) is None
    assert moved(10, 20, Grip.WORD, 2.5) == (12.5, 22.5)
    assert moved(10, 20, Grip.END, 2.6, snap=True) == (10, 23)
    assert [index for index, *_ in words.in_sight(View(25.0, 39.0, 1000.0, 120.0))] == [1]
