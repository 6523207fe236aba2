"""The weights in use: shown with their licence, chosen by one click, fetched only online and when accepted."""

import hashlib
import json
import threading

import bpy
import pytest

from tests.core.model.weights_server import REPOSITORY, Hub

from ..conftest import ROOT
from ..layouts import draw

STARTER = ROOT / "weights" / "starter"


@pytest.fixture(autouse=True)
def _choices(extension, monkeypatch, tmp_path):
    """No choice outlives a test."""
    from mambatalk_ext.addon.job import kept_preferences

    monkeypatch.setattr(kept_preferences, "data_folder", lambda name: tmp_path)
    kept_preferences.remembered.cache_clear()
    yield
    kept_preferences.remembered.cache_clear()


def texts():
    return " ".join(draw("MAMBATALK_PT_weights").drawn)


@pytest.mark.any_blender
def test_another_folder_is_chosen_by_one_click_shown_with_its_licence_and_remembered(scene, tmp_path):
    from mambatalk_ext.addon.job import kept_preferences, preferences

    assert ("Licence: CC0-1.0" in texts(), "Engine: " in texts()) == (True, True)
    with pytest.raises(RuntimeError, match="are in use"):
        bpy.ops.mambatalk.use_bundled_weights()
    (tmp_path / "mine").mkdir()
    with pytest.raises(RuntimeError, match="There are no weights in"):
        bpy.ops.mambatalk.choose_weights(directory=str(tmp_path / "mine"))
    card = json.loads((STARTER / "model.json").read_text(encoding="utf-8"))
    card |= {"name": "mine", "license": "for my film alone"}
    (tmp_path / "mine" / "model.json").write_text(json.dumps(card), encoding="utf-8")
    assert bpy.ops.mambatalk.choose_weights(directory=f"{tmp_path / 'mine'}/") == {"FINISHED"}
    assert "Weights: mine Licence: for my film alone" in texts()
    kept_preferences.remembered.cache_clear()
    assert preferences.runtime(bpy.context).weights == tmp_path / "mine"
    assert bpy.ops.mambatalk.use_bundled_weights() == {"FINISHED"}
    assert preferences.runtime(bpy.context).weights == STARTER


def test_nothing_is_fetched_offline_or_without_a_python_with_pytorch(scene):
    bpy.context.preferences.system.use_online_access = False
    with pytest.raises(RuntimeError, match="Allow Online Access"):
        bpy.ops.mambatalk.fetch_weights(repository=REPOSITORY, accepted=True)


@pytest.fixture
def hub(monkeypatch, torch_python, job_state):
    if not hasattr(bpy.context.preferences.system, "use_online_access"):
        pytest.skip("this Blender has no online access to allow")
    bpy.context.preferences.system.use_online_access = True
    if not bpy.app.online_access:
        pytest.skip("this Blender was started in offline mode")
    hub = Hub()
    for number, name in enumerate(("config.json", "preprocessor_config.json", "vocab.json", "model.safetensors")):
        hub.files[name] = b"recogniser" * (number + 1)
    hub.said = {name: hashlib.sha256(content).hexdigest() for name, content in hub.files.items()}
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("MAMBATALK_PYTHON", str(torch_python))
    yield hub
    job_state.stop_worker()
    hub.shutdown()
    hub.server_close()
    bpy.context.preferences.system.use_online_access = False


@pytest.mark.any_blender
def test_the_licence_comes_first_and_files_are_fetched_whole_with_their_hashes(scene, hub, tmp_path):
    with pytest.raises(RuntimeError, match="the licence is not accepted"):
        bpy.ops.mambatalk.fetch_weights(repository=REPOSITORY)
    with pytest.raises(RuntimeError, match="the licence is not accepted"):
        bpy.ops.mambatalk.fetch_accepted(repository=REPOSITORY, folder=str(tmp_path))
    assert hub.asked == []
    # The files of this server are no networks: they are fetched, recorded, and refused by the import.
    with pytest.raises(RuntimeError, match=r"face\.bin"):
        bpy.ops.mambatalk.fetch_accepted(
            repository=REPOSITORY, recogniser=REPOSITORY, folder=str(tmp_path), accepted=True
        )
    for folder in ("published", "recogniser"):
        record = json.loads((tmp_path / folder / "fetched.json").read_text(encoding="utf-8"))
        assert {name: entry["sha256"] for name, entry in record["files"].items()}.items() <= hub.said.items()
        assert all((tmp_path / folder / name).read_bytes() == hub.files[name] for name in record["files"])
    assert not list(tmp_path.glob("released_*"))
