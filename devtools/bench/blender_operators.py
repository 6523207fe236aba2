"""Seconds to direct a take of a minute in Blender: make a part anew and key it, switch takes, move sliders.

The clock's seconds of the fastest of several tries are compared with those of generating the take. The worker has
loaded the weights before.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import bpy

from devtools.bench.harness import TRIES, Table, demo_speech, seconds
from devtools.extension import extension_module, registered_extension

SECONDS = 60
FIRST, LAST = 901, 990
AREAS = ("face", "upper", "hands", "lower", "left_arm", "head")
INTENSITIES = ("upper", "hands", "face", "lower")
RESAMPLE_S, SWITCH_S, LEVELS_S = 1.5, 0.1, 0.3


def _call_s(operator: Callable[..., set], **arguments) -> float:
    """Return the seconds that an operator takes; exit where it does not finish."""

    def call() -> None:
        if operator(**arguments) != {"FINISHED"}:
            sys.exit("An operator failed; see above.")

    return seconds(call)


def _rows(ops, armature: bpy.types.Object) -> Iterator[tuple[str, float, float | None]]:
    """Time each step of directing a take; yields a name, seconds and the target."""
    for area in AREAS:
        resample = partial(_call_s, ops.resample, parts={area}, start=FIRST, end=LAST)
        yield f"3 s of {area}", min(resample(seed=seed) for seed in range(1, TRIES + 1)), RESAMPLE_S
    names = [action.name for action in extension_module("addon.take.info").of_character(armature)]
    yield "switching takes", min(_call_s(ops.switch_take, name=name) for name in names * TRIES), SWITCH_S
    yield "intensity, the first time", _call_s(ops.set_levels, upper=0.9), None
    for name in (*INTENSITIES, "stillness", "smoothing"):
        spent = min(_call_s(ops.set_levels, **{name: value}) for value in (0.5, 0.7, 0.6))
        yield f"level of {name}", spent, LEVELS_S if name in INTENSITIES else None
    yield "mirror", min(_call_s(ops.set_levels, mirror=value) for value in (True, False)), None


def main() -> None:
    """Print one row per action of an animator."""
    with registered_extension(), tempfile.TemporaryDirectory() as folder:
        scene, ops = bpy.context.scene, bpy.ops.mambatalk
        scene.render.fps = 30
        armature = extension_module("addon.character.building").add_character(bpy.context)
        scene.mambatalk.character = armature
        scene.mambatalk.audio_file = str(demo_speech(Path(folder) / "minute.wav", SECONDS))
        scene.mambatalk.transcript_source = "NONE"
        ops.generate(folder=f"{folder}/warm")
        whole = _call_s(ops.generate, folder=f"{folder}/take")
        table = Table(("", "32"), ("s", "8.2f"), ("of a take, %", "14.1f"), ("target", "10.1f"))
        table.row("a take of 60 s", whole, 100)
        for name, spent, target in _rows(ops, armature):
            table.row(name, spent, 100 * spent / whole, "" if target is None else target)
        action = extension_module("addon.take.info").active(armature)
        keys = (extension_module("addon.take.store").KEY, extension_module("addon.take.checksums").KEY)
        size_kb = sum(len(action[key]) for key in keys) / 1000
        print(f"Blender {bpy.app.version_string}; a minute's take is {size_kb:.0f} kB in the file")


if __name__ == "__main__":
    main()
