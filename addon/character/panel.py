"""The sidebar's sub-panel of the exact SMPL-X body: whose body, what it performs."""

import bpy
from bpy.props import PointerProperty, StringProperty

from ..blender.layout import SubPanel, draw_lines, put_labels_beside
from ..job import preferences


class MambaTalkSmplx(bpy.types.PropertyGroup):
    """The person to build."""

    betas: StringProperty(
        name="Shape",
        description="The person's shape coefficients, separated by commas; empty: those of Motion, else none",
    )
    motion: StringProperty(
        name="Motion",
        description="An SMPL-X motion (npz) whose person the body becomes and which it performs; empty: none",
        subtype="FILE_PATH",
    )


class MAMBATALK_PT_smplx(SubPanel, bpy.types.Panel):
    """The body of the user's own SMPL-X file."""

    bl_label = "SMPL-X Body"
    bl_idname = "MAMBATALK_PT_smplx"

    def draw(self, context):
        """Draw who it is, and the button."""
        layout, settings = self.layout, context.scene.mambatalk_smplx
        put_labels_beside(layout)
        model = preferences.smplx_model(context)
        if model is None:
            draw_lines(layout, context, preferences.NO_SMPLX_MODEL, "INFO")
        else:
            layout.label(text=model.name, icon="FILE")
        layout.prop(settings, "betas")
        layout.prop(settings, "motion")
        layout.operator("mambatalk.add_smplx_body", icon="ADD")


CLASSES = (MambaTalkSmplx, MAMBATALK_PT_smplx)
PROPERTIES = ((bpy.types.Scene, "mambatalk_smplx", PointerProperty(type=MambaTalkSmplx)),)
