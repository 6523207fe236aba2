"""A moving average of the weights, which generalises better than the last ones (Polyak and Juditsky 1992)."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """The moving average of all floating-point numbers in the state of a module.

    Args:
        module: whose state is followed.
        decay: share of the old average that a step keeps; early steps keep less, so that the start is forgotten.
    """

    def __init__(self, module: nn.Module, decay: float):
        self.module = module
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in self._live().items()}

    def _live(self) -> dict[str, Tensor]:
        return {name: value for name, value in self.module.state_dict().items() if value.is_floating_point()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move the average towards the module after step number `step`."""
        keep = min(self.decay, (1 + step) / (10 + step))
        live = self._live()
        torch._foreach_lerp_(list(self.state.values()), [live[name] for name in self.state], 1 - keep)

    @torch.no_grad()
    def apply(self) -> None:
        """Copy the average into the module."""
        for name, value in self._live().items():
            value.copy_(self.state[name])

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Give the module the average inside a with block."""
        kept = {name: value.clone() for name, value in self._live().items()}
        self.apply()
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in self._live().items():
                    value.copy_(kept[name])
