"""The window loop: short windows cover the frames, and each one begins with motion that the one before has decided.

The network predicts 64 frames at a time. It is given the motion of some of them, and fills in the others. The first 4
frames of a window are its *seed*: the last 4 that the window before has decided, so that the motion goes on smoothly.
With the seed written s:

    frame      0         60  64        120 124       180 184
    window 1   ssss──────────
    window 2             ssss───────────
    window 3                       ssss───────────

The last window is cut at the end of the take. A network that takes many windows at once makes whole takes by
`window_passes`, with the same codes. The motion that a window is given comes from one table, `KnownMotion`:

    a whole take                  one area of a take, made anew over a span
    ────────────                  ─────────────────────────────────────────
    seed  of the first window     every frame and joint of the kept motion is known,
          is the neutral pose     but for the area's joints inside the span
    rest  unknown, until a        rest  unknown, until a window has decided it
          window has decided it
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from ..body.parts import TRANSLATION_WIDTH, Area, Part
from ..errors import GestureError
from ..take.span import Span
from .decode import GROUND, MOTION_WIDTH, ROTATION_WIDTH, SEEDED_PARTS, area_columns, motion_vector, seed_vector
from .network import Network, as_batch
from .sample import Variation, pick_codes
from .steps import SILENT, Step
from .window_inputs import PRODUCT, Speech, WindowClock, window_inputs
from .window_passes import run_passes

_PLACE = slice(ROTATION_WIDTH, ROTATION_WIDTH + TRANSLATION_WIDTH)


@dataclass(frozen=True)
class Window:
    """One window, in frames of the take.

    Attributes:
        start: the first frame that the network is given.
        first: the first frame that this window decides; those before it are its seed.
        stop: the frame after the last one that this window decides.
    """

    start: int
    first: int
    stop: int


@dataclass
class KnownMotion:
    """The motion that the network is given: what is kept, and what earlier windows have decided.

    Attributes:
        vector: (T, 337) motion input of the network; each window writes what it decides into it.
        columns: those of the 337 that the windows decide; all others are known everywhere.
        parts: body parts whose codes give these columns; empty for a face, which is no part of the motion input.
        stop: the frame after the last one that the windows decide; from there on all columns are known.
        origin: (3,) metres, where the root's path starts in every window; None for where it is in the known motion.
    """

    vector: np.ndarray
    columns: np.ndarray
    parts: tuple[Part, ...]
    stop: int
    origin: np.ndarray | None = None

    def given(self, window: Window, length: int, seed: int, recentre: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return motion (length, 337) and mask (length, 337) of a window; the mask is 0 where the motion is known.

        Args:
            window: which one.
            length: frames of every window.
            seed: first frames of every window, of which all columns are known.
            recentre: put the first frame at x = z = 0.
        """
        rows = self.vector[window.start : window.start + length]
        frames = len(rows)
        motion, mask = np.zeros((length, MOTION_WIDTH), np.float32), np.ones((length, MOTION_WIDTH), np.float32)
        motion[:frames], mask[:frames] = rows, 0
        if recentre:
            motion[:frames, GROUND] -= rows[0, GROUND]
        unknown = slice(seed, min(max(self.stop - window.start, seed), frames))
        motion[unknown, self.columns], mask[unknown, self.columns] = 0, 1
        return motion, mask

    def decide(self, network: Network, window: Window, codes: dict[Part, np.ndarray]) -> None:
        """Write the motion that a window's codes mean into the known motion."""
        if not self.parts:
            return
        place = self.vector[window.start, _PLACE] if self.origin is None else self.origin
        vector = seed_vector(network, codes, place, self.parts)
        decided = vector[window.first - window.start : window.stop - window.start]
        self.vector[window.first : window.stop, self.columns] = decided[:, self.columns]


def plan_windows(first: int, stop: int, length: int = 64, seed: int = 4) -> tuple[Window, ...]:
    """Cover the frames `first` to `stop` (the one after the last) with windows; each frame is decided once.

    Args:
        first: the first frame to decide. The first window starts so that its seed ends there, or at frame 0.
        stop: the frame after the last one to decide.
        length: frames of a window.
        seed: frames of a window's seed.

    Raises:
        GestureError: there is no frame to decide.
    """
    if first >= stop:
        raise GestureError("There is no sound to gesture to.", remedy="Pick a longer recording.")
    plan: list[Window] = []
    start = max(first - seed, 0)
    while first < stop:
        plan.append(Window(start, first, min(start + length, stop)))
        first = plan[-1].stop
        start = first - seed
    return tuple(plan)


def run_windows(
    network: Network,
    speech: Speech,
    seed_motion: Motion,
    *,
    clock: WindowClock = PRODUCT,
    variation: Variation | None = None,
    step: Step = SILENT,
) -> dict[Part, np.ndarray]:
    """Predict the codes of a whole take, as long as `speech.words`.

    Args:
        network: the generator.
        speech: speech of the whole take.
        seed_motion: at least `seed_frames` frames; the take starts in this pose.
        clock: where windows lie in the sound.
        variation: how far to stray from the most likely codes; None for the most likely ones.
        step: reports after every window, and is asked before every window whether to stop.

    Returns:
        int16 or int32 (T,) per part.

    Raises:
        Cancelled: the work was cancelled.
        GestureError: no frames, or a seed that is too short.
    """
    seed, frames = network.info.seed_frames, len(speech.words)
    if seed_motion.frame_count < seed:
        raise GestureError(
            f"The seed pose holds {seed_motion.frame_count} frames; {seed} are needed.",
            remedy="Use the neutral.npz that came with the weights.",
        )
    vector = np.zeros((max(frames, seed), MOTION_WIDTH), np.float32)
    vector[:seed] = motion_vector(seed_motion)[:seed]
    known = KnownMotion(vector, np.arange(MOTION_WIDTH), SEEDED_PARTS, frames, seed_motion.translation[0])
    plan = plan_windows(0, frames, network.info.window, seed)
    together = as_batch(network)
    if together is None:
        return _run(network, speech, known, plan, clock, variation, step)
    windows = run_passes(
        together,
        speech,
        vector[:seed],
        [window.start for window in plan],
        origin=seed_motion.translation[0],
        clock=clock,
        variation=variation,
        step=step,
    )
    return _joined([_decided(codes, window) for codes, window in zip(windows, plan, strict=True)])


def run_windows_over(
    network: Network,
    speech: Speech,
    kept: np.ndarray,
    area: Area,
    span: Span,
    *,
    variation: Variation | None = None,
    step: Step = SILENT,
) -> np.ndarray:
    """Predict the codes of one area over a span of a take whose other motion is known.

    Args:
        network: the generator.
        speech: speech of the whole take.
        kept: (T, 337) motion input of the whole take.
        area: what to make anew.
        span: where; T frames.
        variation: how far to stray from the most likely codes; None for the most likely ones.
        step: reports after every window, and is asked before every window whether to stop.

    Returns:
        (N,) codes of the area's part, from `span.first` to `span.stop`.

    Raises:
        Cancelled: the work was cancelled.
    """
    seed, vector = network.info.seed_frames, kept.copy()
    if span.first < seed:
        vector[:seed] = motion_vector(network.info.neutral)[: len(vector[:seed])]
    parts = () if area.part is Part.FACE else (area.part,)
    known = KnownMotion(vector, area_columns(area), parts, span.stop)
    plan = plan_windows(span.first, span.stop, network.info.window, seed)
    return _run(network, speech, known, plan, PRODUCT, variation, step)[area.part]


def _run(
    network: Network,
    speech: Speech,
    known: KnownMotion,
    plan: Sequence[Window],
    clock: WindowClock,
    variation: Variation | None,
    step: Step,
) -> dict[Part, np.ndarray]:
    """Run the windows of a plan one after the other; return the codes (N,) of all frames that they decide, per part."""
    info = network.info
    codebooks = {part: network.codebook(part) for part in info.by_latent}
    pieces: list[dict[Part, np.ndarray]] = []
    for number, window in enumerate(plan, 1):
        step.check()
        sound, words = window_inputs(speech.audio, speech.words, window.start, info.window, clock, info.context)
        conditions = network.conditions(sound, words, speech.speaker)
        output = network.window(conditions, *known.given(window, info.window, info.seed_frames, clock.recentre))
        codes = pick_codes(output, codebooks, window.start, variation, info.code_groups)
        pieces.append(_decided(codes, window))
        if number < len(plan):
            known.decide(network, window, codes)
        step.report(number / len(plan))
    return _joined(pieces)


def _decided(codes: dict[Part, np.ndarray], window: Window) -> dict[Part, np.ndarray]:
    """Return those of a window's codes (T,) that it decides."""
    return {part: codes[part][window.first - window.start : window.stop - window.start] for part in Part}


def _joined(pieces: Sequence[dict[Part, np.ndarray]]) -> dict[Part, np.ndarray]:
    return {part: np.concatenate([piece[part] for piece in pieces]) for part in Part}
