"""The released weights as a model folder, and files that only look like them."""

import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.body.kinematics import forward_kinematics
from core.body.skeleton import JOINT
from core.errors import GestureError
from core.model.config import PUBLISHED
from core.model.importing import Import, import_weights, standing_pose
from core.model.loading import load_words
from core.model.torch_engine.checkpoint import load_model
from core.model.torch_engine.parity import TOLERANCE, draw_weights, run
from core.model.torch_engine.published import read_weights, write_weights
from core.text.timing import Word
from core.text.vocabulary_pickle import read_vocabulary
from core.text.word_table import WordTable

from .. import tiny
from .released_files import CONFIG, vocab_pickle


@pytest.fixture
def published(tmp_path) -> Path:
    write_weights(tiny.weights(CONFIG), tmp_path / "released weights", prefix="module.")
    return tmp_path / "released weights"


def refused(call, *words: str) -> None:
    with pytest.raises(GestureError) as error:
        call()
    assert error.value.remedy.endswith(".")
    for word in words:
        assert word in error.value.message


def test_an_imported_folder_holds_the_published_numbers_exactly(published, tmp_path):
    vocab_pickle(published / "vocab.pkl", {"PAD": 0, "hello": 4, "": 7})
    notes = import_weights(Import(published, tmp_path / "out"), config=CONFIG)
    model = load_model(tmp_path / "out")
    for name, module in tiny.weights(CONFIG).modules().items():
        for key, value in module.state_dict().items():
            assert torch.equal(model.weights.modules()[name].state_dict()[key], value), key
    assert {t.dtype for t in load_file(tmp_path / "out" / "generator.safetensors").values()} == {torch.float32}
    assert load_words(tmp_path / "out", model.card["words"]).number("Hello,") == 4
    assert "non-commercial" in notes[0]
    assert len(model.card["speakers"]) == 25
    assert [name for name in os.listdir(tmp_path) if name.startswith(".out")] == []


def test_the_published_layout_is_read_with_and_without_prefix_and_folder(tmp_path):
    write_weights(tiny.weights(CONFIG), tmp_path)
    flat = tmp_path / "flat"
    flat.mkdir()
    for name in PUBLISHED.values():
        (tmp_path / name).rename(flat / Path(name).name)
    assert read_weights(flat, CONFIG).generator is not None


@pytest.mark.slow
def test_drawn_weights_that_are_written_and_imported_give_the_golden_numbers(data_dir, tmp_path):
    with np.load(data_dir / "golden_a.npz") as golden:
        write_weights(draw_weights(int(golden["seed"])), tmp_path / "published", prefix="module.")
    import_weights(Import(tmp_path / "published", tmp_path / "out"))
    report = run(data_dir / "golden_a.npz", folder=tmp_path / "out")
    assert report.codes_equal == 1.0
    assert max(report.errors.values()) < TOLERANCE


def test_every_missing_file_is_named(published):
    (published / "pretrained_vq" / "hands.bin").unlink()
    (published / "mambatalk_100.bin").unlink()
    refused(lambda: read_weights(published, CONFIG), "hands.bin", "mambatalk_100.bin")
    refused(lambda: read_weights(published / "none", CONFIG), "none")


def test_wrong_tensors_are_named_with_both_shapes(published):
    path = published / "pretrained_vq" / "face.bin"
    state = torch.load(path, weights_only=True)["model_state"]
    state["module.encoder.main.0.weight"] = torch.zeros(2, 3)
    del state["module.encoder.main.0.bias"]
    state["module.extra"] = torch.zeros(1)
    state["module.encoder.main.2.model.0.bias"] *= float("nan")
    torch.save({"model_state": state}, path)
    with pytest.raises(GestureError) as error:
        read_weights(published, CONFIG)
    for words in ("face.bin: encoder.main.0.bias is missing", "encoder.main.0.weight has shape (2, 3) instead of (4,"):
        assert words in error.value.message
    assert "extra is unknown" in error.value.detail
    assert "not numbers" in error.value.detail


class Runs:
    """A pickle that would make a folder when it is opened."""

    def __init__(self, function, *arguments):
        self.reduced = (function, arguments)

    def __reduce__(self):
        return self.reduced


def memo_bomb() -> bytes:
    """A pickle that would make an unpickler with an array as memo reserve gigabytes."""
    return b"\x80\x02}r\xff\xff\xff\x7f."


HOSTILE = {
    "system": lambda mark: pickle.dumps({"model_state": Runs(os.system, f"mkdir {mark}")}),
    "eval": lambda mark: pickle.dumps({"model_state": Runs(eval, f"__import__('os').mkdir({str(mark)!r})")}),
    "nested": lambda mark: pickle.dumps({"model_state": [Runs(getattr, Runs(__import__, "os"), "mkdir")]}),
    "memo": lambda mark: memo_bomb(),
    "text": lambda mark: b"not a pickle",
    "empty": lambda mark: b"",
    "deep": lambda mark: b"\x80\x02" + b"(" * 100_000 + b".",
    "claims": lambda mark: b"\x80\x05\x96" + b"\xff" * 7 + b"\x0f.",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_and_runs_nothing(published, tmp_path, kind):
    mark = tmp_path / "was_run"
    content = HOSTILE[kind](mark)
    for place in (published / "pretrained_vq" / "upper.bin", published / "vocab.pkl"):
        place.write_bytes(content)
    refused(lambda: read_weights(published, CONFIG), "upper.bin")
    refused(lambda: read_vocabulary(published / "vocab.pkl"), "vocab.pkl")
    refused(lambda: import_weights(Import(published, tmp_path / "out"), config=CONFIG))
    assert not mark.exists()
    assert not (tmp_path / "out").exists()


def test_a_hostile_pickle_inside_torchs_archive_is_refused(published, tmp_path):
    path, mark = published / "pretrained_vq" / "upper.bin", tmp_path / "was_run"
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, HOSTILE["system"](mark) if name.endswith("data.pkl") else data)
    refused(lambda: read_weights(published, CONFIG), "upper.bin", "run any program")
    assert not mark.exists()


def test_a_file_that_unpacks_to_far_more_is_refused_before_it_is_read(published):
    path = published / "pretrained_vq" / "upper.bin"
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb", "w") as entry:
        for _ in range(100):
            entry.write(bytes(1_000_000))
    refused(lambda: read_weights(published, CONFIG), "upper.bin", "MB")


def test_a_vocabulary_with_other_contents_is_refused(tmp_path):
    for words in ({}, {"a": -1}, {"a": "b"}, {1: 2}, {"a": True}):
        vocab_pickle(tmp_path / "vocab.pkl", words)
        refused(lambda: read_vocabulary(tmp_path / "vocab.pkl"), "vocab.pkl")
    refused(lambda: read_vocabulary(tmp_path / "none.pkl"), "none.pkl")


def test_words_of_a_table_follow_the_published_rule(tmp_path):
    table = WordTable({"hello": 4, "five": 5})
    found = table.frames([Word("Hello!", 0.1, 0.2), Word("what?", 0.2, 0.3), Word("$5", 0.5, 0.52)], 20)
    assert found.tolist() == [0] * 3 + [4] * 4 + [3] * 3 + [0] * 5 + [5] + [0] * 4
    assert WordTable({"": 8}).frames([], 2).tolist() == [8, 8]
    for content in ("", "[]", '{"words": {"a": -1}}', '{"words": {"a": true}}', "[" * 5000):
        (tmp_path / "words.json").write_text(content)
        refused(lambda: WordTable.load(tmp_path / "words.json"), "words.json")
    refused(lambda: load_words(tmp_path, {"kind": "table", "file": "../words.json"}), "words.json")


def test_nothing_is_overwritten(published, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    refused(lambda: import_weights(Import(published, tmp_path / "mine"), config=CONFIG), "mine")
    refused(lambda: import_weights(Import(published, tmp_path / "mine" / "notes.txt"), config=CONFIG), "notes.txt")
    assert os.listdir(tmp_path / "mine") == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    import_weights(Import(published, tmp_path / "empty"), config=CONFIG)
    assert json.loads((tmp_path / "empty" / "model.json").read_text())["license"].startswith("non-commercial")


def test_takes_start_standing_on_the_floor_with_the_origin_of_smplx():
    pose = standing_pose(None)
    joints, _ = forward_kinematics(pose.rotations, pose.translation, pose.skeleton)
    assert 0.0 < joints[0, [JOINT["left_foot"], JOINT["right_foot"]], 1].min() < 0.06
    assert pose.skeleton[JOINT["pelvis"], 1] == pytest.approx(-0.351)
    assert pose.translation[0, 1] == pytest.approx(1.3, abs=0.1)
