"""Runs inside the Blender under test: notes what panels draw, and how wide their texts are beside the room for them.

Each panel draws as always, but into layouts that pass everything on to Blender's own and note it:

    column ─ needs as much as its widest child                    label    icon + text
    row    ─ needs the sum of its children, and gaps              property label 40 %, value 60 % (or one field)
    box    ─ needs what its children need, and a margin

A text that needs more than the sidebar gives is cut off with "…"; Blender itself never says so.
"""

import blf
import bpy

_NESTED = ("row", "column", "box", "split", "column_flow", "grid_flow")
LABEL_PART = 0.4  # of a row that has a label left of its field
# In units of a button's height: an icon, the margins of a text, the sidebar's tabs and margins.
ICON, MARGIN, EDGE = 1.0, 0.4, 1.9
# The gap between neighbours that are not aligned, and both margins of a box.
GAP, BOX = 0.4, 0.5
# Panel → the layout of its last drawing.
drawn: dict[str, "Noted"] = {}


def scale() -> float:
    """Return the scale of the interface; it is 0 without a window, where a test puts another function here."""
    return bpy.context.preferences.system.ui_scale


def unit() -> float:
    """Return the height of a button, in pixels."""
    return 20 * scale()


def text_width(text: str) -> float:
    """Return the width of a text as Blender draws it on buttons, in pixels."""
    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points * scale())
    return blf.dimensions(0, text)[0]


def translate(text: str) -> str:
    """Return a text as Blender draws it; a test puts another function here to measure another language."""
    return text


class Noted:
    """A layout that passes everything on to Blender's layout, and notes texts and their widths.

    Attributes:
        texts: what can be read on this level, in order.
        needs: pixels that each child needs, with its texts.
    """

    def __init__(self, real, kind: str = "column", gap: float = 0.0, parent: "Noted | None" = None):
        for name, value in (("_real", real), ("kind", kind), ("gap", gap), ("children", [])):
            object.__setattr__(self, name, value)
        if parent is not None:
            parent.children.append(self)

    def __setattr__(self, name, value):
        setattr(self._real, name, value)

    def __getattr__(self, name):
        real = getattr(self._real, name)
        if name in _NESTED:
            return lambda *arguments, **options: Noted(
                real(*arguments, **options), name, 0.0 if options.get("align") else GAP, self
            )
        return real

    @property
    def is_row(self) -> bool:
        """Whether the children stand beside each other."""
        return self.kind in ("row", "split")

    def label(self, text="", icon="NONE", **options):
        """Note and draw a label."""
        self._note(text, icon)
        self._real.label(text=text, icon=icon, **options)

    def operator(self, idname, text=None, icon="NONE", **options):
        """Note and draw a button."""
        group, _, name = idname.partition(".")
        shown = getattr(getattr(bpy.ops, group), name).get_rna_type().name if text is None else text
        self._note(shown, icon)
        arguments = {} if text is None else {"text": text}
        return self._real.operator(idname, icon=icon, **arguments, **options)

    def menu(self, name, text=None, icon="NONE"):
        """Note and draw a button that opens a menu."""
        self._note(getattr(bpy.types, name).bl_label if text is None else text, icon)
        arguments = {} if text is None else {"text": text}
        self._real.menu(name, icon=icon, **arguments)

    def popover(self, panel, text="", **options):
        """Note and draw a button that opens a panel."""
        self._note(text, "DOWN")
        self._real.popover(panel, text=text, **options)

    def progress(self, text="", **options):
        """Note and draw a bar of progress."""
        self._note(text, "NONE")
        self._real.progress(text=text, **options)

    def prop_enum(self, data, name, value, text="", **options):
        """Note and draw one item of an enum."""
        self._note(text, options.get("icon", "NONE"))
        self._real.prop_enum(data, name, value, text=text, **options)

    def prop(self, data, name, text=None, **options):
        """Note and draw a property."""
        rna = data.bl_rna.properties[name]
        label = rna.name if text is None else text
        value = ""
        if rna.type == "ENUM" and not rna.is_enum_flag and not options.get("icon_only"):
            value = _enum_text(data, name, options)
        if options.get("expand"):
            # Buttons of one width in a row.
            need = len(rna.enum_items) * max(_need(item.name, "NONE") for item in rna.enum_items)
            if self._real.use_property_split and label:
                need = max(_need(label, "NONE") / LABEL_PART, need / (1 - LABEL_PART))
        elif self._real.use_property_split and label and rna.type != "BOOLEAN":
            need = max(_need(label, "NONE") / LABEL_PART, _need(value, "NONE") / (1 - LABEL_PART))
            need = max(need, _need(value, "DOWN") / (1 - LABEL_PART)) if rna.type == "ENUM" else need
        elif self._real.use_property_split and rna.type == "BOOLEAN":
            need = _need(label, "CHECK") / (1 - LABEL_PART)
        else:
            need = _need(label + value, options.get("icon", "NONE"))
        self.children.append((f"{label}: {value}" if value else label, need))
        arguments = {} if text is None else {"text": text}
        self._real.prop(data, name, **arguments, **options)

    def release(self) -> None:
        """Let go of Blender's layout, which is gone after the drawing."""
        object.__setattr__(self, "_real", None)
        for child in self.children:
            if isinstance(child, Noted):
                child.release()

    def _note(self, text, icon):
        self.children.append((text, _need(text, icon)))

    def texts(self) -> list[str]:
        """Return all texts in order."""
        return [text for child in self.children for text in (child.texts() if isinstance(child, Noted) else [child[0]])]

    def need(self) -> float:
        """Return the pixels that the widest content needs."""
        needs = [child.need() if isinstance(child, Noted) else child[1] for child in self.children]
        own = BOX * unit() if self.kind == "box" else 0.0
        if self.is_row:
            return sum(needs) + self.gap * unit() * max(0, len(needs) - 1)
        return max(needs, default=0.0) + own

    def too_wide(self, room: float) -> list[tuple[str, float]]:
        """Return texts that need more than `room` pixels, with what they need."""
        if self.is_row:
            return [(" | ".join(self.texts()), self.need())] if self.need() > room else []
        found = []
        room -= BOX * unit() if self.kind == "box" else 0.0
        for child in self.children:
            if isinstance(child, Noted):
                found += child.too_wide(room)
            elif child[1] > room:
                found.append(child)
        return found


class _Panel:
    """The panel that Blender passes to `draw`, with a layout that notes."""

    def __init__(self, panel, layout):
        self._panel, self.layout = panel, layout

    def __getattr__(self, name):
        found = getattr(type(self._panel), name, None)
        return found.__get__(self) if callable(found) else getattr(self._panel, name)


def _need(text: str, icon: str) -> float:
    width = text_width(translate(text)) + 2 * MARGIN * unit() if text else 0.0
    return width + (ICON * unit() if icon not in ("NONE", "BLANK1") or not text else 0.0)


def _enum_text(data, name: str, options) -> str:
    value = getattr(data, name)
    if not value or options.get("expand"):
        return ""
    # Not `enum_items`: Blender frees the texts of items that a function returns.
    return bpy.types.UILayout.enum_item_name(data, name, value)


def watch_panels(prefix: str = "MAMBATALK_PT_") -> None:
    """Note what the panels whose names begin with `prefix` draw from now on."""
    for name in dir(bpy.types):
        kind = getattr(bpy.types, name)
        if name.startswith(prefix) and not getattr(kind.draw, "is_noted", False):
            kind.draw = _noting(name, kind.draw)


def _noting(name: str, original):
    """Return a `draw` that notes; Blender crashes where it takes more than two arguments, defaults included."""

    def draw(self, context):
        layout = Noted(self.layout)
        original(_Panel(self, layout), context)
        layout.release()
        drawn[name] = layout

    draw.is_noted = True
    return draw


def forget() -> None:
    """Forget what was drawn, and have the sidebar drawn again."""
    drawn.clear()
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            area.tag_redraw()


def texts() -> dict[str, list[str]]:
    """Return the texts of each panel that was drawn since `forget`."""
    return {name: layout.texts() for name, layout in drawn.items()}


def too_wide(region_width: float) -> list[str]:
    """Return texts that do not fit a sidebar of this width, each with its panel and by how much."""
    room = region_width - EDGE * unit()
    return [
        f"{name}: “{text}” needs {need:.0f} of {room:.0f} pixels"
        for name, layout in drawn.items()
        for text, need in layout.too_wide(room)
    ]
