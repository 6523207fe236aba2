"""Choosing a Python with PyTorch: what is offered, how it is checked, and that the choices are kept."""

import subprocess
import sys
from dataclasses import fields
from types import SimpleNamespace

import bpy
import pytest


@pytest.fixture
def chosen(job_state):
    """The module that keeps the choice; afterwards nothing is chosen."""
    from mambatalk_ext.addon.job import kept_preferences, preferences

    yield kept_preferences
    job_state.stop_worker()
    kept_preferences.remember(kept_preferences.Choices())
    preferences._engines.clear()


@pytest.fixture
def bare(tmp_path):
    """An environment without any package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    return tmp_path / "bare"


def make_environment(folder, with_torch=True):
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    torch = folder / "lib" / "python3.11" / "site-packages" / "torch"
    torch.mkdir(parents=True)
    if with_torch:
        (torch / "__init__.py").touch()
    return folder / "bin" / "python"


@pytest.mark.any_blender
def test_environments_with_pytorch_are_found_in_hidden_folders_too(extension, tmp_path, monkeypatch):
    from mambatalk_ext.addon.job import environments

    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    root, home = tmp_path / "checkout", tmp_path / "home"
    assert environments.with_torch(root, home) == []
    own = make_environment(root / ".venv")
    hidden = make_environment(home / "project" / ".venv")
    conda = make_environment(home / "miniconda3" / "envs" / "anim")
    make_environment(home / "venv", with_torch=False)
    assert environments.with_torch(root, home) == [own, hidden, conda]


@pytest.mark.any_blender
def test_a_python_with_pytorch_is_started_and_kept(chosen, job_state, torch_python):
    from mambatalk_ext.addon.job import preferences

    assert bpy.ops.mambatalk.find_pythons() == {"FINISHED"}
    assert bpy.ops.mambatalk.use_python(python=str(torch_python.parents[1])) == {"FINISHED"}
    assert "Worker ready" in job_state.current.notes[0]
    found = preferences.runtime(bpy.context)
    assert found.interpreter.program == torch_python
    assert preferences.engine_name(bpy.context) in job_state.current.notes[0]
    chosen.remembered.cache_clear()
    assert chosen.remembered().python == str(torch_python.parents[1])


def test_the_choice_survives_disabling_and_enabling(chosen, extension, tmp_path):
    from mambatalk_ext.addon.job import preferences

    program = make_environment(tmp_path / ".venv")
    preferences.choose_python(bpy.context, str(tmp_path / ".venv"), "PyTorch on a card")
    extension.unregister()
    extension.register()
    assert preferences.runtime(bpy.context).interpreter.program == program
    assert preferences.engine_name(bpy.context) == "PyTorch on a card"
    assert bpy.ops.mambatalk.use_python(python="") == {"FINISHED"}
    assert chosen.remembered().python == ""
    assert preferences.runtime(bpy.context).interpreter.is_blenders
    assert preferences.engine_name(bpy.context) == "NumPy on the processor"


@pytest.mark.any_blender
def test_a_python_without_pytorch_is_refused_and_the_choice_stays(chosen):
    with pytest.raises(RuntimeError, match=r"lacks torch.*pip install torch"):
        bpy.ops.mambatalk.use_python(python=sys.executable)
    assert chosen.remembered().python == ""


@pytest.mark.any_blender
def test_a_python_without_anything_is_refused(chosen, bare, tmp_path):
    with pytest.raises(RuntimeError, match=r"no module numpy.*build\.py setup --torch"):
        bpy.ops.mambatalk.use_python(python=str(bare))
    with pytest.raises(RuntimeError, match="There is no Python in"):
        bpy.ops.mambatalk.use_python(python=str(tmp_path / "nothing"))
    assert chosen.remembered().python == ""


@pytest.mark.any_blender
def test_a_choice_that_cannot_be_read_is_none(chosen):
    chosen._path().write_text("{")
    chosen.remembered.cache_clear()
    assert chosen.remembered() == chosen.Choices()


@pytest.mark.any_blender
def test_the_graphics_card_is_greyed_without_pytorch(extension, tmp_path, monkeypatch):
    from mambatalk_ext.addon.job import preferences

    from ..layouts import Layout

    def drawn():
        drawing = Drawing()
        page = SimpleNamespace(layout=drawing, _draw_device=None)
        preferences.MambaTalkPreferences._draw_device(page, drawing, preferences.runtime(bpy.context))
        return drawing

    class Drawing(Layout):
        def row(self, **options):
            return Drawing(self)

        def prop_enum(self, data, name, value, text=""):
            self.drawn.append(text)
            if not self._is_enabled():
                self.greyed.append(text)

    assert drawn().greyed == ["Graphics Card"]
    assert preferences.NO_CARD in drawn().drawn
    monkeypatch.setenv("MAMBATALK_PYTHON", str(make_environment(tmp_path / ".venv")))
    assert drawn().greyed == []
    assert preferences.NO_CARD not in drawn().drawn


def test_weights_model_and_device_survive_disabling_and_enabling(chosen, extension, tmp_path):
    from mambatalk_ext.addon.job import preferences

    chosen.remember(chosen.Choices(weights=str(tmp_path), smplx_model=str(tmp_path / "a.npz"), device="cpu"))
    extension.unregister()
    extension.register()
    found = preferences.runtime(bpy.context)
    assert (found.weights, found.device) == (tmp_path, "cpu")
    assert preferences.smplx_model(bpy.context) == tmp_path / "a.npz"
    preferences.choose_python(bpy.context, str(tmp_path / ".venv"))
    assert chosen.remembered().device == "cpu"


@pytest.mark.any_blender
def test_every_choice_that_is_kept_is_chosen_again(chosen, extension):
    from mambatalk_ext.addon.job import preferences

    choices = {each.name for each in fields(chosen.Choices)}
    # The engine follows from the Python; the pronunciations are a list of their own.
    assert set(preferences._KEPT) == choices - {"engine", "pronunciations"}
    own = preferences.MambaTalkPreferences.__annotations__
    assert set(preferences._KEPT.values()) <= set(own)


@pytest.mark.any_blender
def test_a_choice_of_an_earlier_version_is_read(chosen):
    chosen._path().write_text('{"python": "/somewhere/python", "engine": "PyTorch on a card"}')
    chosen.remembered.cache_clear()
    assert chosen.remembered() == chosen.Choices("/somewhere/python", "PyTorch on a card")
    for content in ("[]", "3", '"a"', "null"):
        chosen._path().write_text(content)
        chosen.remembered.cache_clear()
        assert chosen.remembered() == chosen.Choices()
