"""Prepare the scene for an exporter: one character performs one action alone; afterwards the scene is as it was.

Exporters write the selected objects over the scene's range, with all animation that moves them: NLA strips, too, or
another action of the face. So selection, range and animation are changed first. An `ExitStack` holds one call for every
change that undoes it.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import bpy

from ...core.errors import GestureError
from ..blender import nla, timeline, versions


@contextmanager
def isolated(
    context: bpy.types.Context,
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    action: bpy.types.Action,
) -> Iterator[tuple[int, int]]:
    """Select a character, let one action alone move it, and give the action's first and last frame.

    The scene gets the action's range and name, because exporters write the scene's name as the take's.

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
        _let_perform(stack, armature, meshes, action)
        first, last = (round(frame) for frame in action.frame_range)
        stack.enter_context(timeline.visiting(scene))
        for prop, value in (("frame_start", first), ("frame_end", last), ("name", action.name)):
            stack.callback(setattr, scene, prop, getattr(scene, prop))
            setattr(scene, prop, value)
        scene.frame_set(first)
        yield first, last


@contextmanager
def performing(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    action: bpy.types.Action,
    frame: int,
) -> Iterator[None]:
    """Let one action alone move a character, and show a frame of it; afterwards the scene is as it was."""
    with ExitStack() as stack:
        stack.enter_context(timeline.visiting(scene))
        _let_perform(stack, armature, meshes, action)
        scene.frame_set(frame)
        yield


def _let_perform(stack: ExitStack, armature, meshes: Sequence[bpy.types.Object], action: bpy.types.Action) -> None:
    """Let an action move a character, body and face, and nothing else."""
    _perform(stack, armature, action)
    for mesh in meshes:
        if mesh.data.shape_keys is not None:
            _perform(stack, mesh.data.shape_keys, action)


def _show(stack: ExitStack, layer: bpy.types.ViewLayer, each: bpy.types.Object) -> None:
    """Make an object visible and selectable.

    Raises:
        GestureError: its collection is hidden or left out of the view layer.
    """
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
    """Let the action move a data-block, and nothing else; without curves for it, it does not move.

    Raises:
        GestureError: a strip of the data-block is being tweaked.
    """
    nla.require_assignable(id_block)
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


@contextmanager
def renamed(armature: bpy.types.Object, name: str) -> Iterator[None]:
    """Rename an armature for a while; another object that has the name gets another one meanwhile."""
    own, other = armature.name, bpy.data.objects.get(name)
    if own == name:
        yield
        return
    if other is not None:
        other.name = f"{name} meanwhile"
    armature.name = name
    try:
        yield
    finally:
        armature.name = own
        if other is not None:
            other.name = name
