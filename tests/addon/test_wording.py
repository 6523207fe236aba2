"""Every operator and setting explains itself, in words that Blender's search finds and the sidebar does not cut."""

import bpy
import pytest

from .all_settings import every_setting, kinds, settings
from .layouts import Context, Layout, draw_all, is_shown
from .rigs import build

# Search finds an operator by the words of its label; each of these is what an animator would type.
WANTED = {
    "generate": "speech",
    "generate ": "gesture",
    "add_character": "character",
    "frame_character": "frame",
    "finish": "feet",
    "finish ": "shake",
    "retarget": "animation",
    "detect_rig": "bones",
    "key_face": "lip sync",
    "finish  ": "foot",
    "import_motion ": "mocap",
    "retarget ": "retarget",
    "remove_character": "remove",
    "mix": "mix",
    "export": "export",
    "import_motion": "import",
    "load_take": "load",
    "rest_pose": "pose",
    "resample": "resample",
    "show_edits": "hand",
    "face_table": "face",
    "mirror_rig": "rig",
    "push_take_to_nla": "nla",
    "mark_take_as_asset": "asset",
    "words_to_text_strips": "text",
    "words_to_markers": "markers",
    "accents_to_pose_markers": "pose markers",
}


@pytest.mark.any_blender
def test_every_operator_and_setting_has_a_plain_description(extension):
    texts = {name: kind.description for name, kind in kinds().items()}
    texts |= {f"{owner}.{entry.identifier}": entry.description for owner, entry in settings()}
    assert len(texts) > 100
    assert [name for name, text in texts.items() if not text] == []
    assert [name for name, text in texts.items() if text.endswith(".") or not text[0].isupper()] == []
    names = [entry.name for _, entry in settings()]
    assert all(name and "_" not in name for name in names)


@pytest.mark.any_blender
def test_operators_are_found_by_what_an_animator_types(extension):
    labels = {name: kind.name for name, kind in kinds().items()}
    assert len(set(labels.values())) == len(labels)
    missing = [(name, word) for name, word in WANTED.items() if word not in labels[name.strip()].lower()]
    assert missing == []


def test_search_sees_every_operator_in_the_menu(scene):
    layout = Layout()
    bpy.types.MAMBATALK_MT_speech.draw(type("Menu", (), {"layout": layout})(), bpy.context)
    by_label = {kind.name: name for name, kind in kinds().items()}
    # The only entry that is a menu: Blender's own list of presets.
    found = {by_label[label] for label in layout.drawn if label != "Level Presets"}
    # These need a row of a list, or stand in a menu of Blender's own.
    others = {"switch_take", "add_rig_bone", "rig_preset", "face_row", "add_smplx_body", "perform_asset"}
    others |= {"add_pronunciation", "remove_pronunciation"}
    internal = {name for name in kinds() if "INTERNAL" in _class_of(name).bl_options}
    assert found == set(kinds()) - others - internal


def _class_of(name: str) -> type:
    return getattr(bpy.types, f"MAMBATALK_OT_{name}")


@pytest.mark.any_blender
@pytest.mark.parametrize("what", ["empty", "taken", "mapped"])
def test_no_label_and_no_button_of_full_width_is_cut(scene, request, monkeypatch, what):
    from mambatalk_ext.addon.blender.layout import line_width, text_width

    monkeypatch.setattr(Context.region, "width", 280)
    if what == "taken":
        request.getfixturevalue("taken")
    elif what == "mapped":
        bpy.context.view_layer.objects.active = build("unreal5", seed=2).armature
        bpy.ops.mambatalk.detect_rig()
    assert is_shown("MAMBATALK_PT_main")
    texts = [text for drawn in draw_all().values() for text in drawn]
    assert [text for text in texts if text_width(text, 1.0) > line_width(Context())] == []


# What a number can be in, as descriptions say it; else Blender shows a unit beside the number.
MEASURES = ("frame", "second", "0 ", " 1", "factor", "how many", "number", "row of", "position in", "seed", "metres")


@pytest.mark.any_blender
def test_every_description_says_something_and_every_number_has_its_unit(extension):
    texts = {name: kind.description for name, kind in kinds().items()}
    texts |= {f"{owner}.{entry.identifier}": entry.description for owner, entry in every_setting()}
    assert len(texts) > 150
    assert [name for name, text in texts.items() if len(text.split()) < 3] == []
    without = [
        (owner, entry.identifier, entry.description)
        for owner, entry in every_setting()
        if entry.type in ("FLOAT", "INT")
        and (entry.unit, entry.subtype) == ("NONE", "NONE")
        and not any(measure in entry.description.lower() for measure in MEASURES)
    ]
    assert without == []


def test_the_add_on_takes_no_key_of_the_keyboard(extension):
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
    assert [item.idname for keymap in keymaps for item in keymap.keymap_items if "mambatalk" in item.idname] == []
