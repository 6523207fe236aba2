"""Building the zip of one platform: the files that ship, the wheels, and a manifest that names them.

The same files give the same bytes, in any folder and at any time: dates, modes and the order of what is packed are
fixed.
"""

import os
import shutil
import tempfile
from pathlib import Path

from ..environments import Environment, ensure, newest_blender, version
from ..shell import ROOT, BuildError, clean_environ, run_logged
from .wheels import PLATFORMS, Wheel, fetch, wheels_for

MANIFEST = "blender_manifest.toml"
SHIPPED = ("__init__.py", "addon", "core", "presets", "weights/starter", "LICENSE", "README.md", "pyproject.toml")
FIXED_DATE = 946_728_000  # 2000-01-01 12:00 UTC, within what a zip can hold in every time zone
LOG = ROOT / "cache" / "logs" / "package.log"
# Blender's tool packs files in the order in which the disk lists them; this program starts it with sorted lists.
SORTED = """
import os, runpy, sys
listed = os.scandir
class Sorted(list):
    def __enter__(self):
        return iter(self)
    def __exit__(self, *error):
        pass
os.scandir = lambda path=".": Sorted(sorted(listed(path), key=lambda entry: entry.name))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# The links of the extension's page. They stay out of the manifest as long as they are empty.
WEBSITE = ""


def extension_tool(environment: Environment) -> Path:
    """Return Blender's command-line tool for extensions, inside the bpy module of an environment.

    Raises:
        BuildError: the module has none.
    """
    found = sorted(environment.path.glob("**/bl_pkg/cli/blender_ext.py"))
    if not found:
        raise BuildError(
            f"{environment.folder} holds no blender_ext.py.", f"Delete {environment.folder} and run the command again."
        )
    return found[0]


def check_platform(platform: str) -> None:
    """Make sure that a zip can be built for a platform.

    Raises:
        BuildError: no wheels are known for it.
    """
    if platform not in PLATFORMS:
        raise BuildError(
            f"There is no zip for {platform}: some of the wheels that it needs do not exist.",
            f"Choose one of {', '.join(PLATFORMS)}. On other systems use a Python of your own (README).",
        )


def build_zip(folder: Path, platform: str) -> Path:
    """Build `mambatalk-VERSION-PLATFORM.zip` in `folder` and validate it.

    Raises:
        BuildError: an unknown platform, a wheel that cannot be had, or Blender's tool refused manifest or zip.
    """
    check_platform(platform)
    blender = newest_blender()
    python, tool = ensure(blender), extension_tool(blender)
    wheels = wheels_for(platform)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"mambatalk-{version()}-{platform}.zip"
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        _stage(source, platform, wheels)
        for command in (["build", "--source-dir", source, "--output-filepath", archive], ["validate", archive]):
            run_logged(
                [python, "-c", SORTED, tool, *command],
                LOG,
                # A zip holds local times.
                environ=clean_environ(TZ="UTC0"),
                failed=f"Blender's extension tool refused to {command[0]} the package.",
                remedy=f"Correct what it names in {MANIFEST}.",
            )
    return archive


def _stage(source: Path, platform: str, wheels: tuple[Wheel, ...]) -> None:
    """Put everything that the zip holds into a folder."""
    for name in SHIPPED:
        origin, target = ROOT / name, source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copyfile(origin, target)
    (source / "wheels").mkdir()
    for wheel in wheels:
        shutil.copyfile(fetch(wheel, platform), source / "wheels" / wheel.name)
    (source / MANIFEST).write_text(manifest(platform, wheels), encoding="utf-8")
    for path in (source, *source.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (FIXED_DATE, FIXED_DATE))


def manifest(platform: str, wheels: tuple[Wheel, ...]) -> str:
    """Return the manifest of a platform's zip: the checkout's, with platform and wheels."""
    text = (ROOT / MANIFEST).read_text(encoding="utf-8")
    listed = "".join(f'  "./wheels/{wheel.name}",\n' for wheel in wheels)
    own = f'platforms = ["{platform}"]\nwheels = [\n{listed}]\n'
    if WEBSITE:
        own = f'website = "{WEBSITE}"\n' + own
    # Keys of the top level must stand before the first table.
    before, table, after = text.partition("\n[")
    return before + "\n" + own + table + after.replace('  "!/weights",\n', '  "!/weights",\n  "!/wheels",\n')
