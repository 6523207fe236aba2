"""`python -m core train`: from a data folder to a model folder that generates, and on from wherever it stopped."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body.motion import load_motion
from core.cli.parser import main
from core.model.torch_engine.checkpoint import load_model

from ..tiny_corpus import SIZES, STYLES, make_beat2, make_corpus, make_vectors

ROOT = Path(__file__).resolve().parents[3]


def sizes() -> list[str]:
    shown = {name: ",".join(map(str, value)) if isinstance(value, tuple) else value for name, value in SIZES.items()}
    return [word for name, value in shown.items() for word in ("--set", f"{name}={value}")]


def command(folder: Path, out: str, stage: str = "all", *options: str) -> list[str]:
    return [
        *("train", stage, "--data", str(folder / "corpus"), "--out", str(folder / out)),
        *("--words", str(folder / "words.bin"), "--cache", str(folder / "features"), "--threads", "1"),
        *("--autoencoder-steps", "4", "--generator-steps", "4", "--batch", "4", "--checkpoint-s", "0"),
        *sizes(),
        *options,
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("fasttext")
    root = tmp_path_factory.mktemp("train")
    make_corpus(root / "corpus", clips=6)
    make_vectors(root / "words.bin")
    return root


def weights(folder: Path) -> dict[str, torch.Tensor]:
    loaded = load_model(folder).weights.modules()
    return {f"{name}.{key}": value for name, module in loaded.items() for key, value in module.state_dict().items()}


def same(a: Path, b: Path) -> bool:
    first, second = weights(a), weights(b)
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


@pytest.fixture(scope="module")
def trained(folder):
    assert main(command(folder, "whole", "all", "--sample-every", "3", "--license", "CC0-1.0")) == 0
    return folder / "whole"


def test_one_command_leaves_a_model_that_loads(trained):
    model = load_model(trained)
    assert model.card["license"] == "CC0-1.0"
    assert model.card["name"] == "whole"
    assert model.card["audio"] == "cues+chance"
    assert model.card["speakers"] == list(STYLES)
    assert model.card["provenance"]["command"].startswith("python -m core train all --data")
    assert model.card["provenance"]["held_out"]["upper"]["points_cm"] > 0
    assert (trained / "words.bin").exists()


def test_samples_and_reports_lie_beside_it(trained):
    work = trained / "training"
    assert (work / "data_train.csv").read_text().startswith("name,used,reason,remedy")
    for name in ("upper", "hands", "lower", "face", "generator"):
        sample = work / "samples" / name / f"step-{3:07d}.npz"
        assert load_motion(sample).frame_count > 100
        if name == "generator":
            pytest.importorskip("matplotlib")
            assert sample.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"
    pytest.importorskip("tensorboard")
    assert list((work / "logs" / "generator").glob("events.*"))


def test_stage_by_stage_gives_the_same_weights(folder, trained):
    for stage in ("autoencoders", "root", "generator"):
        assert main(command(folder, "stages", stage)) == 0
    assert same(trained, folder / "stages")


def test_networks_side_by_side_give_the_same_weights(folder, trained, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(command(folder, "two", "autoencoders", "--parts", "hands,face", "--processes", "2")) == 0
    for name in ("hands.safetensors", "face.safetensors"):
        assert (folder / "two" / name).read_bytes() == (trained / name).read_bytes()


@pytest.mark.slow
def test_all_networks_side_by_side_give_the_same_weights(folder, trained, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(command(folder, "side", "all", "--processes", "2")) == 0
    assert same(trained, folder / "side")


def test_another_seed_gives_other_weights(folder, trained):
    assert main(command(folder, "other", "autoencoders", "--parts", "face", "--seed", "1")) == 0
    files = [(out / "face.safetensors").read_bytes() for out in (trained, folder / "other")]
    assert files[0] != files[1]


@pytest.mark.slow
def test_a_killed_command_goes_on_to_the_same_weights(folder, trained):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    program = [sys.executable, "-m", "core", *command(folder, "killed")]
    kills = 0
    for delay in (3.0, 4.0, 5.0, 6.0, 8.0, 120.0):
        process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            assert process.wait(delay) == 0
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    assert kills >= 2
    assert same(trained, folder / "killed")


def test_flags_reach_the_loop(folder, capsys):
    options = ("--parts", "face", "--average", "0.9", "--accumulate", "2", "--evaluate-every", "2", "--patience", "5")
    assert main(command(folder, "flags", "autoencoders", *options, "--precision", "bfloat16")) == 0
    assert "face step 2 held out: loss" in capsys.readouterr().out
    state = torch.load(folder / "flags" / "training" / "state" / "face.pt", weights_only=True)
    assert state["average"]
    assert np.isfinite(state["best"])


def test_stage_two_in_half_precision_is_near_single_precision(folder, trained, capsys):
    losses = []
    for precision in ("float32", "bfloat16"):
        out = folder / precision
        out.mkdir()
        for file in trained.glob("*.safetensors"):
            (out / file.name).write_bytes(file.read_bytes())
        assert main(command(folder, precision, "generator", "--precision", precision)) == 0
        line = next(line for line in capsys.readouterr().out.splitlines() if "generator step 4/4" in line)
        losses.append(float(line.split(" loss ")[1].split()[0]))
    assert not same(folder / "float32", folder / "bfloat16")
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


def test_beat2_and_the_released_objective_leave_a_model_with_flame_faces(folder, capsys):
    data = make_beat2(folder / "BEAT2")
    options = ["--config", "released", "--speakers", "2", "--data", str(data), "--license", "non-commercial"]
    assert main(command(folder, "released", "all", *options, "--set", "wav_widths=4,4,8")) == 0
    model = load_model(folder / "released")
    assert model.card["face_basis"] == "flame100"
    assert model.card["audio"] == "amplitude+onset"
    assert model.card["speakers"] == ["scott"]
    assert model.neutral.expression.shape == (4, 100)
    output = capsys.readouterr().out
    assert "plant" in output  # the published foot term
    assert "used" in output


@pytest.mark.slow
def test_compiled_networks_learn_the_same_under_the_same_names(folder, trained):
    assert main(command(folder, "compiled", "all", "--compile")) == 0
    plain, compiled = weights(trained), weights(folder / "compiled")
    assert plain.keys() == compiled.keys()
    near = [torch.allclose(plain[key], compiled[key], atol=2e-2, rtol=5e-2) for key in plain]
    assert sum(near) > 0.98 * len(near)


def test_ablations_from_the_command_line_are_written_down(folder, trained):
    out = folder / "ablated"
    out.mkdir()
    for file in trained.glob("*.safetensors"):
        (out / file.name).write_bytes(file.read_bytes())
    assert main(command(folder, "ablated", "generator", "--without", "words,body_scan,masked")) == 0
    model = load_model(out)
    assert model.card["provenance"]["ablated"] == ["words", "body_scan", "masked"]
    assert not model.weights.generator.text_encoder_body.weight.any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--without", "arms"), "no switch"),
        (("--without-terms", "arms"), "no term"),
        (("--set", "hidden=15"), "hidden"),
        (("--set", "tail=15"), "tail"),
        (("--parts", "tail"), "no network"),
        (("--words", "nowhere.bin"), "nowhere.bin"),
        (("--data", "nowhere"), "nowhere"),
        (("--batch", "2", "--accumulate", "3"), "batch of 2"),
    ],
)
def test_wrong_options_end_with_a_remedy(folder, options, message, capsys):
    stage = "generator" if options[0] == "--without" else "autoencoders"
    assert main(command(folder, "wrong", stage, *options)) == 2
    assert message in capsys.readouterr().err


def test_stage_two_without_stage_one_says_what_is_missing(folder, capsys):
    assert main(command(folder, "early", "generator")) == 2
    assert "lacks face.safetensors" in capsys.readouterr().err
