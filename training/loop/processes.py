"""Processes that train one model together, one per device; torchrun starts them, and without it there is one."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce

from core.model.torch_engine.device import pick_device

PATIENCE = timedelta(hours=2)  # how long the other processes wait while the first one evaluates and draws samples


@dataclass(frozen=True)
class Team:
    """This process and the number of those that train together.

    Attributes:
        rank: its number; 0 writes files and logs.
        size: how many there are.
        device: device of its tensors.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def leads(self) -> bool:
        """Whether this process writes files and logs."""
        return self.rank == 0

    def agree(self, value: float) -> float:
        """Return the first process' value, in every process."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(shared, 0)
        return float(shared)

    def gather(self, rows: Tensor) -> Tensor:
        """Return all processes' rows (N, D), the same N everywhere, in the order of their ranks: (size · N, D)."""
        if self.size == 1:
            return rows
        parts = [torch.empty_like(rows) for _ in range(self.size)]
        dist.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    def total(self, values: Tensor) -> Tensor:
        """Add values up over all processes."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def follow(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite tensors in every process with those of the first process."""
        if self.size > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)

    def wait(self) -> None:
        """Wait until every process has called this."""
        if self.size > 1:
            dist.barrier()


ALONE = Team()


@contextmanager
def join_team(device: str = "auto") -> Iterator[Team]:
    """Join the processes that torchrun started; without torchrun, return a team of this process alone.

    Args:
        device: "auto", "cpu" or "cuda"; on CUDA every process of a machine takes the card of its local rank.

    Raises:
        GestureError: no such device.
    """
    chosen = pick_device(device)
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Team(device=chosen)
        return
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(chosen)
    dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Team(dist.get_rank(), size, chosen)
    finally:
        dist.destroy_process_group()


def shared_mean(value: Tensor) -> Tensor:
    """Return the mean of a value over all processes, with its gradient; the value itself for one process."""
    alone = not dist.is_initialized() or dist.get_world_size() == 1
    return value if alone else all_reduce(value) / dist.get_world_size()


class SharedBatchNorm(nn.BatchNorm1d):
    """Batch norm whose mean and variance are those of the batches of all processes; PyTorch's own needs a GPU."""

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor
    momentum: float

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x (B, C, S), each channel by the mean and variance of all processes."""
        if not self.training:
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            values = x.float()
            count = all_reduce(values.new_tensor([values.numel() / values.shape[1]]))
            mean = all_reduce(values.sum((0, 2))) / count
            centred = values - mean[:, None]
            variance = all_reduce(centred.square().sum((0, 2))) / count
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * count / (count - 1), self.momentum)
                self.num_batches_tracked += 1
            out = centred * (torch.rsqrt(variance + self.eps) * self.weight)[:, None] + self.bias[:, None]
        return out.to(x.dtype)


def share_batch_norms(module: nn.Module) -> None:
    """Turn every batch norm inside into one over all processes, in place; its parameters and state stay."""
    for child in module.modules():
        if type(child) is nn.BatchNorm1d:
            child.__class__ = SharedBatchNorm
