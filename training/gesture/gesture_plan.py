"""From prosody to a plan: when the hands rise, strike and rest, and the size and class of every stroke.

The plan depends only on the network's inputs (`core.audio.cues`), so that a network can learn it. Strokes end on
accents, alternate between two places, and grow with prominence. At words with a class of their own the hands take the
pose of the class.
"""

from dataclasses import dataclass

from core.audio.prosody import Accent, Prosody
from core.generate.chance_moves import LEAD_S
from training.gesture.styles import Style

HOLD_S = 0.07  # the hands stay at least this long where a stroke ended
SHORTEST_MOVE_S = 0.3
RISE_S = 0.75  # hands rise with the voice, in this time at most
LONG_PAUSE_S = 1.1  # the hands only sink a little in pauses shorter than this
SINK_SHARE = 0.35
KEEP_S = 0.25  # after its last stroke a hand stays up this long
RETRACT_S = 0.8


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
class Unit:
    """Hands up, strokes, then a share (1: all) of the way to rest between `retract_s` and `rested_s`."""

    strokes: tuple[Stroke, ...]
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


def make_plan(prosody: Prosody, style: Style) -> Plan:
    """Plan the gestures of a whole clip."""
    units: list[Unit] = []
    for index, span in enumerate(prosody.units):
        after_s = prosody.units[index + 1].start_s if index + 1 < len(prosody.units) else prosody.frame_count
        strokes: list[Stroke] = []
        rested_s = units[-1].rested_s if units else 0.0
        for accent in prosody.accents_in(span):
            end = accent.time_s - LEAD_S
            free = strokes[-1].end_s + HOLD_S if strokes else max(rested_s - 0.2, 0.0)
            start = max(free, end - (style.move_s if strokes else RISE_S))
            if not strokes:
                # hands rise with the voice, not before it
                start = max(start, min(span.start_s - 0.15, end - 0.45))
            if end - start < SHORTEST_MOVE_S:
                continue
            size = style.amplitude * (0.15 + 1.25 * accent.prominence) * min(1.0, (end - start) / 0.6)
            strokes.append(Stroke(start, end, size, accent.order % 2, accent.kind, accent.prominence))
        if strokes:
            pause_s = after_s - span.end_s
            share = 1.0 if pause_s > LONG_PAUSE_S else SINK_SHARE
            retract = max(strokes[-1].end_s + KEEP_S, span.end_s - 0.45)
            units.append(Unit(tuple(strokes), retract, retract + RETRACT_S, share))
    following = [*(phrase.start_s for phrase in prosody.phrases[1:]), prosody.frame_count][: len(prosody.phrases)]
    boundaries = tuple((p.end_s, start_s - p.end_s) for p, start_s in zip(prosody.phrases, following, strict=True))
    return Plan(tuple(units), prosody.accents, boundaries)
