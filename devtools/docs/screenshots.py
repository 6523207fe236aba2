"""Screenshots for the tutorial, of the zip in a real Blender: `python -m devtools.docs.screenshots FOLDER`.

It uses the window of `tests/ui` and does what the tutorial says: installs the zip, presses *Try the Example*, opens the
panels. Each picture is written as FOLDER/NAME.png.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from ..package.archive import build_zip
from ..shell import ROOT, BuildError
from ..window import debian
from ..window.session import Session
from ..window.sidebar import WHEEL_DOWN, Sidebar

# What a Blender under test can be asked; the window's tests send the same file.
QUESTIONS = ROOT / "tests" / "ui" / "questions.py"
SIZE, TALL = (1280, 720), (1000, 1080)
# Enables the zip's extension, as tests/ui does.
INSTALL = """
with override():
    bpy.ops.extensions.package_install_files(
        filepath="/mnt/mambatalk.zip", repo="user_default", enable_on_install=True
    )
"""
# Pictures of the sidebar alone: the panels that are opened for each, and how far the wheel is turned.
PANELS = {"directing": (("direct", "levels", "mood", "accents"), 14), "export": (("exchange",), 60)}


def why_not() -> str:
    """Return why no screenshots can be taken here; "" where they can."""
    if reason := debian.why_impossible():
        return reason
    folder = debian.window_folder()
    return "" if debian.is_complete(folder) else f"{folder} has no Blender: run python build.py window-setup"


def take_screenshots(out: Path) -> None:
    """Write the pictures of the tutorial into a folder.

    Raises:
        BuildError: there is no window, or the zip cannot be built.
    """
    if reason := why_not():
        raise BuildError(f"No screenshots: {reason}.", "Run python build.py window-setup as root on Linux.")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        archive = build_zip(Path(folder), "linux-x64")
        with Session(debian.window_folder(), ROOT / "cache" / "docs" / "window", SIZE) as session:
            shutil.copyfile(archive, session.shared / "mambatalk.zip")
            _walk_through(session, out)


def _walk_through(session: Session, out: Path) -> None:
    def keep(name: str) -> None:
        session.settle()
        shutil.copyfile(session.screenshot(name), out / f"{name}.png")

    session.ask(INSTALL, limit_s=180)
    session.ask(QUESTIONS.read_text(encoding="utf-8"))
    sidebar = Sidebar(session, "MambaTalk")
    sidebar.open()
    sidebar.point_at_viewport()
    keep("start")
    sidebar.press("try_example")
    session.until("job()", 60)
    session.until("job() is None", 300)
    session.ask("bpy.context.scene.frame_set(60)")
    sidebar.point_at_viewport()
    keep("take")
    session.ask('bpy.ops.wm.save_as_mainfile(filepath="/mnt/example.blend")')
    session.resize(*TALL)
    for name, (panels, turns) in PANELS.items():
        for panel in panels:
            session.ask(f'open_panels("MAMBATALK_PT_{panel}")')
        session.ask('load_into_new_sidebars("/mnt/example.blend")')
        sidebar.open()
        sidebar.scroll(WHEEL_DOWN, turns)
        sidebar.point_at_viewport()
        session.settle()
        _keep_sidebar(session, out / f"{name}.png")


def _keep_sidebar(session: Session, path: Path) -> None:
    """Photograph the sidebar without the rest of the window."""
    left, bottom, width, height = session.value('rectangle(region_of("UI"))')
    picture = f"/mnt/{session.screenshot(path.stem).name}"
    # Pictures count from the upper edge, Blender from the lower one.
    place = f"{width}x{height}+{left}+{session.size[1] - bottom - height}"
    session.run("convert", picture, "-crop", place, "+repage", picture)
    shutil.copyfile(session.shared / path.name, path)


if __name__ == "__main__":
    take_screenshots(Path(sys.argv[1]))
