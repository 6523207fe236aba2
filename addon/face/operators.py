"""Operators of the table that says what the shape keys of a face play."""

import bpy
from bpy.props import BoolProperty

from ...core.errors import GestureError
from ..character import armature as character_armature
from ..job import report
from ..rig.performer import NO_CHARACTER, require_target, target
from . import channels as face_channels
from . import names as face_names


class MAMBATALK_OT_face_table(bpy.types.Operator):
    """List which shape key shows which expression, found by their names, so that you can change it"""

    bl_idname = "mambatalk.face_table"
    bl_label = "Make Face Table from Names"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether there is a character."""
        return report.explain(cls, _why_no_change(context) if target(context) else NO_CHARACTER)

    def execute(self, context):
        """Fill the table of every mesh of the character; keys of no known name are listed, but not animated."""
        try:
            armature = require_target(context)
            every = [mesh.data.shape_keys for mesh in character_armature.meshes_of(armature) if mesh.data.shape_keys]
            if not every:
                raise GestureError(
                    f"{armature.name} has no mesh with shape keys.", remedy="Only jaw and eye bones will move."
                )
            for keys in every:
                face_channels.require_editable(keys)
            labels = {_fill(keys) for keys in every} - {""}
        except GestureError as error:
            return report.fail(self, error)
        report.inform(
            self,
            f"Found: {', '.join(sorted(labels))}" if labels else "No known names: fill in what the shape keys play",
        )
        return {"FINISHED"}


class MAMBATALK_OT_face_automatic(bpy.types.Operator):
    """Remove the table. Each shape key then shows the expression that its name says"""

    bl_idname = "mambatalk.face_automatic"
    bl_label = "Remove Face Table"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        """Return whether there is a table."""
        return report.explain(cls, _why_no_change(context) if _table(context) else "There is no table")

    def execute(self, context):
        """Clear the tables of the character's meshes."""
        for mesh in character_armature.meshes_of(require_target(context)):
            if mesh.data.shape_keys is not None:
                mesh.data.shape_keys.mambatalk_face.clear()
        return {"FINISHED"}


class MAMBATALK_OT_face_row(bpy.types.Operator):
    """Add a row to the table of the face, or remove the chosen one"""

    bl_idname = "mambatalk.face_row"
    bl_label = "Add or Remove Face Row"
    bl_options = {"REGISTER", "UNDO"}

    remove: BoolProperty(name="Remove", description="Remove the chosen row instead of adding one")

    @classmethod
    def poll(cls, context):
        """Return whether there is a table."""
        return report.explain(
            cls, _why_no_change(context) if _table(context) else "There is no table: press Table from Names"
        )

    def execute(self, context):
        """Add or remove a row of the shown table."""
        keys = _table(context)
        if self.remove:
            keys.mambatalk_face.remove(keys.mambatalk_face_index)
            keys.mambatalk_face_index = max(0, min(keys.mambatalk_face_index, len(keys.mambatalk_face) - 1))
        else:
            keys.mambatalk_face.add().source = "jawOpen"
            keys.mambatalk_face_index = len(keys.mambatalk_face) - 1
        return {"FINISHED"}


def _fill(keys: bpy.types.Key) -> str:
    """Fill the table of one mesh; return the kind of its face, or ""."""
    label, rows = face_names.detect(tuple(keys.key_blocks.keys()))
    found = {row.key: row for row in rows}
    keys.mambatalk_face.clear()
    for block in keys.key_blocks[1:]:
        row = keys.mambatalk_face.add()
        row.key, row.use = block.name, block.name in found
        row.source = found[block.name].source if row.use else ""
    return label


def _table(context) -> bpy.types.Key | None:
    """Return the shape keys whose table is shown; None where there is no table."""
    armature = target(context)
    mesh = None if armature is None else face_channels.find_face_mesh(armature)
    keys = None if mesh is None else mesh.data.shape_keys
    return keys if keys is not None and len(keys.mambatalk_face) else None


def _why_no_change(context) -> str | None:
    """Return the reason why the tables cannot be changed: Blender allows no changes to lists of an override."""
    found = [mesh for mesh in character_armature.meshes_of(target(context)) if mesh.data.override_library is not None]
    return f"{found[0].data.name} overrides a mesh of another file: change its table there" if found else None


CLASSES = (
    MAMBATALK_OT_face_table,
    MAMBATALK_OT_face_automatic,
    MAMBATALK_OT_face_row,
)
