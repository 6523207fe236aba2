"""Seconds per training step and peak memory, by network, size and batch, and what the time goes into."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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
PRODUCTS = ("addmm", "::mm", "bmm", "convolution", "mkldnn", "baddbmm", "flash_attention", "einsum")


def _peak_mb(device) -> float:
    import torch

    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def _corpus(recipe):
    """A clip of noise: what training computes does not depend on what it learns."""
    import numpy as np

    from core.body.parts import Part, part_width
    from core.body.skeleton import default_rest_joints
    from core.clock import frame_to_sample
    from core.generate.chance import WIDTH as CHANCE
    from training.data.dataset import Clip, Corpus, Take

    random, model = np.random.default_rng(0), recipe.model
    heard = model.audio_channels_face - (CHANCE if recipe.context is not None else 0)
    rows = FRAMES if recipe.context is not None else frame_to_sample(FRAMES)
    clip = Clip("noise", random.random((rows, heard)), random.random((FRAMES, model.word_dim)))
    channels = {
        part: random.normal(size=(FRAMES, part_width(part, model.face_basis))).astype(np.float32) for part in Part
    }
    place = np.zeros((FRAMES, 3), np.float32)
    take = Take(0, 0, channels, place, random.random((FRAMES, CHANCE)))
    return Corpus((clip,), (take,), ("noise",), default_rest_joints(), model.face_basis)


def _training(network: str, recipe):
    import torch

    from core.body.parts import Part
    from core.model.checkpoint import build_weights
    from training.data.frames import part_frames
    from training.data.windows import WindowSet
    from training.stages.autoencoders import AutoencoderTraining
    from training.stages.generator import GeneratorTraining

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
    """Train a few steps in this process, and look into one more."""
    from dataclasses import replace

    import torch

    from core.model.torch_network import pick_device
    from training.loop.training import Step
    from training.stages.recipes import RECIPES

    torch.set_flush_denormal(True)
    device = pick_device("auto")
    recipe = RECIPES[config]
    recipe = replace(
        recipe,
        generator=replace(recipe.generator, batch=batch, masked_every=1),
        autoencoders=replace(recipe.autoencoders, batch=batch, free_share=0.0),
    )
    training = _training(network, recipe).to(device).train()
    if compiled:
        for module in training.networks():
            module.compile()
    parameters = [p for p in training.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters)
    spent = dict.fromkeys(("draw", "forward", "backward", "optimiser"), 0.0)

    def timed(name: str, run):
        start = time.perf_counter()
        out = run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        spent[name] += time.perf_counter() - start
        return out

    def step(index: int) -> None:
        at = Step(index, 0.5)
        drawn = timed("draw", lambda: training.draw(at))
        training.before(at)
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
            result = timed("forward", lambda: training(drawn, at))
        timed("backward", result.loss.backward)
        timed("optimiser", lambda: (torch.nn.utils.clip_grad_norm_(parameters, 0.99), optimiser.step()))

    step(0)
    spent.update(dict.fromkeys(spent, 0.0))
    for index in range(STEPS):
        step(1 + index)
    total = sum(spent.values())
    row = {"s": total / STEPS, "mb": _peak_mb(device), "millions": sum(p.numel() for p in parameters) / 1e6}
    return row | {name: value / total for name, value in spent.items()} | _inside(lambda: step(9))


def _inside(step) -> dict[str, float]:
    """Shares of a step's time in matrix products and convolutions, and in the selective scans."""
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
    """Print a table in Markdown, every row measured in a process of its own."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(*json.loads(sys.argv[1]))))
        return
    print(_machine() + "\n")
    print("| network | config | M parameters | batch | precision | s/step | ms/window | peak MB | draw", end="")
    print(" | forward | backward | optimiser | products | scans |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for network, config, batch, precision, compiled in ROWS:
        command = [sys.executable, "-m", "devtools.bench_train"]
        command.append(json.dumps((network, config, batch, precision, compiled)))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        row = json.loads(done.stdout.splitlines()[-1])
        shares = " | ".join(
            f"{row[name]:.0%}" for name in ("draw", "forward", "backward", "optimiser", "products", "scan")
        )
        precision += ", compiled" if compiled else ""
        print(
            f"| {network} | {config} | {row['millions']:.1f} | {batch} | {precision} | {row['s']:.3f} "
            f"| {1000 * row['s'] / batch:.0f} | {row['mb']:.0f} | {shares} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
