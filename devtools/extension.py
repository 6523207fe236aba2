"""The checkout as a Blender extension: loads it in a Python that has bpy, and switches it on and off.

An extension is a package with a name that Blender chooses. Here the name does not depend on the checkout's folder, so
that `from mambatalk_demo.core.clock import FPS` works in every script of `devtools`.
"""

import gc
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import bpy

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "mambatalk_demo"


def load_extension() -> ModuleType:
    """Import the checkout as the package `mambatalk_demo`, without registering it in Blender."""
    spec = importlib.util.spec_from_file_location(PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)
    return module


def extension_module(name: str) -> ModuleType:
    """Import a module of the loaded extension, such as `addon.take.info`."""
    return importlib.import_module(f"{PACKAGE}.{name}")


@contextmanager
def registered_extension() -> Iterator[ModuleType]:
    """Empty the scene and register the extension; unregister it at the end.

    While the extension is registered, Blender's module crashes or hangs when Python exits.
    """
    extension = load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    extension.register()
    try:
        yield extension
    finally:
        extension.unregister()
        gc.collect()
