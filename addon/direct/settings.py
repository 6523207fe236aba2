"""Settings of the panels for resampling, mixing and hand edits: parts, frames, blends and variation."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from ...core.errors import GestureError
from ..blender.translation import translated
from ..take import words as take_words
from ..take.performed import Performed
from ..take.properties import AREA_ITEMS

# Files store the number of a row, the last column: a new row must have a new number.
RANGES = [
    ("AUTO", "Automatic", "The timeline's preview range if there is one, else the whole take", "NONE", 4),
    ("PREVIEW", "Preview Range", "The timeline's preview range (P in the timeline)", "NONE", 0),
    ("WORDS", "Words", "From the first chosen word to the last one", "NONE", 1),
    ("TYPED", "Typed", "From Start to End, below", "NONE", 2),
    ("ALL", "Whole Take", "All frames of the take", "NONE", 3),
]
# Ranges of operators that files do not store.
PREVIEW_OR_WORDS = [row[:3] for row in RANGES if row[0] in ("PREVIEW", "WORDS")]
SPREADS = [
    ("EDITS", "Hand Edits", "The edits of the parts and frames that are chosen above"),
    ("BONES", "Selected Bones", "Of these edits only those of the selected bones"),
    ("KEYS", "Selected Keys", "Keys that are selected in the Graph Editor or the Dope Sheet, edited or not"),
]
EASINGS = [
    ("MIN_JERK", "Eased", "The keys begin and end to lead over gently: with minimum jerk"),
    ("LINEAR", "Linear", "The keys lead over evenly"),
]


class _Range:
    """Mixin of settings with a range of frames."""

    span: EnumProperty(name="Range", description="Which frames to change", items=RANGES, default="AUTO")
    start: IntProperty(name="Start", description="The first frame to change", default=1)
    end: IntProperty(name="End", description="The last frame to change", default=90)


class MambaTalkDirecting(_Range, bpy.types.PropertyGroup):
    """Settings of the next Resample or Mix In."""

    parts: EnumProperty(
        name="Parts", description="Body parts to change", items=AREA_ITEMS, options={"ENUM_FLAG"}, default={"hands"}
    )
    margin: IntProperty(
        name="Margin",
        description="Frames on either side in which old and new blend",
        default=8,
        min=0,
        max=90,
    )
    set_variation: BoolProperty(
        name="Set Variation", description="Choose how varied the new motion is, instead of using the usual value"
    )
    variation: FloatProperty(
        name="Variation",
        description="How varied the new motion is. 0 is the most likely motion, 1 the most varied",
        default=0.6,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    source: StringProperty(name="From", description="The take whose parts replace those of this one")
    variations: IntProperty(
        name="How Many", description="How many takes to generate, each with its own seed", default=1, min=1, max=16
    )


class MambaTalkEditing(_Range, bpy.types.PropertyGroup):
    """Settings of the next Drop Edits or Spread Edits."""

    parts: EnumProperty(
        name="Parts",
        description="Body parts whose hand edits are meant; if none is chosen, those of all parts",
        items=AREA_ITEMS,
        options={"ENUM_FLAG"},
    )
    spread_of: EnumProperty(name="Spread", description="What the keys around lead over to", items=SPREADS)
    spread: IntProperty(
        name="Frames",
        description="Frames on either side of a hand edit that lead over to it",
        default=8,
        min=1,
        max=90,
    )
    easing: EnumProperty(name="Easing", description="How the keys lead over to a hand edit", items=EASINGS)


def described(settings: MambaTalkDirecting | MambaTalkEditing, scene: bpy.types.Scene) -> str:
    """Return which parts and frames the settings mean, as one line."""
    names = [translated(label) for name, label, *_ in AREA_ITEMS if name in settings.parts]
    return f"{', '.join(names) or translated('all parts')}, {_range_described(settings, scene)}"


def parts_described(settings: MambaTalkEditing) -> str:
    """Return which parts the settings mean, as the text of a button."""
    labels = [label for name, label, *_ in AREA_ITEMS if name in settings.parts]
    if len(labels) > 1:
        return translated(f"{len(labels)} chosen")
    return labels[0] if labels else translated("All")


def _range_described(settings, scene: bpy.types.Scene) -> str:
    if settings.span == "TYPED":
        return translated(f"frames {settings.start} to {settings.end}")
    if settings.span == "WORDS":
        return translated("the chosen words")
    if settings.span == "PREVIEW" or (settings.span == "AUTO" and scene.use_preview_range):
        return translated(f"frames {scene.frame_preview_start} to {scene.frame_preview_end}, the preview range")
    return translated("the whole take")


def frames(
    settings: MambaTalkDirecting | MambaTalkEditing,
    scene: bpy.types.Scene,
    take: Performed,
    start: int | None = None,
    end: int | None = None,
) -> tuple[int, int]:
    """Return the first and last scene frame to change: those given, else the range that a panel's settings mean.

    Raises:
        GestureError: the settings give no range.
    """
    own = int(take.frames[0]), int(take.frames[-1])
    whole = settings.span == "ALL" or (settings.span == "AUTO" and not scene.use_preview_range)
    if start is not None or end is not None or whole:
        return (own[0] if start is None else start), (own[1] if end is None else end)
    if settings.span == "TYPED":
        return settings.start, settings.end
    return frames_at(settings.span if settings.span == "WORDS" else "PREVIEW", scene, take)


def frames_at(where: str, scene: bpy.types.Scene, take: Performed) -> tuple[int, int]:
    """Return the first and last scene frame of "FRAME", "WORDS" or "PREVIEW", rows of operators' lists.

    Raises:
        GestureError: no word is chosen, or there is no preview range.
    """
    if where == "FRAME":
        return scene.frame_current, scene.frame_current
    return words_range(take) if where == "WORDS" else preview_range(scene)


def words_range(take: Performed) -> tuple[int, int]:
    """Return the scene frames from the start of the first chosen word to the end of the last one.

    Raises:
        GestureError: no word is chosen.
    """
    chosen, name = take_words.chosen_s(take.action), take.action.name
    if chosen is None:
        raise GestureError(
            "No word is chosen.",
            remedy="Tick words in the list, or choose other frames.",
            holds=lambda: _has_no_words(name),
        )
    own = int(take.frames[0]), int(take.frames[-1])
    first, last = (own[0] + round(second * take.info.fps) for second in chosen)
    return max(first, own[0]), min(last, own[1])


def _has_no_words(name: str) -> bool:
    """Return whether no word of a take is chosen; the take is known by its name, because it may be removed."""
    action = bpy.data.actions.get(name)
    return action is not None and take_words.chosen_s(action) is None


def preview_range(scene: bpy.types.Scene) -> tuple[int, int]:
    """Return the first and last frame of the timeline's preview range.

    Raises:
        GestureError: there is no preview range.
    """
    if not scene.use_preview_range:
        raise GestureError(
            "There is no preview range.",
            remedy="Press P in the timeline and drag over frames, or choose another Range.",
            holds=lambda: not bpy.context.scene.use_preview_range,
        )
    return scene.frame_preview_start, scene.frame_preview_end


def why_no_range(settings, scene: bpy.types.Scene, action: bpy.types.Action) -> str | None:
    """Return the reason why a panel's settings give no range of frames; None when they give one."""
    span = settings.span
    if span == "PREVIEW" and not scene.use_preview_range:
        return "Press P in the timeline and drag over the frames, or choose another Range"
    if span == "WORDS" and take_words.chosen_s(action) is None:
        return "Tick words in the list, or choose another Range"
    return None


CLASSES = (MambaTalkDirecting, MambaTalkEditing)
PROPERTIES = (
    (bpy.types.Scene, "mambatalk_direct", PointerProperty(type=MambaTalkDirecting)),
    (bpy.types.Scene, "mambatalk_edits", PointerProperty(type=MambaTalkEditing)),
)
