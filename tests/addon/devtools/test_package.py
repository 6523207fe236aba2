"""The zip: what is in it, and that it installs and switches on in an empty Blender."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from devtools import environments
from devtools.package.archive import build_zip
from devtools.package.command import this_platform
from devtools.package.trial import try_install

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    if not environments.is_ready(environments.BPY_50):
        pytest.skip("the zip is built with .venv-bpy-5.0: run `python build.py setup`")
    return build_zip(tmp_path_factory.mktemp("dist"), this_platform())


def test_the_zip_holds_the_extension_and_no_development_files(archive):
    names = zipfile.ZipFile(archive).namelist()
    for wanted in ("blender_manifest.toml", "__init__.py", "LICENSE", "pyproject.toml", "core/worker/__main__.py"):
        assert wanted in names
    assert "addon/assets/character.npz" in names
    assert "addon/assets/demo/speech.flac" in names
    tops = {name.split("/")[0] for name in names}
    assert tops <= {
        "blender_manifest.toml",
        "__init__.py",
        "addon",
        "core",
        "weights",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "wheels",
    }
    assert not [name for name in names if "__pycache__" in name or name.startswith("training")]


def test_the_zip_installs_switches_on_and_off(archive):
    here = next(e for e in environments.BLENDERS if sys.prefix == str(e.path))
    try_install(archive, here)


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
