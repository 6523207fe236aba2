"""Data-blocks that are found again after a while, by the number that Blender gives each of them for a session.

While a job runs, the user may rename, delete or undo. A name is no help then: after a rename it finds nothing, or
another data-block that has the name now. A number stays through renames and undo, and no other data-block gets it.

    deleted in the viewport     in no scene any more, but in the file while the panel's Character refers to it
    deleted in the Outliner     gone
"""

from collections.abc import Iterable

import bpy


def of(block: bpy.types.ID) -> int:
    """Return the number of a data-block."""
    return block.session_uid


def find(blocks: Iterable[bpy.types.ID], number: int) -> bpy.types.ID | None:
    """Return the data-block that has a number, of all of its kind; None when it was deleted."""
    return next((block for block in blocks if block.session_uid == number), None)


def find_in_scenes(number: int) -> bpy.types.Object | None:
    """Return the object that has a number; None when it was deleted, or is in no scene any more."""
    found = find(bpy.data.objects, number)
    return found if found is not None and found.users_scene else None
