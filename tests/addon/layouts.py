"""A layout that draws nothing but checks what it is given: Blender has none without a window."""

from functools import partial
from types import SimpleNamespace

import bpy

# What panels lay out with and only arrange by; each gives a layout.
_NESTED = ("row", "column", "box", "split", "column_flow", "grid_flow")
_ICONS = {item.identifier for item in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items}


class Layout:
    """Records labels and operators; refuses properties, operators, icons and lists that do not exist.

    Attributes:
        enabled: False greys what is drawn here and in nested layouts.
        use_property_split: labels stand beside their fields, here and in nested layouts.
        drawn: what can be read, in order.
        greyed: operators' labels among them that are greyed by a layout.
    """

    def __init__(self, parent: "Layout | None" = None):
        self.enabled, self._parent = True, parent
        self.use_property_split = parent is not None and parent.use_property_split
        self.drawn: list[str] = parent.drawn if parent else []
        self.greyed: list[str] = parent.greyed if parent else []

    def __getattr__(self, name: str):
        if name in _NESTED:
            return lambda **options: Layout(self)
        raise AttributeError(name)

    def _is_enabled(self) -> bool:
        return self.enabled and (self._parent is None or self._parent._is_enabled())

    def _icon(self, icon: str) -> None:
        assert icon in _ICONS, icon

    def label(self, text: str = "", icon: str = "NONE", translate: bool = True):
        self._icon(icon)
        self.drawn.append(text)

    def separator(self, **options):
        pass

    def progress(self, factor: float, text: str):
        assert 0 <= factor <= 1
        self.drawn.append(text)

    def prop(self, data, name: str, text: str | None = None, icon: str = "NONE", **options):
        assert name in data.bl_rna.properties, f"{data} has no {name}"
        self._icon(icon)
        self.drawn.append(data.bl_rna.properties[name].name if text is None else text)

    def template_icon_view(self, data, name: str, **options):
        assert name in data.bl_rna.properties, f"{data} has no {name}"
        self.drawn.append(data.bl_rna.properties[name].name)

    def prop_enum(self, data, name: str, value: str, text: str = "", text_ctxt: str = ""):
        assert value in data.bl_rna.properties[name].enum_items, value
        self.drawn.append(text)

    def prop_search(self, data, name: str, where, collection: str, **options):
        assert name in data.bl_rna.properties, name
        assert hasattr(where, collection), collection
        self.drawn.append(name)

    def operator(self, idname: str, text: str | None = None, icon: str = "NONE", **options):
        self._icon(icon)
        kind = getattr(bpy.ops.mambatalk, idname.removeprefix("mambatalk.")).get_rna_type()
        self.drawn.append(kind.name if text is None else text)
        if not self._is_enabled():
            self.greyed.append(self.drawn[-1])
        return _Properties(set(kind.properties.keys()))

    def menu(self, idname: str, text: str | None = None, icon: str = "NONE"):
        self._icon(icon)
        self.drawn.append(getattr(bpy.types, idname).bl_label if text is None else text)

    def operator_menu_enum(self, idname: str, name: str, **options):
        assert name in getattr(bpy.ops.mambatalk, idname.removeprefix("mambatalk.")).get_rna_type().properties

    def popover(self, panel: str, text: str = ""):
        assert hasattr(bpy.types, panel), panel
        self.drawn.append(text)

    def template_list(self, kind: str, identifier: str, data, name: str, active, active_name: str, rows: int = 5):
        """Draws every row, as the list would when it is long enough."""
        assert active_name in active.bl_rna.properties
        draw = getattr(bpy.types, kind).draw_item
        for index, item in enumerate(getattr(data, name)):
            arguments = [None, bpy.context, Layout(self), data, item, 0, active, active_name, index, 0]
            draw(*arguments[: draw.__code__.co_argcount])


class _Properties:
    """Takes only an operator's own properties."""

    def __init__(self, names: set[str]):
        object.__setattr__(self, "_names", names)

    def __setattr__(self, name: str, value):
        assert name in self._names, name


class _Panel:
    """A panel that draws into a layout of the test's; Blender alone can make real ones."""

    def __init__(self, kind: type, layout: Layout):
        self.layout, self._kind = layout, kind

    def __getattr__(self, name: str):
        return partial(getattr(self._kind, name), self)


class Context:
    """Blender's context with a sidebar of some width, and letters of some size, which windows give."""

    region = SimpleNamespace(width=320)

    def __getattr__(self, name: str):
        return getattr(bpy.context, name)

    @property
    def preferences(self):
        return SimpleNamespace(system=SimpleNamespace(ui_scale=1.0), addons=bpy.context.preferences.addons)


def draw(name: str) -> Layout:
    """What a panel of the extension shows now."""
    layout, panel = Layout(), getattr(bpy.types, name)
    panel.draw(_Panel(panel, layout), Context())
    return layout


def is_shown(name: str) -> bool:
    """Whether the extension shows a panel now."""
    panel = getattr(bpy.types, name)
    return not hasattr(panel, "poll") or panel.poll(Context())


def draw_all() -> dict[str, list[str]]:
    """What every panel shows now, by class name; panels that are hidden are left out."""
    names = [name for name in dir(bpy.types) if name.startswith("MAMBATALK_PT_")]
    return {name: draw(name).drawn for name in names if is_shown(name)}
