"""Blender's preferences and file browser, which are windows of their own, used with mouse and keys as a user does.

Blender does not say where the buttons of these windows are. Its version is always the same here, and so is the size of
the windows: the places were read off a picture, in pixels from the upper left corner, or from the lower right one
where they are negative, at a scale of the letters of 1.
"""

from .session import SCREEN, Session
from .sidebar import Sidebar

PREFERENCES, FILES = "PREFERENCES", "FILE_BROWSER"
Place = tuple[int, int]
# In the preferences: pages, and what stands on them.
EXTENSIONS, ADDONS = (57, 164), (40, 198)
MENU, SEARCH = (667, 19), (291, 19)
# In the list of add-ons that a search has left: the only row, and the second choice of Device below it.
EXPAND, ENABLED, PROCESSOR = (193, 55), (210, 55), (485, 331)
# In the list of installed extensions: the menu of the only row.
INSTALLED_MENU = (663, 243)
# Letters that choose the entry of an open menu.
INSTALL_FROM_DISK, UNINSTALL = "f", "u"
# In the file browser: the folder's path, the file's name, the button that confirms.
FOLDER, NAME, CONFIRM = (570, 22), (540, -21), (-73, -21)


class Dialog:
    """A window beside Blender's main window.

    Args:
        session: the Blender.
        area: what the window shows: PREFERENCES or FILES.
    """

    def __init__(self, session: Session, area: str):
        self._session, self._area = session, area
        session.until(f"windows_of({area!r})")

    def click(self, place: Place, repeat: int = 1) -> None:
        """Click a place."""
        scale = self._session.value("bpy.context.preferences.view.ui_scale")
        left, bottom, width, height = self._session.value(f"placed({self._area!r})")
        x, y = round(place[0] * scale) % width, round(place[1] * scale) % height
        top = SCREEN[1] - bottom - height
        # One pixel aside first: Blender gets no event where the mouse is there already.
        moves = (str(left + x - 1), str(top + y), "mousemove", str(left + x), str(top + y))
        self._session.run("xdotool", "mousemove", *moves)
        self._session.until(f"rests({x}, {height - 1 - y}, {self._area!r})", 10)
        self._session.run("xdotool", "click", "--repeat", str(repeat), "--delay", "60", "1")
        self._drawn()

    def press(self, key: str) -> None:
        """Press a key where the mouse is."""
        self._session.run("xdotool", "sleep", "0.3", "key", key)
        self._drawn()

    def type_into(self, place: Place, text: str) -> None:
        """Double-click a field, type a text in place of what it holds, and press Enter."""
        self.click(place, repeat=2)
        self._session.run("xdotool", "sleep", "0.15", "key", "ctrl+a")
        self._session.run("xdotool", "type", "--delay", "15", text)
        self._session.run("xdotool", "sleep", "0.1", "key", "Return")
        self._drawn()

    def close(self) -> None:
        """Close the window; the button for this belongs to the desktop, and there is none here."""
        self._session.ask(f"with override('WINDOW', {self._area!r}):\n    bpy.ops.wm.window_close()")
        self._session.until(f"not windows_of({self._area!r})")

    def _drawn(self) -> None:
        # An answer comes before the window is drawn, the next one afterwards.
        for _ in range(3):
            self._session.value("1")


def open_preferences(sidebar: Sidebar) -> Dialog:
    """Press Ctrl Comma in the viewport."""
    sidebar.point_at_viewport()
    sidebar.session.run("xdotool", "key", "ctrl+comma")
    return Dialog(sidebar.session, PREFERENCES)


def choose_file(session: Session, path: str) -> None:
    """Choose a file that exists in the file browser that is opening."""
    browser = Dialog(session, FILES)
    browser.type_into(FOLDER, path)
    browser.click(CONFIRM)
    session.until(f"not windows_of({FILES!r})")


def name_file(session: Session, name: str) -> None:
    """Give a new file a name in the file browser that is opening."""
    browser = Dialog(session, FILES)
    browser.type_into(NAME, name)
    browser.click(CONFIRM)
    session.until(f"not windows_of({FILES!r})")
