"""Seconds of a worker with loaded weights to make 3 s of a 60 s take anew, or another variation, against the take.

Seconds of processor time are printed beside those of the clock, because on a busy machine only the former can be
compared.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from devtools.bench.harness import DEMO, ROOT, TRIES, Table, demo_speech

SECONDS = 60
FRAMES = (900, 990)
AREAS = ("face", "upper", "hands", "lower", "left_arm", "head")
TARGET_S = 1.0
# Ticks of a processor's time per second in /proc.
TICKS = 100


class Worker:
    """A worker process; `spent` sends a task and waits for the result."""

    def __init__(self):
        """Start the process."""
        command = [sys.executable, "-m", "core.worker"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._count = 0

    def spent(self, **task) -> tuple[float, float]:
        """Return the seconds by the clock and of processor time that a task takes; exit where the task fails."""
        self._count += 1
        clock, used = time.perf_counter(), self._used_s()
        self._process.stdin.write(json.dumps({"id": self._count, **task}) + "\n")
        self._process.stdin.flush()
        while (reply := json.loads(self._process.stdout.readline()))["type"] == "progress":
            pass
        if reply["type"] != "result":
            sys.exit(f"{task['type']}: {reply}")
        return time.perf_counter() - clock, self._used_s() - used

    def _used_s(self) -> float:
        """Return the process's processor seconds so far; not a number where the system has no /proc."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return float("nan")
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Print one row per request, the fastest of several tries."""
    text = (DEMO / "transcript.txt").read_text(encoding="utf-8")
    worker = Worker()
    with tempfile.TemporaryDirectory() as folder:
        audio, take = demo_speech(Path(folder) / "speech.wav", SECONDS), str(Path(folder) / "take")
        generate = {"type": "generate", "audio": str(audio), "transcript_text": f"{text} {text}", "out": take}
        generate["allow_no_words"] = True
        table = Table(("", "28"), ("clock, s", "10.2f"), ("processor, s", "14.2f"), ("of a take, %", "14.0f"))
        whole = worker.spent(**generate)
        table.row("take, cold", *whole)
        for seed in range(1, TRIES):
            spent = worker.spent(**{**generate, "seed": seed})
            table.row(f"take, variation {seed}", *spent, 100 * spent[0] / whole[0])
            whole = spent
        worker.spent(**generate)
        for area in AREAS:
            task = {"type": "resample", "take": take, "out": f"{folder}/again", "areas": [area]}
            task |= {"start": FRAMES[0], "end": FRAMES[1]}
            spent = min(worker.spent(**task, seed=seed) for seed in range(TRIES))
            table.row(f"3 s of {area}", *spent, 100 * spent[0] / whole[0])
    worker.stop()
    print(f"target for 3 s: {TARGET_S:g} s on two cores that do nothing else")


if __name__ == "__main__":
    main()
