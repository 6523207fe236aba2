"""What an animator sets on a take: levels, locks, what is kept; stored with its action."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.body.parts import AREAS
from ...core.direct.levels import GROUPS, LEVELS
from ...core.direct.markers import KINDS

AREA_ITEMS = [
    (name, name.replace("_", " ").title(), f"Only the {name.replace('_', ' ')}", 1 << number)
    for number, name in enumerate(AREAS)
]
MARKER_ITEMS = [
    (kind.value, row.label, row.description, row.icon, number) for number, (kind, row) in enumerate(KINDS.items())
]


def level_properties(update=None) -> dict:
    """A Blender property for each level but the pose itself."""
    more = {} if update is None else {"update": update}
    found = {
        level.name: FloatProperty(
            name=level.label,
            description=level.description,
            default=level.neutral,
            min=level.least,
            max=level.most,
            step=5,
            precision=2,
            **more,
        )
        for level in sorted(LEVELS, key=lambda level: GROUPS.index(level.group))
    }
    return {**found, "mirror": BoolProperty(name="Mirror", description="Left and right change sides", **more)}


def _levels_changed(self, context):
    from ..direct import live

    live.touch(self.id_data)


def _markers_changed(self, context):
    from ..direct import live

    live.touch(self.id_data)


def _locks_changed(self, context):
    from ..direct import live

    live.touch(self.id_data, everything=True)


class MambaTalkWord(bpy.types.PropertyGroup):
    """A spoken word of a take; its name is the word."""

    start_s: FloatProperty(name="Start", description="Seconds from the take's first frame")
    end_s: FloatProperty(name="End", description="Seconds from the take's first frame")
    chosen: BoolProperty(name="Chosen", description="Resample the frames from the first chosen word to the last")


class MambaTalkLockedBone(bpy.types.PropertyGroup):
    """A bone that is locked; its name is the bone's."""


class MambaTalkMarker(bpy.types.PropertyGroup):
    """Where the arms gesture, hold or rest."""

    kind: EnumProperty(
        name="Kind", description="What is asked of the arms", items=MARKER_ITEMS, update=_markers_changed
    )
    start_s: FloatProperty(
        name="Start", description="Seconds from the take's first frame", min=0.0, precision=2, update=_markers_changed
    )
    end_s: FloatProperty(
        name="End",
        description="Seconds from the take's first frame; the same as Start for a moment",
        min=0.0,
        precision=2,
        update=_markers_changed,
    )


class MambaTalkTake(bpy.types.PropertyGroup):
    """What an animator sets on a take."""

    __annotations__ = {
        **level_properties(_levels_changed),
        "pose": StringProperty(name="Rest Pose", description="Rotation vectors of the 55 joints, as JSON"),
        "lips": FloatProperty(name="Phone Lips", description="How much of the mouth is made from phones", max=1.0),
        "kept": BoolProperty(name="Keep", description="Discard Others leaves this take in the file"),
        "locked": EnumProperty(
            name="Locked",
            description="Body parts whose keys stay as they are, whatever is done to the take",
            items=AREA_ITEMS,
            options={"ENUM_FLAG"},
            update=_locks_changed,
        ),
        "locked_bones": CollectionProperty(type=MambaTalkLockedBone),
        "markers": CollectionProperty(type=MambaTalkMarker),
        "marker_index": IntProperty(name="Accent"),
        "words": CollectionProperty(type=MambaTalkWord),
        "word_index": IntProperty(name="Word"),
    }


CLASSES = (MambaTalkWord, MambaTalkLockedBone, MambaTalkMarker, MambaTalkTake)
PROPERTIES = ((bpy.types.Action, "mambatalk_take", PointerProperty(type=MambaTalkTake)),)
