"""One measure of a checkout, this one or another revision: `python one_measure.py JSON`, started in its folder.

It imports nothing but `core`, by names that other revisions have, too, and prints its measures as JSON. The kinds:

    cold      {"kind": "cold"}                                      a new process makes a take of five seconds
    take      {"kind": "take", "engine": "numpy", "seconds": 60}    a sound file to a take, everything loaded before
    released  {"kind": "released", "seconds": 10, "seeds": 4}       random weights of the released size, features given;
                                                                    "recordings": 4 makes takes of four recordings
    hands     {"kind": "hands", "motion": "FILE.npz"}               hands pushed out of the body, on one core
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np

DEMO = Path("addon") / "assets" / "demo"
RATE = 16000
MOST_S = 3600


def measure(kind: str, **wanted) -> dict:
    """Measure in this process; the keys of the result name what was measured."""
    sys.path.insert(0, os.getcwd())
    with tempfile.TemporaryDirectory() as folder:
        made = {"cold": _cold, "take": _take, "released": _released, "hands": _hands}[kind](Path(folder), **wanted)
    if sys.platform != "win32":
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        made["mb"] = peak / (1e6 if sys.platform == "darwin" else 1e3)
    return made


def _cold(folder: Path) -> dict:
    audio = _speech(folder, 5)
    command = [sys.executable, "-m", "core", "generate", str(audio), "--out", str(folder / "take")]
    start, used = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    spent, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - used.children_user - used.children_system
    return {"s": spent, "cpu_s": cpu}


def _take(folder: Path, engine: str, seconds: int) -> dict:
    from core.api import Models
    from core.generate.network import Model
    from core.generate.pipeline import generate
    from core.model.card import STARTER_FOLDER
    from core.model.engines import load_network
    from core.requests import Generate
    from core.worker.threads import set_variables

    set_variables()

    class Chosen(Models):
        """Loads the bundled weights into the engine that is measured."""

        def load(self, folder, device):
            if self._model is None:
                model = super().load(folder, "cpu")
                network = load_network(STARTER_FOLDER, "cpu", engine)
                self._model = Model(model.folder, network, model.words, model.sha256, model.former_hashes)
            return self._model

    models = Chosen()
    text = (DEMO / "transcript.txt").read_text(encoding="utf-8")
    # The transcript fits whole repetitions of the recording; a shorter part is made without words.
    times = _repetitions(seconds)
    # With words, so that the dictionary is loaded, too.
    once = Generate(_speech(folder, 32, 1), folder / "warm", device="cpu", transcript_text=text)
    generate(once, models=models)
    audio = _speech(folder, seconds, times)
    request = Generate(audio, folder / "take", device="cpu", allow_no_words=True)
    if times:
        request = replace(request, transcript_text=" ".join([text] * times))
    stages: dict[str, float] = {}
    stage = ["Reading the recording", time.process_time()]

    def progress(fraction: float, name: str) -> None:
        now = time.process_time()
        stages[stage[0]] = stages.get(stage[0], 0.0) + now - stage[1]
        stage[:] = name, now

    start, cpu = time.perf_counter(), time.process_time()
    take = generate(request, progress, models=models)
    spent = time.perf_counter() - start
    speech_s = take.raw.frame_count / 30
    return {"s": spent, "cpu_s": time.process_time() - cpu, "speech_s": speech_s, "stages": stages}


def _released(folder: Path, seconds: int, seeds: int, recordings: int = 1) -> dict:
    import torch

    from core.body.motion import Motion
    from core.generate import windows
    from core.generate.sample import Variation
    from core.generate.window_inputs import Speech
    from core.model.torch_engine.checkpoint import LoadedModel
    from core.model.torch_engine.network import TorchNetwork
    from core.model.torch_engine.parity import CARD, draw_weights

    still = np.zeros((4, 55, 3)), np.zeros((4, 3)), np.zeros((4, 100))
    neutral = Motion(*still, face_basis="flame100", contacts=np.ones((4, 4)))
    network = TorchNetwork(LoadedModel(draw_weights(1), CARD, neutral, Path()), "cpu")
    random, frames = np.random.default_rng(0), 30 * seconds
    speeches = [
        Speech(
            random.standard_normal((frames * RATE // 30, 3)).astype(np.float32), random.integers(0, 11195, frames), 1
        )
        for _ in range(recordings)
    ]
    variations = [Variation(0.5, seed) for seed in range(seeds)]

    def make(speeches: list[Speech]) -> list:
        wanted = [(speech, each) for speech in speeches for each in variations]
        if len(wanted) > 1 and hasattr(windows, "run_takes"):
            return windows.run_takes(network, [windows.TakeInputs(speech, neutral, each) for speech, each in wanted])
        return [windows.run_windows(network, speech, neutral, variation=each) for speech, each in wanted]

    make([Speech(each.audio[: 2 * RATE], each.words[:60], 1) for each in speeches])
    start, cpu, takes = time.perf_counter(), time.process_time(), seeds * recordings
    codes = make(speeches)
    spent, used = time.perf_counter() - start, time.process_time() - cpu
    texts = [np.concatenate(list(each.values())).astype(np.int64).tolist() for each in codes]
    return {
        "s": spent / takes,
        "cpu_s": used / takes,
        "speech_s": frames / 30,
        "codes": texts,
        "threads": torch.get_num_threads(),
    }


def _hands(_: Path, motion: str) -> dict:
    from core.body.motion import load_motion
    from core.clearance.body import default_body
    from core.clearance.hands_out import hands_out

    own = load_motion(Path(motion))
    body = default_body(own.skeleton)
    hands_out(own, body)
    start, cpu = time.perf_counter(), time.process_time()
    _, pushed = hands_out(own, body)
    spent, used = time.perf_counter() - start, time.process_time() - cpu
    return {"s": spent, "cpu_s": used, "speech_s": own.frame_count / own.fps, **pushed.as_dict()}


def _repetitions(seconds: int) -> int:
    """Return how often the bundled recording fits into so many seconds, at most an hour: a take may not be longer."""
    import soundfile

    once = soundfile.info(DEMO / "speech.flac").duration
    return min(round(seconds / once), int(MOST_S / once))


def _speech(folder: Path, seconds: int, times: int = 0) -> Path:
    """Write the bundled recording as a WAV file: `times` times, or, if 0, until it has so many seconds."""
    import soundfile

    once = (np.clip(soundfile.read(DEMO / "speech.flac")[0], -1, 1) * 32767).astype("<i2")
    left = times * len(once) or seconds * RATE
    path = folder / f"speech_{seconds}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        while left > 0:
            file.writeframes(once[:left].tobytes())
            left -= len(once)
    return path


if __name__ == "__main__":
    print(json.dumps(measure(**json.loads(sys.argv[1]))))
