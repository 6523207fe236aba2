"""Codes that differ between several takes in one pass and one window alone, with the margin between the two codes."""

from pathlib import Path

import numpy as np

from core.body.motion import Motion
from core.body.parts import Part

# A code may differ where its score is closer to the best one than this, relative to the spread of the scores.
FAULT = 1e-4
WINDOWS = 4


def differing(windows: int = WINDOWS, seed: int = 0) -> str:
    """Compare random windows of the released size, all in one pass and each alone; say what differs."""
    from core.model.torch_engine.checkpoint import LoadedModel
    from core.model.torch_engine.network import TorchNetwork
    from core.model.torch_engine.parity import CARD, draw_weights

    still = np.zeros((4, 55, 3)), np.zeros((4, 3)), np.zeros((4, 100))
    neutral = Motion(*still, face_basis="flame100", contacts=np.ones((4, 4)))
    network, random = (
        TorchNetwork(LoadedModel(draw_weights(1), CARD, neutral, Path()), "cpu"),
        np.random.default_rng(seed),
    )
    sound = random.standard_normal((windows, 34133, 3)).astype(np.float32)
    words, motion = (
        random.integers(0, 11195, (windows, 64)),
        random.normal(0, 0.5, (windows, 64, 337)).astype(np.float32),
    )
    mask = np.ones_like(motion)
    mask[:, :4] = 0
    together = network.windows(network.conditions_of(sound, words, np.ones(windows, int)), motion, mask)
    count, codes, worst = 0, 0, 0.0
    for row in range(windows):
        alone = network.window(network.conditions(sound[row], words[row], 1), motion[row], mask[row])
        for part in Part:
            scores, found = alone.logits[part], together.logits[part][row].argmax(-1)
            best = scores.argmax(-1)
            frames, other = np.arange(len(scores)), found != best
            margins = (scores[frames, best] - scores[frames, found]) / scores.std()
            count, codes = count + int(other.sum()), codes + len(best)
            worst = max(worst, float(margins[other].max(initial=0)))
    verdict = "a fault" if worst > FAULT else "no fault"
    found = f"{count} of {codes} codes differ, by a margin of {worst:.1e}: {verdict}"
    return f"{windows} windows in one pass against each alone: {found}"
