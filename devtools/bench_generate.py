"""Seconds of work per second of speech, and peak memory, for recordings of 10, 30 and 60 seconds."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LENGTHS_S = (10, 30, 60)
ROOT = Path(__file__).resolve().parent.parent
SPEECH = ROOT / "addon" / "assets" / "demo" / "speech.flac"


def _peak_mb() -> float:
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def measure(seconds: int) -> dict[str, float]:
    """Make a take of so many seconds, without a transcript, in this process."""
    import numpy as np
    import soundfile

    from core.generate.pipeline import GenerateRequest, generate
    from core.worker.models import STARTER, Models

    samples, rate = soundfile.read(SPEECH)
    with tempfile.TemporaryDirectory() as folder:
        audio = Path(folder) / "speech.wav"
        soundfile.write(audio, np.tile(samples, 1 + seconds * rate // len(samples))[: seconds * rate], rate)
        models = Models()
        start = time.perf_counter()
        models.load(STARTER, "auto")
        loaded = time.perf_counter()
        generate(GenerateRequest(audio=audio, out=Path(folder) / "first"), models=models)
        first = time.perf_counter()
        generate(GenerateRequest(audio=audio, out=Path(folder) / "second"), models=models)
        return {
            "load_s": loaded - start,
            "first_s": first - loaded,
            "warm_s": time.perf_counter() - first,
            "mb": _peak_mb(),
        }


def main() -> None:
    """Print one row per length, each measured in a process of its own."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    print(f"{'speech, s':>10}{'load, s':>10}{'first, s':>10}{'warm, s':>10}{'warm / speech':>15}{'peak, MB':>10}")
    for seconds in LENGTHS_S:
        command = [sys.executable, "-m", "devtools.bench_generate", str(seconds)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        row = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{seconds:>10}{row['load_s']:>10.1f}{row['first_s']:>10.1f}{row['warm_s']:>10.1f}"
            f"{row['warm_s'] / seconds:>15.3f}{row['mb']:>10.0f}"
        )


if __name__ == "__main__":
    main()
