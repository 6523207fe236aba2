"""One character performing one action alone, as exporters want it; afterwards the scene is as it was."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import bpy

from ...core.errors import GestureError
from ..blender import paths, versions
from ..finish import source as finish_source
from ..take import info as take_info


def actions_of(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """The takes of a character: every action made for it, without the copies that finishing keeps.

    Before Blender 4.4 an action does not tell whom it is for, unless it is a take: there other actions are left out.
    """
    current = versions.action_of(armature)
    kept = {action.get(finish_source.SOURCE_KEY) for action in bpy.data.actions}
    own = [] if current is None else [current]
    own += [action for action in take_info.of_character(armature) if action not in own and action not in kept]
    if versions.has_slots():
        own += [a for a in bpy.data.actions if a not in own and a not in kept and _poses(a, armature)]
    return own


def _poses(action: bpy.types.Action, armature: bpy.types.Object) -> bool:
    curves = versions.curves_for(action, armature)
    bones = {paths.bone_of(curve.data_path) for curve in curves} - {None}
    return bool(bones) and bones <= {bone.name for bone in armature.data.bones}


@contextmanager
def staged(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    action: bpy.types.Action,
    name: str,
) -> Iterator[tuple[int, int]]:
    """Select a character, let one action alone move it, and give its first and last frame.

    The scene's range is the action's and its name is `name`, which exporters write as the take's name.

    Raises:
        GestureError: a needed object is not in this view layer.
    """
    scene, layer = context.scene, context.view_layer
    with ExitStack() as stack:
        active, mode = layer.objects.active, context.mode
        if active is not None and mode != "OBJECT":
            before = active.mode
            bpy.ops.object.mode_set(mode="OBJECT")
            stack.callback(lambda: bpy.ops.object.mode_set(mode=before))
        stack.callback(setattr, layer.objects, "active", active)
        for each in layer.objects:
            stack.callback(each.select_set, each.select_get(view_layer=layer), view_layer=layer)
            each.select_set(False, view_layer=layer)
        for each in (armature, *meshes):
            _show(stack, layer, each)
            each.select_set(True, view_layer=layer)
        layer.objects.active = armature
        _perform(stack, armature, action)
        for mesh in meshes:
            if mesh.data.shape_keys is not None:
                _perform(stack, mesh.data.shape_keys, action)
        first, last = (round(frame) for frame in action.frame_range)
        current, subframe = scene.frame_current, scene.frame_subframe
        stack.callback(scene.frame_set, current, subframe=subframe)
        for prop, value in (("frame_start", first), ("frame_end", last), ("name", name)):
            stack.callback(setattr, scene, prop, getattr(scene, prop))
            setattr(scene, prop, value)
        # Blender moves the other end of a range that would be empty in between.
        scene.frame_start = first
        scene.frame_set(first)
        yield first, last


def _show(stack: ExitStack, layer: bpy.types.ViewLayer, each: bpy.types.Object) -> None:
    if each.name not in layer.objects:
        raise GestureError(
            f"{each.name} is in a collection that this view layer leaves out.",
            remedy="Tick its collection in the Outliner, then export again.",
        )
    for prop in ("hide_viewport", "hide_select"):
        stack.callback(setattr, each, prop, getattr(each, prop))
        setattr(each, prop, False)
    stack.callback(each.hide_set, each.hide_get(view_layer=layer), view_layer=layer)
    each.hide_set(False, view_layer=layer)
    if not each.visible_get(view_layer=layer):
        raise GestureError(
            f"{each.name} is in a hidden collection.", remedy="Show its collection in the Outliner, then export again."
        )


def _perform(stack: ExitStack, id_block: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let the action, or its part for the face, move a data-block; nothing else does."""
    wanted = versions.action_for(action, id_block)
    if wanted is not None and not versions.curves_for(wanted, id_block):
        wanted = None
    data = id_block.animation_data
    if data is None:
        if wanted is None:
            return
        data = id_block.animation_data_create()
        stack.callback(id_block.animation_data_clear)
    stack.callback(versions.animate, id_block, data.action, versions.current_slot(data))
    stack.callback(setattr, data, "use_nla", data.use_nla)
    data.use_nla = False
    versions.animate(id_block, wanted)
