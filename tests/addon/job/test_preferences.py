"""The worker's settings: an environment variable counts before the preferences, and these before the defaults."""

from types import SimpleNamespace

import bpy
import pytest

from ..conftest import PACKAGE

pytestmark = pytest.mark.any_blender


def with_preferences(**values):
    """Return a context in which the extension is installed, with these preferences."""
    chosen = SimpleNamespace(**{"worker_python": "", "weights": "", "smplx_model": "", "device": "auto", **values})
    return SimpleNamespace(preferences=SimpleNamespace(addons={PACKAGE: SimpleNamespace(preferences=chosen)}))


def test_a_checkout_without_preferences_uses_its_own_folder(extension):
    from mambatalk_ext.addon.job import folder, interpreter, preferences

    found = preferences.runtime(bpy.context)
    assert found.weights == folder.ROOT / "weights" / "starter"
    assert (found.interpreter, found.device) == (interpreter.default(), "auto")
    assert preferences.smplx_model(bpy.context) is None


def test_chosen_preferences_are_used(extension, tmp_path):
    from mambatalk_ext.addon.job import preferences

    python, model = tmp_path / "python", tmp_path / "SMPLX_MALE.npz"
    python.touch()
    context = with_preferences(
        worker_python=str(python), weights=str(tmp_path / "own"), smplx_model=str(model), device="cpu"
    )
    found = preferences.runtime(context)
    assert (found.interpreter.program, found.weights, found.device) == (python, tmp_path / "own", "cpu")
    assert preferences.smplx_model(context) == model


def test_environment_variables_count_before_the_preferences(extension, tmp_path, monkeypatch):
    from mambatalk_ext.addon.job import preferences

    context = with_preferences(weights=str(tmp_path / "own"), smplx_model="chosen.npz", device="cpu")
    for name, value in (("WEIGHTS", tmp_path / "other"), ("SMPLX", tmp_path / "other.npz"), ("DEVICE", "cuda")):
        monkeypatch.setenv(f"MAMBATALK_{name}", str(value))
    found = preferences.runtime(context)
    assert (found.weights, found.device) == (tmp_path / "other", "cuda")
    assert preferences.smplx_model(context) == tmp_path / "other.npz"


def test_a_python_that_does_not_exist_is_none(extension, tmp_path):
    from mambatalk_ext.addon.job import preferences

    assert preferences.runtime(with_preferences(worker_python=str(tmp_path / "gone"))).interpreter is None
