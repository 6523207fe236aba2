"""The language of a transcript and the pronunciations of names, as panels and preferences choose them."""

from pathlib import Path

import bpy
import pytest
from mambatalk_ext.addon.blender.sequencer import Clip
from mambatalk_ext.addon.job import preferences, result_notes
from mambatalk_ext.addon.language import choice, pronunciations
from mambatalk_ext.core.errors import GestureError

pytestmark = pytest.mark.any_blender


def _request(recording):
    return bpy.context.scene.mambatalk.to_request(bpy.context, Clip(recording, 1), Path("take"))


def test_the_request_has_the_chosen_language_and_else_finds_it(scene, recording):
    settings = scene.mambatalk
    settings.transcript_source = "NONE"
    assert _request(recording).language == "auto"
    settings.language = "German"
    assert _request(recording).language == "de"
    settings.language = "Elvish"
    with pytest.raises(GestureError, match="no language “Elvish”"):
        _request(recording)


def test_typed_letters_suggest_languages(scene):
    assert choice.suggestions(scene.mambatalk, bpy.context, "portu") == ["Portuguese", "Portuguese (Brazil)"]


def test_names_are_said_as_the_list_of_the_file_says(scene, recording, tmp_path):
    scene.mambatalk.transcript_source = "NONE"
    bpy.ops.mambatalk.add_pronunciation(where="SCENE", word="Siobhan", sound="shivawn")
    bpy.ops.mambatalk.add_pronunciation(where="SCENE", word="siobhan", sound="shivorn")
    bpy.ops.mambatalk.add_pronunciation(where="SCENE")
    assert _request(recording).pronunciations == {"siobhan": "shivorn"}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert preferences.own_pronunciations(bpy.context) == {"siobhan": "shivorn"}
    bpy.ops.mambatalk.remove_pronunciation(where="SCENE", index=0)
    assert preferences.own_pronunciations(bpy.context) == {}


def test_a_list_of_the_preferences_is_kept_as_a_text(scene):
    own = scene.mambatalk.pronunciations
    pronunciations.fill(own, '[["Łódź", "Wutsch"]]')
    assert pronunciations.as_json(own) == '[["Łódź", "Wutsch"]]'
    pronunciations.fill(own, "{damaged")
    assert pronunciations.as_dict(own) == {"Łódź": "Wutsch"}


def test_the_panel_says_which_language_and_where_times_are_estimated():
    take = {
        "frames": 300,
        "fps": 30,
        "settings": {"finish": False},
        "alignment": {"words": "aligned", "language": "de"},
    }
    assert result_notes.take_lines({"take": take})[1:] == ["The words are in German."]
    take["alignment"] = {"words": "estimated", "language": "de", "reason": "They do not fit."}
    lines = result_notes.take_lines({"take": take})
    assert "The times of the words are estimated from pauses and syllables." in lines
