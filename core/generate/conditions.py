"""What a window hears and reads: its slice of the sound and of the words, padded with silence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import clock
from ..errors import GestureError
from ..text.timing import Word

if TYPE_CHECKING:
    from ..audio.prosody import Prosody

AMPLITUDE_ONSET = "amplitude+onset"
CUES_CHANCE = "cues+chance"

PARITY_SAMPLES_PER_FRAME = 533


@dataclass(frozen=True)
class WindowClock:
    """Where windows lie in the sound, and where their root starts.

    Attributes:
        sample: first sample of a frame; also the length in samples of that many frames.
        recentre: shift each window's seed so that its first frame stands at x = z = 0, as in training. The published
            code instead starts the path of every window at the take's first position.
    """

    sample: Callable[[int], int]
    recentre: bool


PRODUCT = WindowClock(sample=clock.frame_to_sample, recentre=True)
# 533 samples are not quite a frame; the published numbers were made so. 37 ms of drift per minute.
PARITY = WindowClock(sample=lambda frame: frame * PARITY_SAMPLES_PER_FRAME, recentre=False)


@dataclass(frozen=True)
class Heard:
    """What weights hear in a recording.

    Attributes:
        fixed: (N or T, C) float32: what speech itself decides.
        prosody: what chance is drawn for; None for weights that hear none.
    """

    fixed: np.ndarray
    prosody: "Prosody | None" = None

    def with_chance(self, seed: int = 0, temperature: float = 1.0, new_hands: bool = False) -> np.ndarray:
        """The features (N or T, C) float32 of a take.

        Args:
            seed: of the curves of chance, where there are any.
            temperature: how far they stray from those of every seed, 0 to 1.
            new_hands: also draw which shapes the hands take, where words do not decide (`chance.redraw_hands`).
        """
        if self.prosody is None:
            return self.fixed
        from ..audio.cues import cues
        from .chance import draw_chance, redraw_hands

        prosody = self.prosody
        fixed = cues(redraw_hands(prosody, seed, temperature)) if new_hands else self.fixed
        drawn = draw_chance(prosody.frame_count, seed, prosody.moments_s, temperature)
        return np.concatenate([fixed, drawn], 1)


def listen(kind: str, samples: np.ndarray, words: Sequence[Word]) -> Heard:
    """The sound features that weights ask for.

    Args:
        kind: "amplitude+onset", per sample; or "cues+chance", per frame.
        samples: (N,) 16 kHz mono.
        words: aligned words; may be empty.

    Raises:
        GestureError: another kind.
    """
    # scipy and librosa belong to listening alone: windows and decoding do without
    if kind == AMPLITUDE_ONSET:
        from ..audio.features import amplitude_onset

        return Heard(amplitude_onset(samples))
    if kind == CUES_CHANCE:
        from ..audio.cues import cues
        from ..audio.prosody import analyse

        prosody = analyse(samples, words)
        return Heard(cues(prosody), prosody)
    raise GestureError(
        f"These weights hear {kind!r}, which this version cannot compute.", remedy="Use weights for this version."
    )


def parity_frame_count(frame_count: int, window: int = 64, seed: int = 4) -> int:
    """Frames that the published code animates: a multiple of 8, then whole windows only."""
    whole = (frame_count - frame_count % 8 - seed) // (window - seed)
    return max(whole, 0) * (window - seed) + seed


def window_inputs(
    audio: np.ndarray,
    words: np.ndarray,
    start: int,
    frames: int,
    window_clock: WindowClock = PRODUCT,
    context: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Sound and words of `frames` frames from `start`.

    Args:
        audio: (N, C) features of the whole take, per sample, or per frame when there is a context.
        words: (T,) or (T, D) of the whole take, per frame.
        start: first frame.
        frames: length; before the take's start and past its end come zeros.
        window_clock: frames to samples.
        context: frames of sound on both sides; None for features per sample.

    Returns:
        (sample(frames), C), or (context + frames + context, C); and (frames,) or (frames, D).
    """
    text = _slice(words, start, frames)
    if context is not None:
        return _slice(audio, start - context, frames + 2 * context), text
    return _slice(audio, window_clock.sample(start), window_clock.sample(frames)), text


def _slice(values: np.ndarray, start: int, length: int) -> np.ndarray:
    before = max(-start, 0)
    piece = values[max(start, 0) : max(start + length, 0)]
    out = np.zeros((length, *values.shape[1:]), values.dtype)
    out[before : before + len(piece)] = piece
    return out
