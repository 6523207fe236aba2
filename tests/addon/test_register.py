"""The extension registers and unregisters without leaving anything, and imports only what Blender has."""

import subprocess
import sys
import threading
from contextlib import ExitStack
from types import SimpleNamespace

import bpy
import pytest

from .conftest import PACKAGE, ROOT

# Imports every module of the add-on, while packages that Blender's Python lacks cannot be imported.
BLOCKED = """
import importlib, importlib.util, pathlib, pkgutil, sys
BANNED = ("torch", "scipy", "librosa", "soundfile", "soxr", "pocketsphinx", "fasttext", "safetensors")
class Ban:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BANNED:
            raise ImportError(f"{name} is not in Blender's Python")
sys.meta_path.insert(0, Ban())
root = pathlib.Path(sys.argv[1])
spec = importlib.util.spec_from_file_location("ext", root / "__init__.py", submodule_search_locations=[str(root)])
module = importlib.util.module_from_spec(spec)
sys.modules["ext"] = module
spec.loader.exec_module(module)
addon = importlib.import_module("ext.addon")
for info in pkgutil.walk_packages(addon.__path__, "ext.addon."):
    importlib.import_module(info.name)
import bpy
assert not hasattr(bpy.types.Scene, "mambatalk"), "importing alone must change nothing"
module.register()
module.unregister()
for info in pkgutil.walk_packages(importlib.import_module("ext.core.direct").__path__, "ext.core.direct."):
    importlib.import_module(info.name)
loaded = sorted(name for name in sys.modules if name.startswith("ext.core"))
heavy = tuple(f"ext.core.{name}" for name in ("finish", "generate", "model", "text", "audio", "train"))
light = ("ext.core.finish", "ext.core.finish.settings")  # the rows of its modes
forbidden = [name for name in loaded if name.startswith(heavy) and name not in light]
assert not forbidden, forbidden
print("imported", len(loaded), "core modules")
"""


def ours() -> set[str]:
    """Return the names of all classes, operators and scene properties of the extension that Blender knows."""
    names = {name for name in dir(bpy.types) if "mambatalk" in name.lower()}
    names |= {f"ops.{name}" for name in dir(bpy.ops.mambatalk)} if hasattr(bpy.ops, "mambatalk") else set()
    names |= {key for key in bpy.types.Scene.bl_rna.properties.keys() if "mambatalk" in key}  # noqa: SIM118
    return names


def test_registering_twice_leaves_nothing_behind(extension):
    registered = ours()
    threads = threading.active_count()
    extension.unregister()
    assert ours() == set()
    assert not hasattr(bpy.context.scene, "mambatalk")
    extension.register()
    extension.unregister()
    assert ours() == set()
    assert threading.active_count() <= threads
    extension.register()
    assert ours() == registered


def test_a_module_that_cannot_be_registered_leaves_nothing_behind(extension):
    from mambatalk_ext.addon.blender.registration import register_module

    class MambaTalkTemporary(bpy.types.PropertyGroup):
        pass

    called = []
    module = SimpleNamespace(
        CLASSES=(MambaTalkTemporary,),
        PROPERTIES=((bpy.types.Scene, "mambatalk_temporary", bpy.props.PointerProperty(type=MambaTalkTemporary)),),
        MENUS=((SimpleNamespace(append=called.append, remove=called.remove), "draw"),),
        register=lambda: 1 / 0,
        unregister=lambda: called.append("unregister"),
    )
    before = ours()
    with pytest.raises(ZeroDivisionError), ExitStack() as undo:
        register_module(module, undo)
    assert ours() == before
    assert called == []


def test_every_module_imports_without_torch_and_scipy():
    run = subprocess.run([sys.executable, "-c", BLOCKED, str(ROOT)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "core modules" in run.stdout


def test_the_extension_is_the_checkout(extension):
    assert extension.__name__ == PACKAGE
    assert sys.modules[f"{PACKAGE}.addon"].__package__ == f"{PACKAGE}.addon"


def test_the_operators_and_the_main_panel_are_registered(extension):
    operators = set(dir(bpy.ops.mambatalk))
    assert {"generate", "cancel", "check_worker", "add_character", "load_take"} <= operators
    assert bpy.types.MAMBATALK_PT_main.bl_category == "MambaTalk"
