"""Which program runs the worker: Blender's own Python with its modules, Blender itself, or a Python that was chosen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import ROOT


@pytest.fixture
def interpreter(extension):
    from mambatalk_ext.addon.job import interpreter

    interpreter.default.cache_clear()
    yield interpreter
    interpreter.default.cache_clear()


@pytest.fixture
def ask(interpreter, tmp_path):
    """Return a function that asks the worker of an interpreter for its engine, and gives the reply."""
    from mambatalk_ext.addon.job.client import WorkerClient
    from mambatalk_ext.core import requests
    from mambatalk_ext.core.worker import protocol

    clients = []

    def ask(chosen):
        clients.append(WorkerClient(chosen, ROOT, tmp_path / "worker.log"))
        clients[-1].submit(requests.Hello())
        replies = []
        while not [reply for reply in replies if not isinstance(reply, protocol.Progress)]:
            replies = clients[-1].poll(0.1)
        return replies[-1]

    yield ask
    for client in clients:
        client.stop()


def test_by_default_blenders_own_python_runs_the_worker_with_wheels_and_numpy(interpreter, ask):
    import numpy

    own = interpreter.default()
    assert own.is_blenders
    assert own.program == Path(sys.executable)
    assert str(Path(numpy.__file__).parents[1]) in own.modules
    reply = ask(own)
    assert reply.values["engine"] == "NumPy on the processor"
    assert reply.values["missing"] == []
    assert reply.values["packages"]["torch"] is None


def test_the_folders_of_the_modules_reach_a_python_that_has_none_of_them(interpreter, ask):
    """Blender's own Python does not find the wheels by itself; here another Python stands for it."""
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    if not base.is_file():
        pytest.skip("this Python has another layout")
    own = interpreter.blenders_own()
    reply = ask(interpreter.Interpreter((str(base), *own.command[1:]), own.modules, is_blenders=True))
    assert reply.values["missing"] == []


@pytest.mark.any_blender
def test_variables_for_other_pythons_do_not_reach_the_worker(interpreter, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    own = interpreter.default().environment()
    assert own["PYTHONPATH"] == os.pathsep.join(interpreter.default().modules)
    assert "PYTHONHOME" not in own
    expected = {"PYTHONNOUSERSITE": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    assert {name: own[name] for name in expected} == expected
    chosen = interpreter.of_python(Path(sys.executable)).environment()
    assert "PYTHONPATH" not in chosen


@pytest.mark.any_blender
@pytest.mark.parametrize("executable", ["", "/opt/blender/blender"])
def test_the_program_of_an_embedded_python_is_found_beside_its_library(interpreter, monkeypatch, executable, tmp_path):
    program = tmp_path / "bin" / f"python3.{sys.version_info.minor}"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert interpreter.blenders_own().program == program


@pytest.mark.any_blender
def test_without_any_python_program_blender_itself_runs_the_worker(interpreter, monkeypatch, ask, tmp_path):
    """Blender writes lines of its own before the worker's; a script stands for Blender, which bpy's module has not."""
    blender = tmp_path / "blender"
    blender.write_text(f'#!/bin/sh\necho "Blender 9.9 (hash 0)"\necho "Read prefs"\nexec "{sys.executable}" -c "$6"\n')
    blender.chmod(0o755)
    monkeypatch.setattr(sys, "executable", "")
    for name in ("prefix", "exec_prefix", "base_prefix"):
        monkeypatch.setattr(sys, name, str(tmp_path / "nothing"))
    monkeypatch.setattr(interpreter.bpy, "app", type("App", (), {"binary_path": str(blender)}))
    own = interpreter.blenders_own()
    assert own.program == blender
    assert own.command[1:3] == ("--background", "--factory-startup")
    monkeypatch.undo()
    reply = ask(own)
    assert reply.values["engine"] == "NumPy on the processor"


@pytest.mark.any_blender
def test_a_chosen_python_may_be_a_program_or_the_folder_of_a_hidden_environment(interpreter, tmp_path):
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.touch()
    assert interpreter.of_python(program).program == program
    assert interpreter.of_python(tmp_path / ".venv").program == program
    assert interpreter.of_python(tmp_path / "gone") is None
    assert not interpreter.of_python(program).is_blenders


@pytest.mark.any_blender
def test_a_checkout_without_wheels_uses_its_own_environment(interpreter, monkeypatch, tmp_path):
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(interpreter, "ROOT", tmp_path)
    monkeypatch.setattr(interpreter, "find_spec", lambda name: None)
    assert interpreter.default().program == program


@pytest.mark.any_blender
def test_a_python_without_numpy_names_the_package_to_install(interpreter, ask, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    bare = interpreter.of_python(tmp_path / "bare")
    reply = ask(interpreter.Interpreter(bare.command, is_blenders=True))
    assert "numpy" in reply.message
    assert "apt install python3-numpy" in reply.remedy
    assert "build.py setup --torch" in ask(bare).remedy


def test_enabling_without_numpy_says_what_to_install():
    code = "import sys; sys.path.insert(0, '.'); sys.modules['numpy'] = None; import __init__ as e; e.register()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "apt install python3-numpy" in done.stderr.splitlines()[-1]
