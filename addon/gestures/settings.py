"""The gesture that is chosen in the panel, kept while Blender runs."""

import bpy
from bpy.props import EnumProperty, PointerProperty

from ...core.gestures.library import gestures
from ..blender.translation import translated
from ..take.properties import GESTURE_ITEMS
from . import previews

GROUPS = {
    "all": "All",
    "pointing": "Pointing",
    "size": "Size and Shape",
    "structure": "Structure",
    "attitude": "Attitude",
    "people": "People",
    "movement": "Movement",
    "acting": "Acting Out",
}
_GROUP_ITEMS = [(name, label, "") for name, label in GROUPS.items()]
# Blender keeps no copy of the texts that a function returns, so they are kept here.
_shown: list[tuple] = []


def _items(self, _context) -> list[tuple]:
    """Return the gestures of the chosen group, with pictures."""
    _shown[:] = [
        (name, translated(label), text, previews.icon_of(name), number)
        for name, label, text, number in GESTURE_ITEMS
        if self.group in ("all", gestures()[name].group)
    ]
    return _shown


def _choose_first(self, _context) -> None:
    """Choose the first gesture of a group: the one that was chosen may be of another group."""
    self.gesture = _items(self, None)[0][0]


class MambaTalkGestureMenu(bpy.types.PropertyGroup):
    """What the picture menu of gestures shows."""

    group: EnumProperty(
        name="Group", description="Which gestures the menu shows", items=_GROUP_ITEMS, update=_choose_first
    )
    gesture: EnumProperty(
        name="Gesture", description="The gesture to insert", items=_items, default=GESTURE_ITEMS[0][3]
    )
    target: PointerProperty(
        name="Point At",
        description="What to point at. When empty, it is the camera of the scene",
        type=bpy.types.Object,
    )


CLASSES = (MambaTalkGestureMenu,)
PROPERTIES = ((bpy.types.WindowManager, "mambatalk_gestures", PointerProperty(type=MambaTalkGestureMenu)),)
