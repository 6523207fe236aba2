"""Settings of the word track and of the list of words: whether the track is drawn, and what the list shows."""

import bpy
from bpy.props import BoolProperty, PointerProperty, StringProperty

from ...core.take.word_edits import LOW_CONFIDENCE
from . import overlay


def _wanted_changed(self, context):
    overlay.follow_wish()


class MambaTalkWordTrack(bpy.types.PropertyGroup):
    """How a scene shows the words of its takes."""

    show: BoolProperty(
        name="Words on the Timeline",
        description=(
            "Draw the words along the bottom of timeline and dope sheet. There, drag a word or its edges, click to "
            "choose it, and double-click to correct its spelling"
        ),
        update=_wanted_changed,
    )
    search: StringProperty(
        name="Search",
        description="Show only words with these letters",
        options={"TEXTEDIT_UPDATE", "SKIP_SAVE"},
    )
    doubtful: BoolProperty(
        name="Doubtful Only", description="Show only words whose times are doubtful, because the sound fits them badly"
    )


def is_listed(entry, settings) -> bool:
    """Return whether the list shows a word: it has the wanted letters and, if only such are shown, is doubtful."""
    if settings.doubtful and not 0 <= entry.confidence < LOW_CONFIDENCE:
        return False
    return settings.search.strip().casefold() in entry.name.casefold()


CLASSES = (MambaTalkWordTrack,)
PROPERTIES = ((bpy.types.Scene, "mambatalk_words", PointerProperty(type=MambaTalkWordTrack)),)
