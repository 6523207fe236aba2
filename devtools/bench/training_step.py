"""Seconds per training step and peak memory, by network, size and batch, and the time of each part of a step."""

import os
import platform
import sys
import time
from pathlib import Path

from devtools.bench.harness import CannotRunError, Table, peak_mb, rows_in_processes, run

# network, configuration, batch, precision, compiled
ROWS = (
    ("upper", "small", 8, "float32", False),
    ("upper", "small", 32, "float32", False),
    ("upper", "released", 64, "float32", False),
    ("generator", "small", 6, "float32", False),
    ("generator", "small", 24, "float32", False),
    ("generator", "small", 24, "bfloat16", False),
    ("generator", "small", 24, "float32", True),
    ("generator", "released", 1, "float32", False),
    ("generator", "released", 4, "float32", False),
)
FRAMES = 400
STEPS = 3
PARTS = ("draw", "forward", "backward", "optimiser")
SHARES = (*PARTS, "products", "scan")
# Operations of the profiler that are matrix products and convolutions.
PRODUCTS = ("addmm", "::mm", "bmm", "convolution", "mkldnn", "baddbmm", "flash_attention", "einsum")


def _peak_mb(device) -> float:
    """Return the peak of the graphics card's memory where it trains, else of this process's."""
    import torch

    return torch.cuda.max_memory_allocated() / 1e6 if device.type == "cuda" else peak_mb()


def _corpus(recipe):
    """Return a clip of noise: the cost of a step does not depend on the data's values."""
    import numpy as np

    from core.body.parts import Part, part_width
    from core.body.skeleton import default_rest_joints
    from core.clock import frame_to_sample
    from core.generate.chance_curves import WIDTH as CHANCE
    from training.data.dataset import Clip, Corpus, Take

    random, model = np.random.default_rng(0), recipe.model
    audio_width = model.audio_channels_face - (CHANCE if recipe.context is not None else 0)
    rows = FRAMES if recipe.context is not None else frame_to_sample(FRAMES)
    clip = Clip("noise", random.random((rows, audio_width)), random.random((FRAMES, model.word_dim)))
    channels = {
        part: random.normal(size=(FRAMES, part_width(part, model.face_basis))).astype(np.float32) for part in Part
    }
    place = np.zeros((FRAMES, 3), np.float32)
    take = Take(0, 0, channels, place, random.random((FRAMES, CHANCE)))
    return Corpus((clip,), (take,), ("noise",), default_rest_joints(), model.face_basis)


def _training(network: str, recipe):
    """Return the training of one network: the generator, or the autoencoder of a body part."""
    import torch

    from core.body.parts import Part
    from core.model.torch_engine.checkpoint import build_weights
    from training.data.part_frames import part_frames
    from training.stages.autoencoders import AutoencoderTraining
    from training.stages.generator import GeneratorTraining
    from training.stages.generator_windows import WindowSet

    torch.manual_seed(0)
    corpus = _corpus(recipe)
    weights = build_weights(recipe.model)
    if network == "generator":
        with torch.no_grad():
            windows = WindowSet(corpus, weights.autoencoders, 20, recipe.context)
        return GeneratorTraining(weights.generator, weights.autoencoders, windows, recipe.generator)
    part = Part(network)
    frames = part_frames(corpus, part)
    return AutoencoderTraining(part, weights.autoencoders[part], frames, corpus.rest_joints, recipe.autoencoders)


def measure(network: str, config: str, batch: int, precision: str, compiled: bool) -> dict[str, float]:
    """Train a few steps in this process, and profile one more.

    Raises:
        CannotRunError: `compiled`, and torch.compile does not work on this machine.
    """
    import torch

    from core.model.torch_engine.device import pick_device

    torch.set_flush_denormal(True)
    device = pick_device("auto")
    training = _training(network, _recipe(config, batch)).to(device).train()
    timed = TimedTraining(training, device, precision == "bfloat16")
    if compiled:
        _compile(timed)
    timed.step(0)
    timed.reset()
    for index in range(STEPS):
        timed.step(1 + index)
    spent = timed.spent_s
    total = sum(spent.values())
    row = {"s": total / STEPS, "mb": _peak_mb(device), "millions": sum(p.numel() for p in timed.parameters) / 1e6}
    return row | {name: value / total for name, value in spent.items()} | _profile(lambda: timed.step(9))


def _recipe(config: str, batch: int):
    """Return a configuration whose steps are all alike, with a batch of this size."""
    from dataclasses import replace

    from training.stages.recipes import RECIPES

    recipe = RECIPES[config]
    return replace(
        recipe,
        generator=replace(recipe.generator, batch=batch, masked_every=1),
        autoencoders=replace(recipe.autoencoders, batch=batch, free_share=0.0),
    )


def _compile(timed: "TimedTraining") -> None:
    """Compile the networks and run a first step.

    Raises:
        CannotRunError: the machine has no compiler, or the path of the environment has a space in it: torch.compile
            passes such a path to the linker in pieces.
    """
    for module in timed.training.networks():
        module.compile()
    try:
        timed.step(0)
    except Exception as error:
        # The first line of the message names the compiler's back end, the second one the cause.
        cause = [line.strip() for line in str(error).splitlines() if line.strip()][1:2] or [type(error).__name__]
        place = f"; a path with a space may be why: {sys.prefix}" if " " in sys.prefix else ""
        raise CannotRunError(f"torch.compile failed: {cause[0]}{place}") from error


class TimedTraining:
    """Training steps whose parts are timed: drawing a batch, forward, backward and the optimiser."""

    def __init__(self, training, device, half: bool):
        """Prepare steps of a training on a device; `half` runs the forward pass in bfloat16."""
        import torch

        self.training = training
        self.parameters = [p for p in training.parameters() if p.requires_grad]
        self.spent_s: dict[str, float] = {}
        self.reset()
        self._optimiser = torch.optim.Adam(self.parameters)
        self._device, self._half = device, half

    def reset(self) -> None:
        """Set the times of the steps so far to zero."""
        self.spent_s = dict.fromkeys(PARTS, 0.0)

    def step(self, index: int) -> None:
        """Train one step, and add the time of each of its parts to `spent_s`."""
        import torch

        from training.loop.interface import Step

        at = Step(index, 0.5)
        drawn = self._timed("draw", lambda: self.training.draw(at))
        self.training.before(at)
        self._optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._half):
            result = self._timed("forward", lambda: self.training(drawn, at))
        self._timed("backward", result.loss.backward)
        self._timed("optimiser", self._update)

    def _update(self) -> None:
        import torch

        torch.nn.utils.clip_grad_norm_(self.parameters, 0.99)
        self._optimiser.step()

    def _timed(self, name: str, work):
        import torch

        start = time.perf_counter()
        out = work()
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        self.spent_s[name] += time.perf_counter() - start
        return out


def _profile(step) -> dict[str, float]:
    """Return the shares of a step's time in matrix products and convolutions, and in the selective scans."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        step()
    events = profiler.key_averages()
    total = sum(event.self_cpu_time_total for event in events)
    scans = sum(event.cpu_time_total for event in events if event.key in ("_Scan", "_ScanBackward"))
    inside = sum(event.self_cpu_time_total for event in events if any(name in event.key for name in PRODUCTS))
    return {"products": inside / total, "scan": scans / total}


def _machine() -> str:
    import torch

    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        name = names[0] if names else name
    card = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, PyTorch {torch.__version__}{card}{load}"


def main() -> None:
    """Print the machine, and one row per network, configuration, batch and precision."""
    print(_machine() + "\n")
    table = Table(
        ("network", "10"),
        ("config", "10"),
        ("M parameters", "14.1f"),
        ("batch", "7"),
        ("precision", "19"),
        ("s/step", "8.3f"),
        ("ms/window", "11.0f"),
        ("peak MB", "9.0f"),
        *((name, "11.0%") for name in SHARES),
    )
    for (network, config, batch, precision, compiled), row in rows_in_processes(__spec__.name, ROWS):
        precision += ", compiled" if compiled else ""
        speed = (row["s"], 1000 * row["s"] / batch, row["mb"])
        table.row(network, config, row["millions"], batch, precision, *speed, *(row[name] for name in SHARES))


if __name__ == "__main__":
    run(main, measure)
