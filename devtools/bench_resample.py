"""Seconds of a warm worker to make 3 s of a 60 s take anew, and to make another variation, against making the take.

Seconds of processor time stand beside those of the clock: on a busy machine only the former compare.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "addon" / "assets" / "demo"
SECONDS = 60
FRAMES = (900, 990)
AREAS = ("face", "upper", "hands", "lower", "left_arm", "head")
TARGET_S = 1.0
TRIES = 3


class Worker:
    """A worker process; `ask` waits for the answer."""

    def __init__(self):
        command = [sys.executable, "-m", "core.worker"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._count = 0

    def ask(self, **task) -> tuple[float, float]:
        """Seconds by the clock and of processor time that a request takes; it fails with the worker's message."""
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
        """Processor seconds so far; not a number where the system does not tell."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return float("nan")
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def stop(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    """Print one row per request, the best of a few."""
    import numpy as np
    import soundfile

    samples, rate = soundfile.read(DEMO / "speech.flac")
    text = (DEMO / "transcript.txt").read_text(encoding="utf-8")
    worker = Worker()
    with tempfile.TemporaryDirectory() as folder:
        audio, take = Path(folder) / "speech.wav", str(Path(folder) / "take")
        soundfile.write(audio, np.tile(samples, 3)[: SECONDS * rate], rate)
        generate = {"type": "generate", "audio": str(audio), "transcript_text": f"{text} {text}", "out": take}
        generate["allow_no_words"] = True
        print(f"{'':>28}{'clock, s':>10}{'processor, s':>14}{'of a take, %':>14}")
        whole = row("take, cold", worker.ask(**generate), None)
        for seed in range(1, TRIES):
            whole = row(f"take, variation {seed}", worker.ask(**{**generate, "seed": seed}), whole)
        worker.ask(**generate)
        for area in AREAS:
            task = {"type": "resample", "take": take, "out": f"{folder}/again", "areas": [area]}
            task |= {"start": FRAMES[0], "end": FRAMES[1]}
            tries = [worker.ask(**task, seed=seed) for seed in range(TRIES)]
            row(f"3 s of {area}", min(tries), whole)
    worker.stop()
    print(f"target for 3 s: {TARGET_S:g} s on two cores that do nothing else")


def row(name: str, spent: tuple[float, float], whole: tuple[float, float] | None) -> tuple[float, float]:
    """Print a row, and return what it says."""
    share = f"{100 * spent[0] / whole[0]:>14.0f}" if whole else ""
    print(f"{name:>28}{spent[0]:>10.2f}{spent[1]:>14.2f}{share}", flush=True)
    return spent


if __name__ == "__main__":
    main()
