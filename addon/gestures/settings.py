"""The gesture that is chosen in the panel, kept while Blender runs."""

import bpy
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty

from ...core.gestures.clip import MOST_NAME
from ...core.gestures.library import gestures
from ..blender.translation import translated
from ..take.properties import GESTURE_ITEMS, number_of
from . import own, own_source, previews

GROUPS = {
    "all": "All",
    "pointing": "Pointing",
    "size": "Size and Shape",
    "structure": "Structure",
    "attitude": "Attitude",
    "people": "People",
    "movement": "Movement",
    "acting": "Acting Out",
    "own": "My Own",
}
_GROUP_ITEMS = [(name, label, "") for name, label in GROUPS.items()]
# Blender keeps no copy of the texts that a function returns, so they are kept here.
_shown: list[tuple] = []


def _items(self, context) -> list[tuple]:
    """Return the gestures of the chosen group, with pictures; those of the animator's own come first."""
    mine = own.every(context or bpy.context) if self.group in ("all", "own") else {}
    _shown[:] = [
        (key, saved.clip.label, "A gesture of your own", previews.icon_of_own(saved), number_of(key))
        for key, saved in mine.items()
    ]
    _shown[len(_shown) :] = [
        (name, translated(label), text, previews.icon_of(name), number)
        for name, label, text, number in GESTURE_ITEMS
        if self.group in ("all", gestures()[name].group)
    ]
    return _shown


def _choose_first(self, _context) -> None:
    """Choose the first gesture of a group: the one that was chosen may be of another group."""
    found = _items(self, None)
    if found:
        self.gesture = found[0][0]


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
    own_action: PointerProperty(
        name="Action",
        description="The action of this character to cut a gesture out of. When empty, the one it performs now",
        type=bpy.types.Action,
    )
    own_label: StringProperty(name="Name", description="The name of the new gesture", maxlen=MOST_NAME)
    own_hands: EnumProperty(name="Hands", description="The hands that take part", items=own_source.HANDS)
    own_head: BoolProperty(name="With Head", description="The head turns as in the clip, besides its own movement")
    own_where: EnumProperty(name="Keep In", description="Where the gesture is kept", items=own.PLACES)
    own_replace: BoolProperty(name="Replace", description="Replace a gesture of the same name")


CLASSES = (MambaTalkGestureMenu,)
PROPERTIES = ((bpy.types.WindowManager, "mambatalk_gestures", PointerProperty(type=MambaTalkGestureMenu)),)
