import pytest
import torch
import torch.nn.functional as F

from core.model.torch_engine.scan import _Scan, causal_conv, selective_scan, selective_scan_reference


def arguments(batch, length, width, states, dtype=torch.float32, seed=0):
    g = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=g, dtype=dtype)

    x, step = normal(batch, length, width), normal(batch, length, width)
    a = -torch.rand(width, states, generator=g, dtype=dtype) * 3
    b, c = normal(batch, length, states), normal(batch, length, states)
    return [t.requires_grad_() for t in (x, step, a, b, c, normal(width), normal(width))]


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
    torch.testing.assert_close(causal_conv(x, weight, bias), F.silu(padded).transpose(1, 2))
