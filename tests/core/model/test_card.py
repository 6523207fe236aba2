"""Model cards: impossible sizes, windows, parts and file names are refused with a remedy; the bundled one is read."""

import json
import time

import pytest

from core.errors import GestureError
from core.model.card import STARTER_FOLDER, check_card, check_sizes, read_card
from core.model.config import ModelConfig

CARD = json.loads((STARTER_FOLDER / "model.json").read_text(encoding="utf-8"))
HUGE = (0, -1, 10**9, 10**400, True, 1.5, "64", None, [64], float("nan"))


def refused(folder, card) -> bool:
    """Whether a card is refused, with a remedy and at once."""
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    started = time.monotonic()
    try:
        config = ModelConfig.from_dict(read_card(folder)["architecture"])
        check_card(card, config)
        check_sizes(folder, config)
    except GestureError as error:
        return bool(error.remedy) and time.monotonic() - started < 2
    return False


def test_the_bundled_card_fits(tmp_path):
    check_sizes(STARTER_FOLDER, ModelConfig.from_dict(read_card(STARTER_FOLDER)["architecture"]))
    assert not refused(tmp_path, CARD)


@pytest.mark.parametrize("value", HUGE, ids=repr)
@pytest.mark.parametrize("key", ["window", "seed_frames", "speakers", "fps", "late_frames", "by_latent"])
def test_impossible_entries_are_refused(tmp_path, key, value):
    legal = (key == "late_frames" and value == 0 and value is not False) or (key == "fps" and value == 1.5)
    assert refused(tmp_path, {**CARD, key: value}) is not legal


@pytest.mark.parametrize("value", HUGE, ids=repr)
@pytest.mark.parametrize("key", sorted(CARD["architecture"]))
def test_impossible_sizes_are_refused(tmp_path, key, value):
    if isinstance(CARD["architecture"][key], bool) and value is True:
        return
    legal = value == 0 and value is not False and key in ("context_frames", "word_vocabulary", "dropout")
    assert refused(tmp_path, {**CARD, "architecture": {**CARD["architecture"], key: value}}) is not legal


@pytest.mark.parametrize("name", ["../words.bin", "/etc/passwd", "C:words.bin", "a\\b", "..", "", 5, "a\0b"])
def test_file_names_that_are_none_are_refused(tmp_path, name):
    assert refused(tmp_path, {**CARD, "words": {"kind": "fasttext", "file": name}})


def test_sizes_that_the_files_cannot_hold_are_refused(tmp_path):
    (tmp_path / "generator.safetensors").write_bytes(bytes(1000))
    assert refused(tmp_path, CARD)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "5", "", '{"format": NaN}'])
def test_text_that_is_no_card_is_refused(tmp_path, text):
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(GestureError) as caught:
        read_card(tmp_path)
    assert caught.value.remedy
