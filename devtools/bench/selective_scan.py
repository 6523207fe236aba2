"""The fast selective scan against the reference that defines it, forward and with gradients."""

from collections.abc import Callable

import torch

from core.model.torch_engine.scan import selective_scan_reference
from core.model.torch_engine.scan_choice import selective_scan
from devtools.bench.harness import Table, fastest

WIDTH, STATES = 256, 16
LENGTHS = (16, 64, 256, 1024)
REPEATS = 5


def _arguments(length: int) -> tuple[torch.Tensor, ...]:
    draw = torch.Generator().manual_seed(0)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=draw)

    decay = -torch.exp(normal(WIDTH, STATES))
    sequences = (normal(1, length, WIDTH), normal(1, length, WIDTH))
    weights = (normal(1, length, STATES), normal(1, length, STATES))
    return (*sequences, decay, *weights, normal(WIDTH), normal(WIDTH))


def _forward(scan: Callable, arguments: tuple) -> Callable[[], None]:
    def run() -> None:
        with torch.inference_mode():
            scan(*arguments)

    return run


def _training(scan: Callable, arguments: tuple) -> Callable[[], None]:
    leaves = [argument.clone().requires_grad_() for argument in arguments]

    def run() -> None:
        scan(*leaves).square().sum().backward()

    return run


def _warm_ms(run: Callable[[], None]) -> float:
    """Return the milliseconds of the fastest run after a first one that is not counted."""
    run()
    return 1000 * fastest(run, REPEATS)


def main() -> None:
    """Print one row per length."""
    # One thread: the benchmark compares the work of two ways, and a busy machine disturbs one thread least.
    torch.set_num_threads(1)
    print(f"width {WIDTH}, {STATES} states, one thread; milliseconds")
    columns = (("forward", "12.2f"), ("reference", "12.2f"), ("ratio", "8.1f"))
    table = Table(("length", "8"), *columns, ("training", "12.2f"), *columns[1:])
    for length in LENGTHS:
        arguments = _arguments(length)
        row = []
        for kind in (_forward, _training):
            fast, slow = (_warm_ms(kind(scan, arguments)) for scan in (selective_scan, selective_scan_reference))
            row += [fast, slow, slow / fast]
        table.row(length, *row)


if __name__ == "__main__":
    main()
