"""Building a character: an armature with its mesh, from the bundled asset or from that of an SMPL-X body."""

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from . import bones as character_bones
from . import mesh as character_mesh


def add_character(
    context: bpy.types.Context, name: str = "Character", collection: bpy.types.Collection | None = None
) -> bpy.types.Object:
    """Build the bundled character's armature and mesh; mode, active object and selection stay as they were.

    Args:
        context: its scene and view layer get the character.
        name: name of the armature; the mesh is called "NAME Body". Blender adds a number to a name that is taken.
        collection: gets both objects; None means the context's.

    Returns:
        The armature object: at the origin, facing -Y, standing on Z = 0.

    Raises:
        GestureError: the asset is missing or damaged.
    """
    with built(context, character_mesh.load_asset(), name, collection) as (armature, _):
        return armature


@contextmanager
def built(
    context: bpy.types.Context, asset: character_mesh.Asset, name: str, collection: bpy.types.Collection | None
) -> Iterator[tuple[bpy.types.Object, bpy.types.Object]]:
    """Build an armature and its mesh, which the body of the `with` statement completes.

    After any error, in here or in that body, everything that was built is removed.

    Args:
        context: its scene and view layer get the objects.
        asset: the mesh, the joints and the shapes.
        name: name of the armature; the mesh is called "NAME Body".
        collection: gets both objects; None means the context's.
    """
    collection = collection or context.collection or context.scene.collection
    made: list[bpy.types.ID] = []
    try:
        armature = character_bones.build_armature(context, collection, name, asset.rest_joints, made)
        mesh = character_mesh.build_mesh(asset, f"{name} Body", made)
        collection.objects.link(mesh)
        mesh.parent = armature
        mesh.modifiers.new("Armature", "ARMATURE").object = armature
        yield armature, mesh
    # Any error at all: half a character is of no use.
    except Exception:
        bpy.data.batch_remove(made)
        raise


def choose(context: bpy.types.Context, armature: bpy.types.Object) -> None:
    """Let takes go to a new character, and make it the active object and the only selected one."""
    settings = context.scene.mambatalk
    pinned = settings.pinned
    settings.character = armature
    settings.pinned = pinned
    for selected in context.selected_objects:
        selected.select_set(False)
    # A hidden collection may keep the new object out of the view layer.
    if armature.name in context.view_layer.objects:
        armature.select_set(True)
        context.view_layer.objects.active = armature
