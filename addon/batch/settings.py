"""The settings of a batch and what became of its lines, kept in the scene."""

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

from ...core.batch.outcomes import FAILED, KEPT, MADE, NOT_MADE
from ..blender.versions import RELATIVE

STATES = [
    (MADE, "Made", "The take was made", "CHECKMARK", 0),
    (KEPT, "Kept", "The take was there, made from the same recording, text and settings", "FILE_TICK", 1),
    (FAILED, "Failed", "There is no take; the reason is below the list", "ERROR", 2),
    (NOT_MADE, "Not Made", "The take is still to be made", "RADIOBUT_OFF", 3),
]


class MambaTalkBatchLine(bpy.types.PropertyGroup):
    """What became of one line of the last batch."""

    state: EnumProperty(name="State", description="What became of the line", items=STATES)
    checks: StringProperty(name="Checks", description="Foot slide, drift and the fit of the words of the finished take")
    problem: StringProperty(name="Problem", description="Why there is no take")
    remedy: StringProperty(name="Remedy", description="What to do about the problem")


class MambaTalkBatch(bpy.types.PropertyGroup):
    """The choices of the batch panel, and the lines of the last batch."""

    source: EnumProperty(
        name="Lines",
        description="Where the recordings are listed",
        items=[
            ("FOLDER", "Folder", "Every recording in a folder, with the text of the same name beside it"),
            (
                "TABLE",
                "Table",
                "A csv file with the columns audio, transcript, style, mood, seed, name, character and language",
            ),
        ],
    )
    recordings: StringProperty(
        name="Recordings",
        description="A folder with recordings, and texts of the same names",
        subtype="DIR_PATH",
        options=RELATIVE,
    )
    table: StringProperty(
        name="Table",
        description="A csv file with a line for each take. Only the column audio is needed. Empty cells mean what the "
        "panel Generate says",
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    folder: StringProperty(
        name="Takes",
        description="Where the takes and summary.csv are kept, so that the same batch can go on later; // means the "
        "folder of the .blend file",
        subtype="DIR_PATH",
        options=RELATIVE,
        default="//batch",
    )
    export: BoolProperty(
        name="Export Each",
        description="Also write each take to a file, such as FBX, as the panel Import & Export says",
    )
    lines: CollectionProperty(
        name="Lines", description="What became of the lines of the last batch", type=MambaTalkBatchLine
    )
    active: IntProperty(name="Line", description="Number of the line whose details are shown", options={"SKIP_SAVE"})

    def chosen(self) -> str:
        """Return the table or the folder that is chosen; an empty text where none is."""
        return self.table if self.source == "TABLE" else self.recordings


CLASSES = (MambaTalkBatchLine, MambaTalkBatch)
PROPERTIES = ((bpy.types.Scene, "mambatalk_batch", PointerProperty(type=MambaTalkBatch)),)
