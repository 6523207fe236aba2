"""The animated mood of a character: two properties of the armature that an animator may key in a take's action.

A take's own mood and strength (`take.properties`) hold for all of it. Actions themselves cannot be animated, so a mood
that changes over time is keyed on the armature; the curves are in the action and belong to its take:

    armature.mambatalk_mood.kind        the mood's number in the menu, constant from key to key
    armature.mambatalk_mood.strength    0 to 1, any interpolation
"""

import bpy
import numpy as np
from bpy.props import EnumProperty, FloatProperty, PointerProperty

from ...core.direct.mood import MOODS
from ..blender import fcurves, versions
from ..blender.fcurves import Channel

KIND, STRENGTH = PATHS = ("mambatalk_mood.kind", "mambatalk_mood.strength")
_GROUP = "Mood"
# Curves hold the number of a mood: new moods come last.
MOOD_ITEMS = [(name, row.label, row.description, number) for number, (name, row) in enumerate(MOODS.items())]
_NAMES = tuple(MOODS)


def kind_property(**more) -> EnumProperty:
    """Return the property for the menu of moods."""
    text = "The mood of face, posture, reach and tempo. Words, lips and jaw stay as they are"
    return EnumProperty(name="Mood", description=text, items=MOOD_ITEMS, **more)


def strength_property(**more) -> FloatProperty:
    """Return the property for the strength of a mood."""
    return FloatProperty(
        name="Strength",
        description="How strong the mood is: 0 not at all, 1 fully",
        default=1.0,
        min=0.0,
        max=1.0,
        step=5,
        precision=2,
        subtype="FACTOR",
        **more,
    )


class MambaTalkMood(bpy.types.PropertyGroup):
    """The mood that the curves of the performed take give the character at the present frame."""

    __annotations__ = {"kind": kind_property(), "strength": strength_property()}


def is_keyed(action: bpy.types.Action) -> bool:
    """Return whether an action keys the mood of its character."""
    return bool(_curves(action))


def _curves(action: bpy.types.Action) -> dict[str, bpy.types.FCurve]:
    """Return the curves of the mood by their paths."""
    return {curve.data_path: curve for curve in versions.every_curve(action) if curve.data_path in PATHS}


def read(action: bpy.types.Action, frames: np.ndarray, static: tuple[str, float]) -> list[tuple[str, float]]:
    """Read mood and strength at scene frames (T,); `static` holds those that are not keyed."""
    curves = _curves(action)
    kinds, strengths = (
        fcurves.values_at([curves[path]], frames)[:, 0] if path in curves else np.full(len(frames), value)
        for path, value in ((KIND, _NAMES.index(static[0])), (STRENGTH, static[1]))
    )
    numbers = np.clip(np.round(kinds), 0, len(_NAMES) - 1).astype(int)
    return [
        (_NAMES[number], float(strength)) for number, strength in zip(numbers, np.clip(strengths, 0, 1), strict=True)
    ]


def write(
    action: bpy.types.Action, armature: bpy.types.Object, frames: np.ndarray, moods: list[tuple[str, float]]
) -> None:
    """Key mood and strength at scene frames (K,), ascending; keys that were there are removed."""
    kinds, strengths = (np.array(values, float)[:, None] for values in zip(*_numbered(moods), strict=True))
    fcurves.write(action, armature, frames, [Channel(KIND, kinds, _GROUP)], kind="CONSTANT")
    fcurves.write(action, armature, frames, [Channel(STRENGTH, strengths, _GROUP)])


def key(action: bpy.types.Action, armature: bpy.types.Object, frame: float, mood: tuple[str, float]) -> None:
    """Key mood and strength at one scene frame, beside the keys that are there."""
    bag = versions.channelbag(action, armature)
    group = bag.groups.get(_GROUP) or bag.groups.new(_GROUP)
    for path, value in zip(PATHS, next(_numbered([mood])), strict=True):
        curve = bag.fcurves.find(path) or bag.fcurves.new(path)
        if curve.group != group:
            curve.group = group
        point = curve.keyframe_points.insert(frame, value)
        if path == KIND:
            point.interpolation = "CONSTANT"
        curve.update()


def clear(action: bpy.types.Action, armature: bpy.types.Object) -> None:
    """Remove the keys of the mood."""
    bag = versions.channelbag(action, armature)
    for path in PATHS:
        if curve := bag.fcurves.find(path):
            bag.fcurves.remove(curve)


def _numbered(moods: list[tuple[str, float]]):
    """Yield each mood's number and strength."""
    return ((_NAMES.index(name), strength) for name, strength in moods)


CLASSES = (MambaTalkMood,)
PROPERTIES = ((bpy.types.Object, "mambatalk_mood", PointerProperty(type=MambaTalkMood)),)
