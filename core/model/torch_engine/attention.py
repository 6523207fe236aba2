"""Attention layers of MambaTalk; with wide weights they pack them (`packed`), else they are PyTorch's own."""

import torch.nn.functional as F
from torch import Tensor, nn

from .packed import PackedWeights, packs


class EncoderLayer(nn.TransformerEncoderLayer):
    """Attention of a sequence (B, T, width) to itself and two linear layers; norms are after each."""

    def __init__(self, width: int, inner: int, heads: int, dropout: float):
        super().__init__(width, heads, inner, dropout, batch_first=True)
        self._packed = PackedWeights()

    def forward(self, src: Tensor, *masks, **more) -> Tensor:
        """Map (B, T, width) to (B, T, width); arguments that PyTorch's container adds are for its own layer."""
        if self.training or not packs(src, self.self_attn.in_proj_weight):
            return super().forward(src, *masks, **more)
        x = self.norm1(src + attended(self._packed, "self", self.self_attn, src, src))
        return self.norm2(x + _fed(self, x))


class DecoderLayer(nn.TransformerDecoderLayer):
    """An `EncoderLayer` that attends to a memory (B, M, width), too."""

    def __init__(self, width: int, inner: int, heads: int, dropout: float):
        super().__init__(width, heads, inner, dropout, batch_first=True)
        self._packed = PackedWeights()

    def forward(self, tgt: Tensor, memory: Tensor, *masks, **more) -> Tensor:
        """Map (B, T, width) to (B, T, width); see `EncoderLayer.forward`."""
        if self.training or not packs(tgt, self.self_attn.in_proj_weight):
            return super().forward(tgt, memory, *masks, **more)
        x = self.norm1(tgt + attended(self._packed, "self", self.self_attn, tgt, tgt))
        x = self.norm2(x + attended(self._packed, "memory", self.multihead_attn, x, memory))
        return self.norm3(x + _fed(self, x))


def encoder_stack(width: int, inner: int, heads: int, dropout: float) -> nn.TransformerEncoder:
    """Make one self-attention layer, in the container that the released names expect."""
    return nn.TransformerEncoder(EncoderLayer(width, inner, heads, dropout), 1, enable_nested_tensor=False)


def decoder_stack(width: int, inner: int, heads: int, dropout: float, layers: int) -> nn.TransformerDecoder:
    """Make layers that attend to a memory, in the container that the released names expect."""
    return nn.TransformerDecoder(DecoderLayer(width, inner, heads, dropout), layers)


def attended(packed: PackedWeights, name: str, layer: nn.MultiheadAttention, x: Tensor, memory: Tensor) -> Tensor:
    """Let a sequence attend to a memory, or to itself.

    Args:
        packed: keeps the layer's packed weights.
        name: of the layer.
        layer: its weights.
        x: (B, T, width).
        memory: (B, M, width); `x` itself for self-attention, which needs one product less.

    Returns:
        (B, T, width).
    """
    weight, bias, width = layer.in_proj_weight, layer.in_proj_bias, layer.embed_dim
    if memory is x:
        query, key, value = packed.linear(f"{name}.qkv", x, weight, bias).chunk(3, -1)
    else:
        query = packed.linear(f"{name}.q", x, weight[:width], bias[:width])
        key, value = packed.linear(f"{name}.kv", memory, weight[width:], bias[width:]).chunk(2, -1)
    heads = (each.unflatten(-1, (layer.num_heads, -1)).transpose(1, 2) for each in (query, key, value))
    mixed = F.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
    return packed.linear(f"{name}.out", mixed, layer.out_proj.weight, layer.out_proj.bias)


def _fed(layer: EncoderLayer | DecoderLayer, x: Tensor) -> Tensor:
    inner = F.relu(layer._packed.linear("linear1", x, layer.linear1.weight, layer.linear1.bias))
    return layer._packed.linear("linear2", inner, layer.linear2.weight, layer.linear2.bias)
