"""Exact times of a sequence of phones whose times are roughly known, with the neighbours of each phone considered.

A phone sounds differently between different neighbours, and the acoustic model has states for that. They are scored
only near the places where the rough path has them:

    state a   [=====rough=====]                      its scores reach `AROUND` frames beyond both ends
    state b          [=====rough=====]
    state c                 [=====rough=====]

One state after the other, the best score of every frame at which it may end is computed from that of the state before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .acoustic_model import ALONE, FIRST, INSIDE, LAST, SILENCE, STATES, acoustic_model
from .cepstra import features
from .scores import PhoneScores, at_every_frame, senone_scores, silence_states
from .search import OTHER_PER_FRAME, Placed

AROUND = 10  # frames
GAP = -1
NEVER = -1e30


@dataclass
class _State:
    """One state of the sequence: of a phone, or the sound between two words."""

    phone: int
    senone: int
    low: int
    high: int
    scores: np.ndarray | None = None


def refined(cepstra: np.ndarray, scores: PhoneScores, placed: Sequence[Placed], start: int, end: int) -> list[Placed]:
    """Return words with exact times.

    Args:
        cepstra: (T, 13) of the recording.
        scores: of the recording.
        placed: words in order, as `core.phones.search` places them.
        start: first frame of the stretch of sound that holds all of them.
        end: the frame after its last one.
    """
    if not placed:
        return []
    states, owners = _sequence(placed, start, end)
    _score(states, features(cepstra, start, end), start)
    quiet = at_every_frame(scores.own, start, end)[:, silence_states()].max(axis=1)
    gap = np.maximum(quiet, scores.best[start:end] - np.float32(OTHER_PER_FRAME))
    for state in states:
        if state.phone == GAP:
            state.scores = gap[state.low - start : state.high - start]
    bounds = _best_bounds(states, end)
    out = []
    for word, own in zip(placed, owners, strict=True):
        mine = np.array([*bounds[own.start : own.stop], bounds[own.stop]])
        total = 0.0
        for number in range(own.start, own.stop):
            state = states[number]
            assert state.scores is not None
            total += float(state.scores[bounds[number] - state.low : bounds[number + 1] - state.low].sum())
        total -= float(scores.best[mine[0] : mine[-1]].sum())
        out.append(replace(word, bounds=mine, score=total / (mine[-1] - mine[0])))
    return out


def _sequence(placed: Sequence[Placed], start: int, end: int) -> tuple[list[_State], list[range]]:
    """List the states of all words and of the gaps between them, and which of them are each word's."""
    model = acoustic_model()
    silence = model.number(SILENCE)
    states: list[_State] = []
    owners = []
    before = start

    def gap(low: int, high: int) -> None:
        if high > low:
            states.append(_State(GAP, 0, max(start, low - AROUND), min(end, high + AROUND)))

    for number, word in enumerate(placed):
        gap(before, word.start)
        touches_last = number and placed[number - 1].end == word.start
        touches_next = number + 1 < len(placed) and placed[number + 1].start == word.end
        ahead = int(placed[number - 1].phones[-1]) if touches_last else silence
        behind = int(placed[number + 1].phones[0]) if touches_next else silence
        around = [ahead, *word.phones.tolist(), behind]
        first = len(states)
        count = len(word.phones)
        for place, phone in enumerate(word.phones.tolist()):
            where = ALONE if count == 1 else FIRST if not place else LAST if place == count - 1 else INSIDE
            for part, senone in enumerate(model.senones_of(phone, around[place], around[place + 2], where).tolist()):
                low, high = word.bounds[STATES * place + part : STATES * place + part + 2].tolist()
                states.append(_State(phone, senone, max(start, low - AROUND), min(end, high + AROUND)))
        owners.append(range(first, len(states)))
        before = word.end
    gap(before, end)
    return states, owners


def _score(states: Sequence[_State], values: np.ndarray, start: int) -> None:
    """Score the states of phones in their frames; those of one phone together."""
    by_phone: dict[int, list[_State]] = {}
    for state in states:
        if state.phone != GAP:
            by_phone.setdefault(state.phone, []).append(state)
    row = np.zeros(values.shape[1], np.int64)
    for phone, own in by_phone.items():
        wanted = np.zeros(values.shape[1], bool)
        for state in own:
            wanted[state.low - start : state.high - start] = True
        frames = np.flatnonzero(wanted)
        row[frames] = np.arange(len(frames))
        senones = sorted({state.senone for state in own})
        column = {senone: place for place, senone in enumerate(senones)}
        found = senone_scores(values[:, frames], phone, np.array(senones))
        for state in own:
            state.scores = found[row[state.low - start : state.high - start], column[state.senone]]


def _best_bounds(states: Sequence[_State], end: int) -> list[int]:
    """Return the frame at which each state begins, and the end.

    With C(t) the sum of a state's scores up to frame t, and D(t) the best score of a path whose state ends before t,
    D(t) = C(t) + max over its beginnings b of (D of the state before, at b) - C(b).
    """
    entries: list[np.ndarray] = []
    ended = np.zeros(1)  # D of the state before, for ends at ended_low, ended_low + 1, ...
    ended_low = states[0].low
    for state in states:
        assert state.scores is not None
        total = np.concatenate([[0.0], np.cumsum(state.scores, dtype=np.float64)])  # at low, low + 1, ..., high
        begin = np.full(len(total), NEVER)
        offset = ended_low - state.low
        low, high = max(0, offset), min(len(total) - 1, offset + len(ended))
        if high > low:
            begin[low:high] = ended[low - offset : high - offset] - total[low:high]
        entries.append(begin)
        ended = np.full(len(total), NEVER)
        ended[1:] = total[1:] + np.maximum.accumulate(begin)[:-1]
        ended_low = state.low
    bounds = [end]
    for state, begin in zip(reversed(states), reversed(entries), strict=True):
        latest = bounds[-1] - state.low  # a state lasts for one frame or longer
        bounds.append(state.low + int(np.argmax(begin[:latest])))
    return bounds[::-1]
