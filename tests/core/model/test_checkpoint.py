import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import GestureError
from core.model.config import RELEASED, STARTER, ModelConfig
from core.model.torch_engine.checkpoint import load_model, load_part, save_model, save_part
from core.model.torch_engine.device import pick_device
from core.model.torch_engine.network import TorchNetwork, load_network

from .. import tiny


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "with a space"
    save_model(folder, tiny.weights(), tiny.CARD, tiny.neutral())
    return folder


@pytest.fixture
def folder(saved, tmp_path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "model"))


def refused(folder: Path, *words: str) -> None:
    with pytest.raises(GestureError) as error:
        load_model(folder)
    assert error.value.remedy.endswith(".")
    for word in words:
        assert word in error.value.message


def test_a_saved_model_loads_with_half_precision_values(saved):
    model = load_model(saved)
    assert model.weights.config == tiny.CONFIG
    assert model.card["name"] == "tiny"
    np.testing.assert_allclose(model.neutral.rotations, tiny.neutral().rotations, atol=1e-6)
    for name, module in tiny.weights().modules().items():
        loaded = model.weights.modules()[name]
        assert not loaded.training
        for key, value in module.state_dict().items():
            found = loaded.state_dict()[key]
            assert found.dtype == value.dtype
            computed = value.ndim < 2 or key.endswith("pe")
            wanted = value if computed else value.half().float()
            torch.testing.assert_close(found, wanted, rtol=0, atol=1e-6 if key.endswith("pe") else 0, msg=key)


def test_matrices_are_stored_in_half_precision(saved):
    tensors = load_file(saved / "generator.safetensors")
    kinds = {value.dtype for value in tensors.values() if value.ndim >= 2}
    assert kinds == {torch.float16}
    assert not any(key.endswith(".pe") for key in tensors)


def test_half_precision_never_turns_a_large_value_into_infinity(tmp_path):
    module = torch.nn.Linear(2, 2)
    module.weight.data.fill_(1e6)
    save_part(tmp_path, "root", module)
    other = torch.nn.Linear(2, 2)
    load_part(tmp_path, "root", other)
    assert (other.weight == 1e6).all()


def test_a_loaded_network_runs(saved):
    network = load_network(saved, "cpu")
    audio, words = tiny.inputs(64)
    sound = np.zeros((34133, 2), np.float32)
    sound[: len(audio)] = audio[:34133]
    conditions = network.conditions(sound, words, 0)
    output = network.window(conditions, np.zeros((64, 337), np.float32), np.ones((64, 337), np.float32))
    assert all(value.shape == (64, 12) for value in output.logits.values())
    assert network.info.speakers == ("calm", "lively")
    for bad in (
        (sound[:, :1], words, 0),
        (sound, words[:, :2], 0),
        (sound, np.zeros(64, np.int64), 0),
        (sound, words, 2),
    ):
        with pytest.raises(GestureError):
            network.conditions(*bad)


def test_a_word_table_takes_ids_and_refuses_ids_outside_it():
    from dataclasses import replace

    from core.model.torch_engine.checkpoint import LoadedModel

    config = replace(tiny.CONFIG, word_vocabulary=7)
    network = TorchNetwork(LoadedModel(tiny.weights(config), tiny.CARD, tiny.neutral(), None), "cpu")
    sound = np.zeros((34133, 2), np.float32)
    assert network.conditions(sound, np.full(64, 6), 0)["memory"].shape == (64, 16)
    with pytest.raises(GestureError, match="word table"):
        network.conditions(sound, np.full(64, 7), 0)


def test_a_missing_folder_is_refused(tmp_path):
    refused(tmp_path / "nowhere", "nowhere")


@pytest.mark.parametrize("name", ["model.json", "neutral.npz", "generator.safetensors", "hands.safetensors"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    refused(folder, name)


@pytest.mark.parametrize("name", ["model.json", "neutral.npz", "root.safetensors"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01 not this {"])
def test_a_broken_file_is_named(folder, name, content):
    (folder / name).write_bytes(content)
    refused(folder, name)


def change_card(folder: Path, change) -> None:
    card = json.loads((folder / "model.json").read_text())
    change(card)
    (folder / "model.json").write_text(json.dumps(card))


def test_a_parameter_of_the_wrong_shape_is_named(folder):
    change_card(folder, lambda card: card["architecture"].update(code_dim=6))
    refused(folder, "face.safetensors", "encoder.main.0.weight", "(4, 58, 3)", "(6, 58, 3)")


def test_missing_surplus_and_broken_parameters_are_named(folder):
    path = folder / "upper.safetensors"
    tensors = load_file(path)
    gone = dict(tensors)
    del gone["quantizer.embedding.weight"]
    save_file(gone, path)
    refused(folder, "upper.safetensors", "quantizer.embedding.weight")
    save_file(tensors | {"surprise": torch.zeros(1)}, path)
    refused(folder, "surprise")
    save_file(tensors | {"decoder.main.4.bias": torch.full_like(tensors["decoder.main.4.bias"], torch.nan)}, path)
    refused(folder, "decoder.main.4.bias")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda card: card.pop("speakers"), "speakers"),
        (lambda card: card.update(format=99), "format"),
        (lambda card: card["architecture"].pop("hidden"), "hidden"),
        (lambda card: card["architecture"].update(colour=1), "colour"),
        (lambda card: card["architecture"].update(hidden="768"), "hidden"),
        (lambda card: card["architecture"].update(hidden=-8), "hidden"),
        (lambda card: card["architecture"].update(hidden=17), "17"),
        (lambda card: card["architecture"].update(wav_widths=[4, 4]), "wav_widths"),
        (lambda card: card["architecture"].update(vae_depths={"face": 1}), "vae_depths"),
        (lambda card: card["architecture"].update(face_basis="clay"), "face_basis"),
        (lambda card: card["architecture"].update(face_hears_chance="no"), "face_hears_chance"),
        (lambda card: card["architecture"].update(face_hears_chance=False), "chance"),
        (lambda card: card.update(face_basis="flame100"), "face_basis"),
        (lambda card: card.update(speakers=["a", "b", "c"]), "speakers"),
        (lambda card: card.update(manners={"a": {"up": [0.5, -1.0]}}), "manners"),
    ],
)
def test_a_model_json_that_makes_no_sense_says_what(folder, change, word):
    change_card(folder, change)
    refused(folder, word)


def test_faces_hear_chance_where_a_model_json_says_nothing_of_it(folder):
    change_card(folder, lambda card: card["architecture"].pop("face_hears_chance"))
    assert load_network(folder, "cpu").info.face_hears_chance


def test_a_folder_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GestureError, match="could not be written"):
        save_model(tmp_path / "file", tiny.weights(), tiny.CARD, tiny.neutral())


@pytest.mark.parametrize("config", [RELEASED, STARTER, tiny.CONFIG], ids=["released", "starter", "tiny"])
def test_a_configuration_survives_json(config):
    assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_the_starter_fits_its_size():
    weights = tiny.weights(STARTER)
    count = sum(p.numel() for module in weights.modules().values() for p in module.parameters())
    assert 2 * count <= 25e6


def test_a_device_is_picked_by_name_and_one_that_is_not_there_is_refused():
    assert pick_device("cpu").type == "cpu"
    with pytest.raises(GestureError):
        pick_device("abacus")
    if not torch.cuda.is_available():
        assert pick_device("auto").type == "cpu"
        with pytest.raises(GestureError, match="CUDA"):
            pick_device("cuda")
