"""The extension's preferences: the worker's Python, the weights, the device and the SMPL-X model.

Environment variables come first (MAMBATALK_PYTHON, _WEIGHTS, _DEVICE, _SMPLX, _RECOGNISER), then the preferences, then
defaults.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
from bpy.props import CollectionProperty, EnumProperty, StringProperty

from ..blender.translation import translated
from ..language import pronunciations
from .folder import PACKAGE, ROOT, absolute_path, data_folder
from .interpreter import Interpreter, default, of_python
from .kept_preferences import Choices, remember, remembered

DEVICES = [
    ("auto", "Automatic", "Use the graphics card when the worker can, else the processor"),
    ("cpu", "Processor", "Works on every computer"),
    ("cuda", "Graphics Card", "NVIDIA, with CUDA"),
]


# What is kept, and in which preference.
_KEPT = {
    "python": "worker_python",
    "weights": "weights",
    "smplx_model": "smplx_model",
    "device": "device",
    "gestures": "gestures",
    "recogniser": "recogniser",
}


def _keep(preferences, context) -> None:
    """Keep the choices in their file; another Python has an engine that is not known yet."""
    python = preferences.worker_python
    engine = remembered().engine if python == remembered().python else ""
    said = pronunciations.as_json(preferences.pronunciations)
    chosen = {kept: getattr(preferences, name) for kept, name in _KEPT.items()}
    remember(Choices(engine=engine, pronunciations=said, **chosen))


def _keep_pronunciations() -> None:
    """Keep the list of pronunciations."""
    entries = pronunciation_list(bpy.context)
    if entries is not None:
        remember(replace(remembered(), pronunciations=pronunciations.as_json(entries)))


class MambaTalkPreferences(bpy.types.AddonPreferences):
    """Settings of this computer, which are not part of a scene."""

    bl_idname = PACKAGE

    worker_python: StringProperty(
        name="Use a Python with PyTorch",
        description="A Python program, or the folder of an environment, with PyTorch: it can use the graphics card. "
        "When empty, Blender's own Python runs everything",
        subtype="FILE_PATH",
        update=_keep,
    )
    weights: StringProperty(
        name="Weights",
        description="A folder with model.json; when empty, the bundled weights",
        subtype="DIR_PATH",
        update=_keep,
    )
    smplx_model: StringProperty(
        name="SMPL-X Model",
        description="Your own file SMPLX_NEUTRAL.npz, _MALE or _FEMALE: with it, SMPL-X bodies and faces are exact",
        subtype="FILE_PATH",
        update=_keep,
    )
    recogniser: StringProperty(
        name="Recogniser",
        description="The folder of a model of faster-whisper, which Write the Text uses. It needs a Python with the "
        "package faster-whisper. Not needed for anything else",
        subtype="DIR_PATH",
        update=_keep,
    )
    device: EnumProperty(name="Device", description="The device on which the network runs", items=DEVICES, update=_keep)
    gestures: StringProperty(
        name="Gesture Library",
        description="A folder for gestures that you save, perhaps on a shared disk; when empty, the extension's own",
        subtype="DIR_PATH",
        update=_keep,
    )
    pronunciations: CollectionProperty(
        name="Pronunciations",
        description="How names are said, for all files",
        type=pronunciations.MambaTalkPronunciation,
    )

    def draw(self, context):
        """Draw the preferences, with the engine in use."""
        layout, found = self.layout, runtime(context)
        layout.use_property_split = True
        row = layout.row(align=True)
        row.prop(self, "worker_python")
        row.operator("mambatalk.find_pythons", text="", icon="VIEWZOOM")
        if found.interpreter is None:
            layout.label(text=NO_WORKER, icon="ERROR")
        else:
            layout.label(text=translated(f"Engine: {engine_name(context)}"), icon="CHECKMARK")
        self._draw_device(layout, found)
        layout.prop(self, "weights")
        layout.prop(self, "smplx_model")
        layout.prop(self, "gestures")
        layout.prop(self, "recogniser")
        layout.label(text="Pronunciations of names, for all files")
        pronunciations.draw(layout, self.pronunciations, pronunciations.PREFERENCES)
        layout.operator("mambatalk.check_worker")

    def _draw_device(self, layout, found: "Runtime") -> None:
        row = layout.row(heading="Device", align=True)
        for name, label, _ in DEVICES:
            button = row.row(align=True)
            button.use_property_split = False
            button.enabled = name != "cuda" or found.may_have_torch
            button.prop_enum(self, "device", name, text=label)
        if not found.may_have_torch:
            layout.label(text=NO_CARD, icon="INFO")


NO_SMPLX_MODEL = "Choose your SMPLX_*.npz in the extension's preferences"
NO_WORKER = "The Python that was chosen in the preferences does not exist: choose another one, or none"
NO_CARD = "The graphics card can be used only with a Python that holds PyTorch"
# What runs the bundled weights in Blender's own Python.
OWN_ENGINE = "NumPy on the processor"


@dataclass(frozen=True)
class Runtime:
    """The settings that the worker is started with.

    Attributes:
        interpreter: what runs the worker; None when a Python was chosen that does not exist.
        weights: the folder of weights, which may not exist.
        device: "auto", "cpu" or "cuda".
    """

    interpreter: Interpreter | None
    weights: Path
    device: str

    @property
    def may_have_torch(self) -> bool:
        """Whether the worker may have PyTorch, which Blender's own Python has not."""
        return self.interpreter is not None and not self.interpreter.is_blenders


# The engines of settings that were checked; kept until Blender ends.
_engines: dict[Runtime, str] = {}


def runtime(context: bpy.types.Context) -> Runtime:
    """Find the worker's settings: environment variables, else the preferences, else what the extension brings."""
    addon = context.preferences.addons.get(PACKAGE)
    chosen = addon.preferences if addon else None
    python = os.environ.get("MAMBATALK_PYTHON") or (chosen and chosen.worker_python) or remembered().python
    weights = os.environ.get("MAMBATALK_WEIGHTS") or (chosen and chosen.weights) or remembered().weights
    return Runtime(
        interpreter=of_python(absolute_path(python)) if python else default(),
        weights=absolute_path(weights) if weights else ROOT / "weights" / "starter",
        device=os.environ.get("MAMBATALK_DEVICE") or (chosen.device if chosen else remembered().device),
    )


def recogniser_folder(context: bpy.types.Context) -> Path | None:
    """Return the folder of the recogniser's model; None where none is chosen."""
    addon = context.preferences.addons.get(PACKAGE)
    chosen = os.environ.get("MAMBATALK_RECOGNISER") or (addon and addon.preferences.recogniser)
    chosen = chosen or remembered().recogniser
    return absolute_path(chosen) if chosen else None


def engine_name(context: bpy.types.Context) -> str:
    """Return what runs the networks: "NumPy on the processor", "PyTorch on NVIDIA H200"."""
    found = runtime(context)
    if found in _engines:
        return _engines[found]
    if not found.may_have_torch:
        return OWN_ENGINE
    return remembered().engine or "not known before Check Worker"


def note_engine(context: bpy.types.Context, name: str) -> None:
    """Keep what a worker that was checked says about its engine."""
    _engines[runtime(context)] = name


def choose_python(context: bpy.types.Context, python: str, engine: str = "") -> None:
    """Choose the Python that runs the worker, and keep the choice; "" is Blender's own."""
    addon = context.preferences.addons.get(PACKAGE)
    if addon is not None:
        addon.preferences.worker_python = python
    remember(replace(remembered(), python=python, engine=engine))


def choose_weights(context: bpy.types.Context, folder: str) -> None:
    """Choose a folder of weights, and keep the choice; "" is the bundled weights."""
    addon = context.preferences.addons.get(PACKAGE)
    if addon is not None:
        addon.preferences.weights = folder
    remember(replace(remembered(), weights=folder))


def uses_bundled_weights(context: bpy.types.Context) -> bool:
    """Return whether the weights that come with the extension are in use."""
    return runtime(context).weights == ROOT / "weights" / "starter"


def smplx_model(context: bpy.types.Context) -> Path | None:
    """Return the user's SMPL-X model file; None when no file is chosen."""
    addon = context.preferences.addons.get(PACKAGE)
    chosen = os.environ.get("MAMBATALK_SMPLX") or (addon and addon.preferences.smplx_model) or remembered().smplx_model
    return absolute_path(chosen) if chosen else None


def gesture_folder(context: bpy.types.Context) -> Path:
    """Return the folder of the user's own gestures, which may not exist."""
    addon = context.preferences.addons.get(PACKAGE)
    chosen = (addon and addon.preferences.gestures) or remembered().gestures
    return absolute_path(chosen) if chosen else data_folder("gestures")


def pronunciation_list(context: bpy.types.Context):
    """Return the list of the user's own pronunciations; None where the extension has no preferences."""
    addon = context.preferences.addons.get(PACKAGE)
    return None if addon is None else addon.preferences.pronunciations


def own_pronunciations(context: bpy.types.Context) -> dict[str, str]:
    """Return the pronunciations of the preferences and of the scene; those of the scene win."""
    entries = pronunciation_list(context)
    kept = () if entries is None else entries
    return pronunciations.as_dict(kept, context.scene.mambatalk.pronunciations)


def register():
    """Choose again what was chosen before the extension was disabled."""
    pronunciations.changed.append(_keep_pronunciations)
    default.cache_clear()
    remembered.cache_clear()
    addon, kept = bpy.context.preferences.addons.get(PACKAGE), remembered()
    if addon is None or kept == Choices():
        return
    values = {name: getattr(kept, own) for own, name in _KEPT.items()}
    if kept.device not in {name for name, _, _ in DEVICES}:
        del values["device"]
    for name, value in values.items():
        # Each assignment keeps the choices that are there at that time, so there are no more than needed.
        if getattr(addon.preferences, name) != value:
            setattr(addon.preferences, name, value)
    pronunciations.fill(addon.preferences.pronunciations, kept.pronunciations)
    remember(kept)


CLASSES = (MambaTalkPreferences,)
