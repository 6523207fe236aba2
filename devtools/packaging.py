"""`build.py package`: the extension's zip, built and validated by Blender's own tool, then installed for a try."""

import subprocess
import tempfile
from pathlib import Path

from .environments import BLENDERS, BPY_50, Environment, ensure, version
from .shell import ROOT, BuildError, Timer, clean_environ, run_logged, say

INSTALL = """
import sys, bpy, addon_utils
archive = sys.argv[-1]
bpy.ops.extensions.package_install_files(filepath=archive, repo="user_default", enable_on_install=True)
name = "bl_ext.user_default.mambatalk"
assert addon_utils.check(name)[1], "installed but not enabled"
assert hasattr(bpy.types.Scene, "mambatalk"), "enabled but its settings are missing"
addon_utils.disable(name, default_set=True)
assert not hasattr(bpy.types.Scene, "mambatalk"), "disabled but its settings are still there"
print("INSTALLED")
"""


def extension_tool(environment: Environment) -> Path:
    """Blender's command-line tool for extensions, inside the bpy module of an environment.

    Raises:
        BuildError: the module has none.
    """
    found = sorted(environment.path.glob("**/bl_pkg/cli/blender_ext.py"))
    if not found:
        raise BuildError(
            f"{environment.folder} holds no blender_ext.py.", f"Delete {environment.folder} and run the command again."
        )
    return found[0]


def build_zip(folder: Path) -> Path:
    """Build `mambatalk-VERSION.zip` in `folder` and validate it; what goes in stands in blender_manifest.toml.

    Raises:
        BuildError: Blender's tool refused the manifest or the zip.
    """
    python = ensure(BPY_50)
    tool = extension_tool(BPY_50)
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"mambatalk-{version()}.zip"
    for command in (
        ["build", "--source-dir", ROOT, "--output-filepath", archive],
        ["validate", archive],
    ):
        run_logged(
            [python, tool, *command],
            folder / "package.log",
            failed=f"Blender's extension tool refused to {command[0]} the package.",
            remedy="Correct what it names in blender_manifest.toml.",
        )
    return archive


def try_install(archive: Path, environment: Environment) -> None:
    """Install, enable and disable the zip in a Blender that has an empty user folder.

    Raises:
        BuildError: it does not install, or does not switch on or off.
    """
    python = ensure(environment)
    with tempfile.TemporaryDirectory() as user:
        done = subprocess.run(
            [str(python), "-c", INSTALL, str(archive.resolve())],
            env=clean_environ(BLENDER_USER_RESOURCES=user),
            cwd=user,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
    if done.returncode or "INSTALLED" not in done.stdout:
        raise BuildError(
            f"{archive.name} does not install in {environment.folder}.",
            "Read the output above.",
            f"{done.stdout}\n{done.stderr}\n(exit code {done.returncode})",
        )


def package(folder: Path) -> Path:
    """Build, validate and try the zip in every Blender that there is an environment for."""
    timer = Timer()
    archive = build_zip(folder)
    say(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1e6:.1f} MB, valid")
    for environment in BLENDERS:
        try_install(archive, environment)
        say(f"installs and switches on and off in {environment.folder}")
    say(f"done in {timer.seconds:.0f} s")
    return archive
