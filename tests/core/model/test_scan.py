import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.body.parts import Part
from core.generate.window_inputs import Speech
from core.generate.windows import run_windows
from core.model.card import STARTER_FOLDER
from core.model.torch_engine import scan as scan_module
from core.model.torch_engine import scan_choice
from core.model.torch_engine.network import load_network
from core.model.torch_engine.scan import (
    _Scan,
    convolve,
    scan_by_doublings,
    scan_in_steps,
    selective_scan_reference,
)
from core.model.torch_engine.scan_choice import selective_scan

from .scan_inputs import arguments


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (2, 7, 5, 3), (3, 64, 24, 16), (1, 200, 8, 4)])
def test_the_fast_scan_equals_the_definition_in_values_and_gradients(sizes):
    given = arguments(*sizes)
    weight = torch.randn(sizes[:3], generator=torch.Generator().manual_seed(1))
    results = []
    for scan in (selective_scan, selective_scan_reference):
        y = scan(*given)
        results.append((y, *torch.autograd.grad((y * weight).sum(), given)))
    for fast, slow in zip(*results, strict=True):
        torch.testing.assert_close(fast, slow, rtol=1e-4, atol=1e-4)


def test_without_gradients_the_scan_gives_the_same_numbers():
    given = arguments(2, 30, 6, 4)
    with torch.inference_mode():
        plain = selective_scan(*given)
    torch.testing.assert_close(plain, selective_scan_reference(*given).detach(), rtol=1e-5, atol=1e-5)


def test_the_written_gradient_is_the_numerical_one():
    x, delta, a, b, c, _, _ = arguments(2, 5, 3, 2, torch.float64)
    delta = F.softplus(delta.detach()).requires_grad_()
    assert torch.autograd.gradcheck(_Scan.apply, (x, delta, a, b, c))


def test_the_scan_takes_slices_of_a_bigger_tensor():
    given = arguments(2, 9, 4, 3)
    wide = torch.cat([given[0].detach()] * 2, -1)
    sliced = [wide.chunk(2, -1)[1], *given[1:]]
    torch.testing.assert_close(selective_scan(*sliced), selective_scan_reference(*given), rtol=1e-5, atol=1e-5)


def test_the_causal_convolution_is_the_padded_depthwise_one():
    x, weight, bias = torch.randn(2, 10, 6), torch.randn(6, 1, 4), torch.randn(6)
    padded = F.conv1d(x.transpose(1, 2), weight, bias, groups=6, padding=3)[..., :10]
    torch.testing.assert_close(convolve(x, weight, bias), F.silu(padded).transpose(1, 2))


@pytest.mark.parametrize("sizes", [(1, 1, 3, 2), (2, 7, 5, 3), (1, 64, 320, 4), (3, 64, 24, 16), (1, 200, 8, 4)])
def test_doublings_and_steps_give_the_numbers_of_the_definition_in_double_precision(sizes):
    given = [tensor.detach() for tensor in arguments(*sizes)]
    wanted = selective_scan_reference(*(tensor.double() for tensor in given))
    for scan in (scan_by_doublings, scan_in_steps):
        error = (scan(*given).double() - wanted).norm() / wanted.norm()
        assert error < 1e-6, scan


@pytest.mark.parametrize("frames", [1, 16, 64])
def test_steps_have_the_same_bits_however_many_frames_are_made_at_a_time(frames, monkeypatch):
    given = [tensor.detach() for tensor in arguments(2, 50, 24, 4)]
    wanted = selective_scan(*given)
    monkeypatch.setattr(scan_module, "_STATES_AT_ONCE", frames * 2 * 24 * 4)
    assert torch.equal(selective_scan(*given), wanted)


def test_the_bundled_weights_choose_the_same_codes_by_any_scan_and_many_windows_at_once(monkeypatch):
    network = load_network(STARTER_FOLDER, "cpu")

    def codes():
        rng, frames = np.random.default_rng(0), 130
        config = network._weights.config
        sound = rng.normal(0, 1, (frames, config.audio_channels_face)).astype(np.float32)
        words = rng.normal(0, 0.3, (frames, config.word_dim)).astype(np.float32)
        return run_windows(network, Speech(sound, words, 1), network.info.neutral)

    in_steps = codes()
    monkeypatch.setattr(scan_choice, "doubles", lambda device, states: True)
    by_doublings = codes()
    network.most_at_once, network.ahead = 32, True
    at_once = codes()
    for part in Part:
        assert np.array_equal(by_doublings[part], in_steps[part])
        assert np.array_equal(at_once[part], in_steps[part])
