"""The window loop: short windows cover the frames, and each one begins with motion that the one before has decided.

The network predicts 64 frames at a time. It is given the motion of some of them, and fills in the others. The first 4
frames of a window are its *seed*: the last 4 that the window before has decided, so that the motion goes on smoothly.
Both lengths belong to the weights: `window` and `seed_frames` of their model.json. With the seed written s:

    frame      0         60  64        120 124       180 184
    window 1   ssss──────────
    window 2             ssss───────────
    window 3                       ssss───────────

The last window is cut at the end of the take. `window_passes` makes several takes at once, and whole takes on a
graphics card, with the same codes. The motion that a window is given comes from one table, `KnownMotion`:

    a whole take                  one area of a take, made anew over a span
    ────────────                  ─────────────────────────────────────────
    seed  of the first window     every frame and joint of the kept motion is known,
          is the neutral pose     but for the area's joints inside the span
    rest  unknown, until a        rest  unknown, until a window has decided it
          window has decided it
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..body.motion import Motion
from ..body.parts import TRANSLATION_WIDTH, Area, Part
from ..errors import GestureError
from ..take.span import Span
from .decode import GROUND, MOTION_WIDTH, ROTATION_WIDTH, SEEDED_PARTS, area_columns, motion_vector, seed_vector
from .network import Conditions, Network, as_batch, runs_ahead
from .sample import Variation, pick_codes
from .steps import SILENT, Step
from .stretches import run_in_stretches
from .window_inputs import PRODUCT, Speech, WindowClock, window_inputs
from .window_passes import Codes, TakeWindows, run_passes

# Windows whose conditions are computed together in the loop: the weights of released encoders of sound are read from
# memory once for all of them.
CONDITIONS_AT_ONCE = 8
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

    def given(self, window: Window, length: int, seed_frames: int, recentre: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return motion (length, 337) and mask (length, 337) of a window; the mask is 0 where the motion is known.

        Args:
            window: which one.
            length: frames of every window.
            seed_frames: first frames of every window, of which all columns are known.
            recentre: put the first frame at x = z = 0.
        """
        rows = self.vector[window.start : window.start + length]
        frames = len(rows)
        motion, mask = np.zeros((length, MOTION_WIDTH), np.float32), np.ones((length, MOTION_WIDTH), np.float32)
        motion[:frames], mask[:frames] = rows, 0
        if recentre:
            motion[:frames, GROUND] -= rows[0, GROUND]
        unknown = slice(seed_frames, min(max(self.stop - window.start, seed_frames), frames))
        motion[unknown, self.columns], mask[unknown, self.columns] = 0, 1
        return motion, mask

    def decide(self, network: Network, window: Window, codes: dict[Part, np.ndarray]) -> None:
        """Write the motion that a window's codes (length,) per part mean into the frames that the window decides."""
        if not self.parts:
            return
        place = self.vector[window.start, _PLACE] if self.origin is None else self.origin
        vector = seed_vector(network, codes, place, self.parts)
        decided = vector[window.first - window.start : window.stop - window.start]
        self.vector[window.first : window.stop, self.columns] = decided[:, self.columns]


def plan_windows(first: int, stop: int, length: int, seed_frames: int) -> tuple[Window, ...]:
    """Cover the frames `first` to `stop` (the one after the last) with windows; each frame is decided once.

    Args:
        first: the first frame to decide. The first window starts so that its seed ends there, or at frame 0.
        stop: the frame after the last one to decide.
        length: frames of a window.
        seed_frames: frames of a window's seed.

    Raises:
        GestureError: there is no frame to decide.
    """
    if first >= stop:
        raise GestureError("There is no sound to gesture to.", remedy="Pick a longer recording.")
    plan: list[Window] = []
    start = max(first - seed_frames, 0)
    while first < stop:
        plan.append(Window(start, first, min(start + length, stop)))
        first = plan[-1].stop
        start = first - seed_frames
    return tuple(plan)


@dataclass(frozen=True)
class TakeInputs:
    """What the codes of a whole take are predicted from.

    Attributes:
        speech: speech of the whole take; the take is as long as `speech.words`. See also `TakeWindows.speech`.
        seed_motion: at least `seed_frames` frames; the take starts in this pose.
        variation: how far to stray from the most likely codes; None for the most likely ones.
    """

    speech: Speech
    seed_motion: Motion
    variation: Variation | None = None


def run_windows(
    network: Network,
    speech: Speech,
    seed_motion: Motion,
    *,
    clock: WindowClock = PRODUCT,
    variation: Variation | None = None,
    step: Step = SILENT,
) -> dict[Part, np.ndarray]:
    """Predict the codes (T,) per part of a whole take; arguments and errors as in `run_takes`."""
    return run_takes(network, [TakeInputs(speech, seed_motion, variation)], clock=clock, step=step)[0]


def run_takes(
    network: Network,
    takes: Sequence[TakeInputs],
    *,
    clock: WindowClock = PRODUCT,
    step: Step = SILENT,
    goes_on: Callable[[Sequence[Codes]], bool] = lambda windows: True,
) -> list[Codes]:
    """Predict the codes of whole takes: several seeds of one recording, or several recordings.

    Args:
        network: the generator; for several takes one that is a `BatchNetwork`.
        takes: their inputs.
        clock: where windows lie in the sound.
        step: reports after every window, and is asked before every window whether to stop.
        goes_on: where there is one take, it is given all codes up to now after every window or pass, as a list of those
            that each window decides, and returns False to end the take there.

    Returns:
        for each take: int16 or int32 (T,) per part.

    Raises:
        Cancelled: the work was cancelled.
        GestureError: no frames, or a seed that is too short.
    """
    info = network.info
    seeds = [_seed_vector(take.seed_motion, info.seed_frames) for take in takes]
    plans = [plan_windows(0, len(take.speech.words), info.window, info.seed_frames) for take in takes]
    together = as_batch(network)
    alone = len(takes) == 1 and not runs_ahead(network)
    if together is None or (alone and not together.side_by_side):
        return [
            _run(network, take.speech, _only_seed(take, seed), plan, clock, take.variation, step, goes_on)
            for take, seed, plan in zip(takes, seeds, plans, strict=True)
        ]
    wanted = [
        TakeWindows(take.speech, seed, [w.start for w in plan], take.seed_motion.translation[0], take.variation)
        for take, seed, plan in zip(takes, seeds, plans, strict=True)
    ]

    def decided(number: int, windows: Sequence[Codes]) -> list[Codes]:
        return [_decided(codes, window) for codes, window in zip(windows, plans[number], strict=False)]

    if alone:
        windows = run_in_stretches(together, wanted[0], clock, step, lambda made: goes_on(decided(0, made)))
        return [_joined(decided(0, windows))]

    def first_goes_on(made: Sequence[Sequence[Codes]]) -> bool:
        return len(takes) > 1 or goes_on(decided(0, made[0]))

    made = run_passes(together, wanted, clock, step, first_goes_on)
    return [_joined(decided(number, windows)) for number, windows in enumerate(made)]


def _seed_vector(motion: Motion, seed_frames: int) -> np.ndarray:
    """Return the motion input (S, 337) of the frames that a take starts with."""
    if motion.frame_count < seed_frames:
        raise GestureError(
            f"The seed pose holds {motion.frame_count} frames; {seed_frames} are needed.",
            remedy="Use the neutral.npz that came with the weights.",
        )
    return motion_vector(motion)[:seed_frames]


def _only_seed(take: TakeInputs, seed: np.ndarray) -> KnownMotion:
    """Return the known motion of a whole take, which is its seed (S, 337) alone."""
    frames = len(take.speech.words)
    vector = np.zeros((max(frames, len(seed)), MOTION_WIDTH), np.float32)
    vector[: len(seed)] = seed
    return KnownMotion(vector, np.arange(MOTION_WIDTH), SEEDED_PARTS, frames, take.seed_motion.translation[0])


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
    seed_frames, vector = network.info.seed_frames, kept.copy()
    if span.first < seed_frames:
        vector[:seed_frames] = motion_vector(network.info.neutral)[: len(vector[:seed_frames])]
    parts = () if area.part is Part.FACE else (area.part,)
    known = KnownMotion(vector, area_columns(area), parts, span.stop)
    plan = plan_windows(span.first, span.stop, network.info.window, seed_frames)
    return _run(network, speech, known, plan, PRODUCT, variation, step)[area.part]


def _run(
    network: Network,
    speech: Speech,
    known: KnownMotion,
    plan: Sequence[Window],
    clock: WindowClock,
    variation: Variation | None,
    step: Step,
    goes_on: Callable[[Sequence[Codes]], bool] = lambda windows: True,
) -> Codes:
    """Run the windows of a plan one after the other; return the codes (N,) of all frames that they decide, per part."""
    info = network.info
    codebooks = {part: network.codebook(part) for part in info.by_latent}
    pieces: list[Codes] = []
    for number, (window, conditions) in enumerate(_with_conditions(network, speech, plan, clock, step), 1):
        output = network.window(conditions, *known.given(window, info.window, info.seed_frames, clock.recentre))
        codes = pick_codes(output, codebooks, window.start, variation, info.code_groups)
        pieces.append(_decided(codes, window))
        if number < len(plan):
            known.decide(network, window, codes)
        step.report(number / len(plan))
        if not goes_on(pieces):
            break
    return _joined(pieces)


def _with_conditions(
    network: Network, speech: Speech, plan: Sequence[Window], clock: WindowClock, step: Step
) -> Iterator[tuple[Window, Conditions]]:
    """Yield each window with its conditions, which are computed for several windows at once."""
    info, batch = network.info, as_batch(network)
    # Groups of equal size: one window alone takes longer than its share of a group.
    groups = -(-len(plan) // CONDITIONS_AT_ONCE)
    for number in range(groups):
        step.check()
        windows = plan[len(plan) * number // groups : len(plan) * (number + 1) // groups]
        pieces = [
            window_inputs(speech.audio, speech.words, window.start, info.window, clock, info.context)
            for window in windows
        ]
        if batch is None:
            made = [network.conditions(*piece, speech.speaker) for piece in pieces]
        else:
            sounds, words = (np.stack(values) for values in zip(*pieces, strict=True))
            rows = batch.conditions_of(sounds, words, np.full(len(windows), speech.speaker))
            made = [{name: values[row] for name, values in rows.items()} for row in range(len(windows))]
        for window, conditions in zip(windows, made, strict=True):
            step.check()
            yield window, conditions


def _decided(codes: Codes, window: Window) -> Codes:
    """Return those of a window's codes (T,) that it decides."""
    return {part: codes[part][window.first - window.start : window.stop - window.start] for part in Part}


def _joined(pieces: Sequence[Codes]) -> Codes:
    return {part: np.concatenate([piece[part] for piece in pieces]) for part in Part}
