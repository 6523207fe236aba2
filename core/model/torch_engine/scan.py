"""The selective scan of Mamba (Gu and Dao 2023), and the short causal convolution before it, in plain PyTorch.

    h[t] = exp(delta[t] A) h[t-1] + delta[t] B[t] x[t]
    y[t] = C[t] · h[t] + D x[t],     delta = softplus(step + bias)

`selective_scan_reference` is the definition. Two other functions give the same numbers fast: `scan_in_steps` is a loop
over time in which all states of a batch move at once, while all else is computed for several frames at a time; its
gradient is written by hand, so that training keeps one (L, B, N, D) tensor and no graph. `scan_by_doublings` has no
gradient and needs 6 steps for 64 frames. `scan_choice` chooses between them and the kernels for CUDA.

The arguments of every scan:

| name | shape | meaning |
|---|---|---|
| x | (B, L, D) | input |
| step | (B, L, D) | step before bias and softplus |
| a | (D, N) | negative decay rates |
| b, c | (B, L, N) | input and output weights |
| d | (D,) | weight of the direct path |
| step_bias | (D,) | added to `step` |

The result is (B, L, D).
"""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def scan_in_steps(x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor) -> Tensor:
    """Run the scan as a loop over time, in single precision, with a gradient."""
    # products over many steps need single precision, even when the training uses half precision
    with torch.autocast(x.device.type, enabled=False):
        x, step, b, c = (tensor.float() for tensor in (x, step, b, c))
        delta = F.softplus(step + step_bias)
        return _Scan.apply(x, delta, a, b, c) + d * x


def scan_by_doublings(x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor) -> Tensor:
    """Run the scan in log2(L) steps (Hillis and Steele 1986), in single precision; there is no use of its gradient.

    Before a step, `states[t]` holds what the last `reach` frames up to t add to h[t], and `decays[t]` the decay over
    these frames; frame t - reach holds the same for the `reach` frames before. A step joins the two.
    """
    with torch.autocast(x.device.type, enabled=False):
        x, step, b, c = (tensor.float() for tensor in (x, step, b, c))
        delta = F.softplus(step + step_bias)
        rates = a.t().contiguous()  # (N, D): channels last, so that every product runs along memory
        # (L, B, N, D): time first, so that earlier and later frames are pieces of memory
        states = b.transpose(0, 1)[..., None] * (delta * x).transpose(0, 1)[:, :, None]
        decays = torch.exp(delta.transpose(0, 1)[1:, :, None] * rates)  # from frame `reach` on
        length, reach = x.shape[1], 1
        while reach < length:
            states = torch.cat([states[:reach], torch.addcmul(states[reach:], decays, states[:-reach])])
            decays = decays[reach:] * decays[:-reach]
            reach *= 2
        y = torch.matmul(c.transpose(0, 1)[:, :, None], states)  # (L, B, 1, D)
        return y[:, :, 0].transpose(0, 1) + d * x


def selective_scan_reference(
    x: Tensor, step: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor, step_bias: Tensor
) -> Tensor:
    """Run the scan by its definition, one step of time after the other; arguments as `selective_scan`."""
    delta = F.softplus(step + step_bias)
    h = x.new_zeros(x.shape[0], x.shape[2], a.shape[1])  # (B, D, N)
    out = []
    for t in range(x.shape[1]):
        decay = torch.exp(delta[:, t, :, None] * a)  # (B, D, N)
        h = decay * h + delta[:, t, :, None] * b[:, t, None, :] * x[:, t, :, None]
        out.append((h * c[:, t, None, :]).sum(-1) + d * x[:, t])
    return torch.stack(out, 1)


# Numbers of states that are made at a time.
_STATES_AT_ONCE = 200000


class _Scan(torch.autograd.Function):
    """y[t] = C[t] · h[t] with a backward pass that keeps the states and computes the decays again."""

    @staticmethod
    def forward(ctx, x, delta, a, b, c):
        batch, length, width = x.shape
        states = a.shape[1]
        rates = a.t().contiguous()  # (N, D): channels last, so that every product runs along memory
        keep = any(ctx.needs_input_grad)
        # Decays and states of several frames are made at a time, of as many as stay in the processor's cache.
        frames = max(1, min(length, _STATES_AT_ONCE // (batch * states * width)))
        h = x.new_empty(length if keep else frames, batch, states, width)
        decays = x.new_empty(frames, batch, states, width)
        y = x.new_empty(length, batch, 1, width)
        deltas, pushes, b_first, c_first = (each.transpose(0, 1) for each in (delta, delta * x, b, c))
        previous = x.new_zeros(batch, states, width)
        for start in range(0, length, frames):
            part = slice(start, min(start + frames, length))
            count = part.stop - start
            current, decay = h[part] if keep else h[:count], decays[:count]
            torch.mul(deltas[part, :, None], rates, out=decay).exp_()
            if not keep and start:
                previous = previous.clone()  # the next line overwrites it
            torch.mul(b_first[part, :, :, None], pushes[part, :, None], out=current)
            for now, fading in zip(current.unbind(0), decay.unbind(0), strict=True):
                now.addcmul_(fading, previous)
                previous = now
            torch.matmul(c_first[part, :, None], current, out=y[part])
        if keep:
            ctx.save_for_backward(x, delta, rates, b, c, h)
        return y[:, :, 0].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_y):
        x, delta, rates, b, c, h = ctx.saved_tensors
        batch, length, width = x.shape
        grad_y = grad_y.contiguous()
        push = delta * x
        grad_push = x.new_empty(length, batch, 1, width)  # of delta * x
        grad_delta = x.new_empty(length, batch, width)
        grad_b = x.new_empty(length, batch, rates.shape[0], 1)
        grad_rates = torch.zeros_like(h[0])  # (B, N, D), summed over the batch at the end
        grad_h = torch.zeros_like(h[0])
        decay, flow = torch.empty_like(grad_h), torch.empty_like(grad_h)
        grads_y, deltas, pushes, bs, cs = (tensor.unbind(1) for tensor in (grad_y, delta, push, b, c))
        for t in range(length - 1, -1, -1):
            # Before this, grad_h holds the gradient that comes from the later states.
            grad_h.addcmul_(cs[t][:, :, None], grads_y[t][:, None, :])
            torch.bmm(bs[t][:, None, :], grad_h, out=grad_push[t])
            torch.bmm(grad_h, pushes[t][:, :, None], out=grad_b[t])
            torch.mul(deltas[t][:, None, :], rates, out=decay).exp_()
            grad_h.mul_(decay)
            if t:
                torch.mul(grad_h, h[t - 1], out=flow)  # d loss / d (delta A)
                grad_rates.addcmul_(flow, deltas[t][:, None, :])
                torch.sum(flow.mul_(rates), 1, out=grad_delta[t])
            else:
                grad_delta[t].zero_()
        grad_push = grad_push[:, :, 0].transpose(0, 1)
        grad_c = torch.matmul(h, grad_y.transpose(0, 1).unsqueeze(-1))[..., 0].transpose(0, 1)
        return (
            grad_push * delta,
            grad_delta.transpose(0, 1) + grad_push * x,
            grad_rates.sum(0).t(),
            grad_b[..., 0].transpose(0, 1),
            grad_c,
        )


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Apply a depthwise convolution over the past, then SiLU.

    Args:
        x: (B, L, D).
        weight: (D, 1, K), the last tap is the present.
        bias: (D,), or None for zero.
    """
    taps = weight.shape[-1]
    past = F.pad(x, (0, 0, taps - 1, 0))  # (B, K - 1 + L, D)
    length = x.shape[1]
    out = past[:, :length] * weight[:, 0, 0]
    if bias is not None:
        out = bias + out
    for tap in range(1, taps):
        out = torch.addcmul(out, past[:, tap : tap + length], weight[:, 0, tap])
    return F.silu(out)
