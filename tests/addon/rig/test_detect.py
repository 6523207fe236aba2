"""A rig is told by its bones' names and hierarchy, however they are written; what is missing is listed."""

import json

import pytest

from ..skeletons import hierarchy

pytestmark = pytest.mark.any_blender


@pytest.fixture(scope="module")
def bone_map():
    from mambatalk_ext.addon.rig import presets as rig_presets

    return rig_presets


def keys():
    from mambatalk_ext.addon.rig import presets as rig_presets

    return [preset.key for preset in rig_presets.presets()]


def detected(parent: dict):
    from mambatalk_ext.addon.rig import detect as rig_detect

    names = list(parent)
    return rig_detect.detect(names, [names.index(above) if above else -1 for above in parent.values()])


def renamed(parent: dict, change) -> dict:
    return {change(name): above and change(above) for name, above in parent.items()}


@pytest.mark.parametrize("key", keys())
def test_each_kind_is_told_from_all_others(key, bone_map):
    found = detected(hierarchy(key))
    preset = next(each for each in bone_map.presets() if each.key == key)
    assert found.map.label == preset.label
    assert found.score == pytest.approx(1.0)
    assert found.map.missing() == ()
    for part, names in preset.bones.items():
        assert len(found.map.bones[part]) == len(names)
        if part.startswith("left_"):
            assert len(found.map.bones[bone_map.mirrored(part)]) == len(names)
            assert not set(found.map.bones[part]) & set(found.map.bones[bone_map.mirrored(part)])


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("mixamo", lambda name: name.replace("mixamorig:", "")),
        ("mixamo", lambda name: name.replace("mixamorig:", "mixamorig")),
        ("mixamo", lambda name: name.replace("mixamorig:", "mixamorig12:")),
        ("mixamo", lambda name: name.replace(":", "_").upper() if ":" not in name else name.lower()),
        ("unreal4", lambda name: f"hero_{name}"),
        ("unreal5", lambda name: f"{name}_jnt"),
        ("biped", lambda name: name.replace("Bip01", "Bip001")),
        ("biped", lambda name: name.replace("Bip01 ", "ValveBiped_").replace(" ", "_")),
        ("reallusion", lambda name: name.replace("CC_Base_", "RL_")),
        ("reallusion", lambda name: name.replace("CC_Base_", "")),
        ("vroid", lambda name: name.replace("J_Bip", "N00_000_Bip")),
        ("blender_human", lambda name: name.replace(".L", "_Left").replace(".R", "_Right")),
        ("smplx", lambda name: f"f_avg_{name}"),
    ],
)
def test_prefixes_suffixes_case_and_side_marks_do_not_matter(key, change):
    plain, other = detected(hierarchy(key)), detected(renamed(hierarchy(key), change))
    assert other.map.missing() == ()
    same = sum(
        tuple(map(change, names)) == other.map.bones.get(part, ()) for part, names in plain.map.bones.items()
    ) / len(plain.map.bones)
    assert same > 0.85


def test_a_rig_without_fingers_or_toes_is_still_told(bone_map):
    parent = {
        name: above
        for name, above in hierarchy("mixamo").items()
        if not any(word in name for word in ("Thumb", "Index", "Middle", "Ring", "Pinky", "Toe"))
    }
    found = detected(parent)
    assert found.map.label == "Mixamo"
    assert found.map.missing() == ()
    assert "left_index" not in found.map.bones


def test_missing_legs_are_named(bone_map):
    parent = {
        n: p for n, p in hierarchy("unreal4").items() if not any(w in n for w in ("thigh", "calf", "foot", "ball"))
    }
    found = detected(parent)
    assert set(found.map.missing()) == {f"{s}_{part}" for s in ("left", "right") for part in ("hip", "knee", "ankle")}


def test_an_unknown_rig_is_matched_by_words(bone_map):
    parent = {"rig_cog": None, "rig_pelvis": "rig_cog", "rig_torso_01": "rig_pelvis", "rig_torso_02": "rig_torso_01"}
    parent |= {"rig_neck": "rig_torso_02", "rig_head": "rig_neck"}
    for s in ("lf", "rt"):
        side = {"lf": "left", "rt": "right"}[s]
        above = "rig_torso_02"
        for word in ("clavicle", "upArm", "lowArm", "hand"):
            parent[f"rig_{side}_{word}"] = above
            above = f"rig_{side}_{word}"
        for number in range(1, 5):
            parent[f"rig_{side}_index{number}"] = above
            above = f"rig_{side}_index{number}"
        above = "rig_pelvis"
        for word in ("upLeg", "lowLeg", "foot"):
            parent[f"rig_{side}_{word}"] = above
            above = f"rig_{side}_{word}"
    found = detected(parent)
    assert "words" in found.map.label
    assert found.map.missing() == ()
    assert found.map.bones["spine"] == ("rig_torso_01", "rig_torso_02")
    assert found.map.bones["left_shoulder"] == ("rig_left_upArm",)
    assert found.map.bones["left_index"] == ("rig_left_index2", "rig_left_index3", "rig_left_index4")
    assert found.map.bones["right_knee"] == ("rig_right_lowLeg",)


@pytest.mark.parametrize("parent", [{}, {"Bone": None}, {"Bone": None, "Bone.001": "Bone", "wheel.L": "Bone"}])
def test_what_is_no_body_is_not_taken_for_one(parent):
    assert detected(parent) is None


def test_seven_hundred_bones_take_no_time():
    import time

    parent = hierarchy("rigify")
    for number in range(700):
        parent[f"MCH-extra{number}_tweak.L"] = "torso"
    start = time.process_time()
    assert detected(parent).map.label == "Rigify"
    assert time.process_time() - start < 1.0


def test_a_mapping_is_saved_and_read_back(bone_map, tmp_path):
    found = detected(hierarchy("rigify")).map
    assert found.controls
    assert found.settings["upper_arm_parent.R"]["IK_FK"] == 1.0
    bone_map.save(found, tmp_path / "mine.json")
    preset = bone_map.read_preset(tmp_path / "mine.json")
    assert preset.bones == found.bones
    assert (preset.controls, preset.settings) == (True, found.settings)


@pytest.mark.parametrize("text", ["", "[]", '{"label": "x"}', '{"label": "x", "bones": {"tail": ["t"]}}', "{}"])
def test_a_damaged_mapping_is_refused(bone_map, tmp_path, text):
    from mambatalk_ext.core.errors import GestureError

    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(GestureError):
        bone_map.read_preset(tmp_path / "bad.json")


def test_presets_name_only_parts_of_a_body(bone_map):
    for path in bone_map.PRESETS.glob("*.json"):
        content = json.loads(path.read_text())
        assert content["bones"].keys() <= bone_map.PARENT.keys()
        assert set(content) <= {"label", "marks", "controls", "settings", "bones"}


def test_fingers_and_eyes_with_plain_names_complete_a_rig_of_a_known_kind():
    from mambatalk_ext.addon.rig.detect import detect

    # A Mixamo body whose eyes are called eyes, without the mark of Ready Player Me.
    parent = {"Hips": None, "Spine": "Hips", "Neck": "Spine", "Head": "Neck", "LeftEye": "Head", "RightEye": "Head"}
    for side in ("Left", "Right"):
        rows = [["Shoulder", "Arm", "ForeArm", "Hand", "HandIndex1", "HandIndex2"], ["UpLeg", "Leg", "Foot", "ToeBase"]]
        for row, above in zip(rows, ("Spine", "Hips"), strict=True):
            for name in row:
                parent[f"{side}{name}"] = above
                above = f"{side}{name}"
    names = list(parent)
    found = detect(names, [names.index(each) if each else -1 for each in parent.values()])
    assert found.map.label == "Mixamo"
    assert found.map.bones["left_eye"] == ("LeftEye",)
    assert found.map.bones["right_eye"] == ("RightEye",)
