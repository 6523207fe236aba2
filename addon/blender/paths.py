"""Data paths: the text that names an animated property, as seen from the data-block that has the F-curves.

    bone_path("hand.L")                        pose.bones["hand.L"]
    bone_path("hand.L") + ".location"          pose.bones["hand.L"].location
    custom_property_path("IK_FK", "hand.L")    pose.bones["hand.L"]["IK_FK"]
    custom_property_path("Left Heel Contact")  ["Left Heel Contact"]
    shape_key_path("jawOpen")                  key_blocks["jawOpen"].value

Quotes and backslashes inside a name are escaped, as Blender itself writes them.
"""

import re

import bpy

_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]')


def bone_path(name: str) -> str:
    """Return the path of a pose bone, from its armature object."""
    return f'pose.bones["{bpy.utils.escape_identifier(name)}"]'


def custom_property_path(name: str, of_bone: str | None = None) -> str:
    """Return the path of a custom property of the object itself, or of one of its pose bones."""
    return f'{"" if of_bone is None else bone_path(of_bone)}["{bpy.utils.escape_identifier(name)}"]'


def shape_key_path(name: str) -> str:
    """Return the path of a shape key's value, from the data-block of the shape keys."""
    return f'key_blocks["{bpy.utils.escape_identifier(name)}"].value'


def bone_of(path: str) -> str | None:
    """Return the name of the pose bone that a path leads to or through; None when there is none."""
    found = _BONE.match(path)
    return bpy.utils.unescape_identifier(found[1]) if found else None


def property_of(path: str) -> str:
    """Return the last part of a path: "location" for a bone's location."""
    return path.rpartition(".")[2]


def is_quaternion(path: str) -> bool:
    """Return whether a path leads to a rotation as a quaternion."""
    return property_of(path) == "rotation_quaternion"


def is_euler(path: str) -> bool:
    """Return whether a path leads to a rotation as Euler angles."""
    return property_of(path) == "rotation_euler"
