"""The zip: what is in it, and that it installs and switches on in an empty Blender."""

import json
import re
import subprocess
import sys
import time
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from devtools import environments
from devtools.package.archive import build_zip
from devtools.package.command import this_platform
from devtools.package.trial import GENERATE, try_install, try_update

from ..conftest import HAS_SOUND

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    if not any(environments.is_ready(environment) for environment in environments.BLENDERS):
        pytest.skip("the zip is built with a Blender module: run `python build.py setup`")
    return build_zip(tmp_path_factory.mktemp("dist"), this_platform())


@pytest.mark.any_blender
def test_the_zip_holds_the_extension_and_no_development_files(archive):
    names = zipfile.ZipFile(archive).namelist()
    for wanted in ("blender_manifest.toml", "__init__.py", "LICENSE", "pyproject.toml", "core/worker/__main__.py"):
        assert wanted in names
    assert "addon/assets/character.npz" in names
    assert "addon/assets/demo/speech.flac" in names
    assert "presets/mambatalk/levels/Calm.py" in names
    tops = {name.split("/")[0] for name in names}
    assert tops <= {
        "blender_manifest.toml",
        "__init__.py",
        "addon",
        "core",
        "presets",
        "weights",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "wheels",
    }
    assert not [name for name in names if "__pycache__" in name or name.startswith("training")]


@pytest.mark.slow
def test_the_same_files_give_the_same_bytes_in_another_folder_at_another_time(archive, tmp_path, monkeypatch):
    other = tmp_path / "a folder with spaces"
    other.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(other))
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.sleep(2)
    again = build_zip(other / "dist", this_platform())
    assert again.read_bytes() == archive.read_bytes()
    names = zipfile.ZipFile(again).namelist()
    assert len(names) == len(set(names)) > 100


def test_the_zip_installs_switches_on_and_off(archive):
    try_install(archive, Path(sys.executable))


@pytest.mark.slow
def test_an_update_ends_the_worker_first_and_keeps_preferences_and_takes(archive, tmp_path):
    older = tmp_path / "older.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(older, "w") as out:
        for name in given.namelist():
            content = given.read(name)
            if name == "blender_manifest.toml":
                content = re.sub(rb'(?m)^version = ".*"$', b'version = "0.0.1"', content)
            out.writestr(name, content)
    try_update(older, archive, Path(sys.executable))


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.fixture
def bare_blender(tmp_path):
    """A folder with links to Blender's module and to what it requires: neither wheels nor tests are in it."""
    installed = {canonical(each.name): each for each in metadata.distributions()}
    names = ["bpy"]
    for name in names:
        # What follows a semicolon is for other Pythons, or optional.
        lines = [text for text in installed[name].requires or () if ";" not in text]
        required = (canonical(re.match(r"[\w.-]+", text)[0]) for text in lines)
        names += [each for each in required if each in installed and each not in names]
        for top in {file.parts[0] for file in installed[name].files} - {".."}:
            if not (tmp_path / top).exists():
                (tmp_path / top).symlink_to(installed[name].locate_file(top))
    return tmp_path


def test_the_zip_alone_takes_a_recording_to_keys(archive, bare_blender):
    """No environment, no PyTorch, no variable of ours: the wheels inside the zip and Blender's own Python."""
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    printed = try_install(archive, python, GENERATE, "GENERATED", bare_blender)
    assert ("does not play" in printed) == (not HAS_SOUND)
    assert "Made without words" not in printed


@pytest.mark.any_blender
def test_the_worker_runs_from_the_zip(archive, tmp_path):
    if not environments.WORKER.python.exists():
        pytest.skip("no worker environment: run `python build.py setup`")
    zipfile.ZipFile(archive).extractall(tmp_path)
    worker = subprocess.Popen(
        [str(environments.WORKER.python), "-m", "core.worker"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    # The worker ends when its input does, so the pipe stays open until it has answered.
    worker.stdin.write('{"id": 1, "type": "hello"}\n')
    worker.stdin.flush()
    answer = json.loads(worker.stdout.readline() or "{}")
    _, log = worker.communicate(timeout=60)
    assert answer.get("type") == "result", log


@pytest.mark.any_blender
def test_the_steps_run_from_a_shell_without_training(archive, tmp_path):
    if not environments.WORKER.python.exists():
        pytest.skip("no worker environment: run `python build.py setup`")
    zipfile.ZipFile(archive).extractall(tmp_path)
    told = subprocess.run(
        [str(environments.WORKER.python), "-m", "core", "--help"], cwd=tmp_path, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    assert "generate" in told.stdout
    assert "evaluate" not in told.stdout
