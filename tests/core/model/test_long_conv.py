"""Convolutions in blocks, and norms in the weights, give the numbers of the plain layers, and leave training alone."""

import pytest
import torch
import torch.nn.functional as F

from core.model.torch_engine.long_conv import LongConv
from core.model.torch_engine.wav_block import WavBlock


@pytest.mark.parametrize(("width", "length"), [(4, 1), (4, 31), (6, 205), (4, 1242)])
def test_blocks_give_the_numbers_of_a_plain_convolution(width, length):
    torch.manual_seed(length)
    weight, bias, x = torch.randn(width, width, 15) / 8, torch.randn(width), torch.randn(2, width, length)
    layer = LongConv(weight, torch.full((width,), 0.5), bias)
    wanted = F.conv1d(x.double(), weight.double() / 2, bias.double(), padding=7)
    assert torch.allclose(layer(x).double(), wanted, atol=1e-5)


@pytest.mark.parametrize(("stride", "pad", "shortcut"), [(5, 30, True), (1, 7, False)])
def test_a_block_with_its_norms_folded_gives_the_plain_numbers_until_its_weights_change(stride, pad, shortcut):
    torch.manual_seed(stride)
    block, x = WavBlock(6, 6, stride, pad, shortcut), torch.randn(2, 6, 700)
    for tensor in (*block.parameters(), *block.buffers()):
        if tensor.is_floating_point():
            tensor.data.uniform_(0.1, 0.4)
    block.eval()
    for _ in range(2):
        plain = block(x)
        with torch.no_grad():
            assert torch.allclose(block(x), plain, rtol=1e-4, atol=1e-4)
            block.bn2.weight.mul_(0.5)  # the folded weights must be those of the new ones
    block.train()
    with torch.no_grad():
        before = block.bn1.running_mean.clone()
        block(x)
    assert not torch.equal(block.bn1.running_mean, before)
