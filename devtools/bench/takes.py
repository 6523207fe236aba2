"""A sound file to a take, beside another revision (`--against REV`), with processor seconds; and a cold start."""

import os

from devtools.bench.command import LONG
from devtools.bench.harness import CannotRunError, Table
from devtools.bench.revisions import pairs, processor, ratio

QUICK_S, LONG_S = (10, 60), (600, 3600)
STAGES = ("Aligning the words", "Listening", "Generating", "Decoding", "Finishing", "Writing the take")
TRIES = 3


def main() -> None:
    """Print one row per engine and length."""
    print(f"on {processor()}; x is times as fast as the speech, ratio is against the other revision; stages in CPU s")
    table = Table(
        ("engine", "9"),
        ("speech, s", "11.0f"),
        ("s", "9.2f"),
        ("CPU s", "9.2f"),
        ("x", "8.1f"),
        ("ratio", "7.2f"),
        ("ratio CPU", "11.2f"),
        ("MB", "7.0f"),
        *((stage.split()[0].lower(), "11.2f") for stage in STAGES),
    )
    _row(table, "cold", {"kind": "cold"}, TRIES)
    for engine in ("numpy", "torch"):
        for seconds in (*QUICK_S, *(LONG_S if os.environ.get(LONG) else ())):
            wanted = {"kind": "take", "engine": engine, "seconds": seconds}
            _row(table, engine, wanted, TRIES if seconds < LONG_S[0] else 1)


def _row(table: Table, name: str, wanted: dict, tries: int) -> None:
    try:
        measured = pairs(wanted, tries)
    except CannotRunError as reason:
        print(f"{name} {wanted.get('seconds', '')}: cannot run here: {reason}", flush=True)
        return
    own = measured[0]
    speech, stages = own.get("speech_s"), own.get("stages", {})
    speed = None if speech is None else speech / own["s"]
    ratios = ratio(measured), ratio(measured, "cpu_s") if "cpu_s" in own else None
    shares = (stages.get(stage) for stage in STAGES)
    table.row(name, speech, own["s"], own.get("cpu_s"), speed, *ratios, own.get("mb"), *shares)


if __name__ == "__main__":
    main()
