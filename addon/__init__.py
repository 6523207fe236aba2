"""Blender's side: registers in order, imports nothing that needs torch or scipy."""

import importlib

import bpy

# In the order of registration: properties before the operators and panels that use them.
_MODULES = (
    "job.preferences",
    "rig.mapping",
    "generate.settings",
    "take.properties",
    "direct.settings",
    "exchange.settings",
    "face.table",
    "job.operator",
    "direct.live",
    "job.operators",
    "character.operators",
    "rig.operators",
    "generate.operators",
    "finish.operators",
    "rig.retarget_operator",
    "direct.resample_operators",
    "take.operators",
    "direct.edit_operators",
    "direct.level_operators",
    "direct.marker_operators",
    "exchange.import_operator",
    "exchange.export_operator",
    "face.operators",
    "generate.panel",
    "direct.panel",
    "rig.panel",
    "face.panel",
    "character.panel",
    "exchange.panel",
)


def _modules():
    return [importlib.import_module(f".{name}", __name__) for name in _MODULES]


def _register(module):
    for entry in getattr(module, "CLASSES", ()) if not hasattr(module, "register") else ():
        bpy.utils.register_class(entry)
    for menu, draw in getattr(module, "MENUS", ()):
        menu.append(draw)
    if hasattr(module, "register"):
        module.register()


def _unregister(module):
    if hasattr(module, "unregister"):
        module.unregister()
    for menu, draw in getattr(module, "MENUS", ()):
        menu.remove(draw)
    for entry in reversed(getattr(module, "CLASSES", ()) if not hasattr(module, "unregister") else ()):
        bpy.utils.unregister_class(entry)


def register():
    """Register every module; on a failure those already registered are taken back."""
    done = []
    try:
        for module in _modules():
            _register(module)
            done.append(module)
    except Exception:
        for module in reversed(done):
            _unregister(module)
        raise


def unregister():
    """Stop the worker and unregister every module, last first."""
    for module in reversed(_modules()):
        _unregister(module)
