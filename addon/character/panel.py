"""Panel SMPL-X Body of the sidebar: the person to build, and the motion to perform."""

import bpy
from bpy.props import PointerProperty, StringProperty

from ..blender.layout import RIG_AND_FACE, ClosedPanel, draw_lines, put_labels_beside
from ..blender.versions import RELATIVE
from ..job import preferences


class MambaTalkSmplx(bpy.types.PropertyGroup):
    """Settings of the SMPL-X body to build."""

    betas: StringProperty(
        name="Shape",
        description="The person's shape coefficients, separated by commas. If empty, the motion's file gives them",
    )
    motion: StringProperty(
        name="Motion",
        description="An SMPL-X motion (npz) that the body performs. Its file can also give the person's shape",
        subtype="FILE_PATH",
        options=RELATIVE,
    )


class MAMBATALK_PT_smplx(ClosedPanel, bpy.types.Panel):
    """Shows the settings of the SMPL-X body, and the button that builds it."""

    bl_label = "SMPL-X Body"
    bl_idname = "MAMBATALK_PT_smplx"
    bl_parent_id = RIG_AND_FACE

    @classmethod
    def poll(cls, context):
        """Show the panel to those who have a model file."""
        return preferences.smplx_model(context) is not None

    def draw(self, context):
        """Draw the name of the model file, the settings and the button."""
        layout, settings = self.layout, context.scene.mambatalk_smplx
        put_labels_beside(layout)
        draw_lines(layout, context, preferences.smplx_model(context).name, "FILE")
        layout.prop(settings, "betas")
        layout.prop(settings, "motion")
        layout.operator("mambatalk.add_smplx_body", icon="ADD")


CLASSES = (MambaTalkSmplx, MAMBATALK_PT_smplx)
PROPERTIES = ((bpy.types.Scene, "mambatalk_smplx", PointerProperty(type=MambaTalkSmplx)),)
