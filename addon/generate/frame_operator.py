"""The operator that shows the whole character in the 3D view."""

import bpy

from ..blender import viewport
from ..character import armature as character_armature
from ..character import placement
from ..job import report
from ..rig.performer import NO_CHARACTER, target


class MAMBATALK_OT_frame_character(bpy.types.Operator):
    """Show the whole character in the 3D view"""

    bl_idname = "mambatalk.frame_character"
    bl_label = "Frame Character"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Grey the button while there is no character or no 3D view."""
        reason = NO_CHARACTER if target(context) is None else None
        if reason is None and viewport.view_area(context) is None:
            reason = "There is no 3D view"
        return report.explain(cls, reason)

    def execute(self, context):
        """Move the view; a rig without a mesh is shown by its bones."""
        armature = target(context)
        meshes = [mesh for mesh in character_armature.meshes_of(armature) if mesh.visible_get()]
        viewport.frame(context, placement.box_of(context, [armature, *meshes]))
        return {"FINISHED"}


CLASSES = (MAMBATALK_OT_frame_character,)
