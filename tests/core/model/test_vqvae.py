import numpy as np
import torch

from core.body.parts import Part
from core.generate.code_groups import entries_of
from core.generate.sample import nearest_codes
from core.model.torch_engine.vqvae import Autoencoder, Quantizer, build_autoencoder, build_root

from .. import tiny


def test_latents_snap_to_the_nearest_entry():
    quantizer = Quantizer(3, 2)
    quantizer.embedding.weight.data = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    latents = torch.tensor([[[0.9, 0.2], [0.1, 0.1], [0.2, 5.0]]])
    out = quantizer(latents)
    assert out.codes.tolist() == [[1, 0, 2]]
    torch.testing.assert_close(out.latents, quantizer.lookup(out.codes))
    distance = (latents - out.latents).square().mean()
    torch.testing.assert_close(out.loss, 2 * distance)


def test_the_gradient_passes_straight_through_to_the_encoder():
    quantizer = Quantizer(4, 3)
    latents = torch.randn(1, 6, 3, requires_grad=True)
    weight = torch.randn(1, 6, 3)
    (quantizer(latents).latents * weight).sum().backward()
    torch.testing.assert_close(latents.grad, weight)
    assert quantizer.embedding.weight.grad is None


def test_the_loss_pulls_entries_and_latents_together():
    quantizer = Quantizer(4, 3)
    latents = torch.randn(1, 6, 3, requires_grad=True)
    quantizer(latents).loss.backward()
    assert latents.grad.abs().sum() > 0
    assert quantizer.embedding.weight.grad.abs().sum() > 0


def test_one_code_per_frame_and_codes_alone_decode_to_the_reconstruction():
    for part in Part:
        autoencoder = build_autoencoder(tiny.CONFIG, part).eval()
        motion = torch.randn(2, 11, tiny.CONFIG.part_width(part))
        rebuilt, quantised = autoencoder(motion)
        assert rebuilt.shape == motion.shape
        assert quantised.codes.shape == (2, 11)
        torch.testing.assert_close(autoencoder.decode_codes(autoencoder.codes(motion)), rebuilt)


def test_the_root_predictor_keeps_the_width_of_the_lower_body():
    assert build_root(tiny.CONFIG)(torch.randn(1, 9, 61)).shape == (1, 9, 61)


def test_a_decoder_that_ends_in_a_gaussian_turns_flicker_into_little():
    torch.manual_seed(0)
    plain = Autoencoder(6, 8, 4, 16, 1)
    soft = Autoencoder(6, 8, 4, 16, 1, sigma=2.0)
    soft.load_state_dict(plain.state_dict())
    codes = torch.tensor([[0, 1] * 30])
    torch.nn.init.normal_(plain.quantizer.embedding.weight)
    soft.quantizer.embedding.weight.data.copy_(plain.quantizer.embedding.weight)
    rough, smoothed = (torch.diff(a.decode_codes(codes), dim=1)[:, 8:-8].abs().max() for a in (plain, soft))
    assert smoothed < 0.02 * rough
    held = torch.zeros(1, 60, dtype=torch.long)
    middle = slice(20, 40)
    assert torch.allclose(plain.decode_codes(held)[:, middle], soft.decode_codes(held)[:, middle], atol=1e-5)


def test_codes_of_groups_are_the_nearest_of_all_combinations():
    torch.manual_seed(0)
    quantizer = Quantizer(5, 6, groups=2)
    torch.nn.init.normal_(quantizer.embedding.weight)
    every = quantizer.lookup(torch.arange(25))  # (25, 6)
    assert torch.equal(every[7], torch.cat([quantizer.embedding.weight[2, :3], quantizer.embedding.weight[1, 3:]]))
    latents = torch.randn(2, 50, 6)
    nearest = (latents[..., None, :] - every).square().sum(-1).argmin(-1)
    assert torch.equal(quantizer.codes(latents), nearest)
    book = quantizer.embedding.weight.detach().numpy()
    assert np.array_equal(entries_of(book, nearest[0].numpy(), 2), quantizer.lookup(nearest[0]).detach().numpy())
    assert np.array_equal(nearest_codes(latents[0].numpy(), book, 2), nearest[0].numpy())
