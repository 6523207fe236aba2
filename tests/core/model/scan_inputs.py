"""Random inputs of the selective scan."""

import torch


def arguments(batch, length, width, states, dtype=torch.float32, seed=0):
    """Return random inputs of a scan: x, step, a, b, c, d and step_bias, which collect gradients."""
    g = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=g, dtype=dtype)

    x, step = normal(batch, length, width), normal(batch, length, width)
    a = -torch.rand(width, states, generator=g, dtype=dtype) * 3
    b, c = normal(batch, length, states), normal(batch, length, states)
    return [t.requires_grad_() for t in (x, step, a, b, c, normal(width), normal(width))]
