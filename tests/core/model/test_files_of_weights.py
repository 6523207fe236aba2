"""Every file of a model folder is known by its hash: damaged, halved or exchanged ones are refused before any work."""

import json
import shutil

import pytest

from core.errors import GestureError
from core.model.card import STARTER_FOLDER
from core.model.loading import Models
from core.weights_folder import check_files, folder_hash, note_files, own_files, read_model_json


@pytest.fixture
def weights(tmp_path):
    """A copy of the bundled weights."""
    return shutil.copytree(STARTER_FOLDER, tmp_path / "weights")


def test_the_bundled_weights_are_those_that_their_card_names():
    check_files(STARTER_FOLDER)
    # Where this fails after a change of the weights: core.weights_folder.note_files(STARTER_FOLDER).
    assert sorted(read_model_json(STARTER_FOLDER)["files"]) == own_files(STARTER_FOLDER)


@pytest.mark.parametrize("name", ["words.bin", "upper.safetensors", "neutral.npz"])
def test_a_file_that_is_damaged_halved_or_missing_is_refused(weights, name):
    data = (weights / name).read_bytes()
    place = len(data) * 2 // 3
    for changed in (data[:place], data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], None):
        if changed is None:
            (weights / name).unlink()
        else:
            (weights / name).write_bytes(changed)
        with pytest.raises(GestureError, match=name):
            Models().load(weights, "cpu")


def test_cards_without_hashes_load_and_hashes_change_no_take(weights):
    card = read_model_json(weights)
    del card["files"]
    (weights / "model.json").write_text(json.dumps(card))
    assert Models().load(weights, "cpu").sha256 == folder_hash(STARTER_FOLDER)
    note_files(weights)
    assert Models().load(weights, "cpu").sha256 == folder_hash(STARTER_FOLDER)


@pytest.mark.parametrize("files", [[], {"../secret": "0" * 64}, {"": ""}, {"words.bin": 5}])
def test_hashes_that_are_none_and_names_that_leave_the_folder_are_refused(weights, files):
    (weights / "model.json").write_text(json.dumps(read_model_json(weights) | {"files": files}))
    with pytest.raises(GestureError):
        Models().load(weights, "cpu")
