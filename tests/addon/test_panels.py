"""Every panel draws without an error, whatever the scene holds, and its texts fit the width."""

import bpy
import pytest

from .layouts import draw, draw_all
from .rigs import build


def test_an_empty_scene_says_what_to_do(scene):
    shown = draw_all()
    assert len(shown) >= 8
    assert "Choose a recording, or press Try the Example." in " ".join(shown["MAMBATALK_PT_main"])
    assert {"MAMBATALK_PT_takes", "MAMBATALK_PT_levels", "MAMBATALK_PT_smplx"}.isdisjoint(shown)
    assert "The character performs no take" in shown["MAMBATALK_PT_directing"]
    assert "Select an armature" in shown["MAMBATALK_PT_rig"]
    assert "No shape keys of a known face" in shown["MAMBATALK_PT_face"]


def test_a_character_with_a_take_shows_its_face_its_takes_and_its_words(taken):
    bpy.ops.mambatalk.face_table()
    bpy.context.scene.mambatalk_direct.span = "WORDS"
    shown = draw_all()
    face = shown["MAMBATALK_PT_face"]
    # A row of the table has its key, its gain and its offset, and whether it is used.
    assert len(face) > 52 * 4
    assert "Phone Lips" in face
    assert len(shown["MAMBATALK_PT_takes"]) == 6
    assert "mama" in shown["MAMBATALK_PT_direct"]


def test_resample_and_mix_in_are_greyed_with_the_reason_while_the_range_is_missing(taken):
    assert bpy.ops.mambatalk.copy_take(name=taken.animation_data.action.name) == {"FINISHED"}
    scene, words = bpy.context.scene, taken.animation_data.action.mambatalk_take.words
    directing = scene.mambatalk_direct

    def is_greyed(reason):
        panel = draw("MAMBATALK_PT_direct")
        assert {"Resample", "Mix In", "source"} <= set(panel.drawn)
        assert panel.greyed in ([], ["Resample", "Mix In"])
        assert (reason in " ".join(panel.drawn)) == bool(panel.greyed)
        return bool(panel.greyed)

    directing.span = "PREVIEW"
    assert is_greyed("Press P in the timeline")
    scene.use_preview_range = True
    assert not is_greyed("Press P in the timeline")
    directing.span = "WORDS"
    assert is_greyed("Tick words in the list")
    words[0].chosen = True
    assert not is_greyed("Tick words in the list")
    words[0].chosen = scene.use_preview_range = False
    for directing.span in ("TYPED", "ALL"):
        assert not is_greyed("choose another Range")


def test_a_mapped_rig_lists_its_bones(scene):
    armature = build("unreal5", seed=2).armature
    bpy.context.view_layer.objects.active = armature
    assert any("Unreal" in text for text in draw_all()["MAMBATALK_PT_rig"])
    bpy.ops.mambatalk.detect_rig()
    shown = draw_all()["MAMBATALK_PT_rig"]
    assert sum(text == "bone" for text in shown) > 50


@pytest.mark.parametrize("kind", ["FBX", "GLB", "BVH", "USD", "NPZ", "SMPL", "CSV"])
def test_every_export_format_has_its_choices(taken, kind):
    bpy.context.scene.mambatalk_export.kind = kind
    shown = draw_all()["MAMBATALK_PT_exchange"]
    assert "Export" in shown
    assert ("For" in shown) == (kind == "FBX")
    assert ("Meshes" in shown) == (kind in ("FBX", "GLB", "USD"))


def test_progress_errors_and_notes_are_shown(taken, monkeypatch):
    from mambatalk_ext.addon.job import state as job_state
    from mambatalk_ext.core.errors import GestureError

    job = job_state.Job("Generating", None, fraction=0.4, stage="Listening")
    monkeypatch.setattr(job_state.current, "job", job)
    assert "Listening" in draw_all()["MAMBATALK_PT_main"]
    monkeypatch.setattr(job_state.current, "job", None)
    monkeypatch.setattr(job_state.current, "error", GestureError("The disk is full.", "Free some space."))
    monkeypatch.setattr(job_state.current, "notes", ["Made without words."])
    shown = draw_all()["MAMBATALK_PT_main"]
    assert {"The disk is full.", "Free some space.", "Made without words."} <= set(shown)


def test_the_smplx_body_is_shown_where_the_preferences_have_its_file(scene, monkeypatch, tmp_path):
    assert "MAMBATALK_PT_smplx" not in draw_all()
    monkeypatch.setenv("MAMBATALK_SMPLX", str(tmp_path / "SMPLX_FEMALE.npz"))
    assert {"SMPLX_FEMALE.npz", "Add SMPL-X Body"} <= set(draw_all()["MAMBATALK_PT_smplx"])


def test_keys_for_another_frame_rate_are_mentioned(taken):
    assert not any("keyed for" in text for text in draw_all()["MAMBATALK_PT_directing"])
    bpy.context.scene.render.fps = 60
    assert any("keyed for" in text for text in draw_all()["MAMBATALK_PT_directing"])


def test_everything_but_generate_is_closed_at_first_and_stands_under_its_task(extension):
    kinds = (getattr(bpy.types, name) for name in dir(bpy.types) if name.startswith("MAMBATALK_PT_"))
    panels = {kind.__name__: kind for kind in kinds if kind.bl_region_type == "UI"}
    top = {name for name, panel in panels.items() if not hasattr(panel, "bl_parent_id")}
    assert [panels[name].bl_label for name in sorted(top)] == ["Direct", "Import & Export", "Generate", "Rig & Face"]
    opened = {name for name, panel in panels.items() if "DEFAULT_CLOSED" not in getattr(panel, "bl_options", ())}
    assert opened == {"MAMBATALK_PT_main", "MAMBATALK_PT_takes"}
    assert {panel.bl_parent_id for name, panel in panels.items() if name not in top} <= top


def test_words_stand_beside_accents(taken):
    shown = draw_all()["MAMBATALK_PT_accents"]
    assert shown.index("mama") < shown.index("Current Frame")


def test_no_two_settings_have_the_same_name(extension):
    """Smoothing is one thing, and so is Takes."""
    scene = bpy.context.scene
    owners = (scene.mambatalk, scene.mambatalk_direct, scene.mambatalk_export)
    names = [entry.name for owner in owners for entry in owner.bl_rna.properties]
    names += [entry.name for entry in bpy.types.Action.bl_rna.properties["mambatalk_take"].fixed_type.properties]
    assert names.count("Smoothing") == 1
    assert "Takes" not in names
