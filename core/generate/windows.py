"""The window loop: overlapping windows cover the take, each seeded with the last frames of the one before."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from ..body.parts import TRANSLATION_WIDTH, Part
from ..errors import Cancelled, GestureError
from .conditions import PRODUCT, WindowClock, window_inputs
from .decode import ROTATION_WIDTH, motion_vector, seed_vector
from .network import Network
from .sample import Variation, pick_codes

_PLACE = slice(ROTATION_WIDTH, ROTATION_WIDTH + TRANSLATION_WIDTH)


@dataclass(frozen=True)
class Window:
    """One window of a take.

    Attributes:
        start: first frame in the take.
        frames: frames of the take inside the window; the rest of the last window is padding.
        fresh: first frame within the window that the window before has not decided.
    """

    start: int
    frames: int
    fresh: int


def plan_windows(frame_count: int, window: int = 64, seed: int = 4) -> tuple[Window, ...]:
    """Cover `frame_count` frames with windows that overlap by the seed.

    The last window is padded, never dropped: every spoken frame gets motion.

    Raises:
        GestureError: `frame_count` is below one frame.
    """
    if frame_count < 1:
        raise GestureError("There is no sound to gesture to.", remedy="Pick a longer recording.")
    step = window - seed
    count = max(1, -(-(frame_count - seed) // step))
    return tuple(
        Window(start=i * step, frames=min(window, frame_count - i * step), fresh=seed if i else 0) for i in range(count)
    )


def run_windows(
    network: Network,
    audio: np.ndarray,
    words: np.ndarray,
    speaker: int,
    seed_motion: Motion,
    clock: WindowClock = PRODUCT,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    variation: Variation | None = None,
) -> dict[Part, np.ndarray]:
    """Predict the codes of a whole take.

    Args:
        network: the generator.
        audio: (N, C) features per sample, or (T, C) per frame (`NetworkInfo.context`).
        words: (T,) ids or (T, D) vectors per frame; T is the length of the take.
        speaker: number.
        seed_motion: at least `seed_frames` frames; the take starts in this pose.
        clock: where windows lie in the sound.
        progress: told the fraction done after every window.
        cancelled: asked before every window.
        variation: how far to stray from the most likely codes; None: not at all.

    Returns:
        int16 (T,) per part.

    Raises:
        Cancelled: `cancelled()` became true.
        GestureError: no frames, or a seed that is too short.
    """
    info = network.info
    if seed_motion.frame_count < info.seed_frames:
        raise GestureError(
            f"The seed pose holds {seed_motion.frame_count} frames; {info.seed_frames} are needed.",
            remedy="Use the neutral.npz that came with the weights.",
        )
    codebooks = {part: network.codebook(part) for part in network.info.by_latent}
    origin = seed_motion.translation[0]
    seed = motion_vector(seed_motion)[: info.seed_frames]
    plan = plan_windows(len(words), info.window, info.seed_frames)
    pieces: list[dict[Part, np.ndarray]] = []
    for index, window in enumerate(plan):
        if cancelled is not None and cancelled():
            raise Cancelled
        sound, text = window_inputs(audio, words, window.start, info.window, clock, info.context)
        conditions = network.conditions(sound, text, speaker)
        output = network.window(conditions, *window_motion(seed, info.window, clock.recentre))
        codes = pick_codes(output, codebooks, window.start, variation)
        pieces.append({part: codes[part][window.fresh : window.frames] for part in Part})
        if index + 1 < len(plan):
            seed = seed_vector(network, codes, origin)[-info.seed_frames :]
        if progress is not None:
            progress((index + 1) / len(plan))
    return {part: np.concatenate([piece[part] for piece in pieces]) for part in Part}


def window_motion(seed: np.ndarray, window: int, recentre: bool) -> tuple[np.ndarray, np.ndarray]:
    """Motion and mask (window, 337) of a window of which only its seed (S, 337) is known."""
    motion = np.zeros((window, seed.shape[1]), np.float32)
    mask = np.ones_like(motion)
    motion[: len(seed)] = seed
    mask[: len(seed)] = 0
    if recentre:
        motion[: len(seed), _PLACE] -= seed[0, _PLACE] * np.array([1, 0, 1], np.float32)
    return motion, mask
