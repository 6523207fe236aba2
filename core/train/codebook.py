"""Learning a codebook: start from the data, moving averages, codes that nobody uses start again elsewhere."""

import torch
from torch import Tensor, nn

DECAY = 0.98
DEAD_SHARE = 0.05  # of the mean use; rarer codes start again
RESTART_EVERY = 25
LLOYD_ROUNDS = 12


def nearest(latents: Tensor, codebook: Tensor) -> Tensor:
    """Index (...) of the entry (K, D) with the smallest squared distance to each latent (..., D)."""
    distance = codebook.square().sum(-1) - 2 * latents @ codebook.T
    return distance.argmin(-1)


class CodebookLearner(nn.Module):
    """Moves the entries of a codebook to the mean of the latents that choose them (van den Oord et al. 2017, appendix).

    The published model learns its codebook by gradient; averages reach the same optimum in far fewer steps.

    Args:
        codebook: (K, D) parameter, changed in place and never by gradient.
    """

    def __init__(self, codebook: nn.Parameter):
        super().__init__()
        codebook.requires_grad_(False)
        object.__setattr__(self, "codebook", codebook)
        entries, width = codebook.shape
        self.register_buffer("count", torch.ones(entries))
        self.register_buffer("total", torch.zeros(entries, width))
        self.register_buffer("ready", torch.zeros((), dtype=torch.bool))
        self.register_buffer("updates", torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def start(self, latents: Tensor) -> None:
        """Place the entries by Lloyd's algorithm on latents (N, D)."""
        entries = len(self.codebook)
        centres = _spread(latents, entries)
        for _ in range(LLOYD_ROUNDS):
            codes = nearest(latents, centres)
            count = torch.bincount(codes, minlength=entries).to(latents.dtype)
            total = torch.zeros_like(centres).index_add_(0, codes, latents)
            empty = count < 1
            centres = torch.where(empty[:, None], centres, total / count.clamp(min=1)[:, None])
            if empty.any():
                centres[empty] = _badly_served(latents, centres, int(empty.sum()))
        self.codebook.copy_(centres)
        self.count.fill_(1.0)
        self.total.copy_(centres)
        self.ready.fill_(True)

    @torch.no_grad()
    def update(self, latents: Tensor, codes: Tensor) -> None:
        """Follow one batch: latents (N, D) and the entries (N,) they chose."""
        entries = len(self.codebook)
        count = torch.bincount(codes, minlength=entries).to(latents.dtype)
        total = torch.zeros_like(self.total).index_add_(0, codes, latents)
        self.count.mul_(DECAY).add_(count, alpha=1 - DECAY)
        self.total.mul_(DECAY).add_(total, alpha=1 - DECAY)
        self.codebook.copy_(self.total / self.count.clamp(min=1e-4)[:, None])
        self.updates += 1
        if int(self.updates) % RESTART_EVERY == 0:
            self._restart(latents)

    def _restart(self, latents: Tensor) -> None:
        mean = self.count.mean()
        dead = torch.nonzero(self.count < DEAD_SHARE * mean).flatten()
        if not len(dead):
            return
        fresh = _badly_served(latents, self.codebook, len(dead))
        self.codebook[dead] = fresh
        self.count[dead] = 0.5 * mean
        self.total[dead] = fresh * 0.5 * mean


def _spread(latents: Tensor, count: int) -> Tensor:
    """`count` of the latents (N, D), far from each other (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = latents[torch.randint(len(latents), (1,))]
    error = (latents - chosen).square().sum(-1)
    for _ in range(count - 1):
        fresh = latents[torch.multinomial(error + 1e-12, 1)]
        chosen = torch.cat([chosen, fresh])
        error = torch.minimum(error, (latents - fresh).square().sum(-1))
    return chosen


def _badly_served(latents: Tensor, codebook: Tensor, count: int) -> Tensor:
    """`count` of the latents (N, D), more often those far from every entry (as in k-means++)."""
    error = (latents - codebook[nearest(latents, codebook)]).square().sum(-1) + 1e-12
    return latents[torch.multinomial(error, count, replacement=True)]


def jitter(latents: Tensor, share: float) -> Tensor:
    """Latents (B, T, D) of which a share is replaced by a neighbour in time, so that decoding forgives a shaky code."""
    batch, frames, _ = latents.shape
    move = torch.randint(0, 2, (batch, frames)) * 2 - 1
    move = move * (torch.rand(batch, frames) < share)
    index = (torch.arange(frames) + move).clamp(0, frames - 1).to(latents.device)
    return torch.gather(latents, 1, index[..., None].expand_as(latents))
