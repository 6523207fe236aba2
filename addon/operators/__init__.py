"""What the buttons do; each operator checks, delegates and reports."""

import importlib

import bpy

_MODULES = (
    *("runtime", "character", "rig", "generate", "finish", "retarget", "resample", "take_list", "edits", "levels"),
    "accents",
    *("import_motion", "export", "face"),
)


def _modules():
    return [importlib.import_module(f".{name}", __name__) for name in _MODULES]


def register():
    """Register all operators, and what some of them add to Blender's menus."""
    for module in _modules():
        for entry in module.CLASSES:
            bpy.utils.register_class(entry)
        for menu, draw in getattr(module, "MENUS", ()):
            menu.append(draw)


def unregister():
    """Unregister all of it."""
    for module in reversed(_modules()):
        for menu, draw in getattr(module, "MENUS", ()):
            menu.remove(draw)
        for entry in reversed(module.CLASSES):
            bpy.utils.unregister_class(entry)
