"""The settings of the export, kept in the scene."""

import bpy
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty

from ..blender.versions import RELATIVE
from .formats import FBX_PRESETS, FORMATS


class MambaTalkExport(bpy.types.PropertyGroup):
    """The choices of the export panel."""

    kind: EnumProperty(
        name="Format",
        description="The kind of file",
        items=[(key, each.label, each.description) for key, each in FORMATS.items()],
        default="FBX",
    )
    preset: EnumProperty(
        name="For",
        description="The program that will read the FBX file",
        items=[(key, each.label, each.description) for key, each in FBX_PRESETS.items()],
    )
    scope: EnumProperty(
        name="Write",
        description="Which takes are written",
        items=[
            ("CURRENT", "This Take", "The take that the character performs now"),
            ("ALL", "All Takes", "Every take of every character, each as a file"),
        ],
    )
    folder: StringProperty(
        name="Folder",
        description="Where the files are written; // means the folder of the .blend file",
        subtype="DIR_PATH",
        options=RELATIVE,
        default="//export",
    )
    mesh: BoolProperty(
        name="Meshes", description="Write the meshes and their shape keys with the skeleton", default=True
    )
    sound: BoolProperty(
        name="Sound", description="Write the take's sound, too, as a wav file of exactly the same length", default=True
    )


CLASSES = (MambaTalkExport,)
PROPERTIES = ((bpy.types.Scene, "mambatalk_export", PointerProperty(type=MambaTalkExport)),)
