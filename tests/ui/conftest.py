"""Blender with its window, as a user has it: the zip installed from disk, no network, no environment of ours in sight.

All tests share one Blender. Where it gives no answer in a test, it is ended and started anew before the next one, with
the extension, the file and the panels that it had. Pictures and logs are kept in cache/ui.
"""

import os
import shutil
import time
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from devtools.package.archive import build_zip
from devtools.shell import BuildError
from devtools.window import dialogs
from devtools.window.debian import ensure_window_folder
from devtools.window.screen import Gone
from devtools.window.session import Session
from devtools.window.sidebar import Sidebar

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "cache" / "ui"
SIZE, NARROW = (1280, 720), (900, 1080)
INSTALL = """
with override():
    bpy.ops.extensions.package_install_files(
        filepath="/mnt/mambatalk.zip", repo="user_default", enable_on_install=True
    )
"""
ENABLE = 'bpy.ops.preferences.addon_enable(module="bl_ext.user_default.mambatalk")'
QUESTIONS = Path(__file__).with_name("questions.py")
# Every Blender that runs, for the recovery after a test that failed.
_running: list[Session] = []


@contextmanager
def running(*arguments):
    """A session of Blender, which recovers when a test fails."""
    with Session(*arguments) as session:
        _running.append(session)
        try:
            yield session
        finally:
            _running.remove(session)


@pytest.fixture(scope="session")
def zip_file(tmp_path_factory) -> Path:
    """The zip for Linux: the one that MAMBATALK_ZIP names, else one that is built now."""
    named = os.environ.get("MAMBATALK_ZIP")
    try:
        return Path(named) if named else build_zip(tmp_path_factory.mktemp("zip"), "linux-x64")
    except BuildError as error:
        pytest.skip(f"no zip: {error.message} {error.remedy}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder with Blender and a virtual screen; the tests are skipped where it cannot be made."""
    try:
        return ensure_window_folder()
    except BuildError as error:
        pytest.skip(f"{error.message} {error.remedy}")


@pytest.fixture(scope="session")
def blender(root, zip_file):
    """Blender with its window and the zip as /mnt/mambatalk.zip, not installed."""
    start = time.monotonic()
    with running(root, KEPT, SIZE) as session:
        shutil.copyfile(zip_file, KEPT / "mambatalk.zip")
        print(f"\nBlender's window: {time.monotonic() - start:.1f} s")
        yield session


def tried_twice(work):
    """Do what many tests need once more where Blender gave no answer: pytest would fail all of these tests."""

    @wraps(work)
    def repeated(**arguments):
        try:
            return work(**arguments)
        except Gone as error:
            print(f"{work.__name__} is tried once more: {str(error)[:200]}")
            _running[0].recover()
            return work(**arguments)

    return repeated


@pytest.fixture(scope="session")
@tried_twice
def installed(blender):
    """Blender with the extension installed from disk and enabled, in the preferences with mouse and keys."""
    start = time.monotonic()
    preferences = dialogs.open_preferences(Sidebar(blender, "MambaTalk"))
    preferences.click(dialogs.EXTENSIONS)
    preferences.click(dialogs.MENU)
    preferences.press(dialogs.INSTALL_FROM_DISK)
    dialogs.choose_file(blender, "/mnt/mambatalk.zip")
    chosen = time.monotonic()
    blender.until("hasattr(bpy.types, 'MAMBATALK_PT_main')", 180)
    blender.settle()
    blender.screenshot("installed")
    preferences.close()
    print(f"Install from Disk: {chosen - start:.1f} s up to the file, {time.monotonic() - chosen:.1f} s from there on")
    blender.teach("extension", ENABLE)
    blender.teach("questions", QUESTIONS.read_text(encoding="utf-8"))
    blender.teach("panels", "watch_panels()")
    return blender


@pytest.fixture(scope="session")
@tried_twice
def sidebar(installed) -> Sidebar:
    """The tab MambaTalk of the sidebar, opened with N and a click."""
    bar = Sidebar(installed, "MambaTalk")
    bar.open()
    return bar


@pytest.fixture(scope="session")
@tried_twice
def example(sidebar) -> float:
    """Press *Try the Example*; the seconds until the keys are there. The file is kept as /mnt/example.blend."""
    blender = sidebar.session
    blender.screenshot("example_1_before")
    sidebar.find("try_example")
    start = time.monotonic()
    blender.run("xdotool", "click", "1")
    blender.until("job()", 60)
    blender.until("job() is None or job().fraction > 0.2", 120)
    blender.screenshot("example_2_during")
    blender.until("job() is None", 170)
    seconds = time.monotonic() - start
    load = os.getloadavg()[0]
    print(f"Try the Example, cold: {seconds:.1f} s until there are keys; load of the computer: {load:.1f}")
    blender.settle()
    blender.screenshot("example_3_after")
    blender.ask('bpy.ops.wm.save_as_mainfile(filepath="/mnt/example.blend")')
    # Opened with its windows: the sidebar shows the tab.
    blender.teach("file", 'bpy.ops.wm.open_mainfile(filepath="/mnt/example.blend")')
    return seconds


@pytest.fixture(scope="module")
def own_blender(root, zip_file, example, tmp_path_factory):
    """A Blender of this module's own, which tests may end and start again, with the example as /mnt/example.blend."""
    with running(root, tmp_path_factory.mktemp("window") / "shared", SIZE) as session:
        shutil.copyfile(zip_file, session.shared / "mambatalk.zip")
        shutil.copyfile(KEPT / "example.blend", session.shared / "example.blend")
        session.ask(INSTALL, limit_s=180)
        session.ask("bpy.ops.wm.save_userpref()")
        learn(session)
        yield session


def learn(blender: Session) -> None:
    """Let a Blender that has started answer what tests ask about the take."""
    blender.teach("questions", QUESTIONS.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def directing(example, sidebar) -> None:
    """The file /mnt/directing.blend: the example's take, and open panels with the buttons that the tests press."""
    keep_with_open_panels(sidebar, "directing", ("directing", "direct", "levels", "finish"))


def keep_with_open_panels(sidebar: Sidebar, file: str, panels: tuple[str, ...]) -> None:
    """Keep the example's take in /mnt/FILE.blend, with these panels open and the others closed.

    The letters are small, so that all panels are in sight. The window is narrow and the skin hidden: software draws
    both slowly.
    """
    blender = sidebar.session
    blender.teach("open panels", f"open_panels_alone({panels!r})")
    blender.teach("scale", "prepare(0.55)")
    blender.resize(*NARROW)
    blender.ask('load_into_new_sidebars("/mnt/example.blend")')
    sidebar.open()
    blender.ask(
        'for one in bpy.data.objects:\n    one.hide_viewport = one.type == "MESH"\n'
        f'bpy.ops.wm.save_as_mainfile(filepath="/mnt/{file}.blend")'
    )
    blender.teach("file", f'bpy.ops.wm.open_mainfile(filepath="/mnt/{file}.blend")')
    blender.settle()
    blender.screenshot(file)
    sidebar.known.clear()
    sidebar.places()


@pytest.fixture
def performed(directing, sidebar) -> Session:
    """The file with the example's take, loaded anew."""
    blender = sidebar.session
    blender.ask('bpy.ops.wm.open_mainfile(filepath="/mnt/directing.blend")')
    blender.until("len(curves()) > 0")
    return blender


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Photograph the window where a test failed; then start a Blender anew that gives no answer any more."""
    report = yield
    for session in list(_running) if report.failed else ():
        with suppress(Gone, AssertionError):
            session.screenshot(f"failed_{item.name}")
        try:
            if session.recover():
                print(f"Blender gave no answer after {item.name}: it was ended and started anew")
        except (Gone, RuntimeError, TimeoutExpired) as error:
            print(f"Blender gave no answer after {item.name}, and did not start anew: {error}")
    return report
