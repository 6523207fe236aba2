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
from ...core.direct.levels import RANGES, Levels
from ...core.direct.markers import Kind

AREA_ITEMS = [
    (name, name.replace("_", " ").title(), f"Only the {name.replace('_', ' ')}", 1 << number)
    for number, name in enumerate(AREAS)
]

_LEVELS = {
    "upper": ("Upper Body", "How broad torso, arms and head move about their rest: 0 calm, 1 as generated"),
    "hands": ("Hands", "How far fingers move about their rest"),
    "face": ("Face", "How strong expressions and mouth are; blinks and gaze stay"),
    "lower": ("Lower Body", "How far the pelvis sways; feet stay where they stand"),
    "head": ("Head", "How far neck and head turn, on top of Upper Body"),
    "gaze": ("Gaze", "How far eyes turn away from where they usually look"),
    "blink_rate": ("Blinks", "Blinks per blink of the take: 0 none, 2 twice as many"),
    "stillness": ("Stillness", "How far arms, hands and torso settle into their rest in pauses of speech"),
    "pause_s": ("Pause", "Pauses shorter than this, in seconds, are passed over"),
    "settle_s": ("Settle", "Seconds that settling, and coming back, takes"),
    "smoothing": ("Smoothing", "More smoothing, on top of finishing, without delay"),
    "pose_amount": ("Pose", "How far arms, hands, torso and head are blended into the chosen rest pose"),
}
MARKER_ITEMS = [
    (Kind.ACCENT.value, "Gesture Here", "A stroke of the hands ends here, within two frames", "REC", 0),
    (Kind.HOLD.value, "Hold", "The arms stay as they are from here on", "PAUSE", 1),
    (Kind.NOT_HERE.value, "Not Here", "The arms settle here", "CANCEL", 2),
]
# Of what `Levels` has: how their sliders are grouped in the panel.
GROUPS = (
    ("upper", "hands", "face", "lower"),
    ("head", "gaze", "blink_rate"),
    ("stillness", "pause_s", "settle_s", "smoothing"),
)
_NEUTRAL = Levels()


def level_properties(update=None) -> dict:
    """A Blender property for each level but the pose itself."""
    more = {} if update is None else {"update": update}
    found = {
        name: FloatProperty(
            name=label,
            description=text,
            default=getattr(_NEUTRAL, name),
            min=RANGES[name][0],
            max=RANGES[name][1],
            step=5,
            precision=2,
            **more,
        )
        for name, (label, text) in _LEVELS.items()
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
