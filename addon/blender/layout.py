"""Helpers of all panels: the sidebar, its place in a window, labels beside the fields, and texts of several lines."""

import blf
import bpy

from .translation import translated

# The size of Blender's font for widgets, in points, at a scale of 1.
_POINTS = 11.0
# Blender draws letters at whole pixels: a text is up to this much wider than its font says.
_ROUNDED = 1.06
# Pixels of the sidebar's width, at a scale of 1, that a line of text cannot use: tabs, margins, and the label's icon.
_MARGIN_PX = 84
# A sidebar may be narrower than any text; lines are at least as long as this, in pixels at a scale of 1.
_LEAST_PX = 80
# The tab of the sidebar that holds the panels.
CATEGORY = "MambaTalk"
# The panels that stand beside each other in the tab; all others are parts of one of them.
GENERATE, DIRECT, RIG_AND_FACE, EXCHANGE = (
    "MAMBATALK_PT_main",
    "MAMBATALK_PT_directing",
    "MAMBATALK_PT_rig_face",
    "MAMBATALK_PT_exchange",
)


class Sidebar:
    """Mixin of a panel in the tab of the 3D viewport's sidebar."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = CATEGORY


class ClosedPanel(Sidebar):
    """Mixin of a panel that is closed at first; a subclass that is a part of another panel has `bl_parent_id`."""

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


def draw_choice(layout: bpy.types.UILayout, owner: bpy.types.bpy_struct, name: str) -> None:
    """Draw the items of an enum beside each other, and its label before them.

    The label takes only the width that it needs, unlike other labels: in some languages the items are long.
    """
    row = layout.row(align=True)
    row.use_property_split = False
    row.label(text=translated(owner.bl_rna.properties[name].name))
    row.prop(owner, name, expand=True)


def draw_lines(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """Draw a label of as many lines as the text needs; Blender cuts off what is wider than the panel."""
    column = layout.column(align=True)
    for number, line in enumerate(wrap(text, line_width(context), context.preferences.system.ui_scale)):
        column.label(text=line, icon="BLANK1" if number else icon)


def line_width(context: bpy.types.Context, beside_px: int = 0) -> float:
    """Return how wide a line of text in the sidebar can be, in pixels.

    Args:
        context: its region is the sidebar.
        beside_px: width of everything beside the text, in pixels at a scale of 1.
    """
    scale = context.preferences.system.ui_scale
    return max(_LEAST_PX * scale, context.region.width - (_MARGIN_PX + beside_px) * scale)


def wrap(text: str, width: float, scale: float) -> list[str]:
    """Break a text, in the language of the interface, into lines that are no wider than `width` pixels.

    A word that is wider is broken, too.
    """
    lines, line = [], ""
    for word in translated(text).split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, scale) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *parts, line = _pieces(word, width, scale)
        lines += parts
    return [*lines, line] if line else lines


def _pieces(word: str, width: float, scale: float) -> list[str]:
    """Break a word, such as a path, into pieces that are no wider than `width` pixels."""
    pieces = []
    while len(word) > 1 and text_width(word, scale) > width:
        count = len(word) - 1
        while count > 1 and text_width(word[:count], scale) > width:
            count -= 1
        pieces.append(word[:count])
        word = word[count:]
    return [*pieces, word]


def text_width(text: str, scale: float) -> float:
    """Return the width of a text in Blender's font for widgets, in pixels."""
    blf.size(0, _POINTS * scale)
    return _ROUNDED * blf.dimensions(0, text)[0]
