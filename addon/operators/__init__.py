"""What the buttons do; each operator checks, delegates and reports."""

import importlib

import bpy

_MODULES = ("runtime", "character", "generate", "finish")


def _classes():
    return [entry for name in _MODULES for entry in importlib.import_module(f".{name}", __name__).CLASSES]


def register():
    """Register all operators."""
    for entry in _classes():
        bpy.utils.register_class(entry)


def unregister():
    """Unregister all operators."""
    for entry in reversed(_classes()):
        bpy.utils.unregister_class(entry)
