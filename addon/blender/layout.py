"""What the panels share: the sidebar, its place in a window, labels beside the fields, and texts of several lines."""

import textwrap

import bpy

# Blender's default font at a scale of 1, as counted on an English sentence.
_PIXELS_PER_LETTER = 7
# The panel's margin and a label's icon are about as wide as this many letters.
_MARGIN_LETTERS = 8
# The tab of the sidebar that holds the panels.
CATEGORY = "MambaTalk"


class Sidebar:
    """Mixin of a panel in the tab of the 3D viewport's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = CATEGORY


class SubPanel(Sidebar):
    """Mixin of a part of the main panel, closed at first."""

    bl_parent_id = "MAMBATALK_PT_main"
    bl_options = {"DEFAULT_CLOSED"}


def sidebars(window: bpy.types.Window) -> list[bpy.types.Region]:
    """Return the sidebar of each 3D viewport of a window."""
    areas = [area for area in window.screen.areas if area.type == "VIEW_3D"]
    return [region for area in areas for region in area.regions if region.type == "UI"]


def is_over_sidebar(window: bpy.types.Window, x: int, y: int) -> bool:
    """Return whether a place, in pixels of the window, is over a sidebar that shows the panels of the add-on.

    A sidebar that is hidden is 1 pixel wide, or 0.
    """
    return any(
        region.width > 1
        and region.active_panel_category == CATEGORY
        and 0 <= x - region.x < region.width
        and 0 <= y - region.y < region.height
        for region in sidebars(window)
    )


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
