"""Modules that do not load are named with their file, and the remedy fits the Python that runs the worker."""

import sys

import pytest

from core.worker import modules


@pytest.fixture
def broken_module(tmp_path, monkeypatch):
    """A folder first on the path, with a module that does not load, as another extension may bring it."""
    (tmp_path / "webvtt.py").write_text("from praatio import nothing_of_this_name\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "webvtt", raising=False)
    return tmp_path


def test_everything_that_the_worker_needs_loads_here():
    assert modules.broken_modules() == []


def test_a_module_that_does_not_load_is_named_with_the_file_at_fault(broken_module):
    (broken,) = modules.broken_modules()
    assert broken.module == "praatio"
    assert broken.file.endswith("praatio/__init__.py")
    assert "nothing_of_this_name" in broken.reason
    assert broken.file in modules.message(broken)


def test_a_module_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(modules.NEEDED, "nothing", "nothing_of_this_name")
    (broken,) = modules.broken_modules()
    assert (broken.module, broken.file) == ("nothing_of_this_name", "")
    assert modules.message(broken) == "The worker's Python has no module nothing_of_this_name."


def test_build_py_is_a_remedy_only_where_pytorch_was_asked_for(monkeypatch):
    assert "build.py setup --torch" in modules.remedy("soundfile")
    monkeypatch.setenv(modules.IN_BLENDER, "1")
    assert "build.py" not in modules.remedy("soundfile")
    assert "install its zip again" in modules.remedy("soundfile")
    assert "python3-numpy" in modules.remedy("numpy")
    assert "python3-numpy" not in modules.remedy("numpy", in_blender=False)
