"""`build.py docs`: makes the generated pages, the pictures and the screenshots of README and docs again."""

import os
import shutil
from collections.abc import Callable

from .. import module_map
from ..environments import DEVELOPER, ensure, newest_blender
from ..shell import ROOT, BuildError, StatusLine, clean_environ, run_logged, say
from . import licences, messages, tables

IMAGES = ROOT / "docs" / "images"
WORK = ROOT / "cache" / "docs"
LOG = ROOT / "cache" / "logs" / "docs.log"
DEMO = ROOT / "addon" / "assets" / "demo"
CONTROLS = ROOT / "docs" / "controls.md"
SCREENSHOTS = ("start", "take", "directing", "export")


def make_docs(only: str = "") -> None:
    """Make all of it, or one kind: pages, pictures or screenshots.

    Raises:
        BuildError: an environment cannot be made, or a step failed; the message says which.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.unlink(missing_ok=True)
    kinds: dict[str, Callable[[], None]] = {
        "pages": make_pages,
        "pictures": make_pictures,
        "screenshots": make_screenshots,
    }
    for kind, make in kinds.items():
        if only in ("", kind):
            make()


def make_pages() -> None:
    """Write the pages that are made from the code."""
    status = StatusLine("Pages")
    messages.PAGE.write_text(messages.page(), encoding="utf-8", newline="\n")
    licences.PAGE.write_text(licences.page(), encoding="utf-8", newline="\n")
    tables.write()
    module_map.main(["--write"])
    _run([ensure(newest_blender()), "-m", "devtools.docs.controls", CONTROLS], "The controls could not be listed.")
    status.end("written")


def make_pictures() -> None:
    """Make the picture and the clip of README, from the bundled recording on the bundled character."""
    status = StatusLine("Pictures")
    python, threads = ensure(DEVELOPER), str(min(os.cpu_count() or 2, 8))
    shutil.rmtree(WORK, ignore_errors=True)
    speech = [DEMO / "speech.flac", "--transcript", DEMO / "transcript.txt"]
    status.show("making the take")
    _run([python, "-m", "core", "generate", *speech, "--style", "lively", "--out", WORK / "take"], "No take was made.")
    status.show("rendering")
    script = ROOT / "devtools" / "docs" / "stills.py"
    _run([ensure(newest_blender()), script, "--", WORK / "take", WORK, threads], "The pictures were not rendered.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    small = [python, "-m", "devtools.docs.images"]
    _run([*small, "clip", WORK / "frames", IMAGES / "clip.webp"], "The clip could not be written.")
    _run([*small, "picture", WORK / "picture.png", IMAGES / "picture.webp"], "The picture could not be written.")
    status.end("rendered")


def make_screenshots() -> None:
    """Photograph the extension in a real Blender; where there is none, say so and keep the old pictures."""
    from . import screenshots

    if reason := screenshots.why_not():
        say(f"The screenshots stay as they are: {reason}.")
        return
    status = StatusLine("Screenshots")
    python, folder = ensure(DEVELOPER), WORK / "screenshots"
    try:
        screenshots.take_screenshots(folder)
    except AssertionError as error:
        raise BuildError(
            f"The screenshots were not taken: {error}", "Run the tests of tests/ui, and mend them."
        ) from error
    for name in SCREENSHOTS:
        command = [python, "-m", "devtools.docs.images", "picture", folder / f"{name}.png", IMAGES / f"{name}.webp"]
        _run(command, "A screenshot could not be written.")
    status.end("taken")


def _run(command: list, failed: str) -> None:
    run_logged(
        command, LOG, failed=failed, remedy="Read the output above.", environ=clean_environ(PYTHONPATH=str(ROOT))
    )
