"""Data paths of the properties that the add-on animates."""

import bpy


def bone_path(name: str) -> str:
    """Return the data path of a pose bone, from its armature object."""
    return f'pose.bones["{bpy.utils.escape_identifier(name)}"]'


def shape_key_path(name: str) -> str:
    """Return the data path of a shape key's value, from the mesh's shape keys (`bpy.types.Key`)."""
    return f'key_blocks["{bpy.utils.escape_identifier(name)}"].value'
