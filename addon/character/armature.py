"""The bundled character, and what the add-on needs to know of any SMPL-X armature."""

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ...core.body.skeleton import JOINT_NAMES
from ...core.errors import GestureError
from ..blender import paths
from . import bones as character_bones
from . import mesh as character_mesh


def add_character(
    context: bpy.types.Context, name: str = "Character", collection: bpy.types.Collection | None = None
) -> bpy.types.Object:
    """Build the armature with its mesh; mode, active object and selection stay as they were.

    Args:
        context: its scene and view layer get the character.
        name: of the armature; the mesh is called "NAME Body". Blender numbers them when taken.
        collection: to link them to; the context's by default.

    Returns:
        The armature object, at the origin, facing -Y, standing on Z = 0.

    Raises:
        GestureError: the asset is missing or damaged.
    """
    with building(context, character_mesh.load_asset(), name, collection) as (armature, _):
        return armature


@contextmanager
def building(
    context: bpy.types.Context, asset: character_mesh.Asset, name: str, collection: bpy.types.Collection | None
) -> Iterator[tuple[bpy.types.Object, bpy.types.Object]]:
    """An armature and its mesh, to be completed within; on any failure all that was made is gone again.

    Args:
        context: its scene and view layer get them.
        asset: what they are made of.
        name: of the armature; the mesh is called "NAME Body".
        collection: to link them to; None: the context's.
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
    # Whatever it was: half a character is of no use to anyone.
    except Exception:
        bpy.data.batch_remove(made)
        raise


def is_smplx_armature(candidate: bpy.types.Object | None) -> bool:
    """Whether an object is an armature with all 55 SMPL-X bone names."""
    if candidate is None or candidate.type != "ARMATURE":
        return False
    bones = candidate.data.bones
    return all(name in bones for name in JOINT_NAMES)


def require_editable(armature: bpy.types.Object) -> None:
    """Make sure that an armature can be animated here.

    Raises:
        GestureError: it is linked from another file and not overridden.
    """
    override = armature.override_library
    if armature.library is None and not (override is not None and override.is_system_override):
        return
    raise GestureError(
        f"{armature.name} belongs to another file and cannot be animated here.",
        remedy="Use Object > Library Override > Make (or Make Editable), or Object > Relations > Make Local.",
    )


def meshes_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that an armature deforms or carries."""
    return [
        each
        for each in bpy.data.objects
        if each.type == "MESH" and (each.parent == armature or each.find_armature() == armature)
    ]


def constrained_bones(armature: bpy.types.Object) -> set[str]:
    """Return the names of the bones that constraints or drivers move."""
    held = {bone.name for bone in armature.pose.bones if any(not c.mute and c.influence for c in bone.constraints)}
    return held | set(driven_bones(armature))


def driven_bones(armature: bpy.types.Object) -> tuple[str, ...]:
    """Bones whose rotation or location a driver sets, which no key can change."""
    data = armature.animation_data
    found = []
    for curve in data.drivers if data is not None else ():
        bone = paths.bone_of(curve.data_path)
        if bone is not None and paths.property_of(curve.data_path).startswith(("rotation_", "location")):
            found.append(bone)
    return tuple(dict.fromkeys(found))
