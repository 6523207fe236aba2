"""Threads for parts of a network that do not depend on each other; NumPy computes outside of Python's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from ...stops import check_stop

# A window has four streams, so more threads would have nothing to do.
MOST_THREADS = 4

T = TypeVar("T")


@cache
def thread_count() -> int:
    """Return how many threads compute: as many as cores, or as OMP_NUM_THREADS says, as for PyTorch."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(int(asked) if asked.isdecimal() else cores, MOST_THREADS))


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of tasks that do not depend on each other; a task must not call this itself."""
    given = [_pool().submit(task) for task in tasks[:-1]] if thread_count() > 1 else []
    results = []
    try:
        # This thread does what no other thread has begun, from the last task on.
        for number in reversed(range(len(tasks))):
            check_stop()
            is_begun = number < len(given) and not given[number].cancel()
            results.append(given[number].result() if is_begun else tasks[number]())
    finally:
        for other in given:
            other.cancel()
    return results[::-1]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count() - 1, "network")
