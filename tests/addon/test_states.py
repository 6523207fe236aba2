"""Every operator and every panel, in states of a scene that nobody planned for: a result or a reason, never a fault."""

import bpy
import pytest

from .conftest import empty_file, linked_cast, wobble, write_take
from .layouts import Layout, draw_all

# These run last, in this order: they change the state, or take away what others need.
LAST = ("load_take", "import_motion", "discard_take", "discard_others", "clear_rig", "remove_character")
LAST = (*LAST, "discard_left_takes", "add_character", "retarget")
# These wait for the worker for seconds, open another program or write into the user's folders; other tests run them.
LEFT_OUT = ("check_worker", "use_python", "find_pythons", "try_example", "generate", "open_log", "add_smplx_body")
FAULT = "Traceback"


def arguments(name, tmp_path):
    if name in ("save_rig", "load_rig"):
        return {"filepath": str(tmp_path / "rig.json")}
    if name == "load_take":
        return {"folder": str(tmp_path / "take")}
    if name == "import_motion":
        return {"filepath": str(tmp_path / "take" / "motion.npz")}
    if name == "find_recording":
        return {"filepath": str(tmp_path / "tone.wav")}
    if name == "export":
        return {"folder": str(tmp_path / "out")}
    return {"clean_feet": False} if name == "retarget" else {}


def mode(wanted, of="armature"):
    def apply(armature, tmp_path):
        target = armature if of == "armature" else next(c for c in armature.children if c.type == "MESH")
        bpy.context.view_layer.objects.active = target
        bpy.ops.object.mode_set(mode=wanted)

    return apply


def nothing_selected(armature, tmp_path):
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None


def empty_scene(armature, tmp_path):
    empty_file()


def deleted_by_hand(armature, tmp_path):
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.object.delete()


def hidden(armature, tmp_path):
    armature.hide_set(True)
    armature.hide_viewport = True


def in_no_view_layer(armature, tmp_path):
    collection = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(collection)
    for each in (armature, *armature.children):
        for other in each.users_collection:
            other.objects.unlink(each)
        collection.objects.link(each)
    bpy.context.view_layer.layer_collection.children["Cast"].exclude = True


def without_mesh(armature, tmp_path):
    for each in list(armature.children):
        bpy.data.objects.remove(each)


def a_light_is_active(armature, tmp_path):
    light = bpy.data.objects.new("Light", bpy.data.lights.new("Light", "POINT"))
    bpy.context.scene.collection.objects.link(light)
    bpy.context.view_layer.objects.active = light


def a_rig_that_is_no_body(armature, tmp_path):
    nothing_selected(armature, tmp_path)
    bpy.ops.object.armature_add()
    bpy.context.scene.mambatalk.character = None


def no_3d_view(armature, tmp_path):
    for screen in bpy.data.screens:
        for area in screen.areas:
            if area.type == "VIEW_3D":
                area.type = "TEXT_EDITOR"


def local_view(armature, tmp_path):
    a_light_is_active(armature, tmp_path)
    screen = bpy.context.window.screen
    area = next(area for area in screen.areas if area.type == "VIEW_3D")
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.object.select_set(True)
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(area=area, region=region):
        bpy.ops.view3d.localview()


def no_action(armature, tmp_path):
    armature.animation_data_clear()


def another_action(armature, tmp_path):
    armature.animation_data.action = bpy.data.actions.new("Other")


def an_empty_take(armature, tmp_path):
    action = armature.animation_data.action
    for layer in getattr(action, "layers", ()):
        action.layers.remove(layer)
    for curve in () if hasattr(action, "layers") else list(action.fcurves):
        action.fcurves.remove(curve)


def tweaked_in_the_nla(armature, tmp_path):
    action = armature.animation_data.action
    track = armature.animation_data.nla_tracks.new()
    track.strips.new(action.name, 1, action)
    armature.animation_data.action = None
    armature.animation_data.use_tweak_mode = True


def in_another_scene(armature, tmp_path):
    bpy.context.window.scene = bpy.data.scenes.new("Second")


def linked(armature, tmp_path):
    empty_file()
    collection = linked_cast(tmp_path)
    bpy.context.scene.collection.children.link(collection)
    bpy.context.view_layer.objects.active = next(o for o in collection.objects if o.type == "ARMATURE")


def overridden(armature, tmp_path):
    linked(armature, tmp_path)
    cast = bpy.data.collections["Cast"]
    cast.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    own = [o for o in bpy.context.scene.objects if o.override_library is not None and o.type == "ARMATURE"]
    bpy.context.view_layer.objects.active = own[0]


def rate(fps, base=1.0):
    def apply(armature, tmp_path):
        bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = fps, base

    return apply


def first_frame(number):
    def apply(armature, tmp_path):
        bpy.context.scene.frame_start, bpy.context.scene.frame_end = number, number + 100
        bpy.context.scene.frame_set(number)

    return apply


STATES = {
    "object mode": lambda armature, tmp_path: None,
    "empty scene": empty_scene,
    "nothing selected": nothing_selected,
    "deleted by hand": deleted_by_hand,
    "pose mode": mode("POSE"),
    "armature in edit mode": mode("EDIT"),
    "mesh in edit mode": mode("EDIT", "mesh"),
    "mesh in weight paint": mode("WEIGHT_PAINT", "mesh"),
    "hidden": hidden,
    "in no view layer": in_no_view_layer,
    "without mesh": without_mesh,
    "a light is active": a_light_is_active,
    "a rig that is no body": a_rig_that_is_no_body,
    "no 3D view": no_3d_view,
    "local view": local_view,
    "no action": no_action,
    "another action": another_action,
    "an empty take": an_empty_take,
    "tweaked in the NLA": tweaked_in_the_nla,
    "in another scene": in_another_scene,
    "linked": linked,
    "overridden": overridden,
    "23.976 fps": rate(24, 1.001),
    "60 fps": rate(60),
    "starts at 0": first_frame(0),
    "starts at 1001": first_frame(1001),
}


@pytest.fixture
def start(character, tmp_path, recording):
    """A character with two takes, its rig mapped in a file."""
    bpy.context.scene.render.fps = 30
    assert bpy.ops.mambatalk.save_rig(filepath=str(tmp_path / "rig.json")) == {"FINISHED"}
    folder = write_take(tmp_path / "take", wobble(40), recording)
    assert bpy.ops.mambatalk.load_take(folder=str(folder)) == {"FINISHED"}
    assert bpy.ops.mambatalk.copy_take() == {"FINISHED"}
    return character


def draw_everything():
    draw_all()
    bpy.types.MAMBATALK_MT_speech.draw(type("Menu", (), {"layout": Layout()})(), bpy.context)


# The other states are tried by the slow suite.
QUICK = ("empty scene", "deleted by hand", "mesh in edit mode", "tweaked in the NLA", "linked", "in another scene")


@pytest.mark.parametrize(
    "state", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STATES]
)
def test_every_operator_gives_a_result_or_a_reason(start, tmp_path, state):
    STATES[state](start, tmp_path)
    bpy.context.view_layer.update()
    draw_everything()
    names = [name for name in dir(bpy.ops.mambatalk) if not name.startswith("_") and name not in LEFT_OUT]
    faults, outcomes = {}, {}
    for name in [*(name for name in names if name not in LAST), *LAST]:
        operator = getattr(bpy.ops.mambatalk, name)
        try:
            # Blender prints faults in `poll`, and counts them as a refusal.
            if operator.poll():
                outcomes[name] = operator(**arguments(name, tmp_path))
        except RuntimeError as error:
            outcomes[name] = str(error)
            if FAULT in str(error):
                faults[name] = str(error)
        draw_everything()
    assert not faults, "\n\n".join(f"{name}: {text}" for name, text in faults.items())
    assert outcomes
