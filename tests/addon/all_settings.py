"""All operators and settings of the extension, as Blender knows them."""

import bpy

from .conftest import PACKAGE


def kinds():
    """Return the description of each operator of the extension, by name."""
    names = [name for name in dir(bpy.ops.mambatalk) if not name.startswith("_")]
    return {name: getattr(bpy.ops.mambatalk, name).get_rna_type() for name in names}


def settings():
    """Return each property of the extension's operators and settings with the name of its owner."""
    scene = bpy.context.scene
    owners = [getattr(scene, name).bl_rna for name in dir(scene) if name.startswith("mambatalk")]
    owners += [bpy.types.Action.bl_rna.properties["mambatalk_take"].fixed_type]
    owners += [bpy.types.Object.bl_rna.properties["mambatalk_rig"].fixed_type]
    owners += [bpy.types.Key.bl_rna.properties["mambatalk_face"].fixed_type]
    inherited = {entry.identifier for entry in bpy.types.PropertyGroup.bl_rna.properties}
    browser = ("filter_", "hide_", "check_", "display_", "sort_")
    for owner in [*owners, *kinds().values()]:
        for entry in owner.properties:
            if entry.identifier not in {*inherited, "rna_type"} and not entry.identifier.startswith(browser):
                yield owner.identifier, entry


def every_setting():
    """Return all that `settings` does, and the properties of rows of lists, of presets and of the preferences."""
    kinds = [*bpy.types.PropertyGroup.__subclasses__(), *bpy.types.AddonPreferences.__subclasses__()]
    inherited = {"rna_type", "name", "bl_idname"}
    for kind in kinds:
        if kind.__module__.startswith(PACKAGE) and kind.is_registered:
            for entry in kind.bl_rna.properties:
                if entry.identifier not in inherited:
                    yield kind.__name__, entry
    yield from settings()
