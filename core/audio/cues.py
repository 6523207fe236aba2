"""The features of speech that the bundled weights take, per frame: loudness, phrases, accents, and phones on the lips.

The columns, in order:

    9   loudness and its change; speech or pause; time since the start, and until the end, of phrase and unit
    20  the next accent: how near it is, how strong, and the class of its word (`core.text.lexicon`)
    20  the last accent, in the same columns
    19  the share of the frame that each lip shape takes
"""

from collections.abc import Sequence

import numpy as np

from ..clock import FPS
from ..text import lexicon
from .prosody import Accent, Prosody, Stretch

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW AX".split())
# Phones that look alike on the lips share a column.
LIP_SHAPES = (
    "P B M",
    "F V",
    "TH DH",
    "T D N L",
    "S Z",
    "SH ZH CH JH",
    "K G NG HH",
    "R ER",
    "W",
    "Y IH",
    "IY",
    "EH EY",
    "AE AY",
    "AA AW",
    "AH AX",
    "AO OY",
    "OW",
    "UH",
    "UW",
)
_SHAPE = {phone: column for column, phones in enumerate(LIP_SHAPES) for phone in phones.split()}
FADE_S = 0.5
ACCENT_FADE_S = 0.35
PULSE_S = 0.04
_BASE = 9
_ACCENT = 6 + len(lexicon.CLASSES)
WIDTH = _BASE + 2 * _ACCENT + len(LIP_SHAPES)
PHONES = slice(WIDTH - len(LIP_SHAPES), WIDTH)


def cues(prosody: Prosody) -> np.ndarray:
    """Compute the `cues` features of a recording.

    Every value lies between 0 and about 1. A time is stored as an exponential that falls with it, so that far moments
    fade out.

    Args:
        prosody: prosody of the whole recording (`core.audio.prosody.analyse`).

    Returns:
        (T, WIDTH) float32, where T is the number of frames that cover the sound. The docstring of this module lists the
        columns.
    """
    said = [phone for word in prosody.words for phone in word.phones]
    lips = lip_shapes([*said, *prosody.sounds], prosody.frame_count)
    return np.concatenate([_base(prosody), _accents(prosody), lips], 1).astype(np.float32)


def lip_shapes(phones: Sequence, frame_count: int) -> np.ndarray:
    """Compute the share (T, shapes) of every frame that phones of each lip shape take."""
    out = np.zeros((frame_count, len(LIP_SHAPES)))
    for phone in phones:
        column = _SHAPE.get(phone.phone.rstrip("012"))
        if column is None:
            continue
        first, last = int(phone.start_s * FPS), min(int(phone.end_s * FPS), frame_count - 1)
        for frame in range(first, last + 1):
            # a frame covers the thirtieth of a second around its time
            share = min(phone.end_s * FPS, frame + 0.5) - max(phone.start_s * FPS, frame - 0.5)
            out[frame, column] += max(share, 0.0)
    return np.minimum(out, 1.0)


def _base(prosody: Prosody) -> np.ndarray:
    times = prosody.times_s
    loud = prosody.loudness
    speaking, gone, left = _stretches(prosody.phrases, times)
    inside, unit_gone, unit_left = _stretches(prosody.units, times)
    return np.stack(
        [
            loud,
            np.gradient(loud) if len(loud) > 1 else np.zeros_like(loud),
            speaking,
            np.exp(-gone / FADE_S),
            np.exp(-left / FADE_S),
            inside,
            np.exp(-unit_gone / FADE_S),
            np.exp(-unit_left / FADE_S),
            np.tanh((unit_gone + unit_left) / 2) * (1 - inside),
        ],
        1,
    )


def _stretches(spans: tuple[Stretch, ...], times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measure for each frame whether it lies in a span, and how far the ends of spans are.

    Returns:
        three arrays (T,): 1 inside a span, else 0; seconds since the span's start, or outside since the last end;
        seconds until the span's end, or outside until the next start. A span is assumed to end 10 s before the sound
        starts, and another one to start 10 s after the sound ends.
    """
    far = 10.0
    edges = np.array([-far] + [t for span in spans for t in (span.start_s, span.end_s)] + [times[-1] + far])
    place = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    return (place % 2 == 1).astype(float), times - edges[place], edges[place + 1] - times


def _accents(prosody: Prosody) -> np.ndarray:
    """Compute the columns of the next accent and of the last one."""
    times, accents = prosody.times_s, prosody.accents
    out = np.zeros((2, len(times), _ACCENT))
    if not accents:
        return np.concatenate(out, 1)
    rows = np.array([_accent_row(accent) for accent in accents])
    moments = np.array([accent.time_s for accent in accents])
    following = np.searchsorted(moments, times)
    for which, index in ((0, following), (1, following - 1)):
        known = (index >= 0) & (index < len(accents))
        index = index[known]
        away = np.abs(times[known] - moments[index])
        fade = np.exp(-away / ACCENT_FADE_S)
        out[which, known, 0] = fade
        out[which, known, 1] = np.exp(-0.5 * np.square(away / PULSE_S))
        out[which, known, 2] = np.clip(1 - away, 0, 1)
        out[which, known, 3:] = rows[index] * np.clip(2 - away, 0, 1)[:, None]
    return np.concatenate(out, 1)


def _accent_row(accent: Accent) -> list[float]:
    kinds = [float(accent.kind == kind) for kind in lexicon.CLASSES]
    return [accent.prominence, accent.loudness, float(accent.order % 2), *kinds]
