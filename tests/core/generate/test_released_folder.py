"""Takes of an imported folder of the released kind: its inputs, its face, and all that can be done with takes.

The networks and the recogniser are tiny and random; their layout, their inputs and their files are those of the
published ones.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.body.motion import load_motion
from core.body.parts import SPECS, Part
from core.errors import GestureError
from core.generate.directing import direct_take
from core.generate.pipeline import generate
from core.generate.regenerate import resample
from core.model.importing import Import, import_weights
from core.model.loading import Models
from core.model.torch_engine.published import write_weights
from core.requests import Direct, Generate, Resample
from core.take.take import read_take

from ...conftest import ROOT
from .. import tiny
from ..model.released_files import CONFIG, vocab_pickle

DEMO = ROOT / "addon" / "assets" / "demo"
SECONDS = 7.3


@pytest.fixture(scope="module")
def models():
    return Models()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model folder, imported with a vocabulary and a recogniser."""
    transformers = pytest.importorskip("transformers")
    place = tmp_path_factory.mktemp("released")
    write_weights(tiny.weights(CONFIG), place / "published", prefix="module.")
    vocab_pickle(place / "published" / "vocab.pkl", {"PAD": 0, "she": 5, "": 7})
    config = transformers.Wav2Vec2Config(
        vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=(8,) * 7, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    transformers.Wav2Vec2ForCTC(config).save_pretrained(place / "ctc")
    import_weights(Import(place / "published", place / "out", recogniser=place / "ctc"), config=CONFIG)
    return place / "out"


def made(folder, models, out, **changes):
    text = (DEMO / "transcript.txt").read_text(encoding="utf-8")
    request = Generate(
        audio=DEMO / "speech.flac",
        out=out,
        weights=folder,
        transcript_text=text[: text.index(".") + 1],
        allow_no_words=True,
        duration_s=SECONDS,
        seed=1,
        device="cpu",
    )
    return generate(replace(request, **changes), models=models)


def codes(out):
    with np.load(out / "codes.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.mark.slow
def test_takes_of_a_released_folder_can_be_varied_resampled_finished_and_directed(folder, models, tmp_path):
    take = made(folder, models, tmp_path / "a")
    # All of the recording is covered, from the imported pose on, and nobody drifts away.
    assert take.finished.frame_count == round(SECONDS * 30)
    assert take.finished.face_basis == "flame100"
    # The root sways, also with random networks, and stays within a step of where it began.
    path = take.finished.translation[:, [0, 2]]
    assert np.linalg.norm(path - path[0], axis=1).max() < 0.3
    again, other = made(folder, models, tmp_path / "b"), made(folder, models, tmp_path / "c", seed=2)
    assert again.finished.rotations.tobytes() == take.finished.rotations.tobytes()
    first, second = codes(tmp_path / "a"), codes(tmp_path / "c")
    assert any((first[name] != second[name]).any() for name in first)
    likely = [made(folder, models, tmp_path / f"d{seed}", seed=seed, variation=0.0) for seed in (1, 2)]
    assert likely[0].raw.rotations.tobytes() == likely[1].raw.rotations.tobytes()
    assert read_take(tmp_path / "a").info["weights"]["name"] == "released"
    assert other.info["speaker_name"] == "speaker 1"

    request = Resample(tmp_path / "a", tmp_path / "e", ("hands",), 60, 150, seed=9, variation=1.0, weights=folder)
    resample(request, models=models)
    raw, new = (load_motion(tmp_path / name / "motion_raw.npz").rotations for name in "ae")
    others = [joint for joint in range(55) if joint not in SPECS[Part.HANDS].joints]
    assert new[:, others].tobytes() == raw[:, others].tobytes()
    assert new[:50].tobytes() == raw[:50].tobytes()

    marker = {"kind": "accent", "start_s": 3.0, "end_s": 3.0}
    directed = direct_take(Direct(tmp_path / "a", tmp_path / "f", {"upper": 0.5}, (marker,)))
    before, after = load_motion(tmp_path / "a" / "motion.npz"), load_motion(tmp_path / "f" / "motion.npz")
    assert directed.finished.frame_count == before.frame_count
    assert np.abs(after.rotations - before.rotations).max() > 0.01
    assert json.loads((tmp_path / "f" / "take.json").read_text())["direct"]["levels"]["upper"] == 0.5


@pytest.mark.slow
def test_without_its_recogniser_the_folder_says_what_it_lacks(folder, models, tmp_path):
    (folder / "ctc" / "config.json").rename(folder / "ctc" / "config.json.away")
    try:
        with pytest.raises(GestureError):
            made(folder, Models(), tmp_path / "a")
    finally:
        (folder / "ctc" / "config.json.away").rename(folder / "ctc" / "config.json")
