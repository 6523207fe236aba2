"""Training on two short synthetic clips: every stage learns, goes on after a stop, and leaves a model."""

import json

import numpy as np

from core.audio.cues import WIDTH as CUES
from core.generate.chance_curves import WIDTH as CHANCE
from core.model.card import STARTER_FOLDER
from core.weights_folder import CARD
from training.stages.stage_one import run_parts
from training.stages.stage_two import run_generator

from ..tiny_corpus import STYLES, plan_for


def logged(output: str, name: str, term: str = "loss") -> list[float]:
    lines = [line for line in output.splitlines() if f" {name} step" in line and f" {term} " in line]
    return [float(line.split(f" {term} ")[1].split()[0]) for line in lines]


def test_both_stages_leave_a_model_that_generates(folder, capsys):
    from core.generate.decode import decode_take
    from core.generate.window_inputs import Speech
    from core.generate.windows import run_windows
    from core.model.torch_engine.network import load_network

    plan = plan_for(folder, steps=(30, 6), sample_every=15)
    run_parts(plan, ("upper", "hands", "lower", "root", "face"))
    run_generator(plan)
    output = capsys.readouterr().out
    for name in ("upper", "hands", "lower", "root", "face", "generator"):
        assert (plan.out / f"{name}.safetensors").exists()
        # the legs of these clips are random, so that nothing but the height of the feet can be learnt about their path
        losses = logged(output, name, "height" if name == "root" else "loss")
        assert name == "generator" or losses[-1] < losses[0], name
    assert "restarts" in output
    assert "perplexity" in output
    network = load_network(plan.out, "cpu")
    assert tuple(network.info.speakers) == STYLES
    frames = 100
    audio = np.random.default_rng(0).random((frames, CUES + CHANCE)).astype(np.float32)
    codes = run_windows(network, Speech(audio, np.zeros((frames, 8), np.float32), 1), network.info.neutral)
    motion = decode_take(network, codes, np.zeros(3))
    assert motion.frame_count == frames
    assert np.isfinite(motion.rotations).all()
    for name in ("upper", "generator"):
        assert list((plan.work / "samples" / name).glob("*.npz")), name
    card = json.loads((plan.out / CARD).read_text())
    manners = json.loads((STARTER_FOLDER / CARD).read_text())["manners"]
    assert card["manners"] == manners, "training writes what the starter weights have"
    changed = {"manners": {**manners, "calm": {"up": [0.1, 0.9]}}, "pause_hold": 0.4}
    (plan.out / CARD).write_text(json.dumps({**card, **changed}))
    # the same command again goes on from the checkpoints: there is nothing left to do, and what was set by hand stays
    run_generator(plan)
    assert "goes on at step 6" in capsys.readouterr().out
    assert changed.items() <= json.loads((plan.out / CARD).read_text()).items()
