"""What a check found, as a list that the panel shows; a row that is chosen shows its frame."""

import bpy
from bpy.props import CollectionProperty, IntProperty, PointerProperty, StringProperty

from ...core.body.motion import Motion
from ...core.check.check import Subject, check
from ...core.check.finding import KINDS
from ..character import contacts
from ..direct import directed_keys
from ..face import channels as face_channels
from ..finish import source as finish_source
from ..rig import performer
from ..skin import body as skin_body
from ..take import performed
from ..take import store as take_store
from ..take.performed import Performed


def _row_chosen(self, context):
    """Go to the frame of the row that was chosen."""
    if 0 <= self.index < len(self.rows) and context.scene is not None:
        context.scene.frame_set(self.rows[self.index].start)


class MambaTalkFinding(bpy.types.PropertyGroup):
    """One thing to fix; the name of the entry says what is wrong."""

    kind: StringProperty(name="Kind", description="What kind of fault it is")
    start: IntProperty(name="Start", description="The first scene frame")
    end: IntProperty(name="End", description="The last scene frame")
    area: StringProperty(name="Part", description="The part that is made anew where that helps")


class MambaTalkFindings(bpy.types.PropertyGroup):
    """What the last check found."""

    rows: CollectionProperty(name="Findings", description="What was found", type=MambaTalkFinding)
    index: IntProperty(name="Finding", description="The chosen row of the list", update=_row_chosen)
    action: StringProperty(name="Take", description="The action that was checked")


def run(scene: bpy.types.Scene, armature: bpy.types.Object, found: MambaTalkFindings) -> int:
    """Check the take that a character performs, as it is keyed now, and fill the list; return the number of rows.

    Raises:
        GestureError: the character performs no take, or it cannot be read.
    """
    take = performed.of(armature)
    motion = seen_motion(scene, take)
    words = take_store.load(take.action).words
    rows = check(Subject(motion, words, skin_body.of(armature)))
    if not face_channels.face_keys(armature) and not performer.of(armature).jaw_bones():
        # The take has lips, but this character shows none.
        rows = [each for each in rows if each.kind != "lips"]
    per_frame = take.info.fps / motion.fps
    found.rows.clear()
    found.index, found.action = -1, take.action.name
    for each in rows:
        row = found.rows.add()
        row.name, row.kind, row.area = each.message, each.kind, each.area
        row.start = int(take.frames[0]) + round(each.start * per_frame)
        row.end = min(int(take.frames[0]) + round((each.end - 1) * per_frame), int(take.frames[-1]))
    return len(rows)


def seen_motion(scene: bpy.types.Scene, take: Performed) -> Motion:
    """Return what a take's keys show, hand edits included; on a mapped rig, the directed motion of the take."""
    armature, action = take.armature, take.action
    if not performer.of(armature).can_read_keys:
        return directed_keys.direct_take(take, directed_keys.prepare(take)).motion
    motion = finish_source.read_action(scene, armature, action).motion
    first = round(action.frame_range[0])
    motion = _cut(motion, int(take.frames[0]) - first, len(take.frames))
    motion = face_channels.read(motion, armature, action, take.frames)
    if not contacts.exist(action, armature):
        return motion
    return motion.replace(contacts=contacts.read(action, armature, take.frames))


def _cut(motion: Motion, start: int, count: int) -> Motion:
    """Return some frames of a motion: keys may lie before and after the take."""
    rows = slice(max(start, 0), max(start, 0) + count)
    return motion.replace(
        rotations=motion.rotations[rows], translation=motion.translation[rows], expression=motion.expression[rows]
    )


def remedy_of(row: MambaTalkFinding) -> str:
    """Return the key of what helps with a row; empty where its kind is unknown."""
    return KINDS[row.kind].remedy if row.kind in KINDS else ""


CLASSES = (MambaTalkFinding, MambaTalkFindings)
# Findings are of one session: files do not keep them.
PROPERTIES = ((bpy.types.WindowManager, "mambatalk_findings", PointerProperty(type=MambaTalkFindings)),)
