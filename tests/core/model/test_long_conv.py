"""Convolutions in blocks give the numbers of plain ones, until the weights change, and leave training alone."""

import pytest
import torch
import torch.nn.functional as F

from core.model.torch_engine.long_conv import LongConv


@pytest.mark.parametrize(("width", "length"), [(4, 1), (4, 31), (6, 205), (4, 1242)])
def test_blocks_give_the_numbers_of_a_plain_convolution(width, length):
    torch.manual_seed(length)
    layer, x = LongConv(width, width, 15), torch.randn(2, width, length)
    with torch.inference_mode():
        for _ in range(2):
            wanted = F.conv1d(x.double(), layer.weight.double(), layer.bias.double(), padding=7)
            assert torch.allclose(layer(x).double(), wanted, atol=1e-5)
            with torch.no_grad():
                layer.weight.mul_(0.5)  # the spectra must be those of the new weights


def test_training_uses_the_plain_convolution():
    layer, x = LongConv(4, 4, 15), torch.randn(1, 4, 40, requires_grad=True)
    assert torch.equal(layer(x), F.conv1d(x, layer.weight, layer.bias, padding=7))
