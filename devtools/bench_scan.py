"""The fast selective scan against the reference that defines it, forward and with gradients."""

import time
from collections.abc import Callable

import torch

from core.model.scan import selective_scan, selective_scan_reference

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


def _best(run: Callable[[], None]) -> float:
    run()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


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


def main() -> None:
    """Print one row per length."""
    # One thread: what is compared is the work, and a busy machine disturbs it least.
    torch.set_num_threads(1)
    print(f"width {WIDTH}, {STATES} states, one thread; milliseconds")
    print(f"{'length':>8}{'forward':>12}{'reference':>12}{'ratio':>8}{'training':>12}{'reference':>12}{'ratio':>8}")
    for length in LENGTHS:
        arguments = _arguments(length)
        row = []
        for kind in (_forward, _training):
            fast, slow = (_best(kind(scan, arguments)) for scan in (selective_scan, selective_scan_reference))
            row += [f"{1000 * fast:.2f}", f"{1000 * slow:.2f}", f"{slow / fast:.1f}"]
        print(f"{length:>8}{row[0]:>12}{row[1]:>12}{row[2]:>8}{row[3]:>12}{row[4]:>12}{row[5]:>8}")


if __name__ == "__main__":
    main()
