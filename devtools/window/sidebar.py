"""The sidebar of the 3D viewport, used with mouse and keys as a user does.

Blender does not say where its buttons are. It says which button is under the mouse, so `places` moves the mouse
down the sidebar and remembers what was under it.
"""

import re
from dataclasses import dataclass, field

from .session import Session

# Of the sidebar's width: where the mouse moves down, so that it crosses every full-width button and field.
MIDDLE, RIGHT, LEFT = 0.5, 0.82, 0.075
BESIDE_LISTS = 5  # pixels from the left edge
STEP = 13  # pixels at a scale of 1; a button is 20 high
AROUND = 9  # steps up and down
WHEEL_DOWN, WHEEL_UP = "5", "4"
# Where a button is drawn anew while the mouse comes, Blender knows of it when the mouse moves the next time.
_TRIES = 3


@dataclass
class Sidebar:
    """Presses buttons, fills fields and opens sub-panels of one tab.

    Attributes:
        session: the Blender.
        category: the tab.
        known: button → its last place on the screen, as the fraction of the width and the height in pixels.
    """

    session: Session
    category: str
    known: dict[str, tuple[float, int]] = field(default_factory=dict)

    def open(self) -> None:
        """Press N in the viewport, and click the tab."""
        session = self.session
        if not session.value('region_of("UI").width > 1'):
            self.point_at_viewport()
            session.run("xdotool", "key", "n")
            session.until('region_of("UI").width > 1')
        session.until(f"'{self.category}' in tabs()")
        left, bottom, width, height = self._rectangle()
        for down in range(30, height, 35):
            if session.value('region_of("UI").active_panel_category') == self.category:
                return
            self._click(left + width - 8, bottom + height - down)
        session.until(f'region_of("UI").active_panel_category == "{self.category}"', 3)

    def point_at_viewport(self) -> None:
        """Move the mouse to the middle of the 3D viewport."""
        left, bottom, width, height = self.session.value('rectangle(region_of("WINDOW"))')
        self._move(left + width // 3, bottom + height // 2)

    def places(self, across: float = MIDDLE, near: int | None = None, until: str = "") -> dict[str, tuple[float, int]]:
        """Move the mouse down the sidebar; return button → place, where a button is an operator call or a property.

        Args:
            across: where, as a fraction of the sidebar's width.
            near: look only around this height, in pixels from the window's lower edge.
            until: go no further than the first button whose Python has this pattern.
        """
        session = self.session
        left, bottom, width, height = self._rectangle()
        x, step = left + round(across * width), round(STEP * session.value("bpy.context.preferences.view.ui_scale"))
        heights = range(bottom + height - step, bottom + 2, -step)
        heights = [y for y in heights if near is None or abs(y - near) < AROUND * step]
        session.ask(f"start_sweep({x}, {heights}, {until!r})")
        session.until("not is_sweeping()", 60)
        seen = dict(session.value("watched"))
        found: dict[str, list[int]] = {}
        for y, name in sorted(seen.items(), reverse=True):
            if name:
                found.setdefault(name, []).append(y)
        places = {name: (across, heights[len(heights) // 2]) for name, heights in found.items()}
        self.known |= places
        return places

    def find(self, pattern: str, across: float = MIDDLE) -> tuple[int, int]:
        """Move the mouse onto the button whose Python has a pattern; scroll where it is not in sight.

        It is looked for where it was last, then around there, then everywhere.

        Raises:
            AssertionError: there is none.
        """
        last = [(name, y) for name, (where, y) in self.known.items() if where == across and re.search(pattern, name)]
        for name, y in last:
            self._point(across, y)
            if self.session.value("under_mouse()") == name:
                return across, y
        if last and (place := _matching(self.places(across, near=last[0][1]), pattern)):
            return self._point(*place)
        self.scroll(WHEEL_UP, 60)
        for _ in range(24):
            if place := _matching(self.places(across, until=pattern), pattern):
                return self._point(*place)
            before = self.session.value("scrolled()")
            self.scroll(WHEEL_DOWN, 8)
            if self.session.value("scrolled()") == before:
                break
        raise AssertionError(f"no button {pattern} in the sidebar; seen: {sorted(self.known)}")

    def _point(self, across: float, y: int) -> tuple[float, int]:
        left, _, width, _ = self._rectangle()
        self._move(left + round(across * width), y)
        return across, y

    def press(self, pattern: str, across: float = MIDDLE) -> None:
        """Click a button."""
        self.find(pattern, across)
        self.session.run("xdotool", "click", "1")

    def press_in_row(self, row: str, pattern: str, across: float) -> None:
        """Click a button that stands in the row of another one, or in its place, at a fraction of the width.

        Raises:
            AssertionError: there is no such button.
        """
        # While a job runs its progress is drawn in the place of a button, where that was last.
        y = next((y for name, (_, y) in self.known.items() if re.search(row, name)), None) or self.find(row)[1]
        found = ""
        for _ in range(_TRIES):
            self._point(across, y)
            if re.search(pattern, found := self.session.value("under_mouse()")):
                break
        assert re.search(pattern, found), f"not {pattern} but {found!r} in the row of {row}"
        self.session.run("xdotool", "click", "1")

    def type_into(self, pattern: str, text: str) -> None:
        """Double-click a field, type a text in place of what it holds, and press Enter."""
        self.find(pattern)
        self.session.run(*"xdotool click --repeat 2 --delay 60 1 sleep 0.15 key ctrl+a".split())
        self.session.run("xdotool", "type", "--delay", "15", text)
        self.session.run("xdotool", "key", "Return")

    def scroll(self, button: str, steps: int) -> None:
        """Turn the wheel over the sidebar."""
        left, bottom, _, height = self._rectangle()
        # Over a list the wheel would turn the list.
        self._move(left + BESIDE_LISTS, bottom + height // 2)
        self.session.run("xdotool", "click", "--repeat", str(steps), "--delay", "4", button)
        self.session.until("is_still(scrolled())", 10)

    def open_panel(self, name: str) -> None:
        """Click headers until a panel is open, those above it first; close others that a click has opened.

        Raises:
            AssertionError: no header opens it.
        """
        parent = self.session.value(f"getattr(bpy.types.{name}, 'bl_parent_id', '')")
        if parent:
            self.open_panel(parent)
        if name in self.drawn():
            return
        self.scroll(WHEEL_UP, 60)
        for _ in range(24):
            if self._open_in_sight(name):
                return
            self.scroll(WHEEL_DOWN, 8)
        raise AssertionError(f"no header opens {name}; drawn: {sorted(self.session.value('texts()'))}")

    def _open_in_sight(self, name: str) -> bool:
        left, bottom, width, height = self._rectangle()
        buttons = [y for _, y in self.places().values()]
        free = [y for y in range(bottom + height - 12, bottom, -9) if all(abs(y - other) > 15 for other in buttons)]
        # Closed panels stand below the last button, so their headers are tried first.
        lowest = min(buttons, default=bottom)
        for y in sorted(free, key=lambda y: (y > lowest or y < lowest - 200, -y)):
            before = set(self.drawn())
            self._click(left + round(LEFT * width), y)
            after = set(self.drawn())
            if name in after:
                self.known.clear()
                return True
            if after != before:
                self._click(left + round(LEFT * width), y)
        return False

    def drawn(self) -> dict[str, list[str]]:
        """Have the sidebar drawn again; return the texts of the open panels."""
        self.session.ask("forget()")
        # An answer comes before the window is drawn, the next one afterwards.
        self.session.value("1")
        return self.session.value("texts()")

    def _rectangle(self) -> list[int]:
        return self.session.value('rectangle(region_of("UI"))')

    def _screen(self, x: int, y: int) -> tuple[int, int]:
        # Screens count from the upper edge, Blender from the lower one.
        return x, self.session.size[1] - 1 - y

    def _move(self, x: int, y: int) -> None:
        # One pixel aside first: Blender gets no event where the mouse is there already.
        sx, sy = self._screen(x, y)
        self.session.run("xdotool", "mousemove", str(sx - 1), str(sy), "mousemove", str(sx), str(sy))
        self.session.until(f"rests({x}, {y})", 10)

    def _click(self, x: int, y: int) -> None:
        self._move(x, y)
        self.session.run("xdotool", "click", "1")
        self.session.value("1")


def _matching(places: dict[str, tuple[float, int]], pattern: str) -> tuple[float, int] | None:
    return next((place for name, place in places.items() if re.search(pattern, name)), None)
