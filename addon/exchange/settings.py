"""What the export button writes, remembered in the scene."""

import bpy
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty

from .formats import FBX_PRESETS, FORMATS


class MambaTalkExport(bpy.types.PropertyGroup):
    """The choices of the export panel."""

    kind: EnumProperty(
        name="Format", items=[(key, each.label, each.description) for key, each in FORMATS.items()], default="FBX"
    )
    preset: EnumProperty(
        name="For",
        description="The program that reads the FBX",
        items=[(key, each.label, each.description) for key, each in FBX_PRESETS.items()],
    )
    scope: EnumProperty(
        name="Takes",
        items=[
            ("CURRENT", "This Take", "What the character performs now"),
            ("ALL", "All Takes", "Every take of every character, a file each"),
        ],
    )
    folder: StringProperty(
        name="Folder",
        description="Where the files go; // is the .blend's folder",
        subtype="DIR_PATH",
        default="//export",
    )
    mesh: BoolProperty(
        name="Meshes", description="Write the meshes and their shape keys with the skeleton", default=True
    )
    sound: BoolProperty(
        name="Sound", description="Write the take's sound beside it, exactly as long as the take", default=True
    )


CLASSES = (MambaTalkExport,)
PROPERTIES = ((bpy.types.Scene, "mambatalk_export", PointerProperty(type=MambaTalkExport)),)
