"""The windows of a whole take, many at once: passes over them until their seeds stand still.

A window needs its seed, the last frames of the window before. The windows run all the same at once, with a guess for
their seeds; what they make gives better seeds, and the next pass begins with these:

    pass 1    seeds  0 0 0 0    every window begins in the take's first pose
    pass 2    seeds  0 a b c    those that pass 1 has made; window 2 now begins as in the loop
    pass 3    seeds  0 a B C    …

Pass n makes at least the first n windows as the loop does. When no seed changes, all are made like this, which takes
3 to 4 passes because what a window makes depends little on its seed. `windows` has the loop, which is the definition.
"""

from collections.abc import Sequence

import numpy as np

from ..body.parts import Part
from .decode import GROUND, MOTION_WIDTH, SEEDED_PARTS, seeds_after
from .network import BatchNetwork, WindowOutput
from .sample import Variation, pick_codes
from .steps import Step
from .window_inputs import Speech, WindowClock, window_inputs

Codes = dict[Part, np.ndarray]


def run_passes(
    network: BatchNetwork,
    speech: Speech,
    seed: np.ndarray,
    starts: Sequence[int],
    *,
    origin: np.ndarray,
    clock: WindowClock,
    variation: Variation | None,
    step: Step,
) -> list[Codes]:
    """Predict the codes of all windows of a take, `network.most_at_once` of them together.

    Args:
        network: the generator.
        speech: speech of the whole take.
        seed: (S, 337) motion input of the take's first frames.
        starts: the first frame of each window.
        origin: (3,) metres, where the root's path starts in every window.
        clock: where windows lie in the sound.
        variation: how far to stray from the most likely codes; None for the most likely ones.
        step: reports after every group of windows, and is asked before every pass whether to stop.

    Returns:
        codes (T,) per part, of every frame of each window.

    Raises:
        Cancelled: the work was cancelled.
    """
    codes: list[Codes] = []
    while len(codes) < len(starts):
        together = starts[len(codes) : len(codes) + network.most_at_once]
        pieces = [
            window_inputs(speech.audio, speech.words, start, network.info.window, clock, network.info.context)
            for start in together
        ]
        sounds, words = (np.stack(values) for values in zip(*pieces, strict=True))
        conditions = network.conditions_of(sounds, words, speech.speaker)
        seeds = np.repeat(seed[None], len(together), 0)  # (B, S, 337)
        for _ in together:  # so many passes are always enough
            step.check()
            output = network.windows(conditions, *_given(seeds, network.info.window, clock.recentre))
            made = _codes(network, output, together, variation)
            channels = {part: network.decode_many(part, np.stack([c[part] for c in made])) for part in SEEDED_PARTS}
            following = seeds_after(channels, origin, len(seed))
            before, seeds = seeds, np.concatenate([seed[None], following[:-1]])
            if np.array_equal(before, seeds):
                break
        codes += made
        seed = following[-1]
        step.report(len(codes) / len(starts))
    return codes


def _given(seeds: np.ndarray, length: int, recentre: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return motion and mask (B, length, 337) of windows of which the seeds (B, S, 337) alone are known."""
    count, known = seeds.shape[:2]
    motion = np.zeros((count, length, MOTION_WIDTH), np.float32)
    motion[:, :known] = seeds
    if recentre:
        motion[:, :known, GROUND] -= seeds[:, :1, GROUND]
    mask = np.ones_like(motion)
    mask[:, :known] = 0
    return motion, mask


def _codes(
    network: BatchNetwork, output: WindowOutput, starts: Sequence[int], variation: Variation | None
) -> list[Codes]:
    """Choose the codes of windows from their output (B, T, ·)."""
    codebooks = {part: network.codebook(part) for part in network.info.by_latent}
    groups = network.info.code_groups
    return [pick_codes(output.row(row), codebooks, start, variation, groups) for row, start in enumerate(starts)]
