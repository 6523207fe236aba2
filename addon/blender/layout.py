"""What the panels share: their place in the sidebar, labels beside the fields, and texts of several lines."""

import textwrap

import bpy

# Blender's default font at a scale of 1, as counted on an English sentence.
_PIXELS_PER_LETTER = 7
# The panel's margin and a label's icon are about as wide as this many letters.
_MARGIN_LETTERS = 8


class Sidebar:
    """Mixin of a panel in the tab of the 3D viewport's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "MambaTalk"


class SubPanel(Sidebar):
    """Mixin of a part of the main panel, closed at first."""

    bl_parent_id = "MAMBATALK_PT_main"
    bl_options = {"DEFAULT_CLOSED"}


def put_labels_beside(layout: bpy.types.UILayout) -> None:
    """Put the labels of properties left of their fields, without the dots that would key the properties."""
    layout.use_property_split = True
    layout.use_property_decorate = False


def draw_lines(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """Draw a label of as many lines as the text needs; Blender cuts off what is wider than the panel."""
    scale = _PIXELS_PER_LETTER * context.preferences.system.ui_scale
    width = max(20, int(context.region.width / scale) - _MARGIN_LETTERS)
    column = layout.column(align=True)
    for number, line in enumerate(textwrap.wrap(text, width)):
        column.label(text=line, icon="BLANK1" if number else icon)
