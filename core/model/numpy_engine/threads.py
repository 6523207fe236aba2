"""Threads for parts of a network that do not depend on each other; NumPy computes outside of Python's lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

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
    if thread_count() == 1 or len(tasks) == 1:
        return [task() for task in tasks]
    given = [_pool().submit(task) for task in tasks[:-1]]
    results = [tasks[-1]()]
    for task, other in zip(reversed(tasks[:-1]), reversed(given), strict=True):
        # This thread does what no other thread has begun, from the last task on.
        results.append(task() if other.cancel() else other.result())
    return results[::-1]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count() - 1, "network")
