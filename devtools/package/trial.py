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
# An update as Blender makes it, while the worker of the old version makes a take: the last two arguments are zips.
UPDATE = """
import os, sys, tempfile, bpy, addon_utils
from pathlib import Path
old, new = sys.argv[-2:]
name = "bl_ext.user_default.mambatalk"
disable = addon_utils.disable
bpy.ops.extensions.package_install_files(filepath=old, repo="user_default", enable_on_install=True)
folder = Path(sys.modules[name].__file__).parent
before = (folder / "blender_manifest.toml").read_text(encoding="utf-8")
preferences = bpy.context.preferences.addons[name].preferences
preferences.device, preferences.smplx_model = "cpu", "/some/SMPLX_NEUTRAL.npz"
demo, out = folder / "addon" / "assets" / "demo", Path(tempfile.mkdtemp())
bpy.ops.mambatalk.add_character()
settings = bpy.context.scene.mambatalk
settings.audio_file, settings.transcript_source = str(demo / "speech.flac"), "NONE"
assert bpy.ops.mambatalk.generate(folder=str(out / "first")) == {"FINISHED"}
keys = len(bpy.data.actions)
bpy.ops.wm.save_as_mainfile(filepath=str(out / "old.blend"))
state, requests = (sys.modules[f"{name}.{module}"] for module in ("addon.job.state", "core.requests"))
task = requests.Generate(audio=demo / "speech.flac", out=out / "second")
job = state.start(bpy.context, "Generating", task)
worker, seen = state.current.client._process, []

def watched(module_name, **options):
    disable(module_name, **options)
    if module_name == name:
        is_old = (folder / "blender_manifest.toml").read_text(encoding="utf-8") == before
        seen.append((worker.poll() is not None, is_old))

assert worker.poll() is None, "the worker does not run"
addon_utils.disable = watched
bpy.ops.extensions.package_install_files(filepath=new, repo="user_default", enable_on_install=True)
addon_utils.disable = disable
assert seen[:1] == [(True, True)], f"ended, files still old: {seen}"
assert (folder / "blender_manifest.toml").read_text(encoding="utf-8") != before, "nothing was updated"
assert sys.modules[f"{name}.addon.job.state"] is not state, "the old code still runs"
assert not (out / "second").exists(), "the job of the old version wrote a take"
preferences = bpy.context.preferences.addons[name].preferences
assert (preferences.device, preferences.smplx_model) == ("cpu", "/some/SMPLX_NEUTRAL.npz"), "preferences are lost"
for open_file in (False, True):
    if open_file:
        bpy.ops.wm.open_mainfile(filepath=str(out / "old.blend"))
    bpy.context.view_layer.objects.active = bpy.context.scene.mambatalk.character
    assert len(bpy.data.actions) == keys
    assert bpy.ops.mambatalk.set_levels(upper=0.5) == {"FINISHED"}
    assert bpy.ops.mambatalk.resample(parts={"hands"}, seed=5) == {"FINISHED"}
addon_utils.disable(name, default_set=True)
print("UPDATED", flush=True)
# The module of Blender 4.2 crashes when Python exits, whatever is registered then.
os._exit(0)
"""


def try_update(old: Path, new: Path, python: Path) -> str:
    """Install one zip over another in a Blender that has an empty user folder, while the worker of the old one works.

    Args:
        old: the zip that is installed first.
        new: the zip that replaces it.
        python: an interpreter that has Blender as a module.

    Raises:
        BuildError: the worker outlived the old version, or preferences or takes were lost.
    """
    return try_install(new, python, UPDATE, "UPDATED", before=old)


def try_install(
    archive: Path,
    python: Path,
    script: str = INSTALL,
    done: str = "INSTALLED",
    modules: Path | None = None,
    before: Path | None = None,
) -> str:
    """Run a script in a Blender that has an empty user folder; the zip's path is its last argument.

    Args:
        archive: the zip.
        python: an interpreter that has Blender as a module.
        script: Python code.
        done: a word that the script prints when it has succeeded.
        modules: a folder with Blender's module, for an interpreter that has none.
        before: a zip that the script installs before; its path is the last argument but one.

    Returns:
        what it printed.

    Raises:
        BuildError: the script failed, or it did not print `done`.
    """
    path = {} if modules is None else {"PYTHONPATH": str(modules)}
    with tempfile.TemporaryDirectory() as user:
        run = subprocess.run(
            [str(python), "-c", script, *(str(each.resolve()) for each in (before, archive) if each is not None)],
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
