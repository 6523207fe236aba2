"""No label and no button is cut in the narrowest sidebar, in English, German and Japanese."""

import functools

import bpy
import pytest
from mambatalk_ext.addon.blender import layout, translation

from devtools.window import panel_texts

from .layouts import Context, Layout, _Panel, is_shown
from .rigs import build

NARROWEST_PX = 280
LANGUAGES = ("en", *translation.languages())

pytestmark = pytest.mark.any_blender


@pytest.fixture(params=LANGUAGES)
def language(request, monkeypatch):
    """A language, in which the widths of texts are measured."""

    def translated(text: str) -> str:
        return translation.translate(text, request.param)

    monkeypatch.setattr(panel_texts, "translate", translated)
    monkeypatch.setattr(layout, "translated", translated)
    monkeypatch.setattr(panel_texts, "scale", lambda: 1.0)
    # Most texts are the same in all panels and choices.
    for module in (panel_texts, layout):
        monkeypatch.setattr(module, "text_width", functools.cache(module.text_width))
    monkeypatch.setattr(Context.region, "width", NARROWEST_PX)
    return request.param


@functools.cache
def panels() -> list[str]:
    """The names of all panels; to list what Blender knows takes long."""
    return [name for name in dir(bpy.types) if name.startswith("MAMBATALK_PT_")]


def cut() -> set[str]:
    """The texts that are cut in the panels that are shown now, each with its panel and what it needs."""
    panel_texts.drawn.clear()
    for name in panels():
        if is_shown(name):
            kind, noted = getattr(bpy.types, name), panel_texts.Noted(Layout())
            kind.draw(_Panel(kind, noted), Context())
            panel_texts.drawn[name] = noted
    assert len(panel_texts.drawn) > 8
    return set(panel_texts.too_wide(NARROWEST_PX))


def test_no_text_is_cut_in_an_empty_scene(scene, language):
    assert cut() == set()


def test_no_text_is_cut_where_a_rig_is_mapped(scene, language):
    bpy.context.view_layer.objects.active = build("unreal5", seed=2).armature
    bpy.ops.mambatalk.detect_rig()
    assert cut() == set()


def test_no_text_is_cut_with_a_take_whatever_is_chosen(taken, language):
    bpy.ops.mambatalk.face_table()
    found, scene = cut(), bpy.context.scene
    owners = [getattr(scene, name) for name in tuple(scene.bl_rna.properties.keys()) if name.startswith("mambatalk")]
    owners.append(bpy.context.window_manager.mambatalk_gestures)
    for owner in owners:
        for entry in getattr(owner, "bl_rna", scene.bl_rna).properties:
            for value in choices(owner, entry):
                before = getattr(owner, entry.identifier)
                setattr(owner, entry.identifier, value)
                found |= cut()
                setattr(owner, entry.identifier, before)
    assert found == set()


def choices(owner, entry) -> list:
    """The other values of a setting that decides what a panel shows."""
    if entry.is_readonly or entry.type not in ("ENUM", "BOOLEAN") or getattr(entry, "is_array", False):
        return []
    now = getattr(owner, entry.identifier)
    if entry.type == "BOOLEAN":
        return [not now]
    return [] if entry.is_enum_flag else [item.identifier for item in entry.enum_items if item.identifier != now]
