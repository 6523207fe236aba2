"""A trial of the zip: it is installed in a Blender with an empty user folder, switched on and off."""

import subprocess
import tempfile
from pathlib import Path

from ..environments import Environment, ensure
from ..shell import BuildError, clean_environ

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


def try_install(archive: Path, environment: Environment, script: str = INSTALL, done: str = "INSTALLED") -> str:
    """Run a script in a Blender that has an empty user folder; the zip's path is its last argument.

    Returns:
        what it printed.

    Raises:
        BuildError: the script failed, or it did not print `done`.
    """
    python = ensure(environment)
    with tempfile.TemporaryDirectory() as user:
        run = subprocess.run(
            [str(python), "-c", script, str(archive.resolve())],
            env=clean_environ(BLENDER_USER_RESOURCES=user),
            cwd=user,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
    if run.returncode or done not in run.stdout:
        raise BuildError(
            f"{archive.name} does not install in {environment.folder}.",
            "Read the output above.",
            f"{run.stdout}\n{run.stderr}\n(exit code {run.returncode})",
        )
    return run.stdout
