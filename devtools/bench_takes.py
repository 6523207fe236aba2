"""Directing a minute on the character in Blender: a part made anew until its keys are there, switching, sliders.

Seconds by the clock, the best of a few, against generating the take; the worker is warm.
"""

import importlib
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np

from devtools.demo_scene import PACKAGE, load_extension
from devtools.shell import ROOT

SECONDS = 60
FIRST, LAST = 901, 990
AREAS = ("face", "upper", "hands", "lower", "left_arm", "head")
INTENSITIES = ("upper", "hands", "face", "lower")
RESAMPLE_S, SWITCH_S, LEVELS_S = 1.5, 0.1, 0.3
TRIES = 3
DEMO = ROOT / "addon" / "assets" / "demo"


def _module(name: str):
    return importlib.import_module(f"{PACKAGE}.{name}")


def _recording(folder: Path) -> Path:
    """A minute of speech: the bundled recording, repeated."""
    import aud

    sound = aud.Sound.file(str(DEMO / "speech.flac")).resample(16000, 1).rechannel(1)
    samples = np.tile(sound.data()[:, 0], 4)[: SECONDS * 16000]
    path = folder / "minute.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def _spent(work: Callable[[], set]) -> float:
    start = time.perf_counter()
    if work() != {"FINISHED"}:
        sys.exit("An operator failed; see above.")
    return time.perf_counter() - start


def _row(name: str, seconds: float, target_s: float | None, whole: float) -> None:
    target = "" if target_s is None else f"{target_s:>10.1f}"
    print(f"{name:>32}{seconds:>8.2f}{100 * seconds / whole:>14.1f}{target}", flush=True)


def main() -> None:
    """Print one row per thing that an animator does."""
    extension = load_extension()
    extension.register()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    armature = _module("addon.character.armature").add_character(bpy.context)
    scene.mambatalk.character = armature
    ops = bpy.ops.mambatalk
    with tempfile.TemporaryDirectory() as folder:
        scene.mambatalk.audio_file = str(_recording(Path(folder)))
        scene.mambatalk.transcript_source = "NONE"
        ops.generate(folder=f"{folder}/warm")
        whole = _spent(lambda: ops.generate(folder=f"{folder}/take"))
        print(f"{'':>32}{'s':>8}{'of a take, %':>14}{'target':>10}")
        _row("a take of 60 s", whole, None, whole)
        for area in AREAS:
            tries = [
                _spent(lambda area=area, seed=seed: ops.resample(parts={area}, start=FIRST, end=LAST, seed=seed))
                for seed in range(1, TRIES + 1)
            ]
            _row(f"3 s of {area}", min(tries), RESAMPLE_S, whole)
        names = [action.name for action in _module("addon.take.info").of_character(armature)]
        switches = [_spent(lambda name=name: ops.switch_take(name=name)) for name in names * TRIES]
        _row("switching takes", min(switches), SWITCH_S, whole)
        first = _spent(lambda: ops.set_levels(upper=0.9))
        _row("intensity, the first time", first, None, whole)
        for name in (*INTENSITIES, "stillness", "smoothing"):
            tries = [
                _spent(lambda name=name, value=value: ops.set_levels(**{name: value})) for value in (0.5, 0.7, 0.6)
            ]
            _row(f"level of {name}", min(tries), LEVELS_S if name in INTENSITIES else None, whole)
        tries = [_spent(lambda value=value: ops.set_levels(mirror=value)) for value in (True, False)]
        _row("mirror", min(tries), None, whole)
        action = _module("addon.take.info").active(armature)
        size = sum(len(action[key]) for key in (_module("addon.take.store").KEY, _module("addon.take.checksums").KEY))
        print(f"Blender {bpy.app.version_string}; a minute's take is {size / 1000:.0f} kB in the file")
    extension.unregister()


if __name__ == "__main__":
    main()
