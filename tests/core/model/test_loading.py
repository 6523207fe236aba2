"""The hash of a model folder counts what computes, and nothing else."""

import json
import shutil

import pytest

from core.cli.parser import main
from core.errors import GestureError
from core.model.loading import STARTER, Models, folder_hash

from ...conftest import ROOT

SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(STARTER, tmp_path / "weights")
    return tmp_path / "weights"


def with_card(folder, **changes):
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | changes))


def test_words_for_people_do_not_change_the_hash(copy):
    before = folder_hash(copy)
    (copy / "README.md").write_text("Another text.\n")
    (copy / "NOTES.md").write_text("One more.\n")
    with_card(copy, license="CC-BY-4.0", provenance={"clips": 3}, former_hashes=["0" * 64])
    assert folder_hash(copy) == before == folder_hash(STARTER)


@pytest.mark.parametrize("name", ["neutral.npz", "words.bin", "root.safetensors", "another.file"])
def test_any_other_file_changes_the_hash(copy, name):
    with (copy / name).open("ab") as file:
        file.write(b"x")
    assert folder_hash(copy) != folder_hash(STARTER)


def test_what_the_card_declares_of_the_networks_changes_the_hash(copy):
    with_card(copy, window=32)
    assert folder_hash(copy) != folder_hash(STARTER)


def test_a_model_knows_its_hash_and_its_former_ones(copy):
    with_card(copy, former_hashes=["a" * 64, "b" * 64])
    model = Models().load(copy, "cpu")
    assert all(model.has_made(each) for each in (model.sha256, "a" * 64, "b" * 64))
    assert not model.has_made("c" * 64)
    assert Models().load(copy / ".." / "weights", "cpu").sha256 == folder_hash(copy)


@pytest.mark.parametrize(
    "entries",
    [
        {"window": 4},
        {"face_basis": "flame100"},
        {"chance": ["none"]},
        {"speakers": ["x"] * 9_999},
        {"words": {"kind": "letters"}},
        {"words": {"kind": "fasttext", "file": "none.bin"}},
        {"files": {"neutral.npz": "0" * 64}},
        {"files": {"none": "0" * 64}},
    ],
    ids=lambda entries: str(entries)[:60],
)
def test_a_dry_run_refuses_the_weights_that_a_run_refuses(tmp_path, capsys, entries):
    folder, recordings = tmp_path / "weights", tmp_path / "recordings"
    folder.mkdir()
    recordings.mkdir()
    for path in STARTER.iterdir():
        (folder / path.name).symlink_to(path)
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").unlink()
    (folder / "model.json").write_text(json.dumps(card | entries))
    shutil.copy(SPEECH, recordings)
    with pytest.raises(GestureError) as refused:
        Models().load(folder, "cpu")
    status = main(["batch", str(recordings), "--out", str(tmp_path / "takes"), "--weights", str(folder), "--dry-run"])
    assert (status, refused.value.message in capsys.readouterr().err) == (2, True)


def test_a_folder_without_a_card_has_no_hash(tmp_path):
    with pytest.raises(GestureError, match="no readable weights"):
        folder_hash(tmp_path)
