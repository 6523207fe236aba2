"""Codes by random weights of the released size, features given: one take, four seeds, four recordings, and the floor.

The floor is the processor's time for the operations of a window, counted, at the rate of a large product on this
machine. Ratios of processor seconds (CPU) can be compared on a busy machine, too. With `--against REV` both revisions
are measured in pairs, and codes that differ are reported with their margin.
"""

import os
import time

import numpy as np

from devtools.bench.code_margins import differing
from devtools.bench.command import LONG
from devtools.bench.harness import CannotRunError, Table
from devtools.bench.revisions import pairs, processor, ratio

TRIES = 2
WINDOW_S = 2.0  # of speech that one window decides


def main() -> None:
    """Print rows for one take, for each of four seeds of a recording, and for each of four recordings."""
    print(f"on {processor()}; seconds of each take")
    try:
        operations, rate = _operations(), _rate()
    except ImportError as error:
        print(f"cannot run here: {error}")
        return
    print(f"{operations / 1e9:.1f} GFLOP a window; products run at {rate / 1e9:.0f} GFLOP in a processor's second")
    table = Table(
        ("seeds", "7"), ("recordings", "12"), ("speech, s", "11.0f"), ("s", "9.2f"), ("CPU s", "9.2f"),
        ("x", "8.2f"), ("floor, s", "10.2f"), ("of the floor", "14.1f"), ("ratio", "8.2f"),
        ("ratio CPU", "11.2f"), ("MB", "8.0f"), ("codes differ", "14.0f"),
    )  # fmt: skip
    alone = None
    for seconds in (10, *((60,) if os.environ.get(LONG) else ())):
        for seeds, recordings in ((1, 1), (4, 1), (1, 4)):
            wanted = {"kind": "released", "seconds": seconds, "seeds": seeds, "recordings": recordings}
            try:
                measured = pairs(wanted, TRIES)
            except CannotRunError as reason:
                print(f"{seeds} seeds of {recordings}, {seconds} s: cannot run here: {reason}", flush=True)
                continue
            own = measured[0]
            floor = operations * seconds / WINDOW_S / rate
            speed = (seconds / own["s"], floor, own["cpu_s"] / floor)
            ratios = ratio(measured), ratio(measured, "cpu_s")
            table.row(
                seeds,
                recordings,
                seconds,
                own["s"],
                own["cpu_s"],
                *speed,
                *ratios,
                own["mb"],
                _codes_differing(measured),
            )
            if seeds * recordings == 1:
                alone = own
            elif alone is not None:
                times = alone["s"] / own["s"], alone["cpu_s"] / own["cpu_s"]
                print(f"each of these: {times[0]:.2f} x as fast as one alone, CPU {times[1]:.2f} x", flush=True)
    print(differing())


def _codes_differing(measured: list[dict]) -> int | None:
    """Return how many codes differ from those of the other revision; None without one."""
    if len(measured) < 2:
        return None
    pairs_of_takes = zip(measured[0]["codes"], measured[1]["codes"], strict=True)
    return int(sum((np.array(own) != other).sum() for own, other in pairs_of_takes))


def _operations() -> float:
    """Return the floating-point operations of one window: its conditions, its prediction and its decoding."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from core.body.parts import Part
    from core.model.config import RELEASED
    from core.model.torch_engine.checkpoint import empty_weights

    weights = empty_weights(RELEASED)
    # With gradients, every convolution is the plain one, whose operations are counted.
    with FlopCounterMode(display=False) as counter:
        sound, words = torch.zeros(1, 34133, 3), torch.zeros(1, 64, dtype=torch.long)
        conditions = weights.generator.conditions(sound, words, torch.zeros(1, dtype=torch.long))
        weights.generator(conditions, torch.zeros(1, 64, 337), torch.ones(1, 64, 337))
        for part in Part:
            weights.autoencoders[part].decode_codes(torch.zeros(1, 64, dtype=torch.long))
    return counter.get_total_flops()


def _rate() -> float:
    """Return the operations of a large product in a processor's second."""
    import torch

    size, best = 1024, float("inf")
    a, b = torch.randn(size, size), torch.randn(size, size)
    for _ in range(20):
        start = time.process_time()
        torch.mm(a, b)
        best = min(best, time.process_time() - start)
    return 2 * size**3 / best


if __name__ == "__main__":
    main()
