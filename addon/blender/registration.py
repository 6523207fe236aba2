"""Register what a module of the add-on lists in tables, and undo all of it in reverse order.

A module lists what Blender must know, and registers nothing itself:

    CLASSES = (MambaTalkSettings, MAMBATALK_OT_generate)
    PROPERTIES = ((bpy.types.Scene, "mambatalk", bpy.props.PointerProperty(type=MambaTalkSettings)),)
    MENUS = ((bpy.types.TOPBAR_MT_file_import, _draw_menu),)

Every table may be missing. A module that has more to do (a handler, a process to end) has functions `register` and
`unregister` for this alone; `register` is called last, `unregister` first.
"""

from contextlib import ExitStack
from types import ModuleType

import bpy

from .translation import CONTEXT


def register_module(module: ModuleType, undo: ExitStack) -> None:
    """Register the tables of a module; each step adds its counterpart to `undo`."""
    for entry in getattr(module, "CLASSES", ()):
        _translate_by_our_catalog(entry)
        bpy.utils.register_class(entry)
        undo.callback(bpy.utils.unregister_class, entry)
    for owner, name, definition in getattr(module, "PROPERTIES", ()):
        setattr(owner, name, definition)
        undo.callback(delattr, owner, name)
    for menu, draw in getattr(module, "MENUS", ()):
        menu.append(draw)
        undo.callback(menu.remove, draw)
    if hasattr(module, "register"):
        module.register()
    if hasattr(module, "unregister"):
        undo.callback(module.unregister)


def _translate_by_our_catalog(entry: type) -> None:
    """Let Blender look up the names of a class and of its properties in the context of our catalogs."""
    if issubclass(entry, (bpy.types.Panel, bpy.types.Operator, bpy.types.Menu)):
        entry.bl_translation_context = CONTEXT  # type: ignore[attr-defined]
    for owner in entry.__mro__:
        for definition in vars(owner).get("__annotations__", {}).values():
            keywords = getattr(definition, "keywords", None)
            if keywords is not None:
                keywords.setdefault("translation_context", CONTEXT)
