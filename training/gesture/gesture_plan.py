"""From prosody to a plan: when the hands rise, strike, tap and rest, and the size and class of every stroke.

The plan depends only on the network's inputs (`core.audio.cues`), so that a network can learn it. Strokes end on
accents, alternate between two places, and grow with prominence. At words with a class of their own the hands take the
pose of the class. Between strokes the hands tap where the voice is loudest:

    loudness    ╱╲    ╱╲ ╱╲   ╱╲
    accents     ↑     ↑       ↑
    strokes   ──╯   ──╯     ──╯
    taps                  ∩
"""

from dataclasses import dataclass

import numpy as np

from core.audio.prosody import Accent, Prosody, Stretch
from core.clock import FPS
from core.filters import find_peaks
from core.generate.chance_moves import LEAD_S
from training.gesture.styles import Style

HOLD_S = 0.07  # the hands stay at least this long where a stroke ended
SHORTEST_MOVE_S = 0.3
RISE_S = 0.75  # hands rise with the voice, in this time at most
LONG_PAUSE_S = 0.85  # the hands only sink a little in pauses shorter than this
SINK_SHARE = 0.35
KEEP_S = 0.25  # after its last stroke a hand stays up this long
RETRACT_S = 0.8
# A tap: the hand rises and falls within this time, which ends at a peak of loudness.
TAP_S = 0.4
TAP_SPACING_S = 0.42
TAP_LOUDNESS = 0.08  # how much louder its peak is than its surroundings, at least
SMALLEST = 0.12  # least size of a stroke, before the style's amplitude


@dataclass(frozen=True)
class Stroke:
    """One move of the hands that stops at `end_s`, with its preparation from `start_s` on.

    Attributes:
        size: scale of a plain stroke.
        beat: 0 or 1, which of the two places of plain strokes it goes to.
        kind: the class whose pose it takes, None for a plain stroke.
        prominence: prominence of its accent, 0-1.
    """

    start_s: float
    end_s: float
    size: float
    beat: int
    kind: str | None
    prominence: float


@dataclass(frozen=True)
class Tap:
    """A small beat in place, which ends at `end_s`."""

    end_s: float
    size: float


@dataclass(frozen=True)
class Unit:
    """Hands up, strokes and taps, then a share (1: all) of the way to rest between `retract_s` and `rested_s`."""

    strokes: tuple[Stroke, ...]
    taps: tuple[Tap, ...]
    retract_s: float
    rested_s: float
    rest_share: float


@dataclass(frozen=True)
class Plan:
    """The gestures of a clip in order of time; boundaries are (end of phrase, length of its pause), seconds."""

    units: tuple[Unit, ...]
    accents: tuple[Accent, ...]
    boundaries: tuple[tuple[float, float], ...]

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """Every stroke of every unit."""
        return tuple(stroke for unit in self.units for stroke in unit.strokes)

    @property
    def taps(self) -> tuple[Tap, ...]:
        """Every tap of every unit."""
        return tuple(tap for unit in self.units for tap in unit.taps)


def make_plan(prosody: Prosody, style: Style) -> Plan:
    """Plan the gestures of a whole clip."""
    units: list[Unit] = []
    peaks = find_peaks(prosody.loudness, prominence=TAP_LOUDNESS, height=0.1, distance=3) / FPS
    for index, span in enumerate(prosody.units):
        after_s = prosody.units[index + 1].start_s if index + 1 < len(prosody.units) else prosody.frame_count
        strokes = _strokes(prosody, span, style, units[-1].rested_s if units else 0.0)
        if strokes:
            pause_s = after_s - span.end_s
            share = 1.0 if pause_s > LONG_PAUSE_S else SINK_SHARE
            retract = max(strokes[-1].end_s + KEEP_S, span.end_s - 0.45)
            taps = _taps(peaks, strokes, retract, prosody, style)
            units.append(Unit(tuple(strokes), taps, retract, retract + RETRACT_S, share))
    following = [*(phrase.start_s for phrase in prosody.phrases[1:]), prosody.frame_count][: len(prosody.phrases)]
    boundaries = tuple((p.end_s, start_s - p.end_s) for p, start_s in zip(prosody.phrases, following, strict=True))
    return Plan(tuple(units), prosody.accents, boundaries)


def _strokes(prosody: Prosody, span: Stretch, style: Style, rested_s: float) -> list[Stroke]:
    """Plan the strokes of a stretch of speech; the hands rest from `rested_s` on before it."""
    strokes: list[Stroke] = []
    for accent in prosody.accents_in(span):
        if accent.kind is None and accent.prominence < style.least:
            continue
        end = accent.time_s - LEAD_S
        free = strokes[-1].end_s + HOLD_S if strokes else max(rested_s - 0.2, 0.0)
        start = max(free, end - (style.move_s if strokes else RISE_S))
        if not strokes:
            # hands rise with the voice, not before it
            start = max(start, min(span.start_s - 0.15, end - 0.45))
        if end - start < SHORTEST_MOVE_S:
            continue
        size = style.amplitude * max(0.15 + 1.25 * accent.prominence, SMALLEST) * min(1.0, (end - start) / 0.6)
        strokes.append(Stroke(start, end, size, accent.order % 2, accent.kind, accent.prominence))
    return strokes


def _taps(peaks: np.ndarray, strokes: list[Stroke], until_s: float, prosody: Prosody, style: Style) -> tuple[Tap, ...]:
    """Plan the taps of a unit: at peaks of loudness that are not close to a stroke or to another tap."""
    taps: list[Tap] = []
    for peak in peaks:
        end = float(peak) - LEAD_S
        if not strokes[0].end_s < end < until_s + 0.2:
            continue
        last = max(stroke.end_s for stroke in strokes if stroke.end_s <= end)
        following = min((stroke.end_s for stroke in strokes if stroke.end_s > end), default=end + 10)
        last = max(last, taps[-1].end_s) if taps else last
        if end - last >= TAP_SPACING_S and following - end >= TAP_SPACING_S:
            loudness = float(np.interp(peak, prosody.times_s, prosody.loudness))
            taps.append(Tap(end, style.taps * style.amplitude * min(0.4 + 0.6 * loudness, 1.0)))
    return tuple(taps)
