"""Packed weights give the numbers of PyTorch's layers, until the weights change, and leave training alone."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.model.torch_engine import packed
from core.model.torch_engine.attention import decoder_stack, encoder_stack
from core.model.torch_engine.packed import Linear

needs_packing = pytest.mark.skipif(not packed._works(), reason="this PyTorch cannot pack weights")


@needs_packing
def test_a_packed_layer_gives_the_numbers_of_a_plain_one_until_its_weights_change():
    torch.manual_seed(0)
    layer, x = Linear(500, 400), torch.randn(2, 9, 500)
    with torch.no_grad():
        for _ in range(2):
            assert packed.packs(x, layer.weight)
            assert torch.allclose(layer(x), F.linear(x, layer.weight, layer.bias), atol=1e-4)
            layer.weight.mul_(0.5)


def test_narrow_layers_and_training_use_pytorchs_product():
    wide, x = Linear(500, 400), torch.randn(3, 500)
    assert torch.equal(wide(x), F.linear(x, wide.weight, wide.bias))
    wide(x).sum().backward()
    assert wide.weight.grad is not None
    with torch.no_grad():
        assert not packed.packs(x, torch.zeros(20, 500))


@needs_packing
def test_attention_with_packed_weights_gives_the_numbers_of_pytorchs_layers(monkeypatch):
    torch.manual_seed(1)
    encoder, decoder = encoder_stack(240, 240, 4, 0.1).eval(), decoder_stack(240, 240, 4, 0.1, 2).eval()
    x, memory = torch.randn(2, 7, 240), torch.randn(2, 5, 240)
    monkeypatch.setattr(packed, "LEAST", 50_000)
    with torch.no_grad():
        made = encoder(x), decoder(tgt=x, memory=memory)
        monkeypatch.setattr(packed, "LEAST", 10**9)
        plain = nn.TransformerEncoder.forward(encoder, x), nn.TransformerDecoder.forward(decoder, x, memory)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(made, plain, strict=True))
    assert encoder.layers[0]._packed._kept
