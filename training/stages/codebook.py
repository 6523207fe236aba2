"""Learning a codebook: start from data, follow moving averages or gradients, restart entries that no latent chooses."""

import torch
from torch import Tensor, nn

from core.model.torch_engine.vqvae import Quantizer
from training.loop.processes import ALONE, Team

DECAY = 0.98
DEAD_SHARE = 0.05  # codes that are used less than this share of the mean use start again
RESTART_EVERY = 25
LLOYD_ROUNDS = 12


def nearest(latents: Tensor, codebook: Tensor) -> Tensor:
    """Return the index (...) of the entry (K, D) with the smallest squared distance to each latent (..., D)."""
    distance = codebook.square().sum(-1) - 2 * latents @ codebook.T
    return distance.argmin(-1)


class CodebookLearner(nn.Module):
    """Moves the entries of a codebook to the mean of the latents that choose them (van den Oord et al. 2017, appendix).

    The published model learns its codebook by gradient; averages reach the same optimum in far fewer steps.

    Args:
        codebook: (K, D) parameter, changed in place.
        averages: False leaves the entries to a gradient and only restarts the dead ones.
        columns: those that this learner moves; the others belong to other groups of the codes.
    """

    _parameter: nn.Parameter
    count: Tensor
    total: Tensor
    ready: Tensor
    updates: Tensor
    restarted: Tensor

    def __init__(self, codebook: nn.Parameter, averages: bool = True, columns: slice = slice(None)):
        super().__init__()
        codebook.requires_grad_(not averages)
        self.averages = averages
        self.columns = columns
        object.__setattr__(self, "_parameter", codebook)
        entries, width = self.codebook.shape
        self.register_buffer("count", torch.ones(entries))
        self.register_buffer("total", torch.zeros(entries, width))
        self.register_buffer("ready", torch.zeros((), dtype=torch.bool))
        self.register_buffer("updates", torch.zeros((), dtype=torch.long))
        self.register_buffer("restarted", torch.zeros((), dtype=torch.long))

    @property
    def codebook(self) -> Tensor:
        """The entries (K, D) that are moved: a view of the parameter."""
        return self._parameter[:, self.columns]

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
    def update(self, latents: Tensor, codes: Tensor, restarts: bool = True, team: Team = ALONE) -> None:
        """Move the entries after one batch, of which this process has a part.

        Args:
            latents: (N, D).
            codes: (N,) the entries they chose.
            restarts: whether entries that nobody uses may start again.
            team: processes that share the codebook.
        """
        entries = len(self.codebook)
        latents, codes = team.gather(latents), team.gather(codes)
        count = torch.bincount(codes, minlength=entries).to(latents.dtype)
        self.count.mul_(DECAY).add_(count, alpha=1 - DECAY)
        if self.averages:
            total = torch.zeros_like(self.total).index_add_(0, codes, latents)
            self.total.mul_(DECAY).add_(total, alpha=1 - DECAY)
            self.codebook.copy_(self.total / self.count.clamp(min=1e-4)[:, None])
        self.updates += 1
        if restarts and int(self.updates) % RESTART_EVERY == 0:
            self._restart(latents)
        # sums on a GPU differ in their last bits from run to run, but all processes must have the same entries
        team.follow([self._parameter, self.count, self.total])

    def use(self) -> dict[str, float]:
        """Return the share of entries in use, their perplexity, and how many were restarted so far."""
        share = self.count / self.count.sum()
        alive = (self.count >= DEAD_SHARE * self.count.mean()).float().mean()
        perplexity = torch.exp(-(share * torch.log(share.clamp(min=1e-12))).sum())
        return {"used": float(alive), "perplexity": float(perplexity), "restarts": float(self.restarted)}

    def _restart(self, latents: Tensor) -> None:
        mean = self.count.mean()
        dead = torch.nonzero(self.count < DEAD_SHARE * mean).flatten()
        if not len(dead):
            return
        fresh = _badly_served(latents, self.codebook, len(dead))
        self.codebook[dead] = fresh
        self.count[dead] = 0.5 * mean
        self.total[dead] = fresh * 0.5 * mean
        self.restarted += len(dead)


class GroupLearner(nn.Module):
    """Moves each group's columns of a codebook like a codebook of its own.

    Args:
        quantizer: its codebook is changed in place.
        averages: see `CodebookLearner`.
    """

    quantizer: Quantizer

    def __init__(self, quantizer: Quantizer, averages: bool = True):
        super().__init__()
        object.__setattr__(self, "quantizer", quantizer)
        codebook = quantizer.embedding.weight
        assert isinstance(codebook, nn.Parameter)
        width = codebook.shape[1] // quantizer.groups
        self.books = nn.ModuleList(
            CodebookLearner(codebook, averages, slice(group * width, (group + 1) * width))
            for group in range(quantizer.groups)
        )

    def _learners(self) -> list[CodebookLearner]:
        return [book for book in self.books if isinstance(book, CodebookLearner)]

    @property
    def ready(self) -> bool:
        """Whether the codebook has started."""
        return bool(self._learners()[0].ready)

    @property
    def device(self) -> torch.device:
        """The device of the codebook."""
        return self._learners()[0].total.device

    def start(self, latents: Tensor) -> None:
        """Place the entries on latents (N, D)."""
        for learner, part in zip(self._learners(), latents.chunk(len(self.books), -1), strict=True):
            learner.start(part.contiguous())

    def update(self, latents: Tensor, codes: Tensor, restarts: bool = True, team: Team = ALONE) -> None:
        """Move the entries after one batch; see `CodebookLearner.update`."""
        parts = zip(latents.chunk(len(self.books), -1), self.quantizer.rows(codes), strict=True)
        for learner, (part, rows) in zip(self._learners(), parts, strict=True):
            learner.update(part.contiguous(), rows, restarts, team)

    def use(self) -> dict[str, float]:
        """Return how the entries are used, the mean over the groups; see `CodebookLearner.use`."""
        uses = [learner.use() for learner in self._learners()]
        return {name: sum(use[name] for use in uses) / len(uses) for name in uses[0]}


def _spread(latents: Tensor, count: int) -> Tensor:
    """Choose `count` of the latents (N, D), far from each other (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = latents[torch.randint(len(latents), (1,))]
    error = (latents - chosen).square().sum(-1)
    for _ in range(count - 1):
        fresh = latents[torch.multinomial(error + 1e-12, 1)]
        chosen = torch.cat([chosen, fresh])
        error = torch.minimum(error, (latents - fresh).square().sum(-1))
    return chosen


def _badly_served(latents: Tensor, codebook: Tensor, count: int) -> Tensor:
    """Choose `count` of the latents (N, D), more often those far from every entry (as in k-means++)."""
    error = (latents - codebook[nearest(latents, codebook)]).square().sum(-1) + 1e-12
    return latents[torch.multinomial(error, count, replacement=True)]


def jitter(latents: Tensor, move: Tensor) -> Tensor:
    """Replace latents (B, T, D) by those of a neighbour in time, so that decoding tolerates a wrong code.

    Args:
        latents: (B, T, D).
        move: (B, T) int64, -1, 0 or 1 frames.
    """
    frames = latents.shape[1]
    index = (torch.arange(frames, device=latents.device) + move).clamp(0, frames - 1)
    return torch.gather(latents, 1, index[..., None].expand_as(latents))


def moves(count: int, frames: int, share: float, generator: torch.Generator) -> Tensor:
    """Draw moves (count, frames) int64 for `jitter`: a share of them is -1 or 1, the rest is 0."""
    side = torch.randint(0, 2, (count, frames), generator=generator) * 2 - 1
    return side * (torch.rand(count, frames, generator=generator) < share)
