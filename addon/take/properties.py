"""Properties of a take on its action: levels, markers, locks, words, joins, and whether it is kept.

In this order: items of menus, hooks for those who follow changes, values that are shown otherwise than they are kept,
and the groups of properties. Times are kept as seconds from the first frame of the take, and shown as scene frames.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.body.parts import AREAS
from ...core.clock import FPS
from ...core.direct.joining import DEFAULT_BLEND_S
from ...core.direct.levels import GROUPS, LEVELS
from ...core.direct.markers import KINDS, PLAIN_KINDS, Kind
from ...core.gestures.clip import OWN
from ...core.gestures.library import gestures
from ...core.gestures.placed import RANGES
from ..character.mood import kind_property, strength_property
from . import info as take_info


def number_of(name: str) -> int:
    """Return the number of a gesture in menus. Files store it, so it follows from the name and not from the place."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


AREA_ITEMS = [
    (name, name.replace("_", " ").title(), f"Only the {name.replace('_', ' ')}", 1 << number)
    for number, name in enumerate(AREAS)
]
PLAIN_MARKER_ITEMS = [
    (kind.value, KINDS[kind].label, KINDS[kind].description, KINDS[kind].icon, number)
    for number, kind in enumerate(PLAIN_KINDS)
]
GESTURE_ITEMS = [(name, gesture.label, gesture.offends, number_of(name)) for name, gesture in gestures().items()]
OWN_ITEM = (OWN, "Own Gesture", "A gesture that you saved from a clip", number_of(OWN))
HAND_ITEMS = [
    ("auto", "Leading Hand", "The right hand, or the left hand where the take is mirrored"),
    ("left", "Left Hand", "The left hand makes the gesture"),
    ("right", "Right Hand", "The right hand makes the gesture"),
]
MARKER_ITEMS = [
    (kind.value, row.label, row.description, row.icon, number) for number, (kind, row) in enumerate(KINDS.items())
]


class ChangeHook:
    """Calls functions when something of a take changes.

    This folder does not import the folders above it, so `direct.live` adds the function that writes keys to
    `listeners`, and `words.live` the one that changes words.
    """

    def __init__(self):
        self.listeners: list[Callable[[bpy.types.Action, bool], None]] = []
        self._is_paused = False

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Call nothing within the block: the code that sets properties writes the keys itself, or needs none."""
        self._is_paused = True
        try:
            yield
        finally:
            self._is_paused = False

    def call(self, action: bpy.types.Action, everything: bool) -> None:
        """Call every function with a take's action, and with whether all of its channels must be compared."""
        if not self._is_paused:
            for listener in self.listeners:
                listener(action, everything)


# Called when levels, markers or locks change.
changes = ChangeHook()
# Called when somebody types another time of a word.
word_changes = ChangeHook()


def _directions_changed(self, context):
    """Report that a level, a marker, the mood or a join changed."""
    changes.call(self.id_data, False)


def _compare_everything(self, context):
    """Report a change by which keys are held or released that no level moves, so that all channels are compared."""
    changes.call(self.id_data, True)


def _word_changed(self, context):
    word_changes.call(self.id_data, False)


def level_properties(update=None) -> dict:
    """Return a Blender property for each level but the rest pose itself.

    Args:
        update: called by Blender after a value changed.
    """
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
    switches = {
        "mirror": BoolProperty(name="Mirror", description="Left and right change sides", **more),
        "hands_out": BoolProperty(
            name="Hands Out of Body",
            description="Push hands and forearms out of the character's meshes and of each other, smoothly. "
            "A hand may touch",
            default=True,
            **more,
        ),
    }
    return {**found, **switches}


# Levels that are kept in seconds: the panel shows them as these properties, in frames.
FRAMES_OF = {"pause_s": "pause_frames", "settle_s": "settle_frames"}


def _durations() -> dict:
    """Return a Blender property, in frames, for each level that is kept in seconds."""
    return {FRAMES_OF[level.name]: _duration(level) for level in LEVELS if level.name in FRAMES_OF}


def _duration(level):
    """Return one of these properties."""

    def rate(own) -> float:
        info = take_info.stored(own.id_data)
        return FPS if info is None else info.fps

    def get(own) -> int:
        return round(getattr(own, level.name) * rate(own))

    def put(own, frames: int) -> None:
        setattr(own, level.name, min(max(frames / rate(own), level.least), level.most))

    return IntProperty(
        name=level.label,
        description=level.description.replace("in seconds", "in frames").replace("Seconds in", "Frames in"),
        min=1,
        soft_max=round(level.most * FPS),
        get=get,
        set=put,
    )


def _scene_frame(name: str, is_whole: bool = True) -> dict:
    """Return getter and setter of a scene frame that is kept as seconds from the take's first frame.

    Args:
        name: of the property with the seconds.
        is_whole: whether the frame is a whole number; otherwise it has fractions.
    """

    def get(self) -> float:
        info = take_info.stored(self.id_data)
        if info is None:
            return 0
        frames = getattr(self, name) * info.fps
        return info.start_frame + (round(frames) if is_whole else frames)

    def put(self, frame: float) -> None:
        info = take_info.stored(self.id_data)
        if info is None:
            return
        second = max(0.0, frame - info.start_frame) / info.fps
        if name == "start_s" and getattr(self, "kind", None) == Kind.GESTURE:
            # a gesture moves as a whole
            self.end_s += second - self.start_s
        setattr(self, name, second)

    return {"get": get, "set": put}


class MambaTalkWord(bpy.types.PropertyGroup):
    """A spoken word of a take; the name of the entry is the word."""

    start_s: FloatProperty(name="Start", description="Seconds from the take's first frame", update=_word_changed)
    end_s: FloatProperty(name="End", description="Seconds from the take's first frame", update=_word_changed)
    start_at: FloatProperty(
        name="Start",
        description="The scene frame at which the word begins, with fractions. Words beside it give way",
        precision=1,
        step=10,
        **_scene_frame("start_s", is_whole=False),
    )
    end_at: FloatProperty(
        name="End",
        description="The scene frame at which the word ends, with fractions. Words beside it give way",
        precision=1,
        step=10,
        **_scene_frame("end_s", is_whole=False),
    )
    confidence: FloatProperty(
        name="Confidence",
        description="How well the sound fits the word, from 0 to 1; below 0 nobody knows",
        default=-1.0,
    )
    chosen: BoolProperty(name="Chosen", description="Resample the frames from the first chosen word to the last")


class MambaTalkLockedBone(bpy.types.PropertyGroup):
    """A locked bone; the name of the entry is the name of the bone."""


class _GestureFields:
    """Properties of a marker that asks for a gesture of the library: which one, and how it is made."""

    gesture: EnumProperty(
        name="Gesture",
        description="The gesture of the library, or one of your own",
        items=[*GESTURE_ITEMS, OWN_ITEM],
        update=_directions_changed,
    )
    hand: EnumProperty(
        name="Hand", description="The hand that makes the gesture", items=HAND_ITEMS, update=_directions_changed
    )
    size: FloatProperty(
        name="Size",
        description="How large the gesture is: 1 as in the library",
        default=1.0,
        min=RANGES["size"][0],
        max=RANGES["size"][1],
        step=5,
        update=_directions_changed,
    )
    height_m: FloatProperty(
        name="Height",
        description="By how much higher the hands are",
        subtype="DISTANCE",
        min=RANGES["height_m"][0],
        max=RANGES["height_m"][1],
        step=1,
        update=_directions_changed,
    )
    speed: FloatProperty(
        name="Speed",
        description="How fast the gesture is made: 1 as in the library",
        default=1.0,
        min=RANGES["speed"][0],
        max=RANGES["speed"][1],
        step=5,
        update=_directions_changed,
    )
    clip: StringProperty(
        name="Clip", description="Own gesture: its motion, as the library keeps it", update=_directions_changed
    )
    uneven: FloatProperty(name="Uneven", description="How far both hands differ: 0 as in the library", min=-1, max=1)
    is_auto: BoolProperty(name="By Words", description="The words of the take called for this gesture")
    points_at: BoolProperty(name="At a Place", description="Arm, head and eyes lead to a place")
    place: FloatVectorProperty(
        name="Place",
        description="Where the gesture points, metres from where the character stands: left, up, forward",
        size=3,
        update=_directions_changed,
    )


class MambaTalkMarker(_GestureFields, bpy.types.PropertyGroup):
    """A moment or a stretch in which the arms gesture, hold or rest, or make a gesture of the library."""

    kind: EnumProperty(name="Kind", description="What the arms do here", items=MARKER_ITEMS, update=_directions_changed)
    start_s: FloatProperty(
        name="Start",
        description="Seconds from the take's first frame",
        min=0.0,
        precision=2,
        update=_directions_changed,
    )
    end_s: FloatProperty(
        name="End",
        description="Seconds from the take's first frame. For a moment it is the same as Start",
        min=0.0,
        precision=2,
        update=_directions_changed,
    )
    start_frame: IntProperty(name="Start", description="The first frame in the scene", **_scene_frame("start_s"))
    end_frame: IntProperty(
        name="End",
        description="The last frame in the scene. For a moment it is the same as Start",
        **_scene_frame("end_s"),
    )


class MambaTalkTake(bpy.types.PropertyGroup):
    """All that an animator sets on a take."""

    __annotations__ = {
        **level_properties(_directions_changed),
        **_durations(),
        "mood": kind_property(update=_directions_changed),
        "mood_strength": strength_property(update=_directions_changed),
        "pose": StringProperty(name="Rest Pose", description="Rotation vectors of the 55 joints, as JSON"),
        "lips": FloatProperty(
            name="Phone Lips",
            description="How much of the mouth follows the times of the spoken sounds, from 0 to 1",
            max=1.0,
        ),
        "spoken_anew": StringProperty(
            name="Spoken Anew", description="Seconds in which the mouth follows words that were changed, as JSON"
        ),
        "lips_follow": BoolProperty(
            name="Mouth Follows Words",
            description="Where you change a word, the mouth follows its speech sounds at once",
            default=True,
            update=_compare_everything,
        ),
        "start_state": StringProperty(name="Start Pose", description="Pose and speeds of the first frame, as JSON"),
        "end_state": StringProperty(name="End Pose", description="Pose and speeds of the last frame, as JSON"),
        "join_start_s": FloatProperty(
            name="Lead In",
            description="Seconds in which the start pose leads over to the take",
            default=DEFAULT_BLEND_S,
            min=0.0,
            soft_max=3.0,
            update=_directions_changed,
        ),
        "join_end_s": FloatProperty(
            name="Lead Out",
            description="Seconds in which the take leads over to the end pose, or back to its own start",
            default=DEFAULT_BLEND_S,
            min=0.0,
            soft_max=3.0,
            update=_directions_changed,
        ),
        "loop": BoolProperty(
            name="Loop",
            description="Let the take end as it begins, to be repeated: the last frame is the first one again",
            update=_directions_changed,
        ),
        "listening": StringProperty(
            name="Listening", description="Where the character listens, to whom it looks, and when it nods, as JSON"
        ),
        "kept": BoolProperty(name="Keep", description="Keep this take when Discard Others is used"),
        "locked": EnumProperty(
            name="Locked",
            description="Body parts that only you change. Levels, accents, Resample and Finish leave their keys alone",
            items=AREA_ITEMS,
            options={"ENUM_FLAG"},
            update=_compare_everything,
        ),
        "locked_bones": CollectionProperty(
            name="Locked Bones", description="Bones that only you change", type=MambaTalkLockedBone
        ),
        "markers": CollectionProperty(
            name="Accents", description="Where the arms gesture, hold or rest", type=MambaTalkMarker
        ),
        "marker_index": IntProperty(name="Accent", description="The chosen row of the list"),
        "words": CollectionProperty(name="Words", description="The spoken words", type=MambaTalkWord),
        "word_index": IntProperty(name="Word", description="The chosen row of the list"),
    }


CLASSES = (MambaTalkWord, MambaTalkLockedBone, MambaTalkMarker, MambaTalkTake)
PROPERTIES = ((bpy.types.Action, "mambatalk_take", PointerProperty(type=MambaTalkTake)),)
