"""From the start of the worker to the take of the bundled recording, then its next take, in Blender's Python."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from devtools.bench.harness import DEMO, ROOT, TRIES, Table, rows_in_processes, run, seconds


def measure(takes: int) -> dict[str, float]:
    """Start a worker, have it make takes with words, and end it; the fastest of several tries."""
    tries = [_worker(takes) for _ in range(TRIES)]
    return min(tries, key=lambda each: each["cpu_s"])


def _worker(takes: int) -> dict[str, float]:
    """Return the seconds and the processor seconds of one worker from its start to its end, and its peak memory."""
    try:
        import resource
    except ImportError:  # Windows, where only the time is measured
        return {"wall_s": seconds(lambda: _make(takes)), "cpu_s": float("nan"), "mb": float("nan")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall_s = seconds(lambda: _make(takes))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": wall_s, "cpu_s": cpu_s, "mb": after.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)}


def _make(takes: int) -> None:
    from core import requests
    from core.worker import protocol
    from core.worker.threads import VARIABLES

    request = requests.Generate(DEMO / "speech.flac", Path(), transcript=DEMO / "transcript.txt", speaker=1)
    with tempfile.TemporaryDirectory() as folder:
        tasks = [replace(request, out=Path(folder) / str(seed), seed=seed) for seed in range(takes)]
        messages = [protocol.Request(number, task) for number, task in enumerate([*tasks, requests.Shutdown()])]
        # As the add-on starts it: Blender's own Python, one thread of the linear algebra.
        worker = subprocess.Popen(
            [sys.executable, "-s", "-m", "core.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | VARIABLES,
        )
        with worker:
            worker.stdin.write("".join(f"{protocol.encode_request(message)}\n" for message in messages).encode())
            worker.stdin.flush()
            replies = [protocol.decode_reply(line.decode()) for line in worker.stdout]
        results = [reply for reply in replies if isinstance(reply, protocol.Result)]
        if len(results) != len(messages):
            raise RuntimeError(f"The worker made {len(results)} of {len(messages)} results: {replies[-1]}")


def main() -> None:
    """Print one row for the first take with the worker's start, and one for the second take."""
    table = Table(("take", "26"), ("s", "8.2f"), ("CPU s", "8.2f"), ("peak, MB", "10.0f"))
    rows = dict(rows_in_processes(__spec__.name, [(1,), (2,)]))
    if first := rows.get((1,)):
        table.row("first, from the start", first["wall_s"], first["cpu_s"], first["mb"])
    if first and (both := rows.get((2,))):
        table.row("next, same recording", both["wall_s"] - first["wall_s"], both["cpu_s"] - first["cpu_s"], both["mb"])


if __name__ == "__main__":
    run(main, measure)
