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


def register_module(module: ModuleType, undo: ExitStack) -> None:
    """Register the tables of a module; each step adds its counterpart to `undo`."""
    for entry in getattr(module, "CLASSES", ()):
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
