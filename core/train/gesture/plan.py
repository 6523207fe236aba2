"""From prosody to a plan: which syllables get a stroke, of which hand, to where, in which shape.

Every choice is a function of the words and the sound near it and of the gesture before, so that a network can learn it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from . import lexicon
from .prosody import Prosody, Span, Syllable
from .styles import Style

LEAD_S = 0.03  # strokes end this long before the vowel's peak
SHORTEST_MOVE_S = 0.40
FARTHEST_M = np.array([0.26, 0.24, 0.17])  # (out, up, forward) that strokes keep to, from home
KIND_SHARE = 0.4  # of a word's own place, added to the sound's
SECOND_HAND = 0.85  # in two-handed strokes one hand does less than the other
LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class Manner:
    """What a kind of word does to a stroke.

    Attributes:
        offset: (out, up, forward) metres; KIND_SHARE of it is added to the place that the sound gives.
        palm: forearm roll in degrees, None for the style's.
        shape: hand shape, None for the style's.
        wrist: extension of the wrist in degrees.
        loop: scale of the loop on the way.
    """

    offset: tuple[float, float, float]
    palm: float | None = None
    shape: str | None = None
    wrist: float = 10.0
    loop: float = 1.0


MANNERS: dict[str, Manner] = {
    lexicon.NEGATION: Manner((0.13, -0.02, 0.02), palm=-55, shape="flat", wrist=22, loop=0.7),
    lexicon.SELF: Manner((-0.05, 0.07, -0.06), palm=8, shape="flat", wrist=-18, loop=0.5),
    lexicon.YOU: Manner((-0.01, 0.04, 0.11), palm=58, shape="open", wrist=12, loop=0.8),
    lexicon.NUMBER: Manner((0.03, 0.15, 0.00), palm=12, shape="count", wrist=15, loop=0.6),
    lexicon.LARGE: Manner((0.14, 0.06, 0.02), palm=15, shape="spread", wrist=12, loop=0.9),
    lexicon.SMALL: Manner((-0.04, 0.11, 0.04), palm=5, shape="pinch", wrist=8, loop=0.6),
    lexicon.UP: Manner((0.05, 0.20, 0.00), palm=35, shape="open", wrist=15, loop=0.2),
    lexicon.DOWN: Manner((0.04, -0.10, 0.04), palm=-60, shape="flat", wrist=12, loop=1.3),
    lexicon.LEFT: Manner((0.15, 0.06, 0.05), palm=10, shape="flat", wrist=10),
    lexicon.RIGHT: Manner((0.15, 0.06, 0.05), palm=10, shape="flat", wrist=10),
    lexicon.HERE: Manner((-0.02, -0.04, 0.07), palm=40, shape="cup", wrist=8, loop=1.2),
    lexicon.THERE: Manner((0.11, 0.08, 0.08), palm=-25, shape="point", wrist=8, loop=0.7),
    lexicon.CONTRAST: Manner((0.12, 0.02, 0.05), palm=45, shape="open", wrist=12),
    lexicon.QUESTION: Manner((0.11, 0.03, 0.05), palm=62, shape="spread", wrist=14, loop=0.8),
    lexicon.AFFIRM: Manner((0.00, -0.05, 0.06), palm=20, shape="pinch", wrist=5, loop=1.3),
    lexicon.LIST: Manner((0.06, 0.05, 0.06), palm=35, shape="open", wrist=12),
}
SHORT_PAUSE_S = 1.5  # the hands only sink a little in pauses shorter than this
COUNT_SHAPES = {"one": "point", "first": "point", "two": "two", "second": "two", "twice": "two", "three": "three"}


@dataclass(frozen=True)
class HandStroke:
    """One hand's share of a stroke: (out, up, forward) from the shoulder, roll, wrist extension, shape, loop height."""

    offset: tuple[float, float, float]
    palm: float
    wrist: float
    shape: str
    loop: float


@dataclass(frozen=True)
class Stroke:
    """One move of the hands that stops at `end_s`, with its preparation from `start_s` on."""

    start_s: float
    end_s: float
    prominence: float
    kind: str | None
    lead: str
    hands: tuple[HandStroke, HandStroke]


@dataclass(frozen=True)
class Unit:
    """Hands up, strokes, then a share (1: all) of the way to rest between `retract_s` and `rested_s`."""

    strokes: tuple[Stroke, ...]
    retract_s: float
    rested_s: float
    rest_share: float


@dataclass(frozen=True)
class Accent:
    """A prominent syllable, for head, brows and torso."""

    time_s: float
    prominence: float
    kind: str | None


@dataclass(frozen=True)
class Plan:
    """All that the body does, in order of time; boundaries are (end of phrase, length of its pause), seconds."""

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
    lead = _style_lead(style)
    for index, span in enumerate(prosody.units):
        after_s = prosody.units[index + 1].start_s if index + 1 < len(prosody.units) else np.inf
        strokes: list[Stroke] = []
        rested_s = units[-1].rested_s if units else 0.0
        for syllable in _choose(prosody, span, style):
            place = _place(syllable)
            kind = _kind(prosody, syllable, strokes)
            end = syllable.time_s - LEAD_S
            start = max(strokes[-1].end_s if strokes else rested_s, end - style.move_s - (0.0 if strokes else 0.15))
            if not strokes:
                # hands rise with the voice, not before it
                start = max(start, min(span.start_s - 0.2, end - 0.5))
            if end - start < SHORTEST_MOVE_S:
                continue
            strokes.append(_stroke(start, end, syllable, kind, lead, place, prosody, style))
        if strokes:
            retract = max(span.end_s + 0.05, strokes[-1].end_s + 0.15)
            share = 1.0 if after_s - span.end_s > SHORT_PAUSE_S else 0.3
            rested = max(min(retract + (0.85 if share == 1 else 0.65), after_s), retract + 0.4)
            units.append(Unit(tuple(strokes), retract, rested, share))
    accents = tuple(
        Accent(s.time_s, s.prominence, lexicon.word_class(prosody.words[s.word].word))
        for s in _choose(prosody, None, style)
    )
    following = [*(phrase.start_s for phrase in prosody.phrases[1:]), np.inf][: len(prosody.phrases)]
    boundaries = tuple((p.end_s, start_s - p.end_s) for p, start_s in zip(prosody.phrases, following, strict=True))
    return Plan(tuple(units), accents, boundaries)


def _choose(prosody: Prosody, span: Span | None, style: Style) -> list[Syllable]:
    """The most prominent syllables, none nearer to another than the style's spacing."""
    syllables: Iterable[Syllable] = prosody.syllables
    if span is not None:
        syllables = [s for s in syllables if span.first <= s.word < span.last]
    chosen: list[Syllable] = []
    for syllable in sorted(syllables, key=lambda s: -s.prominence):
        if syllable.prominence < style.threshold:
            break
        if all(abs(syllable.time_s - other.time_s) >= style.spacing_s for other in chosen):
            chosen.append(syllable)
    return sorted(chosen, key=lambda s: s.time_s)


def _kind(prosody: Prosody, syllable: Syllable, strokes: list[Stroke]) -> str | None:
    """The kind of the stroke's word, else of the word just before it when that had no stroke."""
    kind = lexicon.word_class(prosody.words[syllable.word].word)
    if kind is not None or syllable.word == 0:
        return kind
    before = prosody.words[syllable.word - 1]
    if strokes and strokes[-1].end_s > before.start_s - 0.05:
        return None
    if prosody.words[syllable.word].start_s - before.end_s > 0.18:
        return None
    return lexicon.word_class(before.word)


def _place(syllable: Syllable) -> np.ndarray:
    """How far out and up (2,) in -1 ... 1 a plain stroke goes: prominent syllables open the arms, loud ones lift them.

    The network hears both, so that it can aim; a place that only the word decides takes far more speech to learn.
    """
    return np.clip([2.2 * syllable.prominence - 1.2, 2.2 * syllable.loudness - 1.3], -1, 1)


def _style_lead(style: Style) -> str:
    """Both hands, or the right one with the left in its wake."""
    return "both" if style.both >= 0.5 else "right"


def _stroke(
    start: float,
    end: float,
    syllable: Syllable,
    kind: str | None,
    lead: str,
    place: np.ndarray,
    prosody: Prosody,
    style: Style,
) -> Stroke:
    out, up = 0.04 + 0.13 * place[0], 0.02 + 0.13 * place[1]
    plain = (out, up, 0.03 - 0.3 * (out - 0.04) + 0.2 * up)
    manner = MANNERS[kind] if kind in MANNERS else Manner((0.0, 0.0, 0.0), wrist=10 + 6 * place[1])
    size = style.amplitude * (0.6 + 0.55 * syllable.prominence) * min(1.0, ((end - start) / style.move_s) ** 1.2)
    word = prosody.words[syllable.word].word.lower()
    dominant = LEFT if place[0] < place[1] else RIGHT
    hands = []
    for side in (LEFT, RIGHT):
        leads = lead == "both" or lead == ("left", "right")[side]
        share = size if leads else size * style.follow * 0.6
        if lead == "both" and side != dominant:
            share *= SECOND_HAND
        shape = manner.shape if leads else None
        if shape == "count":
            shape = COUNT_SHAPES.get(word, "three" if style.name == "presenter" else "pinch")
        palm = style.palm if manner.palm is None else manner.palm
        offset = KIND_SHARE * np.array(manner.offset) + plain
        if not leads:
            offset = np.array([max(offset[0], 0) * 0.5, offset[1] * 0.7, max(offset[2], 0)])
            offset[1] -= 0.05 * (1.3 - style.follow) / max(share, 0.1)
        hands.append(
            HandStroke(
                tuple(np.array(style.home) + FARTHEST_M * np.tanh(share * offset / FARTHEST_M)),
                palm if leads else 0.5 * palm,
                manner.wrist * (1 if leads else 0.5),
                shape or style.shape,
                share * style.loop * manner.loop,
            )
        )
    return Stroke(start, end, syllable.prominence, kind, lead, (hands[0], hands[1]))
