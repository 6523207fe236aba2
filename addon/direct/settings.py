"""Settings of the panel for resampling and mixing: which parts, which frames, how."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ...core.errors import GestureError
from ..take import words as take_words
from ..take.playback import Performed
from ..take.properties import AREA_ITEMS

RANGES = [
    ("PREVIEW", "Preview Range", "The timeline's preview range (P in the timeline)"),
    ("WORDS", "Words", "From the first chosen word to the last one"),
    ("TYPED", "Typed", "From Start to End, below"),
    ("ALL", "Whole Take", "All frames of the take"),
]


class MambaTalkDirecting(bpy.types.PropertyGroup):
    """Settings of the next Resample or Mix In."""

    parts: EnumProperty(
        name="Parts", description="Body parts to change", items=AREA_ITEMS, options={"ENUM_FLAG"}, default={"hands"}
    )
    span: EnumProperty(name="Range", description="Which frames to change", items=RANGES)
    start: IntProperty(name="Start", description="The first frame to change", default=1)
    end: IntProperty(name="End", description="The last frame to change", default=90)
    margin: IntProperty(
        name="Margin",
        description="Frames on either side in which old and new blend",
        default=8,
        min=0,
        max=90,
    )
    set_variation: BoolProperty(name="Set Variation", description="Use another variation than the value of the weights")
    variation: FloatProperty(
        name="Variation",
        description="0 for the most likely motion, 1 for the most varied",
        default=0.6,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    source: StringProperty(name="From", description="The take whose parts replace those of this one")
    variations: IntProperty(
        name="How Many", description="How many takes to generate, each with its own seed", default=1, min=1, max=16
    )


def frames(scene: bpy.types.Scene, take: Performed, start: int | None, end: int | None) -> tuple[int, int]:
    """Return the first and last scene frame to change: those given, else the panel's range.

    Raises:
        GestureError: the panel's choice gives no range.
    """
    settings, own = scene.mambatalk_direct, (int(take.frames[0]), int(take.frames[-1]))
    if start is not None or end is not None or settings.span == "ALL":
        return (own[0] if start is None else start), (own[1] if end is None else end)
    if settings.span == "TYPED":
        return settings.start, settings.end
    if settings.span == "WORDS":
        return words_range(take)
    return preview_range(scene)


def words_range(take: Performed) -> tuple[int, int]:
    """Return the scene frames from the start of the first chosen word to the end of the last one.

    Raises:
        GestureError: no word is chosen.
    """
    chosen = take_words.chosen_s(take.action)
    if chosen is None:
        raise GestureError("No word is chosen.", remedy="Tick words in the list, or choose other frames.")
    own = int(take.frames[0]), int(take.frames[-1])
    first, last = (own[0] + round(second * take.info.fps) for second in chosen)
    return max(first, own[0]), min(last, own[1])


def preview_range(scene: bpy.types.Scene) -> tuple[int, int]:
    """Return the first and last frame of the timeline's preview range.

    Raises:
        GestureError: there is no preview range.
    """
    if not scene.use_preview_range:
        raise GestureError(
            "There is no preview range.",
            remedy="Press P in the timeline and drag over frames, or choose another Range.",
        )
    return scene.frame_preview_start, scene.frame_preview_end


def why_no_range(scene: bpy.types.Scene, action: bpy.types.Action) -> str | None:
    """Say why the panel's choice gives no range of frames; None when it gives one."""
    span = scene.mambatalk_direct.span
    if span == "PREVIEW" and not scene.use_preview_range:
        return "Press P in the timeline and drag over the frames, or choose another Range"
    if span == "WORDS" and take_words.chosen_s(action) is None:
        return "Tick words in the list, or choose another Range"
    return None


CLASSES = (MambaTalkDirecting,)
PROPERTIES = ((bpy.types.Scene, "mambatalk_direct", PointerProperty(type=MambaTalkDirecting)),)
