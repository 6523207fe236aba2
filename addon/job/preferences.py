"""The extension's preferences: the worker's Python, the weights, the device and the SMPL-X model.

Environment variables come first (MAMBATALK_PYTHON, _WEIGHTS, _DEVICE, _SMPLX), then the preferences, then defaults.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from .folder import PACKAGE, ROOT, absolute_path

DEVICES = [
    ("auto", "Automatic", "Use the graphics card when the worker can, else the processor"),
    ("cpu", "Processor", "Works on every computer"),
    ("cuda", "Graphics Card", "NVIDIA, with CUDA"),
]


class MambaTalkPreferences(bpy.types.AddonPreferences):
    """Settings of this computer, which are not part of a scene."""

    bl_idname = PACKAGE

    worker_python: StringProperty(
        name="Worker Python",
        description="The Python that `python build.py setup` made; when empty, the one in the extension's own folder",
        subtype="FILE_PATH",
    )
    weights: StringProperty(
        name="Weights", description="A folder with model.json; when empty, the bundled weights", subtype="DIR_PATH"
    )
    smplx_model: StringProperty(
        name="SMPL-X Model",
        description="Your own file SMPLX_NEUTRAL.npz, _MALE or _FEMALE: with it, SMPL-X bodies and faces are exact",
        subtype="FILE_PATH",
    )
    device: EnumProperty(name="Device", description="The device on which the network runs", items=DEVICES)

    def draw(self, context):
        """Draw the preferences, with the worker's Python in use."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "worker_python")
        python = runtime(context).python
        layout.label(text=f"In use: {python}" if python else NO_WORKER, icon="CHECKMARK" if python else "ERROR")
        layout.prop(self, "weights")
        layout.prop(self, "device")
        layout.prop(self, "smplx_model")
        layout.operator("mambatalk.check_worker")


NO_SMPLX_MODEL = "Choose your SMPLX_*.npz in the extension's preferences"
NO_WORKER = "No worker: run `python build.py setup` in the project's folder, or set Worker Python in the preferences"


@dataclass(frozen=True)
class Runtime:
    """The settings that the worker is started with.

    Attributes:
        python: the worker's Python; None when there is none.
        weights: the folder of weights, which may not exist.
        device: "auto", "cpu" or "cuda".
    """

    python: Path | None
    weights: Path
    device: str


def runtime(context: bpy.types.Context) -> Runtime:
    """Find the worker's settings: environment variables, else the preferences, else the extension's own folder."""
    addon = context.preferences.addons.get(PACKAGE)
    chosen = addon.preferences if addon else None
    python = os.environ.get("MAMBATALK_PYTHON") or (chosen and chosen.worker_python)
    weights = os.environ.get("MAMBATALK_WEIGHTS") or (chosen and chosen.weights)
    return Runtime(
        python=_existing(absolute_path(python)) if python else own_python(),
        weights=absolute_path(weights) if weights else ROOT / "weights" / "starter",
        device=os.environ.get("MAMBATALK_DEVICE") or (chosen.device if chosen else "auto"),
    )


def smplx_model(context: bpy.types.Context) -> Path | None:
    """Return the user's SMPL-X model file; None when no file is chosen."""
    addon = context.preferences.addons.get(PACKAGE)
    chosen = os.environ.get("MAMBATALK_SMPLX") or (addon and addon.preferences.smplx_model)
    return absolute_path(chosen) if chosen else None


def own_python() -> Path | None:
    """Return the Python of the environment in the extension's folder; None before setup made it."""
    return _existing(ROOT / ".venv" / "bin" / "python") or _existing(ROOT / ".venv" / "Scripts" / "python.exe")


def _existing(path: Path) -> Path | None:
    # The path is not resolved: an environment's python is a link to another Python, which lacks the packages.
    return path if path.is_file() else None


CLASSES = (MambaTalkPreferences,)
