"""Trials of the zip in a Blender with an empty user folder: switched on and off, and as far as keys on a character."""

import subprocess
import tempfile
from pathlib import Path

from ..shell import BuildError, clean_environ

INSTALL = """
import sys, bpy, addon_utils
archive = sys.argv[-1]
bpy.ops.extensions.package_install_files(filepath=archive, repo="user_default", enable_on_install=True)
name = "bl_ext.user_default.mambatalk"
assert addon_utils.check(name)[1], "installed but not enabled"
assert hasattr(bpy.types.Scene, "mambatalk"), "enabled but its settings are missing"
assert bpy.utils.preset_paths("mambatalk/levels"), "its presets are not found"
addon_utils.disable(name, default_set=True)
assert not hasattr(bpy.types.Scene, "mambatalk"), "disabled but its settings are still there"
print("INSTALLED")
"""
# From the zip to keys, with nothing but Blender and the zip.
GENERATE = """
import sys, bpy, addon_utils
from pathlib import Path
bpy.ops.extensions.package_install_files(filepath=sys.argv[-1], repo="user_default", enable_on_install=True)
name = "bl_ext.user_default.mambatalk"
own = sys.modules[name + ".addon.job.interpreter"].default()
assert own.is_blenders and ".local" in own.modules[0], own
demo = Path(sys.modules[name].__file__).parent / "addon" / "assets" / "demo"
bpy.ops.mambatalk.add_character()
settings = bpy.context.scene.mambatalk
settings.audio_file = str(demo / "speech.flac")
settings.transcript_source, settings.transcript_file = "FILE", str(demo / "transcript.txt")
assert bpy.ops.mambatalk.generate() == {"FINISHED"}
state = sys.modules[name + ".addon.job.state"].current
print(*state.notes, sep=chr(10))
worker = state.client._process
action = settings.character.animation_data.action
assert action is not None and action.frame_range[1] - action.frame_range[0] > 700, action
addon_utils.disable(name, default_set=True)
assert worker.poll() is not None, "the worker outlives the extension"
print("GENERATED")
"""


def try_install(
    archive: Path, python: Path, script: str = INSTALL, done: str = "INSTALLED", modules: Path | None = None
) -> str:
    """Run a script in a Blender that has an empty user folder; the zip's path is its last argument.

    Args:
        archive: the zip.
        python: an interpreter that has Blender as a module.
        script: Python code.
        done: a word that the script prints when it has succeeded.
        modules: a folder with Blender's module, for an interpreter that has none.

    Returns:
        what it printed.

    Raises:
        BuildError: the script failed, or it did not print `done`.
    """
    path = {} if modules is None else {"PYTHONPATH": str(modules)}
    with tempfile.TemporaryDirectory() as user:
        run = subprocess.run(
            [str(python), "-c", script, str(archive.resolve())],
            # An empty home folder, too: nothing that the user has installed there is found.
            env=clean_environ(BLENDER_USER_RESOURCES=user, HOME=user, USERPROFILE=user, **path),
            cwd=user,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )
    if run.returncode or done not in run.stdout:
        raise BuildError(
            f"{archive.name} does not work in the Blender module of {python}.",
            "Read the output above.",
            f"{run.stdout}\n{run.stderr}\n(exit code {run.returncode})",
        )
    return run.stdout
