"""Threads for work that NumPy does without the interpreter's lock; results are the same for any number of threads."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import TypeVar

from .stops import check_stop

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
            waiting.append(pool.submit(copy_context().run, work, piece))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of tasks that do not depend on each other; a task may divide itself with this, too.

    The calling thread works with the others. Where the work is cancelled, `check_stop` stops the tasks of all threads.
    """
    count = thread_count()
    given = [_pool(count - 1).submit(copy_context().run, task) for task in tasks[:-1]] if count > 1 else []
    results: list[T] = []
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


def one_by_one(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Return the results of tasks, made one after the other: for those that need much memory."""
    results = []
    for task in tasks:
        check_stop()
        results.append(task())
    return results


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "work")
