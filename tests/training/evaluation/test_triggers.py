"""Gestures that words ask for are found near their words."""

import json

import numpy as np
import pytest

from core.errors import GestureError
from core.text.timing import Word
from training.evaluation.triggers import Trigger, read_triggers, trigger_score


def test_triggers_are_entries_near_the_word():
    words = [Word(w, t, t + 0.2) for w, t in (("no", 1.9), ("house", 4.9), ("two", 7.9), ("tree", 8.6), ("sea", 12.0))]
    triggers = [Trigger("negation", 2.0), Trigger("number", 8.0)]
    negation, number = np.zeros(450, bool), np.zeros(450, bool)
    negation[70:90] = True  # from 2.33 s: near "no"
    number[100:250] = True  # from 3.33 s to 8.33 s: held over "house" and "two", entered near neither
    score = trigger_score(triggers, words, {"negation": negation, "number": number})
    assert (score.entered, score.shown) == (0.5, 1.0)
    assert score.entered_by_kind == {"negation": 1.0, "number": 0.0}
    # "tree" is too near to a trigger to count; "house" and "sea" are left
    assert (score.trigger_count, score.other_count) == (2, 2)
    assert (score.others_entered_any, score.others_shown_any) == (0.0, 0.5)
    assert score.others_shown == 0.25
    with pytest.raises(GestureError, match="dance"):
        trigger_score([Trigger("dance", 1.0)], words, {"number": number})


def test_a_trigger_list_that_names_other_words_is_refused(tmp_path):
    words = [Word("No,", 0.0, 0.4), Word("never", 0.5, 0.9)]
    path = tmp_path / "talk.json"
    path.write_text(json.dumps({"sentences": [{"class": "negation", "trigger": "never", "trigger_word": 1}]}))
    assert read_triggers(path, words) == (Trigger("negation", 0.7),)
    path.write_text(json.dumps({"sentences": [{"class": "negation", "trigger": "never", "trigger_word": 0}]}))
    with pytest.raises(GestureError, match="never"):
        read_triggers(path, words)
