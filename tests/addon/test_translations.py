"""Every text that an animator reads has a translation in each catalog, and messages with values find theirs."""

import json

import bpy
import pytest
from mambatalk_ext.addon.blender import translation

from devtools import translation as texts

from .all_settings import every_setting
from .conftest import PACKAGE

LANGUAGES = ("de", "ja")


@pytest.mark.any_blender
def test_the_catalogs_are_those_that_blender_gets():
    assert translation.languages() == LANGUAGES


@pytest.mark.any_blender
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_a_translation_and_nothing_else_has(extension, language):
    wanted, known = texts.all_texts(PACKAGE), texts.catalog(language)["texts"]
    assert len(wanted) > 800
    assert sorted(wanted - set(known)) == []
    assert sorted(set(known) - wanted) == []


@pytest.mark.any_blender
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_text(language):
    known = texts.catalog(language)["texts"]
    places = {text: [sorted(translation.PLACE.findall(t)) for t in (text, said)] for text, said in known.items()}
    assert {text: both for text, both in places.items() if both[0] != both[1]} == {}
    assert [text for text, said in known.items() if not said.strip()] == []
    # Tooltips and labels have no full stop in Blender, messages have one.
    stops = (".", "。")
    assert [text for text, said in known.items() if text.endswith(stops) != said.endswith(stops)] == []


@pytest.mark.any_blender
@pytest.mark.parametrize("language", LANGUAGES)
def test_most_of_a_catalog_is_not_english(language):
    known = texts.catalog(language)["texts"]
    same = [text for text, said in known.items() if said == text and len(text.split()) > 3]
    assert len(same) <= 5


@pytest.mark.any_blender
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_says_how_it_was_made(language):
    path = texts.CATALOGS / f"{language}.json"
    assert "made by a machine" in json.loads(path.read_text(encoding="utf-8"))["origin"]


def test_a_message_with_values_is_translated_but_no_name_that_the_user_gave(extension, tmp_path, monkeypatch):
    known = {
        "The take has no part {0}.": "Die Aufnahme hat kein Teil {0}.",
        "{0} is empty": "{0} ist leer",
        "Choose another {0}, not {1}.": "Wähle statt {1} ein anderes {0}.",
        "the hands": "die Hände",
    }
    (tmp_path / "xx.json").write_text(json.dumps({"texts": known}), encoding="utf-8")
    monkeypatch.setattr(translation, "FOLDER", tmp_path)

    def said(text: str) -> str:
        return translation.translate(text, "xx")

    assert said("The take has no part tail.") == "Die Aufnahme hat kein Teil tail."
    assert said("/tmp/a {b}.wav is empty") == "/tmp/a {b}.wav ist leer"
    assert said("/tmp/a.wav is empty.") == "/tmp/a.wav ist leer."
    assert said("Choose another head, not the hands.") == "Wähle statt die Hände ein anderes head."
    assert said("the hands is empty. The take has no part x.") == "die Hände ist leer. Die Aufnahme hat kein Teil x."
    assert said("Nobody knows this.") == "Nobody knows this."
    bpy.data.actions.new("the hands")
    assert said("Choose another foot, not the hands.") == "Wähle statt the hands ein anderes foot."
    assert translation.translate("{0} is empty", "yy") == "{0} is empty"


def test_an_interface_in_english_shows_english(extension):
    assert bpy.app.translations.locale.partition("_")[0] in ("", "en")
    assert translation.translated("Add Character") == "Add Character"


def test_names_are_looked_up_in_our_context_and_not_among_blenders_own_words(extension):
    context = translation.CONTEXT
    names = [name for name in dir(bpy.types) if name.startswith(("MAMBATALK_PT_", "MAMBATALK_OT_", "MAMBATALK_MT_"))]
    assert len(names) > 100
    assert [name for name in names if getattr(bpy.types, name).bl_translation_context != context] == []
    own = {f"{owner}.{entry.identifier}": entry for owner, entry in every_setting()}
    assert len(own) > 150
    assert [name for name, entry in own.items() if entry.translation_context != context] == []
