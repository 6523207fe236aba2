import json

import pytest
import torch

from core.body.parts import Part
from core.model.config import PUBLISHED, RELEASED, STARTER
from core.model.torch_engine.checkpoint import empty_weights
from core.model.torch_engine.mamba import MambaBlock, MambaMixer, MambaScan
from core.model.torch_engine.mambatalk import fit_frames

from .. import tiny


def test_a_mixer_never_looks_ahead():
    mixer = MambaMixer(16, 4)
    x = torch.randn(2, 20, 16)
    changed = x.clone()
    changed[:, 12:] += 1
    with torch.no_grad():
        before, after = mixer(x), mixer(changed)
    torch.testing.assert_close(before[:, :12], after[:, :12])
    assert not torch.allclose(before[:, 12:], after[:, 12:])


def test_a_block_adds_its_mixer_to_the_residual_stream():
    block = MambaBlock(16, 32, 4)
    x, residual = torch.randn(1, 5, 16), torch.randn(1, 5, 16)
    with torch.no_grad():
        h, r = block(x, residual)
        stream = x + residual
        torch.testing.assert_close(r, stream + block.mixer(block.norm(stream)))
        torch.testing.assert_close(h, block.mlp(block.norm2(r)))
        torch.testing.assert_close(block(stream, None)[1], r)


def test_every_parameter_of_a_stack_learns():
    scan = MambaScan(16, 32, 8, 2, 4)
    scan(torch.randn(2, 10, 16)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in scan.parameters())


def test_sound_features_are_cut_at_the_end_or_repeat_their_tail():
    features = torch.arange(5.0)[None, :, None]
    assert fit_frames(features, 3).flatten().tolist() == [0, 1, 2]
    assert fit_frames(features, 7).flatten().tolist() == [0, 1, 2, 3, 4, 3, 4]
    assert fit_frames(features[:, :1], 4).shape == (1, 4, 1)


def test_the_released_architecture_has_the_published_names_and_shapes(data_dir):
    published = json.loads((data_dir / "state_dict_shapes.json").read_text())
    modules = empty_weights(RELEASED).modules()
    assert set(PUBLISHED.values()) == set(published)
    for stem, file in PUBLISHED.items():
        ours = {
            name: [list(value.shape), str(value.dtype).removeprefix("torch.")]
            for name, value in modules[stem].state_dict().items()
        }
        assert ours == {name: list(entry) for name, entry in published[file].items()}, file


@pytest.mark.parametrize("config", [tiny.CONFIG, STARTER], ids=["tiny", "starter"])
def test_one_set_of_conditions_serves_several_passes_and_every_parameter_learns(config):
    generator = tiny.weights(config).generator.train()
    batch, frames = 2, 64
    motion = torch.randn(batch, frames, 337)
    heard = frames + 2 * config.context_frames if config.audio_encoder == "frames" else 34133
    audio = torch.rand(batch, heard, config.audio_channels_face)
    conditions = generator.conditions(audio, torch.randn(batch, frames, config.word_dim), torch.tensor([0, 1]))
    mask = torch.ones_like(motion)
    mask[:, :4] = 0
    outputs = [generator(conditions, motion, m) for m in (mask, (torch.rand_like(mask) < 0.5).float())]
    loss = 0
    for output in outputs:
        for part in Part:
            assert output.logits[part].shape == (batch, frames, config.code_groups * config.codebook_size)
            assert output.latents[part].shape == (batch, frames, config.code_dim)
            loss = loss + output.logits[part].square().mean()
    loss.backward()
    silent = [name for name, p in generator.named_parameters() if p.grad is None]
    assert silent == []


def test_masked_motion_is_not_seen():
    generator = tiny.weights().generator.eval()
    motion = torch.randn(1, 64, 337)
    mask = torch.ones_like(motion)
    mask[:, :4] = 0
    other = torch.where(mask == 1, torch.randn_like(motion), motion)
    with torch.no_grad():
        conditions = generator.conditions(torch.rand(1, 34133, 2), torch.randn(1, 64, 5), torch.tensor([0]))
        first, second = (generator(conditions, m, mask).logits[Part.UPPER] for m in (motion, other))
    assert torch.equal(first, second)
