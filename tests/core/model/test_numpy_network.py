"""The NumPy engine computes what the PyTorch engine computes."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch

from core.body.parts import Part
from core.errors import GestureError
from core.model import pieces
from core.model.config import RELEASED, STARTER, ModelConfig
from core.model.numpy_engine.layers import Attention, Parameters, erf, gaussian_over_time
from core.model.numpy_engine.network import NumpyNetwork, runs
from core.model.numpy_engine.tensors import read_tensors
from core.model.torch_engine.checkpoint import build_weights, save_model
from core.model.torch_engine.network import load_network
from core.model.torch_engine.vqvae import smooth
from tests.conftest import ROOT
from tests.core.tiny import CARD, neutral

STARTER_FOLDER = ROOT / "weights" / "starter"
LOGITS = 5e-4  # the largest difference between the engines that is allowed
MARGIN = 1e-3  # codes must agree where PyTorch's best two are further apart


def small(**changes) -> ModelConfig:
    """A small architecture with features per frame."""
    sizes = {"hidden": 32, "audio_dim": 24, "motion_dim": 16, "codebook_size": 48, "code_dim": 16, "word_dim": 12}
    values = STARTER.to_dict() | sizes | {"vae_width": 24, "context_frames": 8} | changes
    return ModelConfig.from_dict(values)


def written(folder: Path, config: ModelConfig, seed: int = 0) -> Path:
    """A model folder with random weights."""
    torch.manual_seed(seed)
    weights = build_weights(config)
    for module in weights.modules().values():
        for parameter in module.parameters():
            parameter.data += 0.02 * torch.randn_like(parameter)
    card = CARD | {"audio": "cues+chance", "face_basis": "arkit52", "speakers": ["a"], "words": {"kind": "fasttext"}}
    save_model(folder, weights, card, neutral())
    return folder


def config_codes(network: NumpyNetwork) -> int:
    """How many codes a frame may have."""
    return network.info.codebook_size**network.info.code_groups


def inputs(network: NumpyNetwork, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sound, words, motion and mask of a window, as large as those of speech (whose features deviate by 0.29)."""
    rng, config, frames = np.random.default_rng(seed), network._config, network.info.window
    audio = rng.normal(0, 0.3, (frames + 2 * config.context_frames, config.audio_channels_face)).astype(np.float32)
    words = rng.normal(0, 0.3, (frames, config.word_dim)).astype(np.float32)
    motion, mask = rng.normal(0, 0.5, (frames, 337)).astype(np.float32), np.ones((frames, 337), np.float32)
    mask[: network.info.seed_frames] = 0
    return audio, words, motion, mask


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"frame_aligned": False},
        {"face_hears_chance": False},
        {"cross_layers": 1, "mamba_state": 3},
        {"code_groups": 1},
    ],
)
def test_random_weights_of_any_small_architecture_give_the_same_numbers(tmp_path, changes):
    folder = written(tmp_path / "weights", small(**changes))
    ours, theirs = NumpyNetwork(folder), load_network(folder, "cpu")
    for seed in range(3):
        audio, words, motion, mask = inputs(ours, seed)
        output = ours.window(ours.conditions(audio, words, 0), motion, mask)
        wanted = theirs.window(theirs.conditions(audio, words, 0), motion, mask)
        codes = np.random.default_rng(seed).integers(0, config_codes(ours), 90)
        for part in Part:
            assert np.abs(output.logits[part] - wanted.logits[part]).max() < LOGITS
            assert np.abs(output.latents[part] - wanted.latents[part]).max() < LOGITS
            assert np.abs(ours.decode(part, codes) - theirs.decode(part, codes)).max() < LOGITS


@pytest.mark.parametrize("speaker", range(6))
def test_the_bundled_weights_choose_the_same_codes(speaker):
    ours, theirs = NumpyNetwork(STARTER_FOLDER), load_network(STARTER_FOLDER, "cpu")
    audio, words, motion, mask = inputs(ours, speaker)
    output = ours.window(ours.conditions(audio, words, speaker), motion, mask)
    wanted = theirs.window(theirs.conditions(audio, words, speaker), motion, mask)
    for part in Part:
        assert np.abs(output.logits[part] - wanted.logits[part]).max() < LOGITS
        found, sought = (o.logits[part].reshape(-1, ours.info.codebook_size) for o in (output, wanted))
        best = np.sort(sought, axis=-1)
        sure = best[:, -1] - best[:, -2] > MARGIN
        assert np.array_equal(found.argmax(-1)[sure], sought.argmax(-1)[sure])


def test_codes_decode_to_the_same_motion_and_root():
    ours, theirs = NumpyNetwork(STARTER_FOLDER), load_network(STARTER_FOLDER, "cpu")
    rng = np.random.default_rng(5)
    codes = rng.integers(0, config_codes(ours), 200)
    for part in Part:
        assert np.abs(ours.decode(part, codes) - theirs.decode(part, codes)).max() < 1e-4
        assert np.array_equal(ours.codebook(part), theirs.codebook(part))
    lower = rng.normal(0, 0.3, (200, 61)).astype(np.float32)
    assert np.abs(ours.root(lower) - theirs.root(lower)).max() < 1e-5


@pytest.mark.parametrize("length", [1, 2, 7, 300, 513])
def test_decoding_in_pieces_gives_the_same_bits(monkeypatch, length):
    network, rng = NumpyNetwork(STARTER_FOLDER), np.random.default_rng(length)
    codes = rng.integers(0, config_codes(network), length)
    lower = rng.normal(0, 0.3, (length, 61)).astype(np.float32)
    whole = [network.decode(part, codes) for part in Part] + [network.root(lower)]
    monkeypatch.setattr(pieces, "PIECE_FRAMES", 100)
    divided = [network.decode(part, codes) for part in Part] + [network.root(lower)]
    assert all(np.array_equal(a, b) for a, b in zip(whole, divided, strict=True))


def test_windows_side_by_side_give_the_same_bits_as_one_by_one():
    network = NumpyNetwork(STARTER_FOLDER)
    audio, words, motions, masks = (
        np.stack(each) for each in zip(*(inputs(network, n) for n in range(3)), strict=True)
    )
    together = network.conditions_of(audio, words, np.array([1, 0, 1]))
    output = network.windows(together, motions, masks)
    codes = np.random.default_rng(0).integers(0, config_codes(network), (3, 64))
    for number, speaker in enumerate((1, 0, 1)):
        conditions = network.conditions(audio[number], words[number], speaker)
        alone = network.window(conditions, motions[number], masks[number])
        for part in Part:
            assert np.array_equal(output.logits[part][number], alone.logits[part])
            assert np.array_equal(network.decode_many(part, codes)[number], network.decode(part, codes[number]))


def test_threads_give_the_same_bits(monkeypatch):
    network = NumpyNetwork(STARTER_FOLDER)
    audio, words, motion, mask = inputs(network, 0)

    def scores(count: int) -> dict[Part, np.ndarray]:
        monkeypatch.setenv("OMP_NUM_THREADS", str(count))
        return network.window(network.conditions(audio, words, 1), motion, mask).logits

    one, three = scores(1), scores(3)
    assert all(np.array_equal(one[part], three[part]) for part in Part)


def test_weights_of_the_released_architecture_need_pytorch(tmp_path):
    folder = written(tmp_path / "weights", small())
    card = (folder / "model.json").read_text()
    (folder / "model.json").write_text(
        card.replace('"audio_encoder": "frames"', '"audio_encoder": "wave"').replace(
            '"context_frames": 8', '"context_frames": 0'
        )
    )
    with pytest.raises(GestureError, match="PyTorch"):
        NumpyNetwork(folder)
    assert not runs(RELEASED)


def test_a_folder_whose_tensors_are_missing_or_broken_is_refused(tmp_path):
    folder = written(tmp_path / "weights", small())
    upper = folder / "upper.safetensors"
    whole = upper.read_bytes()
    for broken in (b"", whole[:7], whole[: len(whole) // 2], b"\xff" * 64, whole[:8] + b"[" * 2000 + whole[2008:]):
        upper.write_bytes(broken)
        with pytest.raises(GestureError):
            NumpyNetwork(folder)
    upper.write_bytes((folder / "root.safetensors").read_bytes())
    with pytest.raises(GestureError, match="do not fit"):
        NumpyNetwork(folder)


def test_tensors_are_those_that_safetensors_reads():
    from safetensors.numpy import load_file

    path = STARTER_FOLDER / "upper.safetensors"
    ours, theirs = read_tensors(path), load_file(path)
    assert set(ours) == set(theirs)
    assert all(np.array_equal(ours[name], theirs[name]) and ours[name].dtype == theirs[name].dtype for name in theirs)


def test_attention_to_a_memory_is_pytorchs():
    torch.manual_seed(1)
    layer = torch.nn.MultiheadAttention(24, 4, batch_first=True)
    tensors = {name: value.detach().numpy() for name, value in layer.state_dict().items()}
    query, memory = torch.randn(2, 7, 24), torch.randn(2, 11, 24)
    wanted = layer(query, memory, memory, need_weights=False)[0].detach().numpy()
    found = Attention(Parameters(tensors), 4)(query.numpy(), memory.numpy())
    assert np.abs(found - wanted).max() < 1e-5


def test_erf_and_the_gaussian_are_pytorchs():
    values = torch.linspace(-6, 6, 5001)
    assert np.abs(erf(values.numpy()) - torch.erf(values).numpy()).max() < 5e-7
    channels = torch.randn(40, 5)
    for sigma in (0.7, 1.5, 4.0):
        wanted = smooth(channels[None], sigma)[0].numpy()
        assert np.abs(gaussian_over_time(channels.numpy(), sigma) - wanted).max() < 1e-6


@pytest.mark.parametrize("name", ["layers", "mamba", "network"])
def test_products_run_fast_in_a_numpy_without_blas(name):
    tree = ast.parse((ROOT / "core" / "model" / "numpy_engine" / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.MatMult), f"{name} multiplies with @"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("dot", "matmul", "tensordot", "inner", "vdot"), f"{name}:{node.lineno}"
            assert "optimize" not in {keyword.arg for keyword in node.keywords}, f"{name}:{node.lineno}"
