"""Threads for work that NumPy does without the interpreter's lock; results are the same for any number of threads."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

# More threads gain little: the parts between NumPy's loops run one after another.
MOST_THREADS = 8

A = TypeVar("A")
T = TypeVar("T")


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def thread_count() -> int:
    """Return how many threads to use: what the variable OMP_NUM_THREADS says, else one for each core."""
    said = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    wanted = int(said) if said.isascii() and said.isdigit() and int(said) else core_count()
    return min(wanted, MOST_THREADS)


def in_order(work: Callable[[A], T], pieces: Iterable[A]) -> Iterator[T]:
    """Do a piece of work for each of several inputs on all threads; yield the results in the order of the inputs.

    Only a few results wait at a time, so that memory does not grow with the number of pieces.
    """
    threads = thread_count()
    if threads == 1:
        yield from map(work, pieces)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[T]] = deque()
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
